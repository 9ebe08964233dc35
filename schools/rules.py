"""School years and the order in which a class is served: no database."""

from collections.abc import Sequence
from datetime import date


def school_year_of(day: date) -> str:
    """Return the school year of a day, as "2026-2027"; it begins on 1 August."""
    start = day.year if day.month >= 8 else day.year - 1
    return f"{start}-{start + 1}"


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
