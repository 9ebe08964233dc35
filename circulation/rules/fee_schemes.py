"""A municipality's way of charging for late loans: steps or so much a day, free days, calendar, caps. Pure."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from circulation.rules.fees import (
    ByDay,
    CountedDays,
    Ladder,
    OverdueClaim,
    days_late,
    fee_steps,
    overdue_claim,
)
from circulation.rules.hour_fees import ByHour, hours_late
from circulation.rules.resolution import Origin, Resolved
from circulation.rules.values import ChargedAt, Grouping
from common.money import ZERO, to_money
from holdings.rules.calendars import Calendar


@dataclass(frozen=True)
class FeeScheme:
    """The values that say what being late costs, as they hold for one loan.

    :ivar steps: as the rules keep them; `per_day`, where it's set, goes before them
    :ivar per_hour: of a loan by the hour, before both; None where those cost by the day
    :ivar at_start: whether a period costs when it begins; else when it's over
    :ivar fallback_price: of an item that has none
    """

    steps: Any = None
    per_day: Decimal | None = None
    per_day_child: Decimal | None = None
    period_days: int = 1
    at_start: bool = True
    grace_days: int = 0
    grace_counts: bool = False
    open_days_only: bool = False
    per_hour: Decimal | None = None
    period_hours: int = 1
    grace_hours: int = 0
    open_hours_only: bool = False
    cap: Decimal | None = None
    cap_at_price: bool = False
    fallback_price: Decimal | None = None
    grouping: Grouping = Grouping.ITEM
    patron_cap: Decimal | None = None
    child_until_age: int | None = None

    @property
    def asks_calendar(self) -> bool:
        """Whether something isn't counted while the branch is closed."""
        return self.open_days_only or self.open_hours_only


def scheme_of(rules: Resolved) -> FeeScheme:
    """Read the scheme from the values that hold.

    :raises circulation.rules.resolution.RuleMissing: if no rule says what being late costs
    """
    per_day = rules.value("fee_per_day")
    return FeeScheme(
        steps=rules.value("fee_steps") if per_day is None else None,
        per_day=per_day,
        per_day_child=rules.value("fee_per_day_child"),
        period_days=rules.value("fee_period_days") or 1,
        at_start=rules.value("fee_charged_at") != ChargedAt.END,
        grace_days=rules.value("fee_grace_days") or 0,
        grace_counts=bool(rules.value("fee_grace_counts")),
        open_days_only=bool(rules.value("fee_open_days_only")),
        per_hour=rules.value("fee_per_hour"),
        period_hours=rules.value("fee_period_hours") or 1,
        grace_hours=rules.value("fee_grace_hours") or 0,
        open_hours_only=bool(rules.value("fee_open_hours_only")),
        cap=rules.value("fee_cap"),
        cap_at_price=bool(rules.value("fee_cap_at_price")),
        fallback_price=rules.value("replacement_price"),
        grouping=Grouping(rules.value("fee_grouping") or Grouping.ITEM),
        patron_cap=rules.value("fee_cap_patron"),
        child_until_age=rules.value("child_until_age"),
    )


def says_what_late_costs(rules: Resolved) -> bool:
    """Return whether a rule says what being late costs, be it nothing."""
    return rules.origin("fee_steps") is not None or rules.origin("fee_per_day") is not None


def origin_of_fee(rules: Resolved, *, by_hour: bool = False) -> Origin | None:
    """Return where the amount comes from: the fee by the day where one is set, else the steps.

    :param by_hour: whether it's a fee by the hour
    """
    if by_hour:
        return rules.origin("fee_per_hour")
    if rules.value("fee_per_day") is not None:
        return rules.origin("fee_per_day")
    return rules.origin("fee_steps")


def explanation_of(claim: OverdueClaim, rules: Resolved) -> dict[str, Any]:
    """Return the rule, days and calendar behind a claim as the ledger keeps them.

    :param rules: as they hold for the loan
    """
    origin = origin_of_fee(rules, by_hour=claim.by_hour is not None)
    return claim.explanation(origin=origin.as_facts() if origin else None)


