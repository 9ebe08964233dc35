"""Which hold an item fills, and its number on the hold shelf. Pure; placing a hold is `hold_requests`' business."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from circulation.rules.resolution import Resolved, RuleMissing
from circulation.rules.values import HoldOrder, LocalPriority, PickupPolicy, ProtectionScope, WhoMayHold
from holdings.models import Item

LAST_SHELF_NUMBER = 999


@dataclass(frozen=True)
class Waiting:
    """A hold in the queue, as far as an item that could fill it cares."""

    hold_id: int
    patron_id: int
    pickup_branch_id: int
    item_id: int | None
    category_id: int
    patron_home_branch_id: int
    volume: str = ""
    municipality_code: str = ""


@dataclass(frozen=True)
class ItemToFill:
    """An item that could fill a hold.

    :ivar at_branch_id: where it is, and would be sent from
    """

    item_id: int
    item_type_id: int
    home_branch_id: int
    at_branch_id: int
    volume: str = ""
    own_branch_only: bool = False
    acquired_on: date | None = None

    @classmethod
    def of(cls, item: Item, *, at_branch_id: int) -> "ItemToFill":
        """Return an item that lies at a branch, whatever its row says yet."""
        return cls(
            item_id=item.pk,
            item_type_id=item.item_type_id,
            home_branch_id=item.home_branch_id,
            at_branch_id=at_branch_id,
            volume=item.volume,
            own_branch_only=item.fills_own_branch_only,
            acquired_on=item.acquired_on,
        )


@dataclass(frozen=True)
class Network:
    """The branches as far as sending items between them goes.

    :ivar groups: the group of each branch that's in one
    :ivar keeps_own: branches whose items aren't sent to others for holds
    :ivar limits: from, to and the item type or None for any: ways that no item goes for a hold
    """

    groups: Mapping[int, int] = field(default_factory=dict)
    keeps_own: frozenset[int] = frozenset()
    limits: frozenset[tuple[int, int, int | None]] = frozenset()

    def shares_group(self, one_id: int, other_id: int) -> bool:
        """Return whether the branches are the same, or in one group."""
        return one_id == other_id or (
            self.groups.get(one_id) is not None and self.groups.get(one_id) == self.groups.get(other_id)
        )

    def distance(self, from_id: int, to_id: int) -> int:
        """Return how far apart two branches are: 0 the same, 1 in one group, 2 farther."""
        if from_id == to_id:
            return 0
        return 1 if self.shares_group(from_id, to_id) else 2

    def may_send(self, from_id: int, to_id: int, item_type_id: int) -> bool:
        """Return whether an item of the type may travel there for a hold."""
        if from_id == to_id:
            return True
        return not {(from_id, to_id, None), (from_id, to_id, item_type_id)} & self.limits


@dataclass(frozen=True)
class FillingRules:
    """Everything that decides whether an item may fill a hold, but for the two themselves.

    :ivar for_hold: gives the rules that a hold follows for an item
    :ivar for_item: gives the rules of an item's home branch and type, for any patron
    :ivar today: None where what passes with time doesn't count
    """

    for_hold: Callable[[Waiting, ItemToFill], Resolved]
    for_item: Callable[[ItemToFill], Resolved]
    network: Network
    today: date | None = None


def may_fill(hold: Waiting, item: ItemToFill, filling: FillingRules) -> bool:
    """Return whether an item may fill a hold that's in the queue already."""
    if hold.item_id not in (None, item.item_id) or not has_volume(item, hold.volume):
        return False
    rules = filling.for_hold(hold, item)
    return (
        _allowed(rules)
        and is_for_patron_of(rules, item, hold.patron_home_branch_id, filling.network)
        and allows_pickup(hold, item, rules, filling.network)
        and leaves_its_own(hold, item, filling)
        and filling.network.may_send(item.at_branch_id, hold.pickup_branch_id, item.item_type_id)
    )


