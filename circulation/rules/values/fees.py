"""The values about fees: what being late costs, what counts as one fee, lost items, and when a debt is handed over."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from circulation.rules.value_kinds import Kind
from circulation.rules.values.spec import NONE, UNLIMITED, ValueSpec


class Grouping(StrEnum):
    """Which late loans of a patron cost one fee together, when they come back on the same day."""

    ITEM = "ITEM"
    DUE_DATE = "DUE_DATE"
    LOAN_DATE = "LOAN_DATE"
    LATEST_DATE = "LATEST_DATE"


class ChargedAt(StrEnum):
    """Whether a period costs when it begins or when it's over."""

    START = "START"
    END = "END"


class FoundPolicy(StrEnum):
    """What becomes of the claim for a lost item that's found again; what was written off never comes back."""

    REFUND = "REFUND"
    REFUND_AND_RESTORE = "REFUND_AND_RESTORE"
    REFUND_AND_CHARGE = "REFUND_AND_CHARGE"
    CANCEL_UNPAID = "CANCEL_UNPAID"
    KEEP = "KEEP"


class PaymentOrder(StrEnum):
    """Which fees a part payment settles first."""

    OLDEST_FIRST = "OLDEST_FIRST"
    FEES_FIRST = "FEES_FIRST"
    REPLACEMENTS_FIRST = "REPLACEMENTS_FIRST"


_GROUPINGS = {
    Grouping.ITEM: _("one fee for each item"),
    Grouping.DUE_DATE: _("one fee for each due date and visit"),
    Grouping.LOAN_DATE: _("one fee for each loan date and visit"),
    Grouping.LATEST_DATE: _("one fee for each date of loan or last renewal, and visit"),
}
_CHARGED_AT = {
    ChargedAt.START: _("when a period begins"),
    ChargedAt.END: _("when a period is over"),
}
_FOUND = {
    FoundPolicy.REFUND: _("cancel the claim, credit what was paid"),
    FoundPolicy.REFUND_AND_RESTORE: _("cancel and credit; the waived overdue fee stands again"),
    FoundPolicy.REFUND_AND_CHARGE: _("cancel and credit; the overdue fee runs up to the return"),
    FoundPolicy.CANCEL_UNPAID: _("cancel what's unpaid, credit nothing"),
    FoundPolicy.KEEP: _("the claim stands"),
}
_ORDERS = {
    PaymentOrder.OLDEST_FIRST: _("the oldest first"),
    PaymentOrder.FEES_FIRST: _("fees first, replacements last"),
    PaymentOrder.REPLACEMENTS_FIRST: _("replacements first"),
}

# What a loan by the hour costs or stops when no rule counts its hours: as if it were one by the day.
_AS_DAYS = _("by the day")

