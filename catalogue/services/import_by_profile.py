"""Imports by a profile: planned, run batch by batch, paused, and gone on with after any end, nothing done twice.

A batch is one transaction with its records, an entry for each of them, and how far the run is. Whoever goes on reads
the file anew and leaves out what has an entry. Two workers with one run are no harm: the run's row is locked, and the
one that comes second finds that its batch is done.
"""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from django.db import transaction

from catalogue.errors import Code, RecordRefused
from catalogue.marc.reading import Progress, read_records
from catalogue.marc.records import RecordFailure, RecordRead
from catalogue.models import ImportProfile, ImportRun, ImportSource
from catalogue.rules.matching import is_told_apart
from catalogue.selectors.matching import Wanted
from catalogue.services.import_applying import Batch, entries_of
from catalogue.services.import_deciding import reason_to_refuse, wanted
from catalogue.services.import_profiles import settings_of
from catalogue.services.record_versions import be_the_only_writer
from catalogue.services.record_writing import incoming
from catalogue.services.records import Author
from catalogue.services.title_keys import fill_title_keys
from common import audit
from common.errors import Reason
from common.row_inserts import insert_rows

BATCH = 200
# Where items come along: desks wait for the items, rooms and shelves that such a batch has locked.
BATCH_WITH_ITEMS = 20
_State = ImportRun.State
_OVER = (_State.DONE, _State.UNDOING, _State.UNDONE)


def plan_profile_import(
    *,
    profile: ImportProfile,
    file_name: str,
    source: str,
    author: Author,
    now: datetime,
    stored_as: str = "",
    waits_for_go: bool = False,
    harvested_from: ImportSource | None = None,
) -> ImportRun:
    """Note that a file waits to be imported by a profile, with the profile's settings as they are now.

    :param source: whose numbers the records have when they don't say so themselves
    :param stored_as: the file's name in the municipality's own storage
    :param waits_for_go: somebody looks at the preview first; `resume_import` lets it begin
    """
    return ImportRun.objects.create(
        file_name=file_name[:200],
        source=source[:40],
        municipality=author.municipality,
        started_at=now,
        profile_name=profile.name,
        settings=settings_of(profile),
        stored_as=stored_as,
        state=_State.PAUSED if waits_for_go else _State.WAITING,
        harvested_from=harvested_from,
    )


def run_profile_import(
    *, run_id: int, file: Path | BinaryIO, author: Author, now: datetime, progress: Progress | None = None
) -> ImportRun:
    """Bring in what of the file isn't in yet, until its end or until somebody pauses the run.

    :param progress: told how many bytes have been read and how many there are, if that's known
    :raises RecordRefused: NOT_NOW, for a run that's paused, done or undone
    """
    run = _begin(run_id)
    fill_title_keys()
    author = Author(author.account, author.municipality, run.pk)
    read: dict[str, int] = {"bytes_read": 0, "bytes_total": 0}

    def note(count: int, total: int | None) -> None:
        read.update(bytes_read=count, bytes_total=total or 0)
        if progress:
            progress(count, total)

    try:
        size = batch_size(run)
        for batch in _batches(read_records(file, progress=note), source=run.source, after=run.position, size=size):
            if not _take(run_id, batch, author, read, now):
                return ImportRun.objects.get(pk=run_id)
    except Exception:
        ImportRun.objects.filter(pk=run_id, state=_State.RUNNING).update(state=_State.FAILED, finished_at=now)
        raise
    return _finish(run_id, author, read, now)


def pause_import(*, run_id: int, author: Author) -> None:
    """Let a run stop after the batch that it's at.

    :raises RecordRefused: NOT_NOW, if it doesn't wait or run
    """
    _change_state(run_id, author, (_State.WAITING, _State.RUNNING), _State.PAUSED, "catalogue.pause_import")


def resume_import(*, run_id: int, author: Author) -> None:
    """Let a run that was paused or broke off wait for a worker again; the caller sends one.

    :raises RecordRefused: NOT_NOW, if it's neither, nor waits
    """
    # One that says it runs may have been killed, and the message of one that waits may be lost; if nothing of the kind
    # happened, the worker that comes second stops by itself.
    stopped = (_State.PAUSED, _State.FAILED, _State.RUNNING, _State.WAITING)
    _change_state(run_id, author, stopped, _State.WAITING, "catalogue.resume_import")


@transaction.atomic
def _change_state(
    run_id: int, author: Author, expected: tuple[ImportRun.State, ...], state: ImportRun.State, action: str
) -> None:
    run = locked_run(run_id)
    if run.state not in expected or run.settings is None:
        raise RecordRefused([Reason(Code.NOT_NOW, facts={"state": run.state})])
    run.state = state
    run.save(update_fields=["state"])
    audit.record(action=action, actor=author.account, subject=run, facts={"position": run.position})


