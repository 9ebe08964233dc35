"""When a loan is due, in words: its day, and by which hour if it's a loan by the hour, by its branch's clock.

A loan here is whatever has `due_date`, `due_at` and, where `due_at` is set, `lending_branch`.
"""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext, ngettext

from circulation.rules.hour_loans import is_overdue
from web.ui import days


def due_day(loan: Any) -> str:
    """Write when a loan is due for a table: 17.12.2026, or 17.12.2026 14.32 for one by the hour."""
    return stored_day(_due(loan))


def due_long(loan: Any) -> str:
    """Write when a loan is due for a sentence: torsdag 17. december, with the hour for one by the hour."""
    return stored_day_long(_due(loan))


def is_late(loan: Any) -> bool:
    """Return whether a loan is past its hour, or its day over where it was lent."""
    now = timezone.now()
    there = now.astimezone(ZoneInfo(loan.lending_branch.time_zone)) if loan.due_at else timezone.localtime(now)
    return is_overdue(loan.due_date, loan.due_at, there)


def late_by(result: Any) -> str:
    """Write by how much what came back was late: days, or hours of a loan by the hour on its very day.

    :param result: of a return, with `days_late` and `hours_late`
    """
    if result.days_late:
        count = result.days_late
        return ngettext("%(count)s day late", "%(count)s days late", count) % {"count": count}
    count = result.hours_late
    return ngettext("%(count)s hour late", "%(count)s hours late", count) % {"count": count}


def due_kind(loan: Any, today: date | None = None) -> str:
    """Return the status kind of a loan: stop when late, notice in the last week, none before that."""
    return "stop" if loan.due_at is not None and is_late(loan) else days.due_kind(loan.due_date, today)


def due_words(loan: Any, today: date | None = None) -> str:
    """Say how far away it is that a loan is due: in 5 days, today 14.32, late since 14.32, 8 days late."""
    if loan.due_at is None or days.days_until(loan.due_date, today) < 0:
        return days.due_text(loan.due_date, today)
    at = days.clock(_due(loan))
    if is_late(loan):
        return gettext("late since %(clock)s") % {"clock": at}
    return f"{days.due_text(loan.due_date, today)}\xa0{at}"


def stored_day(value: date | str) -> str:
    """Write a day for a table, or a moment by the clock that it was given by; both also as ISO text."""
    found = _read(value)
    return f"{days.short_day(found)}\xa0{days.clock(found)}" if isinstance(found, datetime) else days.short_day(found)


def stored_day_long(value: date | str) -> str:
    """Write a day for a sentence, or a moment by the clock that it was given by; both also as ISO text."""
    found = _read(value)
    return f"{days.long_day(found)}\xa0{days.clock(found)}" if isinstance(found, datetime) else days.long_day(found)


def _due(loan: Any) -> Any:
    """The day, or the moment by the branch's clock; one of these may be given in place of the loan."""
    if isinstance(loan, date):
        return loan
    if loan.due_at is None:
        return loan.due_date
    return loan.due_at.astimezone(ZoneInfo(loan.lending_branch.time_zone)).replace(tzinfo=None)


def _read(value: date | str) -> Any:
    if isinstance(value, str):
        value = datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)
    return value.replace(tzinfo=None) if isinstance(value, datetime) else value