_LATE = (
    ValueSpec("fee_steps", Kind.FEE_STEPS, _("Overdue fee"), null_means=NONE),
    ValueSpec("fee_per_day", Kind.MONEY, _("Overdue fee by the day, instead of steps"), null_means=NONE, needed=False),
    ValueSpec(
        "fee_per_day_child",
        Kind.MONEY,
        _("Children's overdue fee by the day"),
        null_means=_("as for adults"),
        needed=False,
    ),
    ValueSpec(
        "fee_period_days",
        Kind.DAYS,
        _("Days that the fee by the day is for"),
        null_means=_("1 day"),
        needed=False,
        minimum=1,
        maximum=366,
    ),
    ValueSpec("fee_charged_at", Kind.CHOICE, _("A period costs"), needed=False, choices=_CHARGED_AT),
    ValueSpec("fee_grace_days", Kind.DAYS, _("Days late without a fee"), null_means=NONE, needed=False, maximum=366),
    ValueSpec("fee_grace_counts", Kind.BOOL, _("The free days count once they're over"), needed=False),
    ValueSpec("fee_open_days_only", Kind.BOOL, _("Days late are open days"), needed=False),
    ValueSpec(
        "fee_per_hour",
        Kind.MONEY,
        _("Overdue fee by the hour, for loans by the hour"),
        null_means=_AS_DAYS,
        needed=False,
    ),
    ValueSpec(
        "fee_period_hours",
        Kind.COUNT,
        _("Hours that the fee by the hour is for"),
        null_means=_("1 hour"),
        needed=False,
        minimum=1,
        maximum=720,
    ),
    ValueSpec("fee_grace_hours", Kind.COUNT, _("Hours late without a fee"), null_means=NONE, needed=False, maximum=720),
    ValueSpec("fee_open_hours_only", Kind.BOOL, _("Hours late are opening hours"), needed=False),
    ValueSpec("fee_cap", Kind.MONEY, _("Highest fee for an item"), null_means=NONE, needed=False),
    ValueSpec("fee_cap_at_price", Kind.BOOL, _("No fee above the item's price"), needed=False),
    ValueSpec(
        "fee_cap_patron",
        Kind.MONEY,
        _("Highest unpaid overdue fees of a patron"),
        null_means=UNLIMITED,
        needed=False,
        by_item_type=False,
    ),
    ValueSpec(
        "fee_grouping", Kind.CHOICE, _("What costs one fee"), needed=False, by_item_type=False, choices=_GROUPINGS
    ),
    ValueSpec(
        "child_until_age",
        Kind.COUNT,
        _("Children's fee up to age"),
        null_means=_("as the category says"),
        needed=False,
        by_item_type=False,
        maximum=30,
    ),
)
_SUSPENSION = (
    ValueSpec(
        "suspension_days",
        Kind.DAYS,
        _("Days without lending for being late"),
        null_means=NONE,
        needed=False,
        minimum=1,
        maximum=366,
    ),
    ValueSpec(
        "suspension_period_days",
        Kind.DAYS,
        _("Days late that they're for"),
        null_means=_("1 day"),
        needed=False,
        minimum=1,
        maximum=366,
    ),
    ValueSpec(
        "suspension_period_hours",
        Kind.COUNT,
        _("Hours late that they're for, of loans by the hour"),
        null_means=_AS_DAYS,
        needed=False,
        minimum=1,
        maximum=720,
    ),
    ValueSpec("suspension_max_days", Kind.DAYS, _("Longest stop"), null_means=UNLIMITED, needed=False, minimum=1),
    ValueSpec("suspension_adds_up", Kind.BOOL, _("Stops add up"), needed=False, by_item_type=False),
)
_LOST = (
    ValueSpec("replacement_fee", Kind.BOOL, _("The invoice claims the item's price"), needed=False),
    ValueSpec("replacement_price", Kind.MONEY, _("Price of an item that has none"), null_means=NONE, needed=False),
    ValueSpec("processing_fee", Kind.MONEY, _("Processing fee of the invoice"), null_means=NONE, needed=False),
    ValueSpec("lost_charged_at_once", Kind.BOOL, _("What's reported lost is claimed at once"), needed=False),
    ValueSpec("lost_waives_overdue", Kind.BOOL, _("The claim replaces the overdue fee"), needed=False),
    ValueSpec("lost_ends_loan", Kind.BOOL, _("The loan ends when the item is lost"), needed=False),
    ValueSpec("found_policy", Kind.CHOICE, _("When a lost item is found"), needed=False, choices=_FOUND),
    ValueSpec(
        "found_within_days",
        Kind.DAYS,
        _("Credited within days of the payment"),
        null_means=UNLIMITED,
        needed=False,
        minimum=1,
    ),
)
_SETTLING = (
    ValueSpec("card_fee", Kind.MONEY, _("Fee for a new card"), null_means=NONE, needed=False, by_item_type=False),
    ValueSpec(
        "payment_order",
        Kind.CHOICE,
        _("Part payments settle"),
        needed=False,
        by_item_type=False,
        choices=_ORDERS,
    ),
    ValueSpec(
        "hand_over_days",
        Kind.DAYS,
        _("Handed over to debt collection so many days late"),
        null_means=NONE,
        needed=False,
        by_item_type=False,
        minimum=1,
    ),
    ValueSpec(
        "hand_over_minimum",
        Kind.MONEY,
        _("Smallest debt that's handed over"),
        null_means=NONE,
        needed=False,
        by_item_type=False,
    ),
)
SPECS = (*_LATE, *_SUSPENSION, *_LOST, *_SETTLING)