def claim_on(
    scheme: FeeScheme,
    *,
    due_date: date,
    on: date,
    ladder: Ladder,
    price: Decimal | None = None,
    calendar: Calendar | None = None,
    hours: tuple[datetime, datetime] | None = None,
) -> OverdueClaim:
    """Return what's right to have charged for a loan by a day.

    :param price: of the item, for schemes that charge no more
    :param calendar: of the branch that lent, for schemes that count open days; without it every day counts
    :param hours: when a loan by the hour ended and until when it's late, by that branch's clock
    """
    if hours is not None and scheme.per_hour is not None:
        return _by_hour(scheme, scheme.per_hour, days_late(due_date, on), hours, ladder, _cap(scheme, price), calendar)
    late, counted = days_that_count(scheme, due_date=due_date, on=on, calendar=calendar)
    billable = late if late <= 0 or scheme.grace_counts else late - scheme.grace_days
    cap = _cap(scheme, price)
    if late <= scheme.grace_days:
        return OverdueClaim(total=ZERO, step=0, days_late=late, ladder=ladder, cap=cap, counted=counted)
    if scheme.per_day is None:
        steps = fee_steps(scheme.steps, due_date=due_date)
        claim = overdue_claim(steps=steps, late=billable, ladder=ladder, cap=cap)
        return OverdueClaim(**{**vars(claim), "days_late": late, "counted": counted})
    return _by_day(scheme, late, billable, ladder, cap, counted)


def days_that_count(
    scheme: FeeScheme, *, due_date: date, on: date, calendar: Calendar | None
) -> tuple[int, CountedDays]:
    """Return the days late and how they were counted; the due date itself is no day late."""
    late, closed = days_late(due_date, on), 0
    if scheme.open_days_only and calendar is not None and late:
        open_days = calendar.open_days_between(due_date, on)
        late, closed = open_days, late - open_days
    return late, CountedDays(scheme.open_days_only, closed, scheme.grace_days)


def _by_day(
    scheme: FeeScheme, late: int, billable: int, ladder: Ladder, cap: Decimal | None, counted: CountedDays
) -> OverdueClaim:
    rate = scheme.per_day or ZERO
    if ladder is Ladder.CHILD and scheme.per_day_child is not None:
        rate = scheme.per_day_child
    periods = _periods(billable, scheme.period_days, at_start=scheme.at_start)
    total = to_money(rate * periods)
    return OverdueClaim(
        total=total if cap is None else min(total, cap),
        step=periods,
        days_late=late,
        ladder=ladder,
        from_day=scheme.grace_days + 1,
        step_total=total,
        cap=cap,
        counted=counted,
        by_day=ByDay(rate, scheme.period_days, periods),
    )


def _by_hour(
    scheme: FeeScheme,
    rate: Decimal,
    days: int,
    hours: tuple[datetime, datetime],
    ladder: Ladder,
    cap: Decimal | None,
    calendar: Calendar | None,
) -> OverdueClaim:
    late = hours_that_count(scheme, hours, calendar)
    billable = late if scheme.grace_counts else late - scheme.grace_hours
    periods = 0
    if late > scheme.grace_hours:
        periods = _periods(billable, scheme.period_hours, at_start=scheme.at_start)
    total = to_money(rate * periods)
    return OverdueClaim(
        total=total if cap is None else min(total, cap),
        step=periods,
        days_late=days,
        ladder=ladder,
        step_total=total,
        cap=cap,
        by_hour=ByHour(rate, scheme.period_hours, periods, late, scheme.grace_hours, scheme.open_hours_only),
    )


def hours_that_count(scheme: FeeScheme, hours: tuple[datetime, datetime], calendar: Calendar | None) -> int:
    """Return the hours late of a loan by the hour, from the first of two moments by the branch's clock to the other."""
    return hours_late(*hours, calendar=calendar if scheme.open_hours_only else None)


def _periods(units: int, length: int, *, at_start: bool) -> int:
    """Return how many periods have begun, or are over."""
    return -(-units // length) if at_start else units // length


def _cap(scheme: FeeScheme, price: Decimal | None) -> Decimal | None:
    """The lower of the highest fee and the item's price; an item without a price has the rule's."""
    of_price = (price or scheme.fallback_price) if scheme.cap_at_price else None
    caps = [cap for cap in (scheme.cap, of_price) if cap is not None]
    return min(caps) if caps else None
