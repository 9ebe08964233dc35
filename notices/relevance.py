"""The registry by which the rooms above say whether a message is still true, which items still are, and its amounts.

This room can't know whether a loan has been returned since; who makes a kind of message registers a check for it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from notices.models import Notice

# Given messages of its kinds, returns the ids of those that may still go out.
Check = Callable[[Sequence[Notice]], set[int]]

_checks: dict[str, Check] = {}
# Given messages of its kinds, returns for each which places of its list of items are still true.
ItemsCheck = Callable[[Sequence[Notice]], Mapping[int, Sequence[int]]]
_items_checks: dict[str, ItemsCheck] = {}


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


def register_items_check(kinds: Iterable[str], check: ItemsCheck) -> None:
    """Make `check` the judge over the items that these kinds of messages list."""
    _items_checks.update({str(kind): check for kind in kinds})


def items_still_true(notices: Sequence[Notice]) -> dict[int, Sequence[int]]:
    """Return which places of their lists are still true, for the messages of kinds that have a check for it."""
    by_check: dict[ItemsCheck, list[Notice]] = {}
    for notice in notices:
        if (check := _items_checks.get(notice.kind)) is not None:
            by_check.setdefault(check, []).append(notice)
    return {pk: places for check, group in by_check.items() for pk, places in check(group).items()}


# Given messages of its kinds, returns for each what of its context is different by now.
Amounts = Callable[[Sequence[Notice]], Mapping[int, Mapping[str, Any]]]
_amounts: dict[str, Amounts] = {}


def register_amounts(kinds: Iterable[str], amounts: Amounts) -> None:
    """Have `amounts` say what's owed when these kinds of messages go out."""
    _amounts.update({str(kind): amounts for kind in kinds})


def amounts_now(notices: Sequence[Notice]) -> dict[int, Mapping[str, Any]]:
    """Return what the messages' contexts say of money as it is now, for those of kinds that claim some."""
    by_reader: dict[Amounts, list[Notice]] = {}
    for notice in notices:
        if (amounts := _amounts.get(notice.kind)) is not None:
            by_reader.setdefault(amounts, []).append(notice)
    return {pk: values for amounts, group in by_reader.items() for pk, values in amounts(group).items()}
