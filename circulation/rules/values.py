"""The register of rule values: what a rule row may set, in which JSON shape, and how it's read.

JSON shapes: days and counts are whole numbers, money is text with two decimals ("20.00"), a choice is one of its codes,
a date is "2027-06-25", `fee_steps` is [{"from_day": 1, "adult": "20.00", "child": "10.00"}, ...] with rising days, and
`notice_steps` is [{"kind": "OVERDUE_1", "day": 1}, ...]. null means "unlimited" or "none" where the value allows it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from circulation.rules import value_kinds
from circulation.rules.value_kinds import Kind, ValueProblem


class DueMode(StrEnum):
    """How the days of a loan are counted through the lending branch's calendar."""

    EVERY_DAY = "EVERY_DAY"
    NEXT_OPEN_DAY = "NEXT_OPEN_DAY"
    OPEN_DAYS_ONLY = "OPEN_DAYS_ONLY"
    SAME_WEEKDAY = "SAME_WEEKDAY"


class FixedDateMode(StrEnum):
    """What a fixed due date does to the day that was counted."""

    CEILING = "CEILING"
    FLOOR = "FLOOR"
    EXACT = "EXACT"


class RenewalBase(StrEnum):
    """From which day a renewal counts."""

    TODAY = "TODAY"
    DUE_DATE = "DUE_DATE"


class PickupPolicy(StrEnum):
    """Where a patron may have a hold sent."""

    ANY_BRANCH = "ANY_BRANCH"
    ITEM_HOME_BRANCH = "ITEM_HOME_BRANCH"
    PATRON_HOME_BRANCH = "PATRON_HOME_BRANCH"


@dataclass(frozen=True)
class ValueSpec:
    """One value that rules may set.

    :ivar null_means: what null stands for, or empty if null isn't allowed
    :ivar needed: whether circulation refuses when no row anywhere sets it; else unset means the same as null
    :ivar by_category: whether a row for one patron category may set it
    :ivar by_item_type: whether a row for one item type may set it
    """

    name: str
    kind: Kind
    label: str | Promise
    null_means: str | Promise = ""
    needed: bool = True
    by_category: bool = True
    by_item_type: bool = True
    choices: Mapping[Any, str | Promise] | None = None
    minimum: int = 0
    maximum: int = 3650

    def applies_to(self, *, patron_category: object, item_type: object) -> bool:
        """Return whether a row with these dimensions (None for open ones) may set the value."""
        return (patron_category is None or self.by_category) and (item_type is None or self.by_item_type)


