"""When a loan by the hour ends: counted by the clock, safe in summer time, moved by the opening hours. Pure."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from circulation.rules.values import DueMode, HoursEnd
from holdings.rules.calendars import Calendar, NeverOpen

_DAY = timedelta(days=1)
# A branch with hours opens again within this many open days, or its hours aren't known.
_FURTHEST = 14
END_OF_DAY = time(23, 59)


def due_at(now: datetime, hours: int, *, end: HoursEnd | None, mode: DueMode, calendar: Calendar) -> datetime:
    """Return when a loan of so many hours ends.

    A branch whose hours nobody has told is taken as if opening hours didn't matter.

    :param now: in the branch's time zone
    :param mode: of days: unless it counts every day, a loan that would end on a closed day ends when it opens again
    """
    raw = (now.astimezone(UTC) + timedelta(hours=hours)).astimezone(now.tzinfo)
    if _is_open_at(raw, calendar):
        return raw
    if end == HoursEnd.CLOSE:
        return _last_closing(raw, calendar, after=now) or next_opening(raw, calendar) or raw
    if end == HoursEnd.OPEN or (mode != DueMode.EVERY_DAY and not calendar.is_open(raw.date())):
        return next_opening(raw, calendar) or raw
    return raw


def next_opening(moment: datetime, calendar: Calendar) -> datetime | None:
    """Return when the branch opens at or after a moment in its time zone, None if nobody has told its hours."""
    return next((opening for opening in _openings(moment, calendar) if opening >= moment), None)


def is_overdue(due_date: date, ends_at: datetime | None, now: datetime) -> bool:
    """Return whether a loan is late: past its hour, or with its day over.

    :param ends_at: when a loan by the hour ends, None for one by the day
    :param now: in the lending branch's time zone
    """
    return now > ends_at if ends_at is not None else now.date() > due_date


def end_of_day(day: datetime) -> datetime:
    """Return the moment with which a local day ends for loans."""
    return datetime.combine(day.date(), END_OF_DAY, day.tzinfo)


def _is_open_at(moment: datetime, calendar: Calendar) -> bool:
    hours = calendar.hours_on(moment.date())
    return hours is not None and hours[0] <= moment.time() <= hours[1]


def _last_closing(moment: datetime, calendar: Calendar, *, after: datetime) -> datetime | None:
    """Return the last time that the branch closes before a moment, None if it's closed all the while since `after`."""
    day = moment.date()
    while day >= after.date():
        if hours := calendar.hours_on(day):
            closing = datetime.combine(day, hours[1], moment.tzinfo)
            if after < closing <= moment:
                return closing
        day -= _DAY
    return None


def _openings(moment: datetime, calendar: Calendar) -> Iterator[datetime]:
    day = moment.date()
    for _ in range(_FURTHEST):
        try:
            day = calendar.next_open_day(day)
        except NeverOpen:
            return
        if hours := calendar.hours_on(day):
            yield datetime.combine(day, hours[0], moment.tzinfo)
        day += _DAY
