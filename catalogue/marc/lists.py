"""Records as rows of a CSV list, for spreadsheets."""

import csv
import io

from catalogue.marc.to_marc21 import Described

_BETWEEN = "; "
# A spreadsheet would take such a cell for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
COLUMNS = (
    "control_number",
    "title",
    "remainder",
    "author",
    "contributors",
    "edition",
    "publisher",
    "year",
    "language",
    "isbns",
    "issns",
    "subjects",
    "classification",
    "audience",
    "material_type",
    "series",
    "extent",
)


def heading() -> str:
    """Return the first line, behind the mark by which spreadsheets know UTF-8."""
    return "\ufeff" + _line(COLUMNS)


def row(record: Described) -> str:
    """Return a record's line."""
    return _line([_cell(getattr(record, name)) for name in COLUMNS])


def _cell(value: str | int | list[str] | None) -> str:
    text = _BETWEEN.join(value) if isinstance(value, list) else str(value or "")
    text = text.replace("\x00", "")
    return f"'{text}" if text.startswith(_FORMULA) else text


def _line(cells: list[str] | tuple[str, ...]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()
