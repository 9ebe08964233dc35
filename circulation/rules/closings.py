"""What a closing does to due dates and hold shelves. Pure."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

from circulation.rules.hour_loans import next_opening
from holdings.rules.calendars import Calendar, Hours

MOST_DAYS = 366


def days_of(first: date, last: date) -> Iterator[date]:
    """Yield the days from the first to the last, both among them."""
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def newly_closed(calendar: Calendar, days: Collection[date]) -> list[date]:
    """Return which of these days the branch would have been open."""
    return sorted(day for day in days if calendar.is_open(day))


def closed_on(calendar: Calendar, days: Collection[date]) -> Calendar:
    """Return the calendar with these days closed."""
    return replace(calendar, exceptions={**calendar.exceptions, **dict.fromkeys(days, False)})


def with_week(calendar: Calendar, week: Mapping[int, Hours]) -> Calendar:
    """Return the calendar with other weekly hours; a weekday that isn't among them is closed."""
    return replace(calendar, open_weekdays=frozenset(week), hours=dict(week))


def moved_due_date(due_date: date, after: Calendar) -> date:
    """Return the day to which a loan moves that would end while the branch is closed.

    :raises NeverOpen: if the branch doesn't open again
    """
    return after.next_open_day(due_date)


def moved_due_at(due_at: datetime, after: Calendar) -> datetime:
    """Return when a loan by the hour ends whose hour falls into the closing: when the branch opens again.

    :param due_at: in the branch's time zone
    :raises NeverOpen: if the branch doesn't open again
    """
    opening = next_opening(due_at, after)
    return opening or datetime.combine(after.next_open_day(due_at.date()), due_at.time(), due_at.tzinfo)


def moved_shelf_date(shelf_until: date, closed: Collection[date], after: Calendar) -> date:
    """Return until when a hold waits on the shelf: as many open days as it had.

    :param closed: the days that are newly closed, from today on
    :raises NeverOpen: if the branch doesn't open again
    """
    return after.add_open_days(shelf_until, sum(1 for day in closed if day <= shelf_until))
