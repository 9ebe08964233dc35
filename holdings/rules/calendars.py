"""A branch's calendar: which days it's open. Pure, and bounded: a branch that never opens is an error, not a loop."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta

_DAY = timedelta(days=1)
# Longer than any closure for building work.
_FURTHEST = 1100


Hours = tuple[time, time]


class NeverOpen(ValueError):
    """The calendar has no open day within three years."""


@dataclass(frozen=True)
class Calendar:
    """The weekdays on which a branch is open, and the dates that differ.

    :ivar open_weekdays: Monday is 0
    :ivar exceptions: dates that are open (True) or closed (False) whatever the week or the year says
    :ivar yearly: months and days on which it's closed every year
    :ivar hours: when it opens and closes, by weekday
    """

    open_weekdays: frozenset[int]
    exceptions: Mapping[date, bool] = field(default_factory=dict)
    yearly: frozenset[tuple[int, int]] = frozenset()
    hours: Mapping[int, Hours] = field(default_factory=dict)

    def is_open(self, day: date) -> bool:
        """Return whether the branch is open on a day; a single day goes before a yearly one, that before the week."""
        exception = self.exceptions.get(day)
        if exception is not None:
            return exception
        return day.weekday() in self.open_weekdays and (day.month, day.day) not in self.yearly

    def hours_on(self, day: date) -> Hours | None:
        """Return when the branch opens and closes on a day; None if it's closed, or open at hours nobody has told."""
        return self.hours.get(day.weekday()) if self.is_open(day) else None

    def next_open_day(self, day: date) -> date:
        """Return the day itself if it's open, else the first open day after it.

        :raises NeverOpen: if there's none
        """
        return self._first_open(day, _DAY)

    def last_open_day(self, day: date) -> date:
        """Return the day itself if it's open, else the last open day before it.

        :raises NeverOpen: if there's none
        """
        return self._first_open(day, -_DAY)

    def add_open_days(self, day: date, count: int) -> date:
        """Return the day that lies `count` open days after `day`, or before it if `count` is negative.

        :raises NeverOpen: if the calendar runs out of open days
        """
        step = _DAY if count >= 0 else -_DAY
        for _ in range(abs(count)):
            day = self._first_open(day + step, step)
        return day

    def open_days_between(self, one: date, other: date) -> int:
        """Return how many open days lie after the earlier of two days, up to and with the later one."""
        earlier, later = sorted((one, other))
        return sum(self.is_open(earlier + timedelta(days=number)) for number in range(1, (later - earlier).days + 1))

    def same_open_weekday(self, day: date) -> date:
        """Return the day if it's open, else the next open day of that weekday; of any, if the weekday is always closed.

        :raises NeverOpen: if there's none
        """
        if day.weekday() not in self.open_weekdays:
            return self.next_open_day(day)
        return self._first_open(day, timedelta(days=7))

    def _first_open(self, day: date, step: timedelta) -> date:
        # Without an open weekday only the exceptions can be open, so those are asked instead of each day.
        if not self.open_weekdays and not any(self.exceptions.values()):
            raise NeverOpen
        for _ in range(_FURTHEST // abs(step.days)):
            if self.is_open(day):
                return day
            day += step
        raise NeverOpen
