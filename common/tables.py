"""Lists as files for spreadsheets, CSV and Excel: their columns, and how what stands in them is kept from harm.

What was typed or brought in by somebody is never a formula, and a barcode stays the digits that it is. A workbook is
written line by line and lies on the disk meanwhile, so a list may be as long as Excel's sheet.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from tempfile import TemporaryDirectory
from typing import IO, Any

import xlsxwriter
from django.utils import timezone

# With the head.
SHEET_ROWS = 1_048_576
_LONGEST_CELL, _LONGEST_SHEET_NAME = 32_767, 31
_NARROWEST, _WIDEST = 8, 60
_BETWEEN = "; "
_BEGINS_FORMULA = ("=", "+", "-", "@")
_LINE_ENDS = ("\t", "\r", "\n")
# With what they split at as a part of its own.
_SPLITS = re.compile(r"([;\t\r\n]+)")
# What no sheet can hold: controls, halves of letters, what isn't a letter.
_NO_LETTER = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
# What shows a text otherwise than it is, or not at all: it would hide what a cell begins with.
_HIDDEN = re.compile("[\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069]")
_NOT_IN_SHEET_NAME = re.compile(r"[\[\]:*?/\\]")


class Kind(StrEnum):
    """What stands in a column; barcodes and numbers that are names are text."""

    TEXT = "TEXT"
    NUMBER = "NUMBER"
    MONEY = "MONEY"
    DAY = "DAY"
    MOMENT = "MOMENT"


# By the numbers of Excel's own formats, which it shows as the reader's country writes them: text, a whole number, an
# amount, a day, a day with its time.
_FORMATS = {Kind.TEXT: 49, Kind.NUMBER: 1, Kind.MONEY: 4, Kind.DAY: 14, Kind.MOMENT: 22}
_WIDTHS = {Kind.DAY: 12, Kind.MOMENT: 17}
# Excel knows no day before it, and none of its first two months safely.
_FIRST_DAY = date(1900, 3, 1)


class TooManyRowsError(Exception):
    """A list has more rows than fit.

    :ivar most: how many do
    """

    def __init__(self, most: int) -> None:
        super().__init__(f"more than {most} rows")
        self.most = most


@dataclass(frozen=True)
class FileColumn:
    """A column of a list as a file.

    :ivar name: what it's called in addresses and commands
    :ivar label: its heading, in the reader's language once it's written
    :ivar value: returns what stands in it from a row: a text, a list of texts, a number, a date; None for nothing
    """

    name: str
    label: Any
    value: Callable[[Any], Any]
    kind: Kind = Kind.TEXT


def csv_lines(columns: Sequence[FileColumn], rows: Iterable[Any]) -> Iterator[str]:
    """Yield a list's lines as CSV, the head first, behind the mark by which spreadsheets know UTF-8."""
    yield "\ufeff" + _line([str(column.label) for column in columns])
    for row in rows:
        yield csv_line(columns, row)


def csv_line(columns: Sequence[FileColumn], row: Any) -> str:
    """Return a row as a line of CSV, its end included."""
    return _line([_in_csv(column, column.value(row)) for column in columns])


def write_csv(file: IO[bytes], columns: Sequence[FileColumn], rows: Iterable[Any]) -> None:
    """Write a list as CSV."""
    for line in csv_lines(columns, rows):
        file.write(line.encode())


def write_workbook(
    file: IO[bytes], columns: Sequence[FileColumn], rows: Iterable[Any], *, sheet: str, most: int = SHEET_ROWS - 1
) -> None:
    """Write a list as an Excel workbook with one sheet, its head frozen; what's too long for a cell ends in "…".

    :param sheet: its name, which is cut and cleaned as Excel wants it
    :raises TooManyRowsError: if there are more than `most` rows, or more than a sheet holds; nothing useful is in the
        file then
    """
    options = {"constant_memory": True, "strings_to_urls": False, "strings_to_formulas": False}
    with TemporaryDirectory() as folder:
        book = xlsxwriter.Workbook(file, {**options, "tmpdir": folder})
        try:
            _fill(book, columns, rows, sheet=sheet_name(sheet), most=min(most, SHEET_ROWS - 1))
        finally:
            # Whatever went wrong: its files on the disk go.
            book.close()


