"""What became of each record of an import by a profile: page by page, and as a list for spreadsheets."""

from collections.abc import Iterator, Sequence
from operator import itemgetter
from typing import Any

from django.db.models import Q, QuerySet

from catalogue.models import ImportEntry, ImportOutcome
from catalogue.rules.import_items import ITEM_ARRIVES
from common.tables import FileColumn, Kind, csv_lines

_KINDS = {
    "position": Kind.NUMBER,
    "control_number": Kind.TEXT,
    "title": Kind.TEXT,
    "outcome": Kind.TEXT,
    "why": Kind.TEXT,
    "reasons": Kind.TEXT,
    "score": Kind.NUMBER,
    "record_id": Kind.TEXT,
    "version": Kind.NUMBER,
    "undone_at": Kind.MOMENT,
    "kept_because": Kind.TEXT,
}
# Other programs read them by their names; reasons are codes.
COLUMNS = tuple(FileColumn(name, name, itemgetter(name), kind) for name, kind in _KINDS.items())
_CHUNK = 2000


def report_lines(run_id: int) -> Iterator[str]:
    """Yield the lines of a run's whole report in the file's order, as CSV."""
    return csv_lines(COLUMNS, report_rows(run_id))


def report_rows(run_id: int) -> Iterator[dict[str, Any]]:
    """Yield what became of each record of a run, in the file's order, for `COLUMNS`."""
    rows = ImportEntry.objects.filter(run=run_id).order_by("position").values(*_KINDS)
    return rows.iterator(chunk_size=_CHUNK)


def open_questions(run_id: int) -> QuerySet[ImportEntry]:
    """Return the records that a run asks about, in the file's order, with their MARC."""
    return ImportEntry.objects.filter(run=run_id, outcome=ImportOutcome.ASKED).order_by("position")


def entries_not_in(run_id: int, limit: int) -> Sequence[ImportEntry]:
    """Return the first records of a run that didn't go in, or not with all of their items, without their MARC."""
    is_whole = Q(reasons=[]) | Q(reasons__0__startswith=ITEM_ARRIVES)
    not_whole = Q(outcome=ImportOutcome.FAILED) | (Q(outcome=ImportOutcome.ITEMS) & ~is_whole)
    failed = ImportEntry.objects.filter(not_whole, run=run_id)
    return list(failed.order_by("position").defer("raw")[:limit])


def entries_not_undone(run_id: int, limit: int) -> Sequence[ImportEntry]:
    """Return the first records that undoing a run had to leave as they are."""
    kept = ImportEntry.objects.filter(run=run_id).exclude(kept_because=[])
    return list(kept.order_by("position").defer("raw")[:limit])
