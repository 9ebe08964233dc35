"""The values about holds.

Those that one patron category can't differ in are about the item: they're the ones of its home branch.
"""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from circulation.rules.value_kinds import Kind
from circulation.rules.values.spec import NONE, UNLIMITED, ValueSpec


class PickupPolicy(StrEnum):
    """Where a patron may have a hold sent."""

    ANY_BRANCH = "ANY_BRANCH"
    ITEM_HOME_BRANCH = "ITEM_HOME_BRANCH"
    ITEM_CURRENT_BRANCH = "ITEM_CURRENT_BRANCH"
    ITEM_GROUP = "ITEM_GROUP"
    PATRON_HOME_BRANCH = "PATRON_HOME_BRANCH"
    PATRON_GROUP = "PATRON_GROUP"


class WhoMayHold(StrEnum):
    """Whose holds an item may fill."""

    ANYBODY = "ANYBODY"
    ITEM_HOME_BRANCH = "ITEM_HOME_BRANCH"
    ITEM_GROUP = "ITEM_GROUP"


class OnShelf(StrEnum):
    """Whether a title that stands on a shelf may be held."""

    ALWAYS = "ALWAYS"
    ANY_OUT = "ANY_OUT"
    ALL_OUT = "ALL_OUT"


class HoldOrder(StrEnum):
    """Which of the holds that an item could fill goes first."""

    FIRST_COME = "FIRST_COME"
    TRADITIONAL = "TRADITIONAL"
    HOME_FIRST = "HOME_FIRST"


class LocalPriority(StrEnum):
    """Whose holds go past all others."""

    NONE = "NONE"
    PICKUP = "PICKUP"
    PATRON = "PATRON"


class ProtectionScope(StrEnum):
    """Where a new item may be picked up."""

    BRANCH = "BRANCH"
    GROUP = "GROUP"


class HoldFeeWhen(StrEnum):
    """When a hold costs its fee."""

    PLACED = "PLACED"
    QUEUED = "QUEUED"
    COLLECTED = "COLLECTED"


_POLICIES = {
    PickupPolicy.ANY_BRANCH: _("any branch"),
    PickupPolicy.ITEM_HOME_BRANCH: _("the item's home branch"),
    PickupPolicy.ITEM_CURRENT_BRANCH: _("the branch where the item is"),
    PickupPolicy.ITEM_GROUP: _("the branches of the item's group"),
    PickupPolicy.PATRON_HOME_BRANCH: _("the patron's home branch"),
    PickupPolicy.PATRON_GROUP: _("the branches of the patron's group"),
}
_HOLDERS = {
    WhoMayHold.ANYBODY: _("any patron"),
    WhoMayHold.ITEM_HOME_BRANCH: _("patrons of the item's home branch"),
    WhoMayHold.ITEM_GROUP: _("patrons of the item's group of branches"),
}
_ON_SHELF = {
    OnShelf.ALWAYS: _("yes"),
    OnShelf.ANY_OUT: _("when an item is out"),
    OnShelf.ALL_OUT: _("only when all items are out"),
}
_ORDERS = {
    HoldOrder.FIRST_COME: _("first come, first served"),
    HoldOrder.TRADITIONAL: _("nearest pick-up first"),
    HoldOrder.HOME_FIRST: _("pick-up at the item's home branch first"),
}
_LOCAL = {
    LocalPriority.NONE: _("nobody"),
    LocalPriority.PICKUP: _("holds picked up at the item's home branch or group"),
    LocalPriority.PATRON: _("patrons of the item's home branch or group"),
}
_SCOPES = {
    ProtectionScope.BRANCH: _("at their own branch"),
    ProtectionScope.GROUP: _("in their own group of branches"),
}
_FEE_WHEN = {
    HoldFeeWhen.PLACED: _("when it's placed"),
    HoldFeeWhen.QUEUED: _("when it's placed and others wait already"),
    HoldFeeWhen.COLLECTED: _("when the item is collected"),
}

SPECS = (
    ValueSpec("holds_allowed", Kind.BOOL, _("Holds allowed")),
    ValueSpec("who_may_hold", Kind.CHOICE, _("Holds are for"), needed=False, choices=_HOLDERS),
    ValueSpec("max_holds", Kind.COUNT, _("Holds at a time"), null_means=UNLIMITED, by_item_type=False),
    ValueSpec("max_holds_of_type", Kind.COUNT, _("Holds of the type"), null_means=UNLIMITED, needed=False),
    ValueSpec("max_holds_on_title", Kind.COUNT, _("Holds on one title"), null_means=_("one"), needed=False, minimum=1),
    ValueSpec(
        "max_holds_per_day",
        Kind.COUNT,
        _("New holds in a day"),
        null_means=UNLIMITED,
        needed=False,
        by_item_type=False,
    ),
    ValueSpec("on_shelf_holds", Kind.CHOICE, _("Holds on what's on the shelf"), needed=False, choices=_ON_SHELF),
    ValueSpec("pickup_policy", Kind.CHOICE, _("Pick-up at"), needed=False, choices=_POLICIES),
    ValueSpec("hold_order", Kind.CHOICE, _("Order of holds"), needed=False, by_category=False, choices=_ORDERS),
    ValueSpec("local_priority", Kind.CHOICE, _("Before all others"), needed=False, by_category=False, choices=_LOCAL),
    ValueSpec(
        "age_protection_days",
        Kind.DAYS,
        _("Days that a new item stays with its own"),
        null_means=NONE,
        needed=False,
        by_category=False,
        minimum=1,
    ),
    ValueSpec(
        "age_protection_scope",
        Kind.CHOICE,
        _("New items are picked up"),
        needed=False,
        by_category=False,
        choices=_SCOPES,
    ),
    ValueSpec(
        "missing_after_tries",
        Kind.COUNT,
        _("Missing when looked for so often in vain"),
        null_means=_("never"),
        needed=False,
        by_category=False,
        minimum=1,
        maximum=20,
    ),
    ValueSpec("shelf_days", Kind.DAYS, _("Open days on the hold shelf"), by_item_type=False, minimum=1, maximum=90),
    ValueSpec("interest_days", Kind.DAYS, _("Holds are kept for"), null_means=UNLIMITED, by_item_type=False),
    ValueSpec(
        "interest_warning_days",
        Kind.DAYS,
        _("Told so many days before a hold ends"),
        null_means=NONE,
        needed=False,
        by_item_type=False,
        minimum=1,
        maximum=90,
    ),
    ValueSpec("recall_by_hold", Kind.BOOL, _("A hold calls a loan back"), needed=False),
    ValueSpec(
        "recall_min_days",
        Kind.DAYS,
        _("Loans may be called back after"),
        null_means=_("never"),
        needed=False,
        minimum=1,
    ),
    ValueSpec(
        "recall_notice_days",
        Kind.DAYS,
        _("Days to return what's called back"),
        null_means=_("one day"),
        needed=False,
        minimum=1,
        maximum=90,
    ),
    ValueSpec(
        "recall_overdue", Kind.BOOL, _("Overdue loans that others wait for are called back at once"), needed=False
    ),
    ValueSpec("hold_fee", Kind.MONEY, _("Fee for a hold"), null_means=NONE, needed=False),
    ValueSpec("hold_fee_when", Kind.CHOICE, _("The fee is due"), needed=False, choices=_FEE_WHEN),
)
