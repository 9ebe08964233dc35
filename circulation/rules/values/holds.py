"""The values about holds."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from circulation.rules.value_kinds import Kind
from circulation.rules.values.spec import UNLIMITED, ValueSpec


class PickupPolicy(StrEnum):
    """Where a patron may have a hold sent."""

    ANY_BRANCH = "ANY_BRANCH"
    ITEM_HOME_BRANCH = "ITEM_HOME_BRANCH"
    PATRON_HOME_BRANCH = "PATRON_HOME_BRANCH"


_POLICIES = {
    PickupPolicy.ANY_BRANCH: _("any branch"),
    PickupPolicy.ITEM_HOME_BRANCH: _("the item's home branch"),
    PickupPolicy.PATRON_HOME_BRANCH: _("the patron's home branch"),
}

SPECS = (
    ValueSpec("holds_allowed", Kind.BOOL, _("Holds allowed")),
    ValueSpec("max_holds", Kind.COUNT, _("Holds at a time"), null_means=UNLIMITED, by_item_type=False),
    ValueSpec("pickup_policy", Kind.CHOICE, _("Pick-up at"), needed=False, choices=_POLICIES),
    ValueSpec("shelf_days", Kind.DAYS, _("Open days on the hold shelf"), by_item_type=False, minimum=1, maximum=90),
    ValueSpec("interest_days", Kind.DAYS, _("Holds are kept for"), null_means=UNLIMITED, by_item_type=False),
)
