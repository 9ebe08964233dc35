"""Barcodes of items and cards: schemes with a prefix, a length and a check digit."""

import re
from dataclasses import dataclass
from typing import Literal

CheckDigit = Literal["none", "mod10", "mod11"]
_CLEAN = re.compile(r"[\s\-]+")


@dataclass(frozen=True)
class BarcodeScheme:
    """How a municipality numbers its items or cards.

    :ivar length: all characters, prefix and check digit included
    :ivar check_digit: `mod10` is Luhn's, `mod11` the weighted sum that Nordic library numbers use
    """

    prefix: str
    length: int
    check_digit: CheckDigit

    def make(self, serial: int) -> str:
        """Return the barcode with this serial number.

        :raises ValueError: if the serial number doesn't fit, or has no mod 11 digit
        """
        digits = self.length - len(self.prefix) - (0 if self.check_digit == "none" else 1)
        body = f"{self.prefix}{serial:0{digits}d}"
        if len(body) != len(self.prefix) + digits:
            raise ValueError(f"{serial} doesn't fit into {digits} digits")
        return body + _check_digit(body, self.check_digit)

    def serial(self, barcode: str) -> int | None:
        """Return the serial number of one of these barcodes, None for any other."""
        if self.problem(barcode):
            return None
        end = None if self.check_digit == "none" else -1
        digits = barcode[len(self.prefix) : end]
        return int(digits) if digits.isdecimal() else None

    def problem(self, barcode: str) -> str | None:
        """Return what's wrong with a barcode: LENGTH, PREFIX, CHARACTERS or CHECK_DIGIT, or None."""
        if not barcode.isascii() or not barcode.isalnum():
            return "CHARACTERS"
        if len(barcode) != self.length:
            return "LENGTH"
        if not barcode.startswith(self.prefix):
            return "PREFIX"
        if self.check_digit == "none":
            return None
        if not barcode[len(self.prefix) :].isdecimal():
            return "CHARACTERS"
        try:
            expected = _check_digit(barcode[:-1], self.check_digit)
        except ValueError:
            return "CHECK_DIGIT"
        return None if barcode[-1] == expected else "CHECK_DIGIT"


def clean_barcode(text: str) -> str:
    """Return what a scanner or a person typed, without blanks, hyphens and control characters, in upper case."""
    printable = "".join(character for character in text if character.isprintable())
    return _CLEAN.sub("", printable).upper()


def _check_digit(body: str, kind: CheckDigit) -> str:
    numbers = [int(character) for character in body if character.isdecimal()]
    if kind == "none":
        return ""
    if kind == "mod10":
        total = sum(
            sum(divmod(number * 2, 10)) if place % 2 == 0 else number for place, number in enumerate(reversed(numbers))
        )
        return str(-total % 10)
    total = sum(number * (2 + place % 6) for place, number in enumerate(reversed(numbers)))
    digit = -total % 11
    if digit == 10:
        raise ValueError(f"{body} has no mod 11 check digit")
    return str(digit)
