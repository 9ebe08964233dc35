"""The kinds of rule values: how each is checked before it's stored, and read afterwards."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from common.money import to_money
from notices.models import Notice
from notices.rules.channels import PATRONS_CHOICE, may_take

_HIGHEST_AMOUNT = Decimal("99999.99")
_LAST_FEE_DAY, _LAST_FEE_MONTH = 3650, 120
_MOST_DATES = 60
_YEAR_DAY = re.compile(r"([0-9]{1,2})-([0-9]{1,2})")
_BY_DAY, _BY_MONTH = {"from_day", "adult", "child"}, {"from_month", "adult", "child"}
NOTICE_KINDS = ("OVERDUE_1", "OVERDUE_2", "OVERDUE_3", "INVOICE")
CHANNELS = (*Notice.Channel.values, PATRONS_CHOICE)
_STEP = {"kind", "day"}


class Kind(StrEnum):
    """What a value is."""

    BOOL = "bool"
    DAYS = "days"
    COUNT = "count"
    MONEY = "money"
    CHOICE = "choice"
    DATE = "date"
    DATES = "dates"
    YEAR_DAY = "year_day"
    FEE_STEPS = "fee_steps"
    NOTICE_STEPS = "notice_steps"
    CHANNELS = "channels"


@dataclass(frozen=True)
class ValueProblem:
    """Why a value can't be stored; the text belongs to the screen."""

    name: str
    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)


class WrongValue(ValueError):
    """A value of the wrong kind or out of its bounds."""

    def __init__(self, code: str, **facts: Any) -> None:
        self.code = code
        self.facts = facts
        super().__init__(code)


def store(kind: Kind, value: Any, *, minimum: int, maximum: int, choices: Sequence[str]) -> Any:
    """Return the value as JSON.

    :raises WrongValue: with the first thing that's wrong with it
    """
    if kind is Kind.CHOICE:
        if value not in choices:
            raise WrongValue("NOT_A_CHOICE", choices=list(choices))
        return str(value)
    if kind in (Kind.DAYS, Kind.COUNT):
        return _number(value, minimum=minimum, maximum=maximum)
    return _STORERS[kind](value)


def read(kind: Kind, stored: Any) -> Any:
    """Return a stored value as Python has it; steps stay the lists that they are."""
    reader = _READERS.get(kind)
    return reader(stored) if reader else stored


def _number(value: Any, *, minimum: int, maximum: int) -> int:
    if isinstance(value, str) and value.strip().isdecimal():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise WrongValue("NOT_A_NUMBER")
    if value < minimum:
        raise WrongValue("TOO_LOW", minimum=minimum)
    if value > maximum:
        raise WrongValue("TOO_HIGH", maximum=maximum)
    return value


def _bool(value: Any) -> bool:
    if not isinstance(value, bool):
        raise WrongValue("NOT_YES_OR_NO")
    return value


def _money(value: Any) -> str:
    if isinstance(value, bool | float) or not isinstance(value, str | int | Decimal):
        raise WrongValue("NOT_AN_AMOUNT")
    try:
        amount = to_money(value)
    except (InvalidOperation, ValueError):
        raise WrongValue("NOT_AN_AMOUNT") from None
    if not amount.is_finite():
        raise WrongValue("NOT_AN_AMOUNT")
    if amount < 0:
        raise WrongValue("TOO_LOW", minimum="0.00")
    if amount > _HIGHEST_AMOUNT:
        raise WrongValue("TOO_HIGH", maximum=str(_HIGHEST_AMOUNT))
    return str(amount)


def _date(value: Any) -> str:
    try:
        return (value if isinstance(value, date) else date.fromisoformat(value)).isoformat()
    except (TypeError, ValueError):
        raise WrongValue("NOT_A_DATE") from None


def _year_day(value: Any) -> str:
    # A year that isn't a leap year: the day must come every year.
    parts = _YEAR_DAY.fullmatch(value) if isinstance(value, str) else None
    try:
        if parts:
            return date(2001, int(parts[1]), int(parts[2])).isoformat()[5:]
    except ValueError:
        pass
    raise WrongValue("NOT_A_YEAR_DAY")


