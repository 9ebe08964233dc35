"""What a late loan costs: step ladders for adults and children, and what's left to charge or to take back.

Fees by the day, free days, calendars and caps stand in `fee_schemes`.
"""

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from circulation.rules.hour_fees import ByHour
from common.money import ZERO, to_money
from patrons.rules import age_on


class Ladder(StrEnum):
    """Whose column of the ladder counts."""

    ADULT = "adult"
    CHILD = "child"


@dataclass(frozen=True)
class FeeStep:
    """One step: from this day late on, the fee of a loan amounts to so much in all."""

    from_day: int
    adult: Decimal
    child: Decimal

    def total(self, ladder: Ladder) -> Decimal:
        """Return what the fee has come to on this step."""
        return self.child if ladder is Ladder.CHILD else self.adult


@dataclass(frozen=True)
class CountedDays:
    """How the days late were counted.

    :ivar open_days: whether closed days don't count, of which there were `closed`
    :ivar grace: days late that cost nothing
    """

    open_days: bool = False
    closed: int = 0
    grace: int = 0

    def as_facts(self) -> dict[str, Any]:
        """Return it as the ledger keeps it."""
        facts: dict[str, Any] = {"calendar": "OPEN_DAYS" if self.open_days else "EVERY_DAY"}
        if self.open_days:
            facts["closed_days"] = self.closed
        if self.grace:
            facts["grace_days"] = self.grace
        return facts


@dataclass(frozen=True)
class ByDay:
    """A fee of so much for each period of days."""

    amount: Decimal
    period_days: int
    periods: int

    def as_facts(self) -> dict[str, Any]:
        """Return it as the ledger keeps it."""
        return {"per_day": str(self.amount), "period_days": self.period_days, "periods": self.periods}


@dataclass(frozen=True)
class OverdueClaim:
    """What's right to have charged for one loan on a day.

    :ivar step: counted from 1; 0 when no step has been reached; the periods of a fee by the day
    :ivar days_late: as they count: open days, where the rule says so
    :ivar from_day: the first day late of that step
    :ivar step_total: what the ladder says, before the cap
    """

    total: Decimal
    step: int
    days_late: int
    ladder: Ladder
    from_day: int = 0
    step_total: Decimal = ZERO
    cap: Decimal | None = None
    counted: CountedDays = CountedDays()
    by_day: ByDay | None = None
    by_hour: ByHour | None = None

    def explanation(self, *, origin: Mapping[str, Any] | None) -> dict[str, Any]:
        """Return the rule behind the charge as the ledger keeps it.

        :param origin: where the ladder stands: the facts of the rule that won
        """
        return {
            "step": self.step,
            "days_late": self.days_late,
            "ladder": self.ladder.value,
            "from_day": self.from_day,
            "step_total": str(self.step_total),
            "cap": None if self.cap is None else str(self.cap),
            "origin": dict(origin) if origin else None,
            **self.counted.as_facts(),
            **(self.by_day.as_facts() if self.by_day else {}),
            **(self.by_hour.as_facts() if self.by_hour else {}),
        }


@dataclass(frozen=True)
class Movement:
    """What brings a fee from what has been charged to what's right; at most one of the amounts isn't zero.

    :ivar charge: to be added
    :ivar take_back: to be taken off what's still owed
    :ivar overpaid: paid beyond what's right, which the ledger can't take off and staff pay back by hand
    """

    charge: Decimal = ZERO
    take_back: Decimal = ZERO
    overpaid: Decimal = ZERO


def days_late(due_date: date, on: date) -> int:
    """Return the calendar days after the due date, 0 on it and before; closed days count like any other."""
    return max(0, (on - due_date).days)


def fee_steps(value: Sequence[Mapping[str, Any]] | None, *, due_date: date | None = None) -> tuple[FeeStep, ...]:
    """Read a ladder from a rule's value, lowest step first; none means that being late costs nothing.

    :param due_date: from which the steps count that begin after months; without it a month has 30 days
    """
    steps = (
        FeeStep(_first_day(step, due_date), to_money(step["adult"]), to_money(step.get("child", step["adult"])))
        for step in value or ()
    )
    return tuple(sorted(steps, key=lambda step: step.from_day))


def _first_day(step: Mapping[str, Any], due_date: date | None) -> int:
    """The day late on which a step begins; "from one month": the same day of the next month, or that month's last."""
    if "from_month" not in step:
        return int(step["from_day"])
    months = int(step["from_month"])
    if due_date is None:
        return 30 * months
    ahead = due_date.month - 1 + months
    year, month = due_date.year + ahead // 12, ahead % 12 + 1
    return (date(year, month, min(due_date.day, monthrange(year, month)[1])) - due_date).days


def ladder_of(
    *, birth_date: date | None, is_child_category: bool, due_date: date, child_until_age: int | None
) -> Ladder:
    """Return whose column counts: the age on the due date decides, so that a birthday changes no running fee.

    :param child_until_age: the last age that pays the children's fee; None leaves it to the category
    """
    age = age_on(birth_date, due_date)
    if age is None or child_until_age is None:
        return Ladder.CHILD if is_child_category else Ladder.ADULT
    return Ladder.CHILD if age <= child_until_age else Ladder.ADULT


def overdue_claim(*, steps: Sequence[FeeStep], late: int, ladder: Ladder, cap: Decimal | None) -> OverdueClaim:
    """Return what's right to have charged after so many days late: the highest step reached, at most the cap."""
    reached = [step for step in steps if step.from_day <= late] if late > 0 else []
    if not reached:
        return OverdueClaim(total=ZERO, step=0, days_late=late, ladder=ladder, cap=cap)
    step_total = reached[-1].total(ladder)
    return OverdueClaim(
        total=step_total if cap is None else min(step_total, cap),
        step=len(reached),
        days_late=late,
        ladder=ladder,
        from_day=reached[-1].from_day,
        step_total=step_total,
        cap=cap,
    )


def movement(*, right: Decimal, charged: Decimal, balance: Decimal, paid: Decimal) -> Movement:
    """Return how to get from `charged` to `right` without the balance falling below zero.

    :param charged: charges and corrections so far
    :param balance: what's still owed of them
    :param paid: payments so far, as a positive amount; what was waived is never paid out
    """
    if right >= charged:
        return Movement(charge=right - charged)
    return Movement(take_back=min(charged - right, balance), overpaid=max(ZERO, paid - right))
