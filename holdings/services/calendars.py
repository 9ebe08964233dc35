"""A branch's calendar: the public holidays of its country, closed."""

from collections.abc import Iterable
from typing import Any

import holidays
from django.db import transaction

from common.audit import record
from holdings.models import Branch, CalendarDay

# Beside the public ones, the days on which libraries stay closed by custom.
_CATEGORIES = {
    "DK": (holidays.PUBLIC, holidays.OPTIONAL),
    "SE": (holidays.PUBLIC, holidays.DE_FACTO),
    "FI": (holidays.PUBLIC,),
    "NO": (holidays.PUBLIC,),
}
_LANGUAGES = {"DK": "da", "SE": "sv", "FI": "fi", "NO": "no"}


@transaction.atomic
def close_public_holidays(*, branch: Branch, country: str, years: Iterable[int], actor: Any = None) -> int:
    """Close the branch on the country's holidays and return how many days were added.

    A day that the calendar has already, open or closed, stays as the branch decided.

    :param country: the two letters of Denmark, Sweden, Finland or Norway
    :raises KeyError: for a country whose customs we don't know
    """
    calendar = holidays.country_holidays(
        country, years=list(years), language=_LANGUAGES[country], categories=_CATEGORIES[country]
    )
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
