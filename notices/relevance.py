"""The registry by which the rooms above say whether a message is still true.

This room can't know whether a loan has been returned since; who makes a kind of message registers a check for it.
"""

from collections.abc import Callable, Iterable, Sequence

from notices.models import Notice

# Given messages of its kinds, returns the ids of those that may still go out.
Check = Callable[[Sequence[Notice]], set[int]]

_checks: dict[str, Check] = {}


def register_check(kinds: Iterable[str], check: Check) -> None:
    """Make `check` the judge over these kinds of messages."""
    _checks.update({str(kind): check for kind in kinds})


def still_true(notices: Sequence[Notice]) -> set[int]:
    """Return the ids of the messages that may still go out; a kind without a check is always true."""
    by_check: dict[Check | None, list[Notice]] = {}
    for notice in notices:
        by_check.setdefault(_checks.get(notice.kind), []).append(notice)
    return {
        notice_id
        for check, group in by_check.items()
        for notice_id in (check(group) if check else {notice.pk for notice in group})
    }
