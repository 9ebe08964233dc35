"""Records as rows of a CSV list, for spreadsheets."""

import csv
import io

from catalogue.marc.record_columns import DESCRIPTION
from catalogue.marc.to_marc21 import Described

_BETWEEN = "; "
# A spreadsheet would take such a cell for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
# A summary is too long for a cell, and the number of the whole says nothing without the whole.
COLUMNS = ("control_number", *(name for name in DESCRIPTION if name not in ("summary", "part_of")))


def heading() -> str:
    """Return the first line, behind the mark by which spreadsheets know UTF-8."""
    return "\ufeff" + as_line(COLUMNS)


def row(record: Described) -> str:
    """Return a record's line."""
    return as_line([as_cell(getattr(record, name)) for name in COLUMNS])


def as_cell(value: str | int | list[str] | None) -> str:
    """Return a value as a cell that no spreadsheet takes for a formula."""
    text = _BETWEEN.join(value) if isinstance(value, list) else str(value or "")
    text = text.replace("\x00", "")
    return f"'{text}" if text.startswith(_FORMULA) else text


def as_line(cells: list[str] | tuple[str, ...]) -> str:
    """Return cells as a line, its end included."""
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()
