"""A branch's calendar: the public holidays of its country, and the days on which it's closed every year."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import holidays
from django.db import transaction

from common.audit import record
from common.errors import Reason
from holdings.errors import NO_SUCH_DAY, BranchRefused
from holdings.models import Branch, CalendarDay, YearlyClosedDay

# Beside the public ones, the days on which libraries stay closed by custom.
_CATEGORIES = {
    "DK": (holidays.PUBLIC, holidays.OPTIONAL),
    "SE": (holidays.PUBLIC, holidays.DE_FACTO),
    "FI": (holidays.PUBLIC,),
    "NO": (holidays.PUBLIC,),
}
_LANGUAGES = {"DK": "da", "SE": "sv", "FI": "fi", "NO": "no"}


def public_holidays(country: str, years: Iterable[int]) -> dict[date, str]:
    """Return the days on which a country's libraries are closed by law or custom, with their names.

    :param country: the two letters of Denmark, Sweden, Finland or Norway
    :raises KeyError: for a country whose customs we don't know
    """
    days = holidays.country_holidays(
        country, years=list(years), language=_LANGUAGES[country], categories=_CATEGORIES[country]
    )
    return dict(sorted(days.items()))


@transaction.atomic
def close_public_holidays(*, branch: Branch, country: str, years: Iterable[int], actor: Any = None) -> int:
    """Close the branch on the country's holidays and return how many days were added.

    A day that the calendar has already, open or closed, stays as the branch decided.

    :param country: the two letters of Denmark, Sweden, Finland or Norway
    :raises KeyError: for a country whose customs we don't know
    """
    calendar = public_holidays(country, years)
    known = set(CalendarDay.objects.filter(branch=branch, date__in=list(calendar)).values_list("date", flat=True))
    days = [
        CalendarDay(branch=branch, date=day, is_open=False, reason=name[:80])
        for day, name in sorted(calendar.items())
        if day not in known
    ]
    CalendarDay.objects.bulk_create(days)
    if days:
        record(action="holdings.close_public_holidays", actor=actor, subject=branch, facts={"days": len(days)})
    return len(days)


@transaction.atomic
def add_yearly_day(*, branches: Iterable[Branch], month: int, day: int, reason: str, actor: Any = None) -> int:
    """Close branches on this day of every year, and return for how many that's new.

    A single day of the calendar still goes before it, so one year's may be open.

    :raises BranchRefused: NO_SUCH_DAY
    """
    try:
        date(2024, month, day)
    except ValueError as wrong:
        raise BranchRefused([Reason(NO_SUCH_DAY, facts={"day": day, "month": month})]) from wrong
    added = 0
    for branch in branches:
        _row, made = YearlyClosedDay.objects.get_or_create(
            branch=branch, month=month, day=day, defaults={"reason": reason[:80]}
        )
        if made:
            added += 1
            record(action="holdings.add_yearly_day", actor=actor, subject=branch, facts={"month": month, "day": day})
    return added


@transaction.atomic
def clear_yearly_day(*, branch: Branch, month: int, day: int, actor: Any = None) -> None:
    """Let a day of every year be as its weekday is; one that isn't closed changes nothing."""
    deleted, _kinds = YearlyClosedDay.objects.filter(branch=branch, month=month, day=day).delete()
    if deleted:
        record(action="holdings.clear_yearly_day", actor=actor, subject=branch, facts={"month": month, "day": day})
