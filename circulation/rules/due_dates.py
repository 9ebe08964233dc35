"""When a loan ends: counted through the lending branch's calendar, never after the card. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta

from circulation.rules.resolution import Resolved
from circulation.rules.values import DueMode, FixedDateMode, RenewalBase
from holdings.rules.calendars import Calendar


@dataclass(frozen=True)
class DueDate:
    """The day with which a loan ends, at 23:59 in the lending branch's time zone.

    :ivar is_shortened: the card ends first, so the loan was moved back
    """

    day: date
    is_shortened: bool = False


def count_days(start: date, days: int, mode: DueMode, calendar: Calendar) -> date:
    """Return the day on which `days` days are over, as the mode counts them.

    :raises NeverOpen: if the mode needs an open day and the calendar has none
    """
    if mode == DueMode.OPEN_DAYS_ONLY:
        return calendar.add_open_days(start, days)
    day = start + timedelta(days=days)
    if mode == DueMode.NEXT_OPEN_DAY:
        return calendar.next_open_day(day) if days >= 0 else calendar.last_open_day(day)
    if mode == DueMode.SAME_WEEKDAY:
        return calendar.same_open_weekday(day) if days % 7 == 0 else calendar.next_open_day(day)
    return day


def fixed(day: date, fixed_day: date | None, mode: FixedDateMode | None, *, today: date) -> date:
    """Return the day after a fixed end date, a school year's for instance, has had its say.

    A fixed date that's over says nothing more: nobody's loan may end today because last year's date still stands.
    """
    if fixed_day is None or fixed_day < today:
        return day
    if mode == FixedDateMode.EXACT:
        return fixed_day
    if mode == FixedDateMode.FLOOR:
        return max(day, fixed_day)
    return min(day, fixed_day)


def within_card(day: date, expires_on: date | None, *, start: date, calendar: Calendar) -> DueDate:
    """Return the day, moved back to an open day if the card ends before it, but never before the loan starts.

    :raises NeverOpen: if the calendar has no open day
    """
    if expires_on is None or day <= expires_on or expires_on < start:
        # A card that has ended already is a reason of its own, and a member of staff may override it.
        return DueDate(day)
    return DueDate(max(start, calendar.last_open_day(expires_on)), is_shortened=True)


def due_date_of_loan(
    rules: Resolved, calendar: Calendar, *, today: date, expires_on: date | None, chosen: date | None = None
) -> DueDate:
    """Return when a loan made today ends.

    :param chosen: the day that staff chose instead of the rules', a class loan's for instance
    :raises RuleMissing: if the rules say nothing of the loan period
    :raises NeverOpen: if the calendar has no open day
    """
    if chosen is None:
        mode = DueMode(rules.value("due_mode"))
        chosen = _fixed(rules, count_days(today, rules.value("loan_days"), mode, calendar), today=today)
    return within_card(chosen, expires_on, start=today, calendar=calendar)


def due_date_of_renewal(
    rules: Resolved, calendar: Calendar, *, today: date, due_date: date, expires_on: date | None
) -> DueDate:
    """Return when a loan that's renewed today ends.

    :raises RuleMissing: if the rules say nothing of the period
    :raises NeverOpen: if the calendar has no open day
    """
    days = rules.value("renewal_days")
    if days is None:
        days = rules.value("loan_days")
    # Counting on from a due date that's long past could end in the past.
    base = max(today, due_date) if rules.value("renewal_base") == RenewalBase.DUE_DATE else today
    day = _fixed(rules, count_days(base, days, DueMode(rules.value("due_mode")), calendar), today=today)
    return within_card(day, expires_on, start=today, calendar=calendar)


def _fixed(rules: Resolved, day: date, *, today: date) -> date:
    mode = rules.value("fixed_due_date_mode")
    return fixed(day, rules.value("fixed_due_date"), FixedDateMode(mode) if mode else None, today=today)
