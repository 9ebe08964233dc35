"""Draws letters page by page: sender, address in the window, place and date, subject, text, page numbers."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from notices.letters.fonts import pieces, width

_WIDTH, _HEIGHT = A4
_LEFT, _RIGHT = 25 * mm, 20 * mm
_SIZE, _LEADING = 10.0, 14.0
_TOP_OF_TEXT = 105 * mm
_TOP_OF_NEXT_PAGE = 25 * mm
_BOTTOM = 25 * mm
# The window shows 35 mm of height: six lines at the usual size, more of smaller ones.
_WINDOW_WIDTH, _ADDRESS_HEIGHT = 80 * mm, 27.6 * mm
_ADDRESS_SIZES, _ADDRESS_LEADING = (10.0, 9.0, 8.0, 7.0), 0.46 * mm
_SENDER_WIDTH = 65 * mm


@dataclass(frozen=True)
class Sheet:
    """A letter as it's printed.

    :ivar sender: the branch's name and how it's reached, a line each
    :ivar address: the lines in the window
    :ivar sender_line: above them, small: where the letter comes back to
    :ivar dated: place and day
    :ivar page_word: how “page 1 of 2” is said, with {page} and {pages}
    :ivar reference: what staff find the message by
    :ivar window: millimetres from the left and the upper edge to the address
    """

    sender: tuple[str, ...]
    sender_line: str
    address: tuple[str, ...]
    dated: str
    subject: str
    body: str
    page_word: str
    reference: str
    window: tuple[int, int]


@dataclass(frozen=True)
class ListPage:
    """The list in front of a run of letters.

    :ivar rows: a line for each letter, its columns in order
    :ivar columns: where each begins, in millimetres
    """

    heading: str
    about: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    columns: tuple[int, ...]


def letters_pdf(sheets: Sequence[Sheet], *, contents: ListPage | None = None, title: str = "") -> bytes:
    """Return one file with all the letters, each beginning on a page of its own; the same sheets give the same bytes.

    :param contents: the list in front of them
    """
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1)
    canvas.setTitle(title or (sheets[0].subject if sheets else ""))
    if contents is not None:
        _draw_list(canvas, contents)
    for sheet in sheets:
        _draw_letter(canvas, sheet)
    canvas.save()
    return out.getvalue()


def page_counts(sheets: Sequence[Sheet]) -> list[int]:
    """Return how many pages each letter has."""
    return [len(_pages(sheet)) for sheet in sheets]


def _draw_letter(canvas: Canvas, sheet: Sheet) -> None:
    pages = _pages(sheet)
    for number, lines in enumerate(pages, start=1):
        if number == 1:
            _draw_head(canvas, sheet)
        top = _TOP_OF_TEXT if number == 1 else _TOP_OF_NEXT_PAGE
        y = _HEIGHT - top
        if number == 1:
            for line in _wrapped(sheet.subject, bold=True):
                _draw(canvas, _LEFT, y, line, size=_SIZE + 1, bold=True)
                y -= _LEADING + 1
            y -= _LEADING / 2
        for line in lines:
            _draw(canvas, _LEFT, y, line)
            y -= _LEADING
        _draw_foot(canvas, sheet, number, len(pages))
        canvas.showPage()


def _draw_head(canvas: Canvas, sheet: Sheet) -> None:
    left, top = sheet.window
    x, y = left * mm, _HEIGHT - top * mm
    _draw(canvas, x, y + 5.6 * mm, _fitting(sheet.sender_line, 6.5), size=6.5)
    canvas.setLineWidth(0.3)
    canvas.line(x, y + 4.6 * mm, x + _WINDOW_WIDTH, y + 4.6 * mm)
    lines, size = _in_window(sheet.address)
    for place, line in enumerate(lines):
        _draw(canvas, x, y - place * size * _ADDRESS_LEADING, line, size=size)
    # The sender stands on the other side of the sheet, so that neither window shows it.
    beside = _LEFT if left > 100 else 125 * mm
    y = _HEIGHT - 22 * mm
    for place, text in enumerate(sheet.sender):
        size = 8.5 if place else 12
        for line in _lines(text, size, _SENDER_WIDTH, bold=not place):
            _draw(canvas, beside, y, line, size=size, bold=not place)
            y -= 4.6 * mm
    _draw(canvas, _LEFT, _HEIGHT - _TOP_OF_TEXT + 9 * mm, sheet.dated, size=9)


def _draw_foot(canvas: Canvas, sheet: Sheet, page: int, pages: int) -> None:
    _draw(canvas, _LEFT, 12 * mm, sheet.reference, size=7.5)
    words = sheet.page_word.format(page=page, pages=pages)
    _draw(canvas, _WIDTH - _RIGHT - width(words, 7.5), 12 * mm, words, size=7.5)
    # Where the sheet is folded.
    canvas.setLineWidth(0.2)
    canvas.line(0, _HEIGHT / 2, 4 * mm, _HEIGHT / 2)


def _pages(sheet: Sheet) -> list[list[str]]:
    lines = [line for paragraph in sheet.body.strip().split("\n") for line in _wrapped(paragraph)]
    heading = len(_wrapped(sheet.subject, bold=True)) * (_LEADING + 1) + _LEADING / 2
    first = int((_HEIGHT - _TOP_OF_TEXT - heading - _BOTTOM) // _LEADING)
    others = int((_HEIGHT - _TOP_OF_NEXT_PAGE - _BOTTOM) // _LEADING)
    pages = [lines[:first]]
    rest = lines[first:]
    pages += [rest[page * others : (page + 1) * others] for page in range(ceil(len(rest) / others))]
    return pages


def _in_window(address: Sequence[str]) -> tuple[list[str], float]:
    """Return an address in lines that the window shows whole, at the largest size at which it does.

    Of one that's too long even for the smallest, the last lines stay: they name the town.
    """
    for size in _ADDRESS_SIZES:
        most = int(_ADDRESS_HEIGHT / (size * _ADDRESS_LEADING) + 0.01)
        lines = [line for text in address for line in _lines(text, size, _WINDOW_WIDTH)]
        if len(lines) <= most:
            return lines, size
    return [*lines[: most - 2], *lines[-2:]], size


def _wrapped(text: str, *, bold: bool = False) -> list[str]:
    return _lines(text, _SIZE + 1 if bold else _SIZE, _WIDTH - _LEFT - _RIGHT, bold=bold)


def _lines(text: str, size: float, room: float, *, bold: bool = False) -> list[str]:
    lines, line = [], ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if width(longer, size, bold=bold) <= room:
            line = longer
            continue
        if line:
            lines.append(line)
        *whole, line = _cut(word, size, room)
        lines += whole
    return [*lines, line]


def _cut(word: str, size: float, room: float) -> list[str]:
    """Return a word in pieces that fit a line: a long address of a page is cut anywhere."""
    parts = [""]
    for letter in word:
        if width(parts[-1] + letter, size) > room:
            parts.append("")
        parts[-1] += letter
    return parts


def _fitting(text: str, size: float, room: float = _WINDOW_WIDTH) -> str:
    while text and width(text, size) > room:
        text = text[:-1].rstrip()
    return text


def _draw(canvas: Canvas, x: float, y: float, text: str, *, size: float = _SIZE, bold: bool = False) -> None:
    for font, piece in pieces(text, bold=bold):
        canvas.setFont(font, size)
        canvas.drawString(x, y, piece)
        x += canvas.stringWidth(piece, font, size)


def _draw_list(canvas: Canvas, contents: ListPage) -> None:
    room = int((_HEIGHT - 45 * mm - _BOTTOM) // _LEADING)
    pages = [contents.rows[start : start + room] for start in range(0, len(contents.rows), room)] or [()]
    for rows in pages:
        _draw(canvas, _LEFT, _HEIGHT - 22 * mm, contents.heading, size=14, bold=True)
        _draw(canvas, _LEFT, _HEIGHT - 29 * mm, contents.about, size=9)
        y = _HEIGHT - 38 * mm
        for place, row in enumerate([contents.head, *rows]):
            for column, (start, text) in enumerate(zip(contents.columns, row, strict=True)):
                end = contents.columns[column + 1] if column + 1 < len(contents.columns) else 190
                shown = _fitting(text, 9, (end - start - 2) * mm)
                _draw(canvas, start * mm, y, shown, size=9, bold=place == 0)
            y -= _LEADING
        canvas.showPage()
