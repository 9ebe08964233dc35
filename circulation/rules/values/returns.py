"""The values about returns: where an item may be given back, and where it goes then."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from circulation.rules.value_kinds import Kind
from circulation.rules.values.spec import NONE, ValueSpec


class ReturnPolicy(StrEnum):
    """Where an item goes that nobody waits for."""

    HOME = "HOME"
    STAY = "STAY"
    STAY_IN_GROUP = "STAY_IN_GROUP"


class ReturnsAccepted(StrEnum):
    """At which desks an item on loan may be given back."""

    ANYWHERE = "ANYWHERE"
    HOME = "HOME"
    GROUP = "GROUP"


_POLICIES = {
    ReturnPolicy.HOME: _("goes to its home branch"),
    ReturnPolicy.STAY: _("stays where it was returned"),
    ReturnPolicy.STAY_IN_GROUP: _("stays within the branch group"),
}
_ACCEPTED = {
    ReturnsAccepted.ANYWHERE: _("at any branch"),
    ReturnsAccepted.HOME: _("at its home branch"),
    ReturnsAccepted.GROUP: _("within the home branch's group"),
}

# The first two are asked of the item's home branch and its type; who had it makes no difference.
SPECS = (
    ValueSpec("return_policy", Kind.CHOICE, _("After a return"), needed=False, by_category=False, choices=_POLICIES),
    ValueSpec("returns_accepted", Kind.CHOICE, _("Taken back"), needed=False, by_category=False, choices=_ACCEPTED),
    ValueSpec("missing_part_fee", Kind.MONEY, _("Fee for each missing part"), null_means=NONE, needed=False),
)
