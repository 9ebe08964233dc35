"""Works through many rows in small transactions: what's done stays done when the worker dies, few rows are locked."""

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TypeVar

from django.db import OperationalError, transaction

from common.conflicts import is_conflict
from tenants.services.job_runs import problem_of

logger = logging.getLogger(__name__)

Key = TypeVar("Key")
Done = TypeVar("Done")
_MOST_TRIES = 3


@dataclass
class Rehearsal:
    """A job that's only tried: each of its transactions is taken back as soon as it has been looked at.

    :ivar look: called in each transaction before it's taken back
    :ivar until: by the clock of `time.monotonic`; no batch begins after it, for somebody waits for the answer
    :ivar is_whole: whether everything was tried
    """

    look: Callable[[], None]
    until: float
    is_whole: bool = True


_rehearsal: ContextVar[Rehearsal | None] = ContextVar("job_rehearsal", default=None)


@contextmanager
def rehearsing(rehearsal: Rehearsal) -> Iterator[None]:
    """Only try what's worked through in the block."""
    token = _rehearsal.set(rehearsal)
    try:
        yield
    finally:
        _rehearsal.reset(token)


class SomeFailed(Exception):
    """A job went through everything, but not everything could be done; the log says what."""


def work_through(
    next_keys: Callable[[Key | None], Sequence[Key]],
    work: Callable[[Sequence[Key]], Counter[str]],
    counts: Counter[str],
) -> None:
    """Do the work batch by batch, each in a transaction of its own, until there are no more keys.

    What stops a batch is looked for one key at a time, so that one bad row doesn't keep everybody else waiting.

    :param next_keys: returns the keys after the one given, in order; the first after None
    :param work: must do nothing for what has been done already, and say what it did
    :raises SomeFailed: at the end, if some keys could not be worked on
    """
    failed = 0
    last: Key | None = None
    while keys := next_keys(last):
        last = keys[-1]
        if (rehearsal := _rehearsal.get()) and time.monotonic() > rehearsal.until:
            rehearsal.is_whole = False
            break
        try:
            counts.update(_in_transaction(work, keys))
        except OperationalError:
            # The database itself is in trouble; the next attempt goes on from here.
            raise
        except Exception as error:
            # Without the error's text, which may name people.
            logger.error("batch failed, going on one by one", extra={"problem": problem_of(error)})
            failed += _one_by_one(work, keys, counts)
    if failed:
        counts["failed"] += failed
        raise SomeFailed(f"{failed} failed")


def at_once(work: Callable[[], object]) -> None:
    """Do what a job does beside its batches, in one transaction."""
    _in_transaction(lambda _keys: work(), ())


def do_all(*parts: Callable[[], object]) -> None:
    """Do the parts of a job in order, each whatever an earlier one had to leave undone.

    :raises SomeFailed: at the end, if one of them raised it
    """
    problems = []
    for part in parts:
        try:
            part()
        except SomeFailed as problem:
            problems.append(str(problem))
    if problems:
        raise SomeFailed(", ".join(problems))


def _one_by_one(work: Callable[[Sequence[Key]], Counter[str]], keys: Sequence[Key], counts: Counter[str]) -> int:
    failed = 0
    for key in keys:
        try:
            counts.update(_in_transaction(work, [key]))
        except OperationalError:
            raise
        except Exception as error:
            failed += 1
            logger.error("row failed", extra={"key": str(key), "problem": problem_of(error)})
    return failed


def _in_transaction(work: Callable[[Sequence[Key]], Done], keys: Sequence[Key]) -> Done:
    for attempt in range(1, _MOST_TRIES + 1):
        try:
            with transaction.atomic():
                done = work(keys)
                if rehearsal := _rehearsal.get():
                    rehearsal.look()
                    transaction.set_rollback(True)
                return done
        except OperationalError as problem:
            if attempt == _MOST_TRIES or not is_conflict(problem):
                raise
    raise AssertionError("unreachable")
