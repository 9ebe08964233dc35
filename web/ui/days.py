"""Days and moments as people read them, and how far away a due date is."""

from datetime import date, datetime, time
from functools import lru_cache

from babel.dates import format_date, format_time
from django.utils import timezone
from django.utils.translation import get_language, gettext, ngettext

from web.ui.money import locale_of

# Tables need one width and the year; sentences need the weekday.
SHORT_PATTERNS = {"da": "dd.MM.yyyy", "sv": "yyyy-MM-dd", "fi": "d.M.yyyy", "en": "d MMM yyyy"}
# In Finnish the weekday's basic form: CLDR's other one says "on Monday", and on some days isn't there.
LONG_PATTERNS = {"da": "EEEE d. MMMM", "sv": "EEEE d MMMM", "fi": "cccc d. MMMM", "en": "EEEE d MMMM"}
CLOCK_PATTERNS = {"da": "HH.mm", "sv": "HH:mm", "fi": "H.mm", "en": "HH:mm"}
SOON_DAYS = 7


def _day_of(value: date | datetime) -> date:
    if isinstance(value, datetime):
        return timezone.localtime(value).date() if timezone.is_aware(value) else value.date()
    return value


def short_day(value: date | datetime) -> str:
    """Write the day for a table: 17.12.2026 · 2026-12-17 · 17 Dec 2026."""
    return _write_short(_day_of(value), get_language())


@lru_cache(maxsize=4096)
def _write_short(day: date, language: str | None) -> str:
    locale = locale_of(language)
    return format_date(day, SHORT_PATTERNS[locale.language], locale=locale)


def long_day(value: date | datetime, today: date | None = None) -> str:
    """Write the day for a sentence: torsdag 17. december, with the year when it isn't this one."""
    day = _day_of(value)
    locale = locale_of(get_language())
    pattern = LONG_PATTERNS[locale.language]
    if day.year != (today or timezone.localdate()).year:
        pattern += " y"
    return format_date(day, pattern, locale=locale)


def clock(value: datetime) -> str:
    """Write the time of day: 14.32 or 14:32."""
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    locale = locale_of(get_language())
    return format_time(local.time(), CLOCK_PATTERNS[locale.language], locale=locale)


def hour(value: time) -> str:
    """Write a time of day that's the same every week, as opening hours are: 10.00 or 10:00."""
    locale = locale_of(get_language())
    return format_time(value, CLOCK_PATTERNS[locale.language], locale=locale)


def moment(value: datetime) -> str:
    """Write day and time of day."""
    return f"{short_day(value)}\xa0{clock(value)}"


def days_until(due: date | datetime, today: date | None = None) -> int:
    """Count the days to the due date, negative when it's past."""
    return (_day_of(due) - (today or timezone.localdate())).days


def due_text(due: date | datetime, today: date | None = None) -> str:
    """Say how far away a due date is: today, tomorrow, in 5 days, 8 days late."""
    days = days_until(due, today)
    if days == 0:
        return gettext("today")
    if days == 1:
        return gettext("tomorrow")
    if days > 1:
        return ngettext("in %(days)d day", "in %(days)d days", days) % {"days": days}
    return ngettext("%(days)d day late", "%(days)d days late", -days) % {"days": -days}


def due_kind(due: date | datetime, today: date | None = None) -> str:
    """Return the status kind of a due date: stop when late, notice in the last week, none before that."""
    days = days_until(due, today)
    if days < 0:
        return "stop"
    return "notice" if days <= SOON_DAYS else "none"
