"""Undoing a whole import by a profile: each record gets back the content that it had, the last one first.

What somebody has changed since, or has items of by now, stays as it is, with the reason in its entry. A batch is one
transaction, so an undo that breaks off is gone on with.
"""

from datetime import datetime

from django.db import transaction

from catalogue.errors import Code, RecordRefused
from catalogue.models import (
    BibliographicRecord,
    EnrichmentVersion,
    ImportEntry,
    ImportOutcome,
    ImportRun,
    RecordVersion,
)
from catalogue.selectors.enrichments import newest_enrichment
from catalogue.services.enrichments import Whose, delete_enrichment, restore_enrichment
from catalogue.services.import_by_profile import batch_size, locked_run
from catalogue.services.import_items import batch_of_items, take_items_back
from catalogue.services.import_outcomes import as_kept
from catalogue.services.record_versions import be_the_only_writer
from catalogue.services.records import Author, delete_record, restore_version
from common import audit
from common.errors import Reason

_State = ImportRun.State
_UNDONE_FROM = (_State.DONE, _State.PAUSED, _State.FAILED, _State.UNDOING)
_TO_UNDO = (ImportOutcome.CREATED, ImportOutcome.CHANGED, ImportOutcome.ENRICHED, ImportOutcome.ITEMS)


@transaction.atomic
def begin_undo(*, run_id: int, author: Author) -> None:
    """Mark a run as being undone, from when on it can't be gone on with; `undo_import` does it.

    :raises RecordRefused: NOT_NOW, while it waits or runs, or once it's undone
    """
    run = locked_run(run_id)
    if run.settings is None or run.state not in _UNDONE_FROM:
        raise RecordRefused([Reason(Code.NOT_NOW, facts={"state": run.state})])
    run.state = _State.UNDOING
    run.save(update_fields=["state"])
    audit.record(action="catalogue.undo_import", actor=author.account, subject=run, facts={"position": run.position})


def undo_import(*, run_id: int, author: Author, now: datetime) -> ImportRun:
    """Undo what's left to undo of a run, and return it."""
    while _undo_batch(run_id, author, now):
        pass
    return ImportRun.objects.get(pk=run_id)


@transaction.atomic
def _undo_batch(run_id: int, author: Author, now: datetime) -> bool:
    run = locked_run(run_id)
    if run.state != _State.UNDOING:
        return False
    be_the_only_writer()
    left = ImportEntry.objects.filter(run=run, outcome__in=_TO_UNDO, undone_at=None, kept_because=[])
    entries = list(left.order_by("-position")[: batch_size(run)])
    came = {each.record_id for each in entries if each.outcome == ImportOutcome.ITEMS and each.record_id is not None}
    with batch_of_items(came, run_id=run_id, now=now):
        for entry in entries:
            _undo_or_keep(entry, author, now)
    if entries:
        run.counts["UNDONE"] = run.counts.get("UNDONE", 0) + sum(1 for each in entries if each.undone_at)
        run.counts["KEPT"] = run.counts.get("KEPT", 0) + sum(1 for each in entries if not each.undone_at)
    else:
        # What waited for a person isn't asked any more.
        ImportEntry.objects.filter(run=run, outcome=ImportOutcome.ASKED).update(outcome=ImportOutcome.SKIPPED, raw=None)
        run.state, run.finished_at = _State.UNDONE, now
    run.save(update_fields=["counts", "state", "finished_at"])
    return bool(entries)


def _undo_or_keep(entry: ImportEntry, author: Author, now: datetime) -> None:
    try:
        with transaction.atomic():
            kept = _undo(entry, author, now)
        entry.kept_because, entry.undone_at = as_kept(kept), None if kept else now
    except RecordRefused as refused:
        entry.kept_because = as_kept(refused.reasons)
    entry.save(update_fields=["undone_at", "kept_because"])


def _undo(entry: ImportEntry, author: Author, now: datetime) -> list[Reason]:
    """Undo what became of a record, and return why some of its items stay, which is no reason to keep the others."""
    if entry.outcome == ImportOutcome.ITEMS:
        return take_items_back(run_id=entry.run_id, position=entry.position, actor=author.account, now=now)
    _undo_record(entry, author, now)
    return []


def _undo_record(entry: ImportEntry, author: Author, now: datetime) -> None:
    if entry.record_id is None or entry.version is None:
        raise RecordRefused([Reason(Code.RECORD_GONE)])
    if entry.outcome == ImportOutcome.ENRICHED:
        _undo_enrichment(entry, author, now)
        return
    # Not as her library: it may not delete a common record, or change one that others own, but what it brought in by
    # mistake it may take back while nobody builds on it.
    consortium = Author(author.account, None, entry.run_id)
    versions = RecordVersion.objects.filter(record=entry.record_id, number=entry.version - 1)
    before = versions.values("owner", "deleted_at").first()
    if before is None or before["deleted_at"] is not None:
        delete_record(record_id=entry.record_id, expected_version=entry.version, author=consortium, now=now)
        # The same delivery may come again, by another profile: its bytes aren't ones that stay deleted.
        BibliographicRecord.objects.filter(pk=entry.record_id).update(raw_sha256=b"")
        return
    restore_version(
        record_id=entry.record_id,
        number=entry.version - 1,
        expected_version=entry.version,
        author=consortium,
        now=now,
    )
    BibliographicRecord.objects.filter(pk=entry.record_id).update(owner=before["owner"])


def _undo_enrichment(entry: ImportEntry, author: Author, now: datetime) -> None:
    whose = Whose(entry.record_id or 0, author)
    row = newest_enrichment(whose.record_id, whose.municipality_id)
    versions = EnrichmentVersion.objects.filter(enrichment=row, number=(entry.version or 0) - 1)
    before = versions.values("deleted_at").first()
    if before is None or before["deleted_at"] is not None:
        delete_enrichment(whose=whose, expected_version=entry.version or 0, now=now)
        return
    restore_enrichment(whose=whose, number=(entry.version or 0) - 1, expected_version=entry.version or 0, now=now)
