"""Standard numbers: ISBN as thirteen digits and ISSN as eight characters, both only if their check digit is right."""

import re
from collections.abc import Iterable

_ISBN = re.compile(r"97[89](?:[ -]?\d){10}|\d(?:[ -]?\d){8}[ -]?[\dXx]")
# From the last digit on.
_FAUST_WEIGHTS = (1, 2, 3, 4, 5, 6, 7, 2, 3)
_ISSN = re.compile(r"(?<!\d)(\d{4})[-– ]?(\d{3}[\dXx])(?!\d)")


def isbn13(text: str) -> str | None:
    """Return the ISBN that the text begins with, as thirteen digits, or None if there's none that is valid."""
    found = _ISBN.match(text.lstrip(" (["))
    if not found:
        return None
    number = found[0].replace("-", "").replace(" ", "").upper()
    if len(number) == 13:
        return number if _isbn13_check(number[:12]) == number[12] else None
    total = sum(weight * _digit(character) for weight, character in zip(range(10, 0, -1), number, strict=True))
    if total % 11:
        return None
    stem = "978" + number[:9]
    return stem + _isbn13_check(stem)


def isbn10(number: str) -> str:
    """Return the ten characters that an ISBN of thirteen digits had before 2007, or nothing for one that came later."""
    stem = number[3:12]
    if not number.startswith("978"):
        return ""
    check = -sum(weight * int(digit) for weight, digit in zip(range(10, 1, -1), stem, strict=True)) % 11
    return stem + ("X" if check == 10 else str(check))


def issn(text: str) -> str | None:
    """Return the first ISSN in the text, without its hyphen, or None if there's none that is valid."""
    found = _ISSN.search(text)
    if not found:
        return None
    number = (found[1] + found[2]).upper()
    total = sum(weight * _digit(character) for weight, character in zip(range(8, 0, -1), number, strict=True))
    return None if total % 11 else number


def is_faust(text: str) -> bool:
    """Return whether the text is a FAUST number, which Danish national records have: eight or nine digits.

    The last one checks the others, as those of the national centre's own records show.
    """
    digits = text.replace(" ", "").replace("-", "")
    if not (len(digits) in (8, 9) and digits.isascii() and digits.isdecimal()):
        return False
    return sum(weight * int(digit) for weight, digit in zip(_FAUST_WEIGHTS, reversed(digits), strict=False)) % 11 == 0


def isbns(texts: Iterable[str]) -> list[str]:
    """Return the valid ISBNs among the texts, each once, in order."""
    return list(dict.fromkeys(number for text in texts if (number := isbn13(text))))


def issns(texts: Iterable[str]) -> list[str]:
    """Return the valid ISSNs among the texts, each once, in order."""
    return list(dict.fromkeys(number for text in texts if (number := issn(text))))


def _isbn13_check(stem: str) -> str:
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(stem))
    return str(-total % 10)


def _digit(character: str) -> int:
    return 10 if character == "X" else int(character)
