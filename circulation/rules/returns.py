"""Where an item may be given back, and where it belongs when nobody waits for it. Pure."""

from collections.abc import Collection
from dataclasses import dataclass

from circulation.models import Transit
from circulation.rules.values import ReturnPolicy, ReturnsAccepted
from holdings.models import Item


@dataclass(frozen=True)
class Route:
    """Where an item goes that nobody waits for.

    :ivar purpose: of the journey there
    :ivar floats: it stays where it is, and belongs there from now on
    """

    branch_id: int
    purpose: str = Transit.Purpose.HOME
    floats: bool = False


@dataclass(frozen=True)
class RouteFacts:
    """Everything that decides over a route.

    :ivar policy: of the item's home branch and type; None counts as HOME
    :ivar home_group: the branches of the home branch's group
    :ivar here_takes_none: the branch's own rule row says HOME, so nothing from elsewhere stays there
    :ivar rotation_branch_id: where the item's collection is at present
    :ivar is_wanted: a hold is bound to it, or may be filled with it
    """

    home_branch_id: int
    here_id: int
    status: str
    policy: str | None = None
    home_group: Collection[int] = ()
    here_takes_none: bool = False
    rotation_branch_id: int | None = None
    is_in_transit: bool = False
    is_wanted: bool = False
    is_damaged: bool = False
    is_self_service: bool = False


# These have a place of their own, which no return changes.
_STAY_AT_HOME = (Item.Status.REFERENCE_ONLY, Item.Status.ON_ORDER, Item.Status.IN_PROCESS)


def route(facts: RouteFacts) -> Route:
    """Return where the item belongs: with its collection, here if its kind floats, or at home.

    It never floats when somebody waits for it, on a journey, damaged, or at a self-service machine, which may stand
    where nobody sorts.
    """
    if facts.rotation_branch_id is not None and not facts.is_damaged:
        return Route(facts.rotation_branch_id, Transit.Purpose.ROTATION)
    if facts.here_id != facts.home_branch_id and _may_float(facts):
        return Route(facts.here_id, floats=True)
    return Route(facts.home_branch_id)


def accepts_return(policy: str | None, *, home_branch_id: int, here_id: int, home_group: Collection[int]) -> bool:
    """Return whether an item on loan may be given back here; unset means anywhere."""
    if policy == ReturnsAccepted.HOME:
        return here_id == home_branch_id
    if policy == ReturnsAccepted.GROUP:
        return here_id == home_branch_id or here_id in home_group
    return True


def _may_float(facts: RouteFacts) -> bool:
    if facts.is_wanted or facts.is_in_transit or facts.is_self_service or facts.is_damaged or facts.here_takes_none:
        return False
    if facts.status in _STAY_AT_HOME:
        return False
    if facts.policy == ReturnPolicy.STAY_IN_GROUP:
        return facts.here_id in facts.home_group
    return facts.policy == ReturnPolicy.STAY
