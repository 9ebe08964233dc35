"""Records as rows of a list, for spreadsheets."""

from collections.abc import Iterable
from operator import attrgetter

from catalogue.marc.record_columns import DESCRIPTION
from catalogue.marc.series import every_series
from catalogue.marc.to_marc21 import Described
from common.tables import FileColumn, Kind, csv_line, csv_lines

# A summary is too long for a cell, the number of the whole says nothing without the whole, and other names of a series
# are for searching alone.
_LEFT_OUT = ("summary", "part_of", "stated_series")
COLUMNS = ("control_number", *(name for name in DESCRIPTION if name not in _LEFT_OUT))


def columns_named(names: Iterable[str] = COLUMNS) -> list[FileColumn]:
    """Return columns of a list of records; their names are their headings, for other programs read them.

    :raises KeyError: for a name that's none of `COLUMNS`
    """
    return [_KNOWN[name] for name in names]


def heading() -> str:
    """Return the first line, behind the mark by which spreadsheets know UTF-8."""
    return next(csv_lines(_ALL, ()))


def row(record: Described) -> str:
    """Return a record's line."""
    return csv_line(_ALL, record)


def _kind(name: str) -> Kind:
    return Kind.NUMBER if name == "year" else Kind.TEXT


_KNOWN = {name: FileColumn(name, name, attrgetter(name), _kind(name)) for name in COLUMNS}
_KNOWN["all_series"] = FileColumn("all_series", "all_series", every_series)
_ALL = columns_named()
