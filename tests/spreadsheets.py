"""Excel workbooks read as far as tests need it: what stands in each cell, and as what."""

import io
import zipfile
from typing import Any

from lxml import etree

_NS = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


def cells_of(data: bytes) -> list[list[Any]]:
    """Return the sheet's rows: texts as `str`, numbers and days (counted as Excel does) as `float`, nothing as None."""
    rows = []
    for row in sheet_of(data).iterfind(".//m:sheetData/m:row", _NS):
        cells: list[Any] = []
        for cell in row.iterfind("m:c", _NS):
            place = _place(cell.get("r"))
            cells += [None] * (place - len(cells))
            assert cell.find("m:f", _NS) is None
            cells.append(_value(cell))
        rows.append(cells)
    return rows


def sheet_of(data: bytes) -> Any:
    """Return the sheet's XML."""
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        return etree.fromstring(book.read("xl/worksheets/sheet1.xml"))


def sheet_name_of(data: bytes) -> str:
    """Return what the sheet is called."""
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        return str(etree.fromstring(book.read("xl/workbook.xml")).find(".//m:sheet", _NS).get("name"))


def _value(cell: Any) -> Any:
    if cell.get("t") == "inlineStr":
        return "".join(cell.find("m:is", _NS).itertext())
    value = cell.find("m:v", _NS)
    return None if value is None else float(value.text)


def _place(reference: str) -> int:
    number = 0
    for letter in reference.rstrip("0123456789"):
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1