def batch_size(run: ImportRun) -> int:
    """Return how many records a transaction of a run takes at most."""
    return BATCH_WITH_ITEMS if (run.settings or {}).get("items") else BATCH


def locked_run(run_id: int) -> ImportRun:
    """Return a run that nobody else changes until the transaction ends."""
    return ImportRun.objects.select_for_update(of=("self",)).get(pk=run_id)


@transaction.atomic
def _begin(run_id: int) -> ImportRun:
    run = locked_run(run_id)
    if run.settings is None or run.state in (*_OVER, _State.PAUSED):
        raise RecordRefused([Reason(Code.NOT_NOW, facts={"state": run.state})])
    run.state, run.finished_at, run.problem = _State.RUNNING, None, ""
    run.save(update_fields=["state", "finished_at", "problem"])
    return run


def _batches(outcomes: Iterator[RecordRead | RecordFailure], *, source: str, after: int, size: int) -> Iterator[Batch]:
    """Yield the records behind the last one that's done; two that may be one title are never in one batch."""
    batch, kin = Batch(after=after), _Kin()
    for outcome in outcomes:
        if 0 < outcome.number <= after:
            continue
        found = incoming(read=outcome, source=source) if isinstance(outcome, RecordRead) else None
        wish = wanted(found) if found else None
        if len(batch) >= size or (wish and kin.may_have(wish)):
            yield batch
            batch, kin = Batch(after=batch.last), _Kin()
        if isinstance(outcome, RecordFailure):
            batch.failures.append(outcome)
        elif found and (problem := reason_to_refuse(found)):
            failure = RecordFailure(outcome.number, outcome.offset, problem, found.columns.control_number)
            batch.failures.append(failure)
        elif found and wish:
            batch.records.append(found)
            batch.wanted.append(wish)
            kin.add(wish)
    if len(batch):
        yield batch


class _Kin:
    """What the records of a batch would be found by, were they in the catalogue already."""

    def __init__(self) -> None:
        self._identifiers: set[object] = set()
        self._titled: dict[tuple[str, str], list[Wanted]] = {}

    def may_have(self, wish: Wanted) -> bool:
        """Say whether one of them may be the title that's wanted, as candidates are found."""
        return not self._identifiers.isdisjoint(_identifiers(wish)) or any(
            _may_be_one(wish, each) for each in self._titled.get(_title(wish), ())
        )

    def add(self, wish: Wanted) -> None:
        """Take one of them in."""
        self._identifiers |= _identifiers(wish)
        if wish.facts.title_key:
            self._titled.setdefault(_title(wish), []).append(wish)


def _may_be_one(wish: Wanted, other: Wanted) -> bool:
    """Say whether two of one title and type may be the same; they share no number."""
    one, two = wish.facts.year, other.facts.year
    if one is not None and two is not None and abs(one - two) > 1:
        return False
    return not is_told_apart(wish.facts, number=other.key, at_best=other.facts)


def _identifiers(wish: Wanted) -> set[object]:
    facts = wish.facts
    return {wish.key, *facts.numbers, *facts.isbns, *facts.issns}


def _title(wish: Wanted) -> tuple[str, str]:
    return wish.facts.title_key, wish.facts.material


@transaction.atomic
def _take(run_id: int, batch: Batch, author: Author, read: dict[str, int], now: datetime) -> bool:
    """Write a batch with its entries; False when the run was paused, or another worker has it."""
    run = locked_run(run_id)
    if run.state != _State.RUNNING or run.position != batch.after:
        return False
    be_the_only_writer()
    entries = entries_of(batch, run, author, now)
    insert_rows(entries)
    for entry in entries:
        run.counts[entry.outcome] = run.counts.get(entry.outcome, 0) + 1
    whole = [failure for failure in batch.failures if failure.number == 0]
    run.problem = whole[0].code if whole else run.problem
    run.position = max(batch.last, run.position)
    run.bytes_read, run.bytes_total = read["bytes_read"], read["bytes_total"]
    run.save(update_fields=["counts", "problem", "position", "bytes_read", "bytes_total"])
    return True


@transaction.atomic
def _finish(run_id: int, author: Author, read: dict[str, int], now: datetime) -> ImportRun:
    run = locked_run(run_id)
    if run.state != _State.RUNNING:
        return run
    run.state = _State.FAILED if run.problem else _State.DONE
    run.finished_at = now
    run.bytes_read, run.bytes_total = read["bytes_read"], read["bytes_total"]
    run.save(update_fields=["state", "finished_at", "bytes_read", "bytes_total"])
    audit.record(action="catalogue.import", actor=author.account, subject=run, facts=run.counts)
    return run