def first_to_fill(queue: Iterable[Waiting], item: ItemToFill, filling: FillingRules) -> Waiting | None:
    """Return the hold that an item fills, None if there's none: the first in the queue that it may, in its own order.

    :param queue: in order of priority and time, without suspended holds
    """
    fitting = [hold for hold in queue if may_fill(hold, item, filling)]
    return min(fitting, key=lambda hold: fill_order(hold, item, filling), default=None)


def fill_order(hold: Waiting, item: ItemToFill, filling: FillingRules) -> tuple[int, int]:
    """Return what sorts the holds that an item may fill before their order in the queue does; the lowest goes first.

    Local priority goes before all; then the order that the item's branch has chosen.
    """
    rules, network = filling.for_item(item), filling.network
    local = {
        LocalPriority.PICKUP: hold.pickup_branch_id,
        LocalPriority.PATRON: hold.patron_home_branch_id,
    }.get(rules.value("local_priority"))
    order = rules.value("hold_order")
    place = 0
    if order == HoldOrder.TRADITIONAL:
        place = network.distance(item.at_branch_id, hold.pickup_branch_id)
    if order == HoldOrder.HOME_FIRST:
        place = int(hold.pickup_branch_id != item.home_branch_id)
    return (network.distance(item.home_branch_id, local) if local is not None else 0, place)


def has_volume(item: ItemToFill, volume: str) -> bool:
    """Return whether the item is of the volume or issue; any is where none is named."""
    return not volume or item.volume.strip().casefold() == volume.strip().casefold()


def is_for_patron_of(rules: Resolved, item: ItemToFill, home_branch_id: int, network: Network) -> bool:
    """Return whether the rules let a patron of this home branch hold the item."""
    whose = rules.value("who_may_hold")
    if whose == WhoMayHold.ITEM_HOME_BRANCH:
        return home_branch_id == item.home_branch_id
    if whose == WhoMayHold.ITEM_GROUP:
        return network.shares_group(home_branch_id, item.home_branch_id)
    return True


def allows_pickup(hold: Waiting, item: ItemToFill, rules: Resolved, network: Network) -> bool:
    """Return whether the rules let the item be picked up where the hold wants it; unset means anywhere."""
    policy, pickup = rules.value("pickup_policy"), hold.pickup_branch_id
    exactly = {
        PickupPolicy.ITEM_HOME_BRANCH: item.home_branch_id,
        PickupPolicy.ITEM_CURRENT_BRANCH: item.at_branch_id,
        PickupPolicy.PATRON_HOME_BRANCH: hold.patron_home_branch_id,
    }.get(policy)
    if exactly is not None:
        return pickup == exactly
    near = {
        PickupPolicy.ITEM_GROUP: item.home_branch_id,
        PickupPolicy.PATRON_GROUP: hold.patron_home_branch_id,
    }.get(policy)
    return near is None or network.shares_group(pickup, near)


def leaves_its_own(hold: Waiting, item: ItemToFill, filling: FillingRules) -> bool:
    """Return whether the item may go where the hold wants it, as far as its own branch has a say."""
    if hold.pickup_branch_id == item.home_branch_id:
        return True
    if item.own_branch_only or item.home_branch_id in filling.network.keeps_own:
        return False
    rules = filling.for_item(item)
    days = rules.value("age_protection_days")
    if days is None or item.acquired_on is None or filling.today is None:
        return True
    if item.acquired_on + timedelta(days=days) <= filling.today:
        return True
    return rules.value("age_protection_scope") == ProtectionScope.GROUP and filling.network.shares_group(
        hold.pickup_branch_id, item.home_branch_id
    )


def next_shelf_number(start: int, taken: Collection[int | None]) -> int | None:
    """Return the first free number from `start` on, round to the beginning after the last; None if all are taken."""
    for step in range(LAST_SHELF_NUMBER):
        number = (start - 1 + step) % LAST_SHELF_NUMBER + 1
        if number not in taken:
            return number
    return None


def _allowed(rules: Resolved) -> bool:
    try:
        return bool(rules.value("holds_allowed"))
    except RuleMissing:
        # The hold was placed under rules that somebody has taken away since; her place in the queue still counts.
        return True
