"""Pure facts about patrons: their names' sort keys, ages, and whether a card still holds."""

from datetime import date

from common.sort_keys import sort_key


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


def has_expired(expires_on: date | None, day: date) -> bool:
    """Return whether a membership has run out on a day; its last day still counts."""
    return expires_on is not None and day > expires_on
