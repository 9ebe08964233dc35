"""What became of each record of an import by a profile: page by page, and as a list for spreadsheets."""

from collections.abc import Iterator, Sequence

from django.db.models import QuerySet

from catalogue.marc.lists import as_cell, as_line
from catalogue.models import ImportEntry, ImportOutcome

COLUMNS = (
    "position",
    "control_number",
    "title",
    "outcome",
    "why",
    "reasons",
    "score",
    "record_id",
    "version",
    "undone_at",
    "kept_because",
)
_CHUNK = 2000


def report_lines(run_id: int) -> Iterator[str]:
    """Yield the lines of a run's whole report in the file's order, as CSV; reasons are codes."""
    yield "\ufeff" + as_line(COLUMNS)
    rows = ImportEntry.objects.filter(run=run_id).order_by("position").values_list(*COLUMNS)
    for row in rows.iterator(chunk_size=_CHUNK):
        yield as_line([as_cell(value.isoformat() if hasattr(value, "isoformat") else value) for value in row])


def open_questions(run_id: int) -> QuerySet[ImportEntry]:
    """Return the records that a run asks about, in the file's order, with their MARC."""
    return ImportEntry.objects.filter(run=run_id, outcome=ImportOutcome.ASKED).order_by("position")


def entries_not_in(run_id: int, limit: int) -> Sequence[ImportEntry]:
    """Return the first records of a run that didn't go in, without their MARC."""
    failed = ImportEntry.objects.filter(run=run_id, outcome=ImportOutcome.FAILED)
    return list(failed.order_by("position").defer("raw")[:limit])


def entries_not_undone(run_id: int, limit: int) -> Sequence[ImportEntry]:
    """Return the first records that undoing a run had to leave as they are."""
    kept = ImportEntry.objects.filter(run=run_id).exclude(kept_because=[])
    return list(kept.order_by("position").defer("raw")[:limit])
