"""When the issues of a periodical are expected, what they're called, and when one is late. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from catalogue.rules.issues import issue_identity

_SUNDAY = 6
_MONTHS = 12
_LAST_SAFE_DAY = 28
# Days after its own on which an issue is late: the post of two days, of a week, and a printer's delay.
_LATE_AFTER = {"WORKDAY": 2, "WEEK": 6, "TIMES": 14}
_MOST_IN_ONE = 12
_YEAR = 365.25
_DAY, _FARTHEST = timedelta(days=1), timedelta(days=800)
# What's a year late won't come.
GIVEN_UP_AFTER = timedelta(days=365)


class Plan(Protocol):
    """What of a subscription says when issues come; see `circulation.models.Subscription`."""

    every: str
    times_a_year: int
    first_on: date
    first_number: int
    runs_on: bool
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class Foreseen:
    """An issue that's to come, or should have."""

    volume: str
    day: date


def foreseen(plan: Plan, *, since: date, until: date) -> Iterator[Foreseen]:
    """Yield the issues that a plan foresees between two days, in their order; none for one that comes irregularly."""
    until = min(until, plan.ends_on or until)
    place, year, number = 0, plan.first_on.year, plan.first_number
    while plan.every != "NO_PLAN" and (day := _day(plan, place)) <= until:
        if plan.every == "WORKDAY":
            volume = day.isoformat()
        elif plan.every == "TIMES" and not plan.runs_on:
            years, number = divmod(plan.first_number - 1 + place, plan.times_a_year)
            volume = f"{plan.first_on.year + years}:{number + 1}"
        else:
            number = 1 if day.year != year and not plan.runs_on else number + bool(place)
            year = day.year
            volume = f"{year}:{number}"
        if day >= since and not (plan.every == "WORKDAY" and day.weekday() == _SUNDAY):
            yield Foreseen(volume, day)
        place += 1


def next_issue(plan: Plan, today: date) -> Foreseen | None:
    """Return the first issue after a day, None for a plan that foresees none."""
    return next(foreseen(plan, since=today + _DAY, until=today + _FARTHEST), None)


def due_before(plan: Plan, *, day: date, today: date) -> list[Foreseen]:
    """Return what should have come by now and before a day, unless it's so old that it won't come."""
    return list(foreseen(plan, since=today - GIVEN_UP_AFTER, until=min(today, day - _DAY)))


def is_late(plan: Plan, day: date, today: date) -> bool:
    """Return whether an issue that was expected on a day should have come by now."""
    return (today - day).days > _LATE_AFTER.get(plan.every, 0)


def keys_covered(volumes: Iterable[str]) -> set[tuple[int, str]]:
    """Return the keys of the issues that these are; a double issue "2026:7-8" is also 7 and 8.

    A supplement to an issue isn't the issue.
    """
    found = set()
    for year, number, besides in filter(None, map(issue_identity, volumes)):
        if not besides:
            found.add((year, number))
            found.update((year, str(each)) for each in _several(number))
    return found


def _several(number: str) -> Iterable[int]:
    first, _, last = number.partition("-")
    if not (first.isdecimal() and last.isdecimal()):
        return ()
    return range(int(first), int(last) + 1) if int(last) - int(first) < _MOST_IN_ONE else ()


def _day(plan: Plan, place: int) -> date:
    if plan.every == "WORKDAY":
        return plan.first_on + timedelta(days=place)
    if plan.every == "WEEK":
        return plan.first_on + timedelta(weeks=place)
    if _MONTHS % plan.times_a_year:
        return plan.first_on + timedelta(days=round(place * _YEAR / plan.times_a_year))
    years, month = divmod(plan.first_on.month - 1 + place * (_MONTHS // plan.times_a_year), _MONTHS)
    # The 31st isn't in every month.
    return date(
        plan.first_on.year + years, month + 1, min(plan.first_on.day, _LAST_SAFE_DAY) if place else plan.first_on.day
    )
