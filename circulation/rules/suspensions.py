"""Days without lending instead of a fee, or beside it: how many a late return costs, and until when. Pure."""

from datetime import date, timedelta

from holdings.rules.calendars import Calendar


def suspension_days(*, late: int, days: int, period: int = 1, grace: int = 0, longest: int | None = None) -> int:
    """Return how many days a patron is stopped from borrowing.

    :param days: for each `period` of days late; what's left of a period counts for its part, rounded down
    :param grace: days late that cost nothing
    """
    stopped = max(0, late - grace) * days // period
    return stopped if longest is None else min(stopped, longest)


def suspended_until(
    *, returned_on: date, days: int, calendar: Calendar | None, running_until: date | None, adds_up: bool
) -> date:
    """Return the last day of the stop.

    :param calendar: where closed days don't count; None if they do
    :param running_until: the last day of a stop that's running already
    :param adds_up: whether the new one begins after that; else the longer of both holds
    :raises holdings.rules.calendars.NeverOpen: if the calendar has no open days
    """
    runs_on = running_until is not None and running_until > returned_on
    begins = running_until if adds_up and runs_on and running_until is not None else returned_on
    until = calendar.add_open_days(begins, days) if calendar else begins + timedelta(days=days)
    return max(until, running_until) if running_until is not None else until
