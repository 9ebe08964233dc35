"""What became of each record of an import by a profile: page by page, and as a list for spreadsheets."""

from collections.abc import Iterator, Sequence

from catalogue.marc.lists import as_cell, as_line
from catalogue.models import ImportEntry

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


def entries_behind(run_id: int, *, outcome: str = "", after: int = 0, limit: int = 50) -> Sequence[ImportEntry]:
    """Return a run's entries behind a place in the file, without their MARC.

    :param outcome: those alone of which that became; empty is all
    """
    entries = ImportEntry.objects.filter(run=run_id, position__gt=after).defer("raw")
    if outcome:
        entries = entries.filter(outcome=outcome)
    return list(entries.order_by("position")[:limit])
