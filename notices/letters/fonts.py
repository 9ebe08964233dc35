"""Letter shapes for letters: Bitstream Vera, and DejaVu for what Vera lacks. Both come with packages that are locked.

Vera has the alphabets of western Europe; DejaVu Sans Mono adds the rest of the Latin alphabets, Greek, Cyrillic and
more. A word with a letter that Vera lacks is set in DejaVu as a whole. A letter with more marks than either has loses
some of them. What's left, and what is written from right to left, can't be printed; the run's list says where.
"""

import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import barcode
import reportlab
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

REGULAR, BOLD, WIDE = "LetterRegular", "LetterBold", "LetterWide"
# What stands for a character that no font has.
MISSING = "\u25a1"


@cache
def _load() -> dict[str, frozenset[int]]:
    """Register the fonts once, and return which characters each has."""
    vera = Path(reportlab.__file__).parent / "fonts"
    places = {
        REGULAR: vera / "Vera.ttf",
        BOLD: vera / "VeraBd.ttf",
        WIDE: Path(barcode.__file__).parent / "fonts" / "DejaVuSansMono.ttf",
    }
    known = {}
    for name, place in places.items():
        font = TTFont(name, str(place))
        pdfmetrics.registerFont(font)
        known[name] = frozenset(font.face.charToGlyph)
    return known


def unprintable(text: str) -> str:
    """Return the characters of a text that can't be printed, each once."""
    return "".join(dict.fromkeys(each for each in unicodedata.normalize("NFC", text) if _printed(each) == MISSING))


def pieces(text: str, *, bold: bool = False) -> Iterator[tuple[str, str]]:
    """Yield (font, text) for a line of text, in order; what can't be printed is replaced.

    :param bold: for headings
    """
    own = BOLD if bold else REGULAR
    known = _load()[own]
    waiting, waiting_font = "", own
    for word in _words(unicodedata.normalize("NFC", text)):
        shown = "".join(_printed(each) for each in word)
        font = own if all(ord(each) in known for each in shown) else WIDE
        if font != waiting_font and waiting:
            yield waiting_font, waiting
            waiting = ""
        waiting, waiting_font = waiting + shown, font
    if waiting:
        yield waiting_font, waiting


def width(text: str, size: float, *, bold: bool = False) -> float:
    """Return how wide a line of text is, in points."""
    return sum(pdfmetrics.stringWidth(piece, font, size) for font, piece in pieces(text, bold=bold))


def _printed(character: str) -> str:
    """Return the nearest that can be printed: without its last marks if need be."""
    if _is_printable(character):
        return character
    parts = unicodedata.normalize("NFD", character)
    for length in range(len(parts) - 1, 0, -1):
        simpler = unicodedata.normalize("NFC", parts[:length])
        if len(simpler) == 1 and _is_printable(simpler):
            return simpler
    return MISSING


def _is_printable(character: str) -> bool:
    if character.isspace():
        return True
    if unicodedata.bidirectional(character) in ("R", "AL"):
        # Would be set in the wrong order, its letters unjoined.
        return False
    known = _load()
    return ord(character) in known[REGULAR] or ord(character) in known[WIDE]


def _words(text: str) -> Iterator[str]:
    """Yield words and the spaces between them."""
    word = ""
    for each in text:
        if each.isspace():
            if word:
                yield word
            yield " "
            word = ""
        else:
            word += each
    if word:
        yield word
