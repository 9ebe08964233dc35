"""The one way for any room to leave an audit entry; the room that keeps the entries registers itself here.

The rooms below `accounts` write too, and may not import it, so the news travels upwards through this registry.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Protocol


class Recorder(Protocol):
    """Writes one entry in the current transaction."""

    def __call__(
        self, *, action: str, actor: Any, subject: Any, facts: Mapping[str, Any], scan_id: str | None = None
    ) -> Any:
        """Write the entry and return it."""


class BulkRecorder(Protocol):
    """Writes an entry for each of many things in the current transaction, in one statement."""

    def __call__(self, *, action: str, actor: Any, about: Iterable[tuple[Any, Mapping[str, Any]]]) -> None:
        """Write the entries."""


_recorders: list[tuple[Recorder, BulkRecorder]] = []
_along: ContextVar[Mapping[str, Any] | None] = ContextVar("audit_facts_along", default=None)


@contextmanager
def along_with(**facts: Any) -> Iterator[None]:
    """Give these facts to every entry that's left within the block: the machine that acts where no person does."""
    token = _along.set({**(_along.get() or {}), **facts})
    try:
        yield
    finally:
        _along.reset(token)


def register_recorder(recorder: Recorder, each: BulkRecorder) -> None:
    """Make these the keeper of entries, for one and for many; there's exactly one, registered when its app starts."""
    _recorders[:] = [(recorder, each)]


def record(
    *, action: str, actor: Any, subject: Any, facts: Mapping[str, Any] | None = None, scan_id: str | None = None
) -> Any:
    """Leave one audit entry in the current transaction and return it.

    :param action: what was done, as `area.verb`, for instance `circulation.check_out`
    :param actor: the staff account, or None when the system did it by itself
    :param subject: the row that it was done to
    :param facts: what a reader of the log needs; JSON values, never a national identity number
    :param scan_id: the id that the browser or device gave the action, so that a repeat is recognised
    :raises RuntimeError: if no keeper is registered: an action without a trace may not happen
    """
    return _keeper()[0](
        action=action, actor=actor, subject=subject, facts={**(facts or {}), **(_along.get() or {})}, scan_id=scan_id
    )


def record_each(*, action: str, actor: Any, about: Iterable[tuple[Any, Mapping[str, Any]]]) -> None:
    """Leave one audit entry for each of many things that were done the same to, in one statement.

    :param about: the rows that it was done to, each with the facts of its entry; see `record`
    :raises RuntimeError: if no keeper is registered
    """
    along = _along.get() or {}
    _keeper()[1](action=action, actor=actor, about=[(subject, {**facts, **along}) for subject, facts in about])


def _keeper() -> tuple[Recorder, BulkRecorder]:
    if not _recorders:
        raise RuntimeError("No recorder of audit entries is registered")
    return _recorders[0]
