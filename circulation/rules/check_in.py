"""What becomes of an item that's scanned at a branch: the whole decision table, as a plan to carry out. Pure.

First what the item is bound to already counts, then the queue, then its collection's plan, or its home. Carried out
once, the plan for the same item at the same branch changes nothing.
"""

from dataclasses import dataclass
from enum import StrEnum

from circulation.errors import Code
from circulation.models import Hold, Transit
from circulation.rules.check_out import HoldFacts
from circulation.rules.holds import Waiting
from circulation.rules.returns import Route
from holdings.models import Item


class HoldStep(StrEnum):
    """What happens to a hold."""

    NONE = "NONE"
    MAKE_READY = "MAKE_READY"  # onto the hold shelf here
    SEND = "SEND"  # bound to the item, on its way to the pick-up branch


class TransitStep(StrEnum):
    """What happens to the item's open transit."""

    NONE = "NONE"
    RECEIVE = "RECEIVE"
    CANCEL = "CANCEL"


@dataclass(frozen=True)
class OpenTransit:
    """Where the item is on its way to."""

    to_branch_id: int
    purpose: str


@dataclass(frozen=True)
class CheckInFacts:
    """Everything that decides over one scan.

    :ivar returns_as: the status that the item has when nobody waits for it: what the loan says, if it was on loan
    :ivar trapped: the hold that the item is bound to
    :ivar first_waiting: the first hold in the queue that this item may fill
    :ivar route: where it goes when nobody waits; None means home
    :ivar is_in_bundle: it's kept in another item, and goes nowhere by itself
    """

    status: str
    home_branch_id: int
    here_id: int
    current_branch_id: int
    is_on_loan: bool = False
    returns_as: str = Item.Status.AVAILABLE
    transit: OpenTransit | None = None
    trapped: HoldFacts | None = None
    first_waiting: Waiting | None = None
    route: Route | None = None
    is_damaged: bool = False
    is_in_bundle: bool = False


@dataclass(frozen=True)
class CheckInPlan:
    """What to do.

    :ivar status: of the item afterwards
    :ivar hold_id: the hold that `hold_step` is about, or that the item lies or travels for already
    :ivar send_to_id: the branch to open a transit to, with `purpose`
    :ivar branch_id: where the item lies or travels to afterwards
    :ivar floats: it belongs to the branch where it lies from now on
    :ivar is_aside: it lies here, but not on a shelf: withdrawn, damaged, or part of a bundle
    """

    status: str
    branch_id: int
    hold_id: int | None = None
    hold_step: HoldStep = HoldStep.NONE
    transit_step: TransitStep = TransitStep.NONE
    send_to_id: int | None = None
    purpose: str = ""
    floats: bool = False
    is_aside: bool = False

    @property
    def is_on_its_way(self) -> bool:
        """Whether the item travels afterwards."""
        return self.status == Item.Status.IN_TRANSIT or self.send_to_id is not None

    def changes_nothing(self, *, status: str, current_branch_id: int) -> bool:
        """Return whether an item of this status, not on loan, is already as the plan wants it."""
        lies_here = self.is_on_its_way or current_branch_id == self.branch_id
        steps = self.hold_step != HoldStep.NONE or self.transit_step != TransitStep.NONE
        return self.status == status and lies_here and not steps and not self.floats and self.send_to_id is None


# What the desk is told of an item that a scan puts into use.
FOUND = {
    Item.Status.LOST: Code.ITEM_WAS_LOST,
    Item.Status.MISSING: Code.ITEM_WAS_MISSING,
    Item.Status.ON_ORDER: Code.ITEM_WAS_ON_ORDER,
    Item.Status.IN_PROCESS: Code.ITEM_WAS_IN_PROCESS,
}
# Nobody can have these through a hold; the first is at home on a shelf all the same.
_FOR_NOBODY = (Item.Status.REFERENCE_ONLY, Item.Status.WITHDRAWN)


def plan(facts: CheckInFacts) -> CheckInPlan:
    """Return what becomes of the item."""
    resting = _resting_status(facts)
    if resting == Item.Status.WITHDRAWN or facts.is_in_bundle:
        step = TransitStep.CANCEL if facts.transit else TransitStep.NONE
        return CheckInPlan(resting, facts.here_id, transit_step=step, is_aside=True)
    if facts.trapped is not None:
        return _for_its_hold(facts, facts.trapped)
    if facts.first_waiting is not None and resting not in _FOR_NOBODY and not facts.is_damaged:
        return _for_the_queue(facts, facts.first_waiting)
    return _to_its_place(facts)


def _resting_status(facts: CheckInFacts) -> str:
    """Return what the item is when it's neither lent nor wanted; lost and missing ones are found by being here."""
    if facts.status in _FOR_NOBODY:
        return facts.status
    return facts.returns_as if facts.is_on_loan else Item.Status.AVAILABLE


def _for_its_hold(facts: CheckInFacts, hold: HoldFacts) -> CheckInPlan:
    if hold.pickup_branch_id == facts.here_id:
        lies_ready = hold.state == Hold.State.READY and facts.status == Item.Status.ON_HOLD_SHELF
        return CheckInPlan(
            Item.Status.ON_HOLD_SHELF,
            facts.here_id,
            hold.hold_id,
            HoldStep.NONE if lies_ready else HoldStep.MAKE_READY,
            _end_of_transit(facts),
        )
    if facts.transit is not None and facts.transit.to_branch_id == hold.pickup_branch_id:
        # A scan on the way is harmless.
        return CheckInPlan(Item.Status.IN_TRANSIT, hold.pickup_branch_id, hold.hold_id)
    return CheckInPlan(
        Item.Status.IN_TRANSIT,
        hold.pickup_branch_id,
        hold.hold_id,
        HoldStep.SEND,
        _end_of_transit(facts),
        send_to_id=hold.pickup_branch_id,
        purpose=Transit.Purpose.HOLD,
    )


def _for_the_queue(facts: CheckInFacts, hold: Waiting) -> CheckInPlan:
    pickup = hold.pickup_branch_id
    if pickup == facts.here_id:
        return CheckInPlan(Item.Status.ON_HOLD_SHELF, pickup, hold.hold_id, HoldStep.MAKE_READY, _end_of_transit(facts))
    if facts.transit is not None and facts.transit.to_branch_id == pickup:
        # It's on its way there for another reason, and is trapped when it arrives.
        return CheckInPlan(Item.Status.IN_TRANSIT, pickup)
    return CheckInPlan(
        Item.Status.IN_TRANSIT,
        pickup,
        hold.hold_id,
        HoldStep.SEND,
        _end_of_transit(facts),
        send_to_id=pickup,
        purpose=Transit.Purpose.HOLD,
    )


def _to_its_place(facts: CheckInFacts) -> CheckInPlan:
    status = _resting_status(facts)
    route = facts.route or Route(facts.home_branch_id)
    place = route.branch_id
    if place == facts.here_id:
        return CheckInPlan(
            status, place, transit_step=_end_of_transit(facts), floats=route.floats, is_aside=facts.is_damaged
        )
    travelling = status if status == Item.Status.REFERENCE_ONLY else Item.Status.IN_TRANSIT
    if facts.transit is not None and facts.transit.to_branch_id == place:
        return CheckInPlan(travelling, place)
    return CheckInPlan(travelling, place, transit_step=_end_of_transit(facts), send_to_id=place, purpose=route.purpose)


def _end_of_transit(facts: CheckInFacts) -> TransitStep:
    if facts.transit is None:
        return TransitStep.NONE
    return TransitStep.RECEIVE if facts.transit.to_branch_id == facts.here_id else TransitStep.CANCEL
