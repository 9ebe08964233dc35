"""Lists as files: a page's list as Excel or CSV, by the page's own address, with its filters, its order and its rights.

A file's columns are declared once, in `list_files.py` of its screens. `{% list_file "items" %}` draws the menu in which
somebody ticks columns and takes the file; the view gives it by `list_file`, before the rows are cut into pages.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponseRedirect
from django.utils.translation import gettext

from common.tables import FileColumn, Kind, TooManyRowsError, write_csv, write_workbook
from web.ui.columns import value_of

# In the address of a list: "items.xlsx", and the names of the columns that are wanted; none are all.
NAME, COLUMN = "file", "column"
# A workbook of more would keep everybody who's served by the same process waiting.
MOST_IN_EXCEL = 100_000
_EXCEL = "xlsx"
_TYPES = {
    _EXCEL: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
_READ_AT_ONCE = 1000


@dataclass(frozen=True)
class ListFile:
    """A list as a file.

    :ivar name: in addresses, and of the file
    :ivar heading: of the sheet
    """

    name: str
    heading: Any
    columns: tuple[FileColumn, ...]


FILES: dict[str, ListFile] = {}


def register(*files: ListFile) -> None:
    """Make files known by their names.

    :raises ValueError: if a name is taken, or a column stands twice
    """
    for file in files:
        names = [column.name for column in file.columns]
        if file.name in FILES or len(set(names)) < len(names):
            raise ValueError(f"The file {file.name} can't be registered")
        FILES[file.name] = file


def file_column(name: str, label: Any, value: str | Callable[[Any], Any] = "", kind: Kind = Kind.TEXT) -> FileColumn:
    """Return a column of a file.

    :param value: a path from a row, as in `web.ui.columns.value_of`, or a function of it; the name if it's empty
    """
    path = value or name
    return FileColumn(name, label, path if callable(path) else lambda row: value_of(row, path), kind)


def is_asked(request: HttpRequest, name: str) -> bool:
    """Return whether the address asks for a list as a file, whose rows then all count."""
    return _code(request, name) is not None


def list_file(request: HttpRequest, name: str, rows: Iterable[Any], *, called: str = "") -> Any:
    """Return a list as the file that the address asks for, None if it asks for the page.

    The file is whole before it's sent: by then no municipality is chosen any more. One that has too many rows for Excel
    leads back to the page, which says so.

    :param called: the file's name without its ending; the list's if it's empty
    """
    code = _code(request, name)
    if code is None:
        return None
    chosen = FILES[name]
    columns = [column for column in chosen.columns if column.name in request.GET.getlist(COLUMN)]
    content = TemporaryFile()  # noqa: SIM115 - the answer closes it
    try:
        if code == _EXCEL:
            sheet = str(chosen.heading)
            write_workbook(content, columns or chosen.columns, _read(rows), sheet=sheet, most=MOST_IN_EXCEL)
        else:
            write_csv(content, columns or chosen.columns, _read(rows))
    except TooManyRowsError as problem:
        content.close()
        text = gettext("An Excel file holds %(most)s rows at most. Narrow the list down, or take it as CSV.")
        messages.error(request, text % {"most": f"{problem.most:,}"})
        return HttpResponseRedirect(f"{request.path}?{_page_query(request)}")
    content.seek(0)
    return FileResponse(content, as_attachment=True, filename=f"{called or name}.{code}", content_type=_TYPES[code])


def kept_parameters(request: HttpRequest) -> list[tuple[str, str]]:
    """Return what the address of a list says besides which file and which page."""
    left_out = (NAME, COLUMN, "page")
    return [(name, value) for name, values in request.GET.lists() if name not in left_out for value in values]


def _page_query(request: HttpRequest) -> str:
    query = request.GET.copy()
    for name in (NAME, COLUMN):
        query.pop(name, None)
    return query.urlencode()


def _code(request: HttpRequest, name: str) -> str | None:
    if request.method not in ("GET", "HEAD"):
        return None
    wanted, _dot, code = request.GET.get(NAME, "").rpartition(".")
    return code if wanted == name and code in _TYPES else None


def _read(rows: Iterable[Any]) -> Iterator[Any]:
    return rows.iterator(chunk_size=_READ_AT_ONCE) if isinstance(rows, QuerySet) else iter(rows)
