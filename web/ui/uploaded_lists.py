"""Lists that staff upload, from spreadsheets and hand scanners: text in whatever letters, cells however separated."""

import codecs
import csv
from typing import Any

from django.utils.translation import gettext

# A barcode or name and what a spreadsheet puts beside it, for as many lines as a list may have.
LARGEST_BYTES = 100_000
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
# What stands in no list: where it does, the file is no text, or isn't in these letters.
_NO_TEXT = frozenset(map(chr, range(32))) - {"\t", "\n", "\r", "\f", "\x1a"} | {"\x7f", "\ufffe", "\uffff"}
_SEPARATORS = "\t;,"


class ListRefusedError(Exception):
    """A file that isn't a list; the text says why, and what to do.

    :ivar status: of the answer
    """

    def __init__(self, text: str, *, status: int = 422) -> None:
        super().__init__(text)
        self.text, self.status = text, status


def text_of(file: Any, *, largest: int = LARGEST_BYTES) -> str:
    """Return the text of an uploaded file: UTF-8, UTF-16 with its mark, or else Windows' Western European letters.

    :param largest: how many bytes it may have
    :raises ListRefusedError: if it's too large (413), or no text (422)
    """
    if file.size is None or file.size > largest:
        raise ListRefusedError(gettext("The file is too large for a list of barcodes."), status=413)
    data = file.read()
    encodings = [name for mark, name in _MARKS if data.startswith(mark)] or ["utf-8", "cp1252"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not _NO_TEXT.intersection(text):
            return text.rstrip("\x1a")
        break
    raise ListRefusedError(gettext("The file isn't a text file. Save it as CSV or text (UTF-8)."))


def rows_of(text: str) -> list[list[str]]:
    """Return the cells of each line that has any, without the quotes and blanks around them.

    Lines are cut at tabs, else at semicolons, else at commas: at what the first line that has one of them has first in
    this order, for a price or a name behind it may hold a comma of its own.
    """
    lines = [line for line in text.splitlines() if line.strip()]
    separator = next((each for line in lines for each in _SEPARATORS if each in line), ";")
    rows = []
    for line in lines:
        try:
            cells = next(csv.reader([line], delimiter=separator))
        except csv.Error:
            cells = line.split(separator)
        rows.append([cell for each in cells if (cell := " ".join(each.split()))])
    return [row for row in rows if row]
