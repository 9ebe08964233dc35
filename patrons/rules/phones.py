"""Whether two ways of writing a phone number are one number. Pure."""

import re

from patrons.models import PHONE_DIGITS

_SHAPE = re.compile(r"\+?[\d\s().\-/\u00a0]{6,24}", re.ASCII)
_LEFT_OUT_ABROAD = re.compile(r"\(\s*0\s*\)")
_SEPARATORS = re.compile(r"[^+\d]", re.ASCII)
_FEWEST, _LONGEST_CODE = 6, 3


def looks_like_phone(text: str) -> bool:
    """Return whether somebody may mean a phone number by this."""
    return bool(_SHAPE.fullmatch(text)) and len(_bare(text).removeprefix("+")) >= _FEWEST


def ending_of(number: str) -> str:
    """Return the last digits of a number, by which those that may be the same are looked up."""
    return _bare(number).removeprefix("+")[-PHONE_DIGITS:]


def is_same_phone(one: str, other: str) -> bool:
    """Return whether both are one number: separators don't count, and one of them may leave the country's code out."""
    one, other = _bare(one), _bare(other)
    if one == other:
        return True
    if one.startswith("+") == other.startswith("+"):
        return False
    abroad, at_home = (one, other) if one.startswith("+") else (other, one)
    # Sweden and Finland write a 0 before the area code that's left out behind the country's.
    national = at_home.removeprefix("0")
    return abroad.endswith(national) and 0 < len(abroad) - len(national) - 1 <= _LONGEST_CODE


def _bare(number: str) -> str:
    bare = _SEPARATORS.sub("", _LEFT_OUT_ABROAD.sub("", number))
    return f"+{bare[2:]}" if bare.startswith("00") else bare
