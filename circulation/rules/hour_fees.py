"""How late a loan by the hour is in hours, and for how many periods of them it costs. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from holdings.rules.calendars import Calendar

_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_NONE = timedelta()


@dataclass(frozen=True)
class ByHour:
    """A fee of so much for each period of hours.

    :ivar grace: hours late that cost nothing
    :ivar opening_hours: whether only the time counted in which the branch was open
    """

    amount: Decimal
    period_hours: int
    periods: int
    hours_late: int
    grace: int = 0
    opening_hours: bool = False

    def as_facts(self) -> dict[str, Any]:
        """Return it as the ledger keeps it."""
        facts: dict[str, Any] = {
            "per_hour": str(self.amount),
            "period_hours": self.period_hours,
            "periods": self.periods,
            "hours_late": self.hours_late,
            "calendar": "OPENING_HOURS" if self.opening_hours else "EVERY_HOUR",
        }
        if self.grace:
            facts["grace_hours"] = self.grace
        return facts


def hours_late(due_at: datetime, until: datetime, *, calendar: Calendar | None = None) -> int:
    """Return the hours from the end of a loan until it's back: whole ones, but the first counts once it has begun.

    :param due_at: in the lending branch's time zone, as `until`
    :param calendar: of a branch whose closed time doesn't count. Where nobody has told any of its hours, its open days
        count whole; a single day that it opens without hours counts none.
    """
    if _elapsed(due_at, until) <= _NONE:
        return 0
    late = _elapsed(due_at, until) if calendar is None else sum(_open_time(due_at, until, calendar), _NONE)
    return max(1, late // _HOUR) if late > _NONE else 0


def _open_time(start: datetime, end: datetime, calendar: Calendar) -> Iterator[timedelta]:
    day = start.date()
    while day <= end.date():
        if hours := _hours_on(day, calendar):
            opens, closes = (datetime.combine(day + ahead, at, start.tzinfo) for ahead, at in hours)
            yield max(_NONE, _elapsed(max(start, opens), min(end, closes)))
        day += _DAY


def _hours_on(day: date, calendar: Calendar) -> tuple[tuple[timedelta, time], tuple[timedelta, time]] | None:
    """The days ahead and the times at which the branch opens and closes; None if it's closed."""
    if not calendar.hours:
        return ((_NONE, time()), (_DAY, time())) if calendar.is_open(day) else None
    hours = calendar.hours_on(day)
    return ((_NONE, hours[0]), (_NONE, hours[1])) if hours else None


def _elapsed(start: datetime, end: datetime) -> timedelta:
    """By the clock that knows no summer time: between two moments of one zone Python would count the wall clock's."""
    return end.astimezone(UTC) - start.astimezone(UTC)
