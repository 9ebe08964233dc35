"""National identity numbers in one form, however they were typed, so that their hashes are the same. Pure."""

import re
from collections.abc import Callable, Mapping
from datetime import date

# Numbers that are given for a time have a day or a month that no calendar has.
_ADDED = {"DK": (60, 0), "SE": (60, 0), "FI": (0, 0), "NO": (40, 40)}
_SHAPES = {
    country: re.compile(shape, re.ASCII)
    for country, shape in {
        "DK": r"(?P<day>\d\d)(?P<month>\d\d)\d\d[- ]?[0-9A-Z]{4}",
        "SE": r"(?P<century>\d\d)?(?P<year>\d\d)(?P<month>\d\d)(?P<day>\d\d)(?P<sign>[-+ ]?)(?P<rest>\d{4})",
        # Since 2023 more signs than one stand for a century, and tell people of one day apart.
        "FI": r"(?P<day>\d\d)(?P<month>\d\d)\d\d(?P<sign>[-+ A-FU-Y]?)(?P<rest>\d{3}[0-9A-Y])",
        "NO": r"(?P<day>\d\d)(?P<month>\d\d)\d\d[- ]?\d{5}",
    }.items()
}


def normal_national_id(text: str, *, country: str, today: date) -> str | None:
    """Return a number as its hash is made of it, or None if it's no number of that country.

    Denmark and Norway: digits only. Sweden: twelve digits, the century told by `today` and the plus sign of those who
    are a hundred. Finland: with the sign of the century, a hyphen if there's none.

    :param country: DK, SE, FI or NO
    """
    typed = " ".join(text.replace("\N{EN DASH}", "-").replace("\N{MINUS SIGN}", "-").upper().split())
    shape = _SHAPES[country].fullmatch(re.sub(r" ?- ?", "-", typed))
    if shape is None or not _is_day(shape, *_ADDED[country]):
        return None
    return _FORMS[country](shape, today)


def _is_day(shape: re.Match[str], more_days: int, more_months: int) -> bool:
    day, month = int(shape["day"]), int(shape["month"])
    return day - more_days * (day > more_days > 0) in range(1, 32) and (
        month - more_months * (month > more_months > 0) in range(1, 13)
    )


def _digits(shape: re.Match[str], today: date) -> str:
    return re.sub(r"[- ]", "", shape[0])


def _swedish(shape: re.Match[str], today: date) -> str:
    rest = shape["year"] + shape["month"] + shape["day"] + shape["rest"]
    if shape["century"]:
        return shape["century"] + rest
    day = int(shape["day"])
    born = (int(shape["month"]), day - 60 * (day > 60))
    year = today.year - (today.year - int(shape["year"])) % 100
    if (year, *born) > (today.year, today.month, today.day):
        year -= 100
    if shape["sign"] == "+":
        year -= 100
    return f"{year // 100}{rest}"


def _finnish(shape: re.Match[str], today: date) -> str:
    sign = shape["sign"].strip() or "-"
    return shape[0][:6] + sign + shape["rest"]


_FORMS: Mapping[str, Callable[[re.Match[str], date], str]] = {
    "DK": _digits,
    "SE": _swedish,
    "FI": _finnish,
    "NO": _digits,
}
