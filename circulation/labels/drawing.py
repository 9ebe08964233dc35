"""Draws labels: bars with the number below them, and shelf marks in lines for spines."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from reportlab.graphics import renderPDF
from reportlab.graphics.barcode.code39 import Standard39
from reportlab.graphics.barcode.code128 import Code128
from reportlab.graphics.barcode.eanbc import Ean13BarcodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from circulation.labels.sheets import Sheet
from notices.letters.fonts import pieces, width

# A scanner tells narrower bars than 0.17 mm apart only on a good day; wider ones than 0.38 mm only take room.
_NARROWEST, _WIDEST = 0.17 * mm, 0.38 * mm
# What's clear on either side of the bars, in narrowest bars.
_QUIET = 10
_EDGE = 2.0 * mm
_EAN_LENGTH, _EAN_BARS = 13, 95
_MOST_LINES = 5
_LARGEST = 16.0


class LabelRefused(Exception):
    """A number that can't be printed as bars of this kind, or not on a label of this size.

    :ivar barcode: the number
    :ivar is_too_wide: whether a larger label would do
    """

    def __init__(self, barcode: str, *, is_too_wide: bool) -> None:
        super().__init__(barcode)
        self.barcode, self.is_too_wide = barcode, is_too_wide


@dataclass(frozen=True)
class BarcodeLabel:
    """A label with bars.

    :ivar kind: CODE128, CODE39 or EAN13
    :ivar owner: whose it is, above the bars
    :ivar title: below the number, as much of it as fits
    """

    barcode: str
    kind: str = "CODE128"
    owner: str = ""
    title: str = ""


@dataclass(frozen=True)
class SpineLabel:
    """A label for a spine.

    :ivar mark: the shelf mark, set in lines
    :ivar place: the room, small below it
    """

    mark: str
    place: str = ""


def labels_pdf(labels: Sequence[BarcodeLabel | SpineLabel], *, sheet: Sheet, first: int = 1, title: str = "") -> bytes:
    """Return sheets with the labels in order; the same labels give the same bytes.

    :param first: the place on the first sheet that isn't used yet, counted from 1, row by row
    :param title: the file's own
    :raises LabelRefused: for the first number that can't be printed so
    """
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(sheet.page[0] * mm, sheet.page[1] * mm), invariant=1)
    canvas.setTitle(title)
    for number, label in enumerate(labels, start=max(first, 1) - 1):
        place = number % sheet.places
        if place == 0 and number >= sheet.places:
            canvas.showPage()
        row, column = divmod(place, sheet.columns)
        x = (sheet.left + column * sheet.across) * mm
        y = (sheet.page[1] - sheet.top - row * sheet.down - sheet.height) * mm
        draw = _draw_barcode if isinstance(label, BarcodeLabel) else _draw_spine
        draw(canvas, label, x, y, sheet)
    canvas.save()
    return out.getvalue()


def spine_lines(mark: str) -> list[str]:
    """Return a shelf mark in the lines of a spine: cut at blanks, what's too much for five stays in the last."""
    parts = mark.split()
    return [*parts[: _MOST_LINES - 1], " ".join(parts[_MOST_LINES - 1 :])] if len(parts) > _MOST_LINES else parts


def _draw_barcode(canvas: Canvas, label: Any, x: float, y: float, sheet: Sheet) -> None:
    wide, high = sheet.width * mm, sheet.height * mm
    small = 6.0 if high < 30 * mm else 7.5
    line = small * 1.25
    top, bottom = y + high - _EDGE, y + _EDGE
    if label.owner:
        top -= line
        _centred(canvas, label.owner, x, top + small * 0.25, wide, small)
    if label.title:
        _centred(canvas, label.title, x, bottom, wide, small)
        bottom += line
    _centred(canvas, label.barcode, x, bottom, wide, small + 1.5)
    bottom += (small + 1.5) * 1.1
    _draw_bars(canvas, label, x, bottom, wide, top - bottom)


def _draw_bars(canvas: Canvas, label: BarcodeLabel, x: float, y: float, wide: float, high: float) -> None:
    count = _bars(label)
    bar = min(wide / (count + 2 * _QUIET), _WIDEST)
    if bar < _NARROWEST:
        raise LabelRefused(label.barcode, is_too_wide=True)
    x += (wide - count * bar) / 2
    if label.kind == "EAN13":
        drawing = Drawing()
        drawing.add(Ean13BarcodeWidget(label.barcode, barWidth=bar, barHeight=high, humanReadable=0, quiet=0))
        renderPDF.draw(drawing, canvas, x, y)
    else:
        _code(label, bar, high).drawOn(canvas, x, y)


def _bars(label: BarcodeLabel) -> float:
    """Return how wide the bars are, in narrowest ones."""
    text = label.barcode
    if label.kind == "EAN13":
        if not (len(text) == _EAN_LENGTH and text.isascii() and text.isdecimal() and _is_ean(text)):
            raise LabelRefused(text, is_too_wide=False)
        return _EAN_BARS
    is_known = all("!" <= each <= "~" for each in text)
    if not is_known or (label.kind == "CODE39" and not all(each.isalnum() or each in "-." for each in text)):
        raise LabelRefused(text, is_too_wide=False)
    return float(_code(label, 1, 1).width)


def _code(label: BarcodeLabel, bar: float, high: float) -> Any:
    if label.kind == "CODE39":
        return Standard39(label.barcode, barWidth=bar, barHeight=high, quiet=0, checksum=0, stop=1, ratio=2.5)
    return Code128(label.barcode, barWidth=bar, barHeight=high, quiet=0)


def _is_ean(digits: str) -> bool:
    return sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits)) % 10 == 0


def _draw_spine(canvas: Canvas, label: Any, x: float, y: float, sheet: Sheet) -> None:
    wide, high = sheet.width * mm, sheet.height * mm
    lines, small = spine_lines(label.mark) or ["–"], 6.5
    room = high - 2 * _EDGE - (small * 1.4 if label.place else 0)
    longest = max(width(each, _LARGEST, bold=True) for each in lines) or 1.0
    size = min(_LARGEST, room / (len(lines) * 1.15), _LARGEST * (wide - 2 * _EDGE) / longest)
    top = y + high - _EDGE - (room - len(lines) * size * 1.15) / 2
    for number, text in enumerate(lines, start=1):
        _centred(canvas, text, x, top - number * size * 1.15 + size * 0.25, wide, size, bold=True)
    if label.place:
        _centred(canvas, label.place, x, y + _EDGE, wide, small)


def _centred(canvas: Canvas, text: str, x: float, y: float, wide: float, size: float, *, bold: bool = False) -> None:
    room = wide - 2 * _EDGE + 0.01
    while text and width(text, size, bold=bold) > room:
        text = text[:-1].rstrip()
    x += (wide - width(text, size, bold=bold)) / 2
    for font, piece in pieces(text, bold=bold):
        canvas.setFont(font, size)
        canvas.drawString(x, y, piece)
        x += canvas.stringWidth(piece, font, size)
