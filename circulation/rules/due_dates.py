"""When a loan ends: counted through the calendar of the branch whose rules it follows, never after the card. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from circulation.rules.hour_loans import due_at, end_of_day
from circulation.rules.resolution import Resolved
from circulation.rules.values import DemandMode, DueMode, FixedDateMode, HoursEnd, RenewalBase
from holdings.rules.calendars import Calendar


@dataclass(frozen=True)
class DueDate:
    """The day with which a loan ends, at 23:59 in the lending branch's time zone, or the hour of that day.

    :ivar is_shortened: the card ends first, so the loan was moved back
    :ivar at: when a loan by the hour ends
    :ivar without_demand: the day that it would have been if the title weren't in high demand
    """

    day: date
    is_shortened: bool = False
    at: datetime | None = None
    without_demand: date | None = None


@dataclass(frozen=True)
class Demand:
    """Who wants a title, and how many items could serve them.

    :ivar waiting: other patrons' holds in the queue, suspended ones left out
    :ivar items: items of the title that can be lent, the one at hand among them
    """

    waiting: int = 0
    items: int = 1


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


def next_fixed(days: Iterable[date], *, today: date, min_days: int = 0) -> date | None:
    """Return which of several fixed dates is the next: the first that's far enough away, None if all are over."""
    earliest = today + timedelta(days=min_days)
    return min((day for day in days if day >= earliest), default=None)


def every_year(month_and_day: str, calendar: Calendar, *, today: date) -> list[date]:
    """Return this year's and the next two years' day, such as "06-20", each moved back to an open day.

    Back, for a school year's end is the last day on which things can be brought.

    :raises NeverOpen: if the calendar has no open day
    """
    month, day = (int(part) for part in month_and_day.split("-"))
    # The nearest may be passed over for being less than a year away.
    return [calendar.last_open_day(date(today.year + ahead, month, day)) for ahead in range(3)]


def in_high_demand(rules: Resolved, demand: Demand) -> bool:
    """Return whether so many wait for the title that its loans are shorter; the borrower's own hold doesn't count."""
    threshold = rules.value("high_demand_holds")
    if threshold is None or rules.value("high_demand_days") is None:
        return False
    if rules.value("high_demand_mode") == DemandMode.DYNAMIC:
        return demand.waiting > demand.items + threshold
    return demand.waiting > 0 and demand.waiting >= threshold


def within_card(day: date, expires_on: date | None, *, start: date, calendar: Calendar) -> DueDate:
    """Return the day, moved back to an open day if the card ends before it, but never before the loan starts.

    :raises NeverOpen: if the calendar has no open day
    """
    if expires_on is None or day <= expires_on or expires_on < start:
        # A card that has ended already is a reason of its own, and a member of staff may override it.
        return DueDate(day)
    return DueDate(max(start, calendar.last_open_day(expires_on)), is_shortened=True)


def due_date_of_loan(
    rules: Resolved,
    calendar: Calendar,
    *,
    now: datetime,
    expires_on: date | None,
    chosen: date | None = None,
    demand: Demand | None = None,
) -> DueDate:
    """Return when a loan made now ends.

    :param now: in the lending branch's time zone
    :param chosen: the day that staff chose instead of the rules', a class loan's for instance
    :raises RuleMissing: if the rules say nothing of the loan period
    :raises NeverOpen: if the calendar has no open day
    """
    today = now.date()
    if chosen is not None:
        return within_card(chosen, expires_on, start=today, calendar=calendar)
    if rules.value("loan_hours") is not None:
        return _by_the_hour(rules, calendar, now=now, expires_on=expires_on)
    days, mode = rules.value("loan_days"), DueMode(rules.value("due_mode"))
    day = _fixed(rules, count_days(today, days, mode, calendar), calendar, today=today)
    if demand is None or not in_high_demand(rules, demand):
        return within_card(day, expires_on, start=today, calendar=calendar)
    shorter = min(day, count_days(today, rules.value("high_demand_days"), mode, calendar))
    due = within_card(shorter, expires_on, start=today, calendar=calendar)
    return replace(due, without_demand=day if due.day < day and not due.is_shortened else None)


def due_date_of_renewal(
    rules: Resolved, calendar: Calendar, *, now: datetime, due_date: date, expires_on: date | None
) -> DueDate:
    """Return when a loan that's renewed now ends.

    :param now: in the lending branch's time zone
    :raises RuleMissing: if the rules say nothing of the period
    :raises NeverOpen: if the calendar has no open day
    """
    if rules.value("loan_hours") is not None:
        return _by_the_hour(rules, calendar, now=now, expires_on=expires_on)
    today, days = now.date(), rules.value("renewal_days")
    if days is None:
        days = rules.value("loan_days")
    # Counting on from a due date that's long past could end in the past.
    base = max(today, due_date) if rules.value("renewal_base") == RenewalBase.DUE_DATE else today
    day = _fixed(rules, count_days(base, days, DueMode(rules.value("due_mode")), calendar), calendar, today=today)
    return within_card(day, expires_on, start=today, calendar=calendar)


def due_date_on_site(now: datetime) -> DueDate:
    """Return when a loan for use in the library ends: with the day, whatever the rules say of loans."""
    return DueDate(now.date())


def _by_the_hour(rules: Resolved, calendar: Calendar, *, now: datetime, expires_on: date | None) -> DueDate:
    end = rules.value("hours_end")
    at = due_at(
        now,
        rules.value("loan_hours"),
        end=HoursEnd(end) if end else None,
        mode=DueMode(rules.value("due_mode")),
        calendar=calendar,
    )
    due = within_card(at.date(), expires_on, start=now.date(), calendar=calendar)
    if not due.is_shortened:
        return replace(due, at=at)
    return replace(due, at=end_of_day(datetime.combine(due.day, at.time(), at.tzinfo)))


def _fixed(rules: Resolved, day: date, calendar: Calendar, *, today: date) -> date:
    mode = rules.value("fixed_due_date_mode")
    single = rules.value("fixed_due_date")
    days = [*(rules.value("fixed_due_dates") or ()), *([single] if single is not None else ())]
    yearly = rules.value("fixed_yearly_day")
    if yearly is not None:
        days += every_year(yearly, calendar, today=today)
    nearest = next_fixed(days, today=today, min_days=rules.value("fixed_date_min_days") or 0)
    return fixed(day, nearest, FixedDateMode(mode) if mode else None, today=today)
