"""Pure facts about patrons: their names' sort keys, ages, PINs, and how long a membership lasts."""

import re
from calendar import monthrange
from datetime import date, timedelta

from common.sort_keys import sort_key

_PIN = re.compile(r"[0-9]{4,8}")
# By law, in all countries that we know of here.
_COMES_OF_AGE = 18


def name_keys(given_name: str, family_name: str, language: str) -> tuple[str, str]:
    """Return the keys that a patron is sorted and found by: family name first, and given name first."""
    family, given = sort_key(family_name, language), sort_key(given_name, language)
    return f"{family} {given}".strip()[:200], f"{given} {family}".strip()[:200]


def age_on(birth_date: date | None, day: date) -> int | None:
    """Return the age in full years on a day, or None when the birth date isn't known.

    Somebody born on 29 February comes of age on 1 March in other years.
    """
    if birth_date is None:
        return None
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


def is_under_age(birth_date: date | None, *, is_child_category: bool, on: date) -> bool:
    """Return whether somebody else answers for a patron: by age, or by category where the birth date isn't known."""
    age = age_on(birth_date, on)
    return is_child_category if age is None else age < _COMES_OF_AGE


def membership_end(first: date, *, months: int | None, days: int | None) -> date | None:
    """Return the last day of a membership that begins or goes on on a day; None is without end.

    A month ends where the calendar's does: from 31 January one month lasts until 28 or 29 February.

    :param days: of a temporary membership, counted instead of months; the first day is one of them
    """
    if days:
        return first + timedelta(days=days - 1)
    if not months:
        return None
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    return date(year, month + 1, min(first.day, monthrange(year, month + 1)[1]))


def is_pin(text: str) -> bool:
    """Return whether a text can be a PIN: four to eight digits."""
    return _PIN.fullmatch(text) is not None


def has_expired(expires_on: date | None, day: date) -> bool:
    """Return whether a membership has run out on a day; its last day still counts."""
    return expires_on is not None and day > expires_on
