"""What a closing does to due dates and hold shelves. Pure."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

from circulation.rules.due_dates import within_card
from circulation.rules.hour_loans import end_of_day, next_opening
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


def moved_due_date(due_date: date, after: Calendar, *, today: date, expires_on: date | None) -> date:
    """Return the day to which a loan moves that would end while the branch is closed.

    That's the next open day, or the last one before it on which the card still counts, as at a check-out.

    :raises NeverOpen: if the branch doesn't open again
    """
    return within_card(after.next_open_day(due_date), expires_on, start=today, calendar=after).day


def moved_due_at(due_at: datetime, after: Calendar, *, today: date, expires_on: date | None) -> datetime:
    """Return when a loan by the hour ends whose hour falls into the closing: when the branch opens again.

    Where the card ends before that, it's with the last open day on which the card still counts.

    :param due_at: in the branch's time zone
    :raises NeverOpen: if the branch doesn't open again
    """
    at = next_opening(due_at, after)
    if at is None:
        at = datetime.combine(after.next_open_day(due_at.date()), due_at.time(), due_at.tzinfo)
    due = within_card(at.date(), expires_on, start=today, calendar=after)
    return end_of_day(datetime.combine(due.day, at.time(), at.tzinfo)) if due.is_shortened else at


def moved_shelf_date(
    shelf_until: date, closed: Collection[date], after: Calendar, *, needed_by: date | None = None
) -> date:
    """Return until when a hold waits on the shelf: as many open days as it had, but not longer than she needs it.

    :param closed: the days that are newly closed, from today on
    :param needed_by: the last day on which she can use it
    :raises NeverOpen: if the branch doesn't open again
    """
    moved = after.add_open_days(shelf_until, sum(1 for day in closed if day <= shelf_until))
    return moved if needed_by is None else max(shelf_until, min(moved, needed_by))