def _dates(value: Any) -> list[str]:
    if not isinstance(value, list) or not value or len(value) > _MOST_DATES:
        raise WrongValue("NOT_DATES")
    return sorted({_date(day) for day in value})


def _fee_steps(value: Any) -> list[dict[str, Any]]:
    steps = [_fee_step(step) for step in _rows(value, _BY_DAY, _BY_MONTH)]
    for earlier, later in zip(steps, steps[1:], strict=False):
        if _days(later)[0] <= _days(earlier)[1]:
            raise WrongValue("STEPS_OVERLAP", from_day=_days(later)[0])
        if any(Decimal(later[who]) < Decimal(earlier[who]) for who in ("adult", "child")):
            raise WrongValue("STEPS_FALL", from_day=_days(later)[0])
    return steps


def _fee_step(step: Mapping[str, Any]) -> dict[str, Any]:
    if "from_month" in step:
        begins = {"from_month": _number(step["from_month"], minimum=1, maximum=_LAST_FEE_MONTH)}
    else:
        begins = {"from_day": _number(step["from_day"], minimum=1, maximum=_LAST_FEE_DAY)}
    return {**begins, "adult": _money(step["adult"]), "child": _money(step["child"])}


def _days(step: Mapping[str, Any]) -> tuple[int, int]:
    """The earliest and the latest day late on which a step may begin: months differ in length."""
    if "from_month" in step:
        return 28 * step["from_month"], 31 * step["from_month"]
    return step["from_day"], step["from_day"]


def _notice_steps(value: Any) -> list[dict[str, Any]]:
    steps: list[dict[str, Any]] = []
    for step in _rows(value, _STEP, _STEP | {"channels"}):
        if step["kind"] not in NOTICE_KINDS:
            raise WrongValue("NOT_A_CHOICE", choices=list(NOTICE_KINDS), said=str(step["kind"])[:40])
        kind, day = str(step["kind"]), _number(step["day"], minimum=1, maximum=_LAST_FEE_DAY)
        named = {"channels": _channels(step["channels"], kind)} if step.get("channels") else {}
        steps.append({"kind": kind, "day": day, **named})
    places = [NOTICE_KINDS.index(step["kind"]) for step in steps]
    if len(set(places)) != len(places):
        raise WrongValue("STEP_TWICE")
    days = [step["day"] for step in steps]
    if places != sorted(places) or any(later <= earlier for earlier, later in zip(days, days[1:], strict=False)):
        raise WrongValue("STEPS_OVERLAP")
    return steps


def _channels(value: Any, kind: str = "INVOICE_REMINDER") -> list[str]:
    if not isinstance(value, list) or not value or not all(isinstance(name, str) for name in value):
        raise WrongValue("NULL_NOT_ALLOWED")
    for name in value:
        if name not in CHANNELS:
            raise WrongValue("NOT_A_CHOICE", choices=list(CHANNELS), said=name[:40])
        if not may_take(kind, name):
            raise WrongValue("NO_SHORT_TEXT")
    return list(dict.fromkeys(value))


def _rows(value: Any, *keys: set[str]) -> list[Mapping[str, Any]]:
    if not isinstance(value, list) or not value or len(value) > 20:
        raise WrongValue("NOT_STEPS")
    if not all(isinstance(row, dict) and set(row) in keys for row in value):
        raise WrongValue("NOT_STEPS")
    return value


_STORERS: Mapping[Kind, Callable[[Any], Any]] = {
    Kind.BOOL: _bool,
    Kind.MONEY: _money,
    Kind.DATE: _date,
    Kind.DATES: _dates,
    Kind.YEAR_DAY: _year_day,
    Kind.FEE_STEPS: _fee_steps,
    Kind.NOTICE_STEPS: _notice_steps,
    Kind.CHANNELS: _channels,
}
_READERS: Mapping[Kind, Callable[[Any], Any]] = {
    Kind.MONEY: Decimal,
    Kind.DATE: date.fromisoformat,
    Kind.DATES: lambda days: [date.fromisoformat(day) for day in days],
}