def _fill(book: Any, columns: Sequence[FileColumn], rows: Iterable[Any], *, sheet: str, most: int) -> None:
    page = book.add_worksheet(sheet)
    head = book.add_format({"bold": True, "bottom": 1, "num_format": _FORMATS[Kind.TEXT]})
    formats = {kind: book.add_format({"num_format": number}) for kind, number in _FORMATS.items()}
    widths = [max(_NARROWEST, len(str(column.label)) + 3, _WIDTHS.get(column.kind, 0)) for column in columns]
    for place, column in enumerate(columns):
        page.write_string(0, place, clean(str(column.label)), head)
    number = 0
    for number, row in enumerate(rows, start=1):
        if number > most:
            raise TooManyRowsError(most)
        for place, column in enumerate(columns):
            length = _write(page, (number, place), column.kind, column.value(row), formats)
            widths[place] = max(widths[place], length)
    for place, width in enumerate(widths):
        page.set_column(place, place, min(width + 1, _WIDEST), formats[columns[place].kind])
    page.freeze_panes(1, 0)
    page.autofilter(0, 0, number, len(columns) - 1)


def sheet_name(text: str) -> str:
    """Return a text as Excel takes it for a sheet's name: without its signs, 31 letters at most, never empty."""
    name = _NOT_IN_SHEET_NAME.sub(" ", clean(text)).strip(" '")
    name = " ".join(name.split())[:_LONGEST_SHEET_NAME].strip(" '")
    return name if name and name.casefold() != "history" else "-"


def clean(text: str) -> str:
    """Return a text without controls, half letters and signs that hide or turn round what stands in a cell."""
    return _HIDDEN.sub("", _NO_LETTER.sub("", text))


def as_cell(value: object) -> str:
    """Return a value as a cell of CSV that no spreadsheet takes for a formula; a list's parts with semicolons."""
    text = clean(_text(value))
    # A Nordic Excel splits at semicolons, wherever quotation marks stand, and at the end of a line inside of a cell.
    parts = "".join(f"'{part}" if _looks_like_formula(part) else part for part in _SPLITS.split(text))
    return f"'{parts}" if text.startswith(_LINE_ENDS) else parts


def _text(value: object) -> str:
    if isinstance(value, list | tuple):
        return _BETWEEN.join(map(str, value))
    return "" if value is None else str(value)


def _looks_like_formula(text: str) -> bool:
    """Return whether a spreadsheet could take it for one, behind blanks and signs that aren't seen, too."""
    seen = next((each for each in text if not each.isspace() and unicodedata.category(each) != "Cf"), "")
    # A full-width sign is one for some.
    return unicodedata.normalize("NFKC", seen).startswith(_BEGINS_FORMULA)


def _in_csv(column: FileColumn, value: Any) -> str:
    if isinstance(value, datetime):
        return _local(value).isoformat(sep=" ", timespec="minutes")
    # A number that's below zero is no formula.
    if column.kind in (Kind.NUMBER, Kind.MONEY) and isinstance(value, int | Decimal):
        return str(value)
    return as_cell(value)


def _line(cells: Sequence[str]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()


def _write(page: Any, place: tuple[int, int], kind: Kind, value: Any, formats: dict[Kind, Any]) -> int:
    """Write a cell and return how many letters wide it is."""
    if value is None or value == "" or value == []:
        return 0
    if isinstance(value, int | Decimal) and kind in (Kind.NUMBER, Kind.MONEY):
        page.write_number(*place, value, formats[kind])
        return len(f"{value:,}") + (3 if kind is Kind.MONEY else 0)
    if isinstance(value, date):
        moment = _local(value) if isinstance(value, datetime) else value
        if _day(moment) >= _FIRST_DAY:
            page.write_datetime(*place, moment, formats[Kind.MOMENT if isinstance(value, datetime) else Kind.DAY])
            return 0
        value = moment.isoformat()
    text = _cut(clean(_text(value)))
    page.write_string(*place, text, formats[Kind.TEXT])
    return max(map(len, text.splitlines()), default=0)


def _cut(text: str) -> str:
    # Excel counts in UTF-16, where some letters are two.
    if len(text) * 2 <= _LONGEST_CELL or len(text.encode("utf-16-le")) <= _LONGEST_CELL * 2:
        return text
    return text.encode("utf-16-le")[: (_LONGEST_CELL - 1) * 2].decode("utf-16-le", "ignore") + "…"


def _local(moment: datetime) -> datetime:
    """Return a moment by the clock on the wall, without its zone, which no sheet knows."""
    return moment if timezone.is_naive(moment) else timezone.make_naive(moment)


def _day(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value
