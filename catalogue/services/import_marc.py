"""Importing a file of MARC records: batches in, a report of what didn't go in and why."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO

from catalogue.marc.problems import Problem
from catalogue.marc.reading import Progress, read_records
from catalogue.marc.record_columns import Kind
from catalogue.marc.records import RecordFailure, RecordRead
from catalogue.models import ChangeKind, ImportRun
from catalogue.services.record_versions import origin
from catalogue.services.record_writing import Incoming, SeenRecords, Written, incoming, write_records
from common import audit

BATCH = 500
MOST_FAILURES_KEPT = 1000
_NOT_A_TITLE = {Kind.AUTHORITY: Problem.AUTHORITY_RECORD, Kind.HOLDINGS: Problem.HOLDINGS_RECORD}


@dataclass
class ImportReport:
    """What became of a file.

    :ivar failures: the first thousand; `on_failure` is told of all
    :ivar problem: the code of what made the whole file unreadable, or nothing
    """

    run_id: int
    created: int = 0
    changed: int = 0
    deleted: int = 0
    unchanged: int = 0
    failed: int = 0
    repaired: int = 0
    failures: list[RecordFailure] = field(default_factory=list)
    problem: str = ""

    @property
    def counts(self) -> dict[str, int]:
        """How many records there were of each outcome; repaired ones are among the first four as well."""
        names = ("created", "changed", "deleted", "unchanged", "failed", "repaired")
        return {name: getattr(self, name) for name in names}


def plan_import(*, file_name: str, source: str, now: datetime, municipality: Any | None = None) -> ImportRun:
    """Note that a file waits to be imported, so that its progress can be followed from the start."""
    return ImportRun.objects.create(
        file_name=file_name[:200], source=source[:40], municipality=municipality, started_at=now
    )


def import_marc(
    *,
    file: Path | BinaryIO,
    source: str,
    owner: str,
    now: datetime,
    actor: Any = None,
    run: ImportRun | None = None,
    encoding: str | None = None,
    progress: Progress | None = None,
    on_failure: Callable[[RecordFailure], None] | None = None,
    on_repair: Callable[[RecordRead], None] | None = None,
) -> ImportReport:
    """Bring a file's records into the catalogue and return what became of them.

    Each batch is a transaction of its own: what is in stays in, and the same file can be sent again at any time.

    :param source: whose numbers the records have when they don't say so themselves
    :param owner: who may change the records
    :param actor: the staff account, or None for the system
    :param run: from `plan_import`; made here when there's none
    :param encoding: see `catalogue.marc.reading.read_records`
    """
    name = file.name if isinstance(file, Path) else getattr(file, "name", "") or ""
    run = run or plan_import(file_name=name, source=source, now=now)
    job = _Job(
        run=run, owner=owner, now=now, actor=actor, progress=progress, on_failure=on_failure, on_repair=on_repair
    )
    job.begin()
    try:
        for outcome in read_records(file, progress=job.note_progress, encoding=encoding):
            job.take(outcome, source)
        job.flush()
    except BaseException:
        job.finish(ImportRun.State.FAILED)
        raise
    job.finish(ImportRun.State.FAILED if job.report.problem else ImportRun.State.DONE)
    audit.record(action="catalogue.import", actor=actor, subject=run, facts=job.report.counts)
    return job.report


@dataclass
class _Job:
    """One import under way."""

    run: ImportRun
    owner: str
    now: datetime
    actor: Any
    progress: Progress | None
    on_failure: Callable[[RecordFailure], None] | None
    on_repair: Callable[[RecordRead], None] | None

    def __post_init__(self) -> None:
        self.report = ImportReport(run_id=self.run.pk)
        self.batch: dict[tuple[str, str], Incoming] = {}
        self.seen = SeenRecords()
        self.began = time.monotonic()
        self.came_by = origin(
            kind=ChangeKind.IMPORT, by=self.actor, municipality_id=self.run.municipality_id, run_id=self.run.pk
        )

    def begin(self) -> None:
        self.run.state = ImportRun.State.RUNNING
        self.run.started_at = self.now
        self.run.save(update_fields=["state", "started_at"])

    def note_progress(self, read: int, total: int | None) -> None:
        self.run.bytes_read, self.run.bytes_total = read, total or 0
        if self.progress:
            self.progress(read, total)

    def take(self, outcome: RecordRead | RecordFailure, source: str) -> None:
        if isinstance(outcome, RecordFailure):
            self.fail(outcome)
            return
        record = incoming(read=outcome, source=source)
        if problem := _reason_to_refuse(record):
            self.fail(_failure(record, problem))
            return
        if outcome.repairs:
            self.report.repaired += 1
            if self.on_repair:
                self.on_repair(outcome)
        if record.key in self.batch:
            self.flush()
        self.batch[record.key] = record
        if len(self.batch) >= BATCH:
            self.flush()

    def flush(self) -> None:
        if not self.batch:
            return
        written = write_records(
            batch=list(self.batch.values()), owner=self.owner, now=self.now, seen=self.seen, came_by=self.came_by
        )
        self.batch.clear()
        self._add(written)
        self.run.counts = self.report.counts
        self.run.save(update_fields=["counts", "bytes_read", "bytes_total"])

    def _add(self, written: Written) -> None:
        self.report.created += written.created
        self.report.changed += written.changed
        self.report.deleted += written.deleted
        self.report.unchanged += written.unchanged
        for record, problem in written.refused:
            self.fail(_failure(record, problem))

    def fail(self, failure: RecordFailure) -> None:
        self.report.failed += 1
        if failure.number == 0:
            self.report.problem = failure.code
        if len(self.report.failures) < MOST_FAILURES_KEPT:
            self.report.failures.append(failure)
        if self.on_failure:
            self.on_failure(failure)

    def finish(self, state: ImportRun.State) -> None:
        run = self.run
        run.state = state
        run.finished_at = self.now + timedelta(seconds=time.monotonic() - self.began)
        run.counts = self.report.counts
        run.failures = [
            {
                "position": failure.number,
                "offset": failure.offset,
                "id": failure.control_number,
                "code": failure.code.value,
                "detail": failure.detail,
            }
            for failure in self.report.failures
        ]
        run.problem = self.report.problem
        run.save()


def _reason_to_refuse(record: Incoming) -> Problem | None:
    if problem := _NOT_A_TITLE.get(record.columns.kind):
        return problem
    return None if record.columns.title or record.columns.is_deleted else Problem.NO_TITLE


def _failure(record: Incoming, problem: Problem) -> RecordFailure:
    return RecordFailure(record.read.number, record.read.offset, problem, record.columns.control_number)
