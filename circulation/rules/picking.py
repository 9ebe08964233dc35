"""Which branch fetches which item for which hold: a plan for the pick lists, not a promise. Pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial


@dataclass(frozen=True)
class OnShelf:
    """An item on a shelf that a hold could have."""

    item_id: int
    record_id: int
    branch_id: int
    home_branch_id: int
    item_type_id: int


@dataclass(frozen=True)
class Wanted:
    """A hold in the queue."""

    hold_id: int
    record_id: int
    pickup_branch_id: int
    category_id: int
    patron_home_branch_id: int
    item_id: int | None = None
    municipality_code: str = ""


def plan_picks(
    queue: Iterable[Wanted], shelves: Sequence[OnShelf], may_have: Callable[[Wanted, OnShelf], bool]
) -> dict[int, int]:
    """Return {hold: item}, each hold and item at most once, so that no two branches fetch for the same hold.

    An item at the hold's own pick-up branch goes first, then the lowest branch number, so the plan is the same for all.

    :param queue: holds in the order of their queues, without suspended ones
    :param may_have: whether the rules let this hold have this item
    """
    free: dict[int, list[OnShelf]] = {}
    for item in shelves:
        free.setdefault(item.record_id, []).append(item)
    picks: dict[int, int] = {}
    for hold in queue:
        fitting = [
            item
            for item in free.get(hold.record_id, ())
            if hold.item_id in (None, item.item_id) and may_have(hold, item)
        ]
        if not fitting:
            continue
        chosen = min(fitting, key=partial(_distance, hold))
        free[hold.record_id].remove(chosen)
        picks[hold.hold_id] = chosen.item_id
    return picks


def _distance(hold: Wanted, item: OnShelf) -> tuple[bool, int, int]:
    return (item.branch_id != hold.pickup_branch_id, item.branch_id, item.item_id)
