"""School years, classes' names and the order in which a class is served: no database."""

import re
from collections.abc import Sequence
from datetime import date

# In the Nordic countries nobody is in a grade above this at a municipality's school.
_LAST_GRADE = 9
_CLASS_NAME = re.compile(r"(\D*)(\d{1,2})(.*)$")


def school_year_of(day: date) -> str:
    """Return the school year of a day, as "2026-2027"; it begins on 1 August."""
    start = day.year if day.month >= 8 else day.year - 1
    return f"{start}-{start + 1}"


def year_after(school_year: str) -> str:
    """Return the school year after one: "2027-2028" after "2026-2027"."""
    start = int(school_year[:4]) + 1
    return f"{start}-{start + 1}"


def name_a_grade_up(name: str) -> str:
    """Return what a class is called a grade up: "5.B" becomes "6.B"; a name without a number stays."""
    found = _CLASS_NAME.match(name)
    return f"{found[1]}{int(found[2]) + 1}{found[3]}" if found else name


def is_last_grade(grade: int | None) -> bool:
    """Return whether a grade's pupils usually leave; the tenth is voluntary, so the ninth counts too."""
    return grade is not None and grade >= _LAST_GRADE


def next_without(pupils: Sequence[tuple[int, bool]], *, after: int | None) -> int | None:
    """Return who gets the next book: the first who lacks it after a pupil, then from the start again.

    :param pupils: the class in order, as (pupil's number, has the book)
    :param after: who got the last one, None to begin
    """
    numbers = [number for number, _ in pupils]
    start = numbers.index(after) + 1 if after in numbers else 0
    for number, has_it in [*pupils[start:], *pupils[:start]]:
        if not has_it:
            return number
    return None
