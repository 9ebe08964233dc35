"""Whether a loan is renewed by itself, and on which night. Pure; what stops any renewal stands in `renewal`."""

from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from circulation.rules.resolution import Resolved


class Answer(StrEnum):
    """What becomes of a loan by itself: too soon, too late and too much debt are different answers."""

    OFF = "OFF"
    TOO_SOON = "TOO_SOON"
    TOO_LATE = "TOO_LATE"
    OWES_TOO_MUCH = "OWES_TOO_MUCH"
    DUE = "DUE"


def automatically(rules: Resolved, *, loaned_on: date, due_date: date, today: date, owed: Decimal) -> Answer:
    """Return whether a loan should be renewed by itself today.

    :param owed: by the patron; owing exactly the limit is still all right
    """
    if not rules.value("auto_renewal"):
        return Answer.OFF
    days, until = rules.value("auto_renewal_until_days"), rules.value("auto_renewal_until")
    if (days is not None and today >= loaned_on + timedelta(days=days)) or (until is not None and today > until):
        return Answer.TOO_LATE
    if today < first_day(rules, due_date):
        return Answer.TOO_SOON
    limit = rules.value("auto_renewal_debt")
    return Answer.OWES_TOO_MUCH if limit is not None and owed > limit else Answer.DUE


def first_day(rules: Resolved, due_date: date) -> date:
    """Return the first day on which a loan may be renewed by itself."""
    days, earliest = rules.value("auto_renewal_days") or 0, rules.value("earliest_renewal_days")
    return due_date - timedelta(days=days if earliest is None else min(days, earliest))