class InvalidValues(ValueError):
    """Rule values that can't be saved, with every problem found."""

    def __init__(self, problems: list[ValueProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__(", ".join(f"{problem.name}: {problem.code}" for problem in problems))


_UNLIMITED = _("unlimited")
_NONE = _("none")
_DUE_MODES = {
    DueMode.EVERY_DAY: _("count every day"),
    DueMode.NEXT_OPEN_DAY: _("count every day, end on an open day"),
    DueMode.OPEN_DAYS_ONLY: _("count open days only"),
    DueMode.SAME_WEEKDAY: _("end on the same weekday"),
}
_FIXED_MODES = {
    FixedDateMode.CEILING: _("at the latest on the fixed date"),
    FixedDateMode.FLOOR: _("at the earliest on the fixed date"),
    FixedDateMode.EXACT: _("always on the fixed date"),
}
_BASES = {
    RenewalBase.TODAY: _("from the day of renewal"),
    RenewalBase.DUE_DATE: _("from the old due date"),
}
_POLICIES = {
    PickupPolicy.ANY_BRANCH: _("any branch"),
    PickupPolicy.ITEM_HOME_BRANCH: _("the item's home branch"),
    PickupPolicy.PATRON_HOME_BRANCH: _("the patron's home branch"),
}

_SPECS = (
    # --- Loans ---
    ValueSpec("is_lent", Kind.BOOL, _("Lent out"), needed=False),
    ValueSpec("min_age", Kind.COUNT, _("Lent from age"), null_means=_NONE, needed=False, maximum=120),
    ValueSpec("loan_days", Kind.DAYS, _("Loan period"), minimum=1),
    ValueSpec("due_mode", Kind.CHOICE, _("How days are counted"), choices=_DUE_MODES),
    ValueSpec("fixed_due_date", Kind.DATE, _("Fixed due date"), null_means=_NONE, needed=False),
    ValueSpec("fixed_due_date_mode", Kind.CHOICE, _("What the fixed date does"), needed=False, choices=_FIXED_MODES),
    ValueSpec("max_loans", Kind.COUNT, _("Loans at a time"), null_means=_UNLIMITED, by_item_type=False),
    ValueSpec("max_loans_of_type", Kind.COUNT, _("Loans of the type"), null_means=_UNLIMITED, needed=False),
    # --- Renewals ---
    ValueSpec("max_renewals", Kind.COUNT, _("Renewals"), null_means=_UNLIMITED),
    ValueSpec("renewal_days", Kind.DAYS, _("Renewal period"), null_means=_("as the loan period"), needed=False),
    ValueSpec("renewal_base", Kind.CHOICE, _("Renewals count"), needed=False, choices=_BASES),
    ValueSpec(
        "earliest_renewal_days",
        Kind.DAYS,
        _("Renewable so many days before the due date"),
        null_means=_("any time"),
        needed=False,
    ),
    # --- Holds ---
    ValueSpec("holds_allowed", Kind.BOOL, _("Holds allowed")),
    ValueSpec("max_holds", Kind.COUNT, _("Holds at a time"), null_means=_UNLIMITED, by_item_type=False),
    ValueSpec("pickup_policy", Kind.CHOICE, _("Pick-up at"), needed=False, choices=_POLICIES),
    ValueSpec("shelf_days", Kind.DAYS, _("Open days on the hold shelf"), by_item_type=False, minimum=1, maximum=90),
    ValueSpec("interest_days", Kind.DAYS, _("Holds are kept for"), null_means=_UNLIMITED, by_item_type=False),
    # --- Fees ---
    ValueSpec("fee_steps", Kind.FEE_STEPS, _("Overdue fee"), null_means=_NONE),
    ValueSpec("fee_cap", Kind.MONEY, _("Highest fee for an item"), null_means=_NONE, needed=False),
    ValueSpec(
        "child_until_age",
        Kind.COUNT,
        _("Children's fee up to age"),
        null_means=_("as the category says"),
        needed=False,
        by_item_type=False,
        maximum=30,
    ),
    ValueSpec("replacement_fee", Kind.BOOL, _("The invoice claims the item's price"), needed=False),
    ValueSpec("replacement_price", Kind.MONEY, _("Price of an item that has none"), null_means=_NONE, needed=False),
    ValueSpec("processing_fee", Kind.MONEY, _("Processing fee of the invoice"), null_means=_NONE, needed=False),
    # --- Stops ---
    ValueSpec("block_at_debt", Kind.MONEY, _("No loans above this debt"), null_means=_NONE, by_item_type=False),
    ValueSpec(
        "block_at_overdue",
        Kind.COUNT,
        _("No loans from so many overdue"),
        null_means=_NONE,
        needed=False,
        by_item_type=False,
        minimum=1,
    ),
    # --- Notices ---
    ValueSpec(
        "courtesy_days",
        Kind.DAYS,
        _("Reminded so many days before the due date"),
        null_means=_NONE,
        needed=False,
        minimum=1,
        maximum=60,
    ),
    ValueSpec("notice_steps", Kind.NOTICE_STEPS, _("Overdue notices"), null_means=_NONE, needed=False),
)
REGISTER: Mapping[str, ValueSpec] = {spec.name: spec for spec in _SPECS}


def parse_values(raw: Mapping[str, Any], *, patron_category: object = None, item_type: object = None) -> dict[str, Any]:
    """Return the values in the shape in which they're stored.

    :param patron_category: the row's category or None if it's open; some values can't be set for one category only
    :param item_type: the row's item type or None if it's open
    :raises InvalidValues: with every problem: unknown names, wrong kinds, steps that overlap, and so on
    """
    problems: list[ValueProblem] = []
    values: dict[str, Any] = {}
    for name, value in raw.items():
        spec = REGISTER.get(name)
        if spec is None:
            problems.append(ValueProblem(name, "UNKNOWN_NAME"))
            continue
        if not spec.applies_to(patron_category=patron_category, item_type=item_type):
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
