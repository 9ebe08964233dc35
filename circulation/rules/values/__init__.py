"""The register of rule values: what a rule row may set, in which JSON shape, and how it's read.

JSON shapes: days and counts are whole numbers, money is text with two decimals ("20.00"), a choice is one of its codes,
a date is "2027-06-25", dates are a list of such and a day of every year is "06-25", `fee_steps` is [{"from_day": 1,
"adult": "20.00", "child": "10.00"}, ...] with rising days, where `from_month` may stand for `from_day`, and
`notice_steps` is [{"kind": "OVERDUE_1", "day": 1}, ...], where a step may name its `channels` in order: ["SMS",
"PATRON"], the latter for the patron's choice. null means "unlimited" or "none" where the value allows it.
"""

from collections.abc import Mapping
from typing import Any

from circulation.rules import value_kinds
from circulation.rules.value_kinds import ValueProblem
from circulation.rules.values import fees, holds, loans, notices, renewals, returns, stops
from circulation.rules.values.fees import ChargedAt, FoundPolicy, Grouping, PaymentOrder
from circulation.rules.values.holds import (
    HoldFeeWhen,
    HoldOrder,
    LocalPriority,
    OnShelf,
    PickupPolicy,
    ProtectionScope,
    WhoMayHold,
)
from circulation.rules.values.loans import DemandMode, DueMode, FixedDateMode, HoursEnd
from circulation.rules.values.renewals import OverdueStop, RenewalBase
from circulation.rules.values.returns import ReturnPolicy, ReturnsAccepted
from circulation.rules.values.spec import ValueSpec

__all__ = [
    "REGISTER",
    "ChargedAt",
    "DemandMode",
    "DueMode",
    "FixedDateMode",
    "FoundPolicy",
    "Grouping",
    "HoldFeeWhen",
    "HoldOrder",
    "HoursEnd",
    "InvalidValues",
    "LocalPriority",
    "OnShelf",
    "PaymentOrder",
    "OverdueStop",
    "PickupPolicy",
    "ProtectionScope",
    "RenewalBase",
    "ReturnPolicy",
    "ReturnsAccepted",
    "ValueSpec",
    "WhoMayHold",
    "parse_values",
    "read_value",
]

_SECTIONS = (loans, renewals, returns, holds, fees, stops, notices)
REGISTER: Mapping[str, ValueSpec] = {spec.name: spec for section in _SECTIONS for spec in section.SPECS}


class InvalidValues(ValueError):
    """Rule values that can't be saved, with every problem found."""

    def __init__(self, problems: list[ValueProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__(", ".join(f"{problem.name}: {problem.code}" for problem in problems))


def parse_values(
    raw: Mapping[str, Any], *, patron_category: object = None, item_type: object = None, residence: object = None
) -> dict[str, Any]:
    """Return the values in the shape in which they're stored.

    :param patron_category: the row's category or None if it's open; some values can't be set for one category only
    :param item_type: the row's item type or None if it's open
    :param residence: where the row's patrons belong or None if it's open
    :raises InvalidValues: with every problem: unknown names, wrong kinds, steps that overlap, and so on
    """
    problems: list[ValueProblem] = []
    values: dict[str, Any] = {}
    for name, value in raw.items():
        spec = REGISTER.get(name)
        if spec is None:
            problems.append(ValueProblem(name, "UNKNOWN_NAME"))
            continue
        if not spec.applies_to(patron_category=patron_category, item_type=item_type, residence=residence):
            problems.append(ValueProblem(name, "DIMENSION_NOT_ALLOWED"))
        try:
            values[name] = _stored(spec, value)
        except value_kinds.WrongValue as wrong:
            problems.append(ValueProblem(name, wrong.code, wrong.facts))
    if problems:
        raise InvalidValues(problems)
    return values


def read_value(name: str, stored: Any) -> Any:
    """Return a stored value as Python has it: Decimal and date where it means them, None for null.

    :raises KeyError: for a name that isn't in the register
    """
    return None if stored is None else value_kinds.read(REGISTER[name].kind, stored)


def _stored(spec: ValueSpec, value: Any) -> Any:
    if value is None:
        if not spec.null_means:
            raise value_kinds.WrongValue("NULL_NOT_ALLOWED")
        return None
    return value_kinds.store(
        spec.kind, value, minimum=spec.minimum, maximum=spec.maximum, choices=tuple(spec.choices or ())
    )
