"""Which branch fetches which item for which hold: a plan for the pick lists, not a promise. Pure."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from circulation.rules.holds import ItemToFill, Waiting


@dataclass(frozen=True)
class OnShelf:
    """An item on a shelf that a hold could have.

    :ivar tries: how often in a row it was looked for in vain
    """

    record_id: int
    item: ItemToFill
    tries: int = 0


@dataclass(frozen=True)
class Wanted:
    """A hold in the queue, and the titles of which an item would do."""

    record_ids: Collection[int]
    hold: Waiting


@dataclass(frozen=True)
class PickRules:
    """How the plan is made.

    :ivar may_have: whether the rules let this hold have this item
    :ivar order: what sorts the holds that an item may fill before their queue does
    :ivar distance: how far an item is from a branch
    :ivar closed: branches that aren't open today; they fetch only what no other can
    :ivar being_fetched: {hold: item} as somebody has begun to; it stays as long as it's allowed
    """

    may_have: Callable[[Waiting, ItemToFill], bool]
    order: Callable[[Waiting, ItemToFill], tuple[int, int]]
    distance: Callable[[int, int], int]
    closed: Collection[int] = ()
    being_fetched: Mapping[int, int] | None = None


def plan_picks(queue: Iterable[Wanted], shelves: Sequence[OnShelf], rules: PickRules) -> dict[int, int]:
    """Return {hold: item}, each hold and item at most once, so that no two branches fetch for the same hold.

    An item at the hold's own pick-up branch goes first, then the nearest, then the lowest number, so the plan is the
    same for all. What was looked for in vain goes last.

    :param queue: holds in the order of their queues, without suspended ones
    """
    wanted = list(queue)
    shelf: dict[int, list[OnShelf]] = {}
    for line in shelves:
        shelf.setdefault(line.record_id, []).append(line)
    pairs = [
        (_order(place, want.hold, line, rules), want.hold.hold_id, line.item.item_id)
        for place, want in enumerate(wanted)
        for record_id in want.record_ids
        for line in shelf.get(record_id, ())
        if rules.may_have(want.hold, line.item)
    ]
    picks: dict[int, int] = {}
    taken: set[int] = set()
    for _sorted_by, hold_id, item_id in sorted(pairs):
        if hold_id not in picks and item_id not in taken:
            picks[hold_id] = item_id
            taken.add(item_id)
    return picks


def _order(place: int, hold: Waiting, line: OnShelf, rules: PickRules) -> tuple[object, ...]:
    item = line.item
    begun = (rules.being_fetched or {}).get(hold.hold_id) == item.item_id
    return (
        not begun,
        rules.order(hold, item),
        place,
        line.tries,
        item.at_branch_id in rules.closed,
        rules.distance(item.at_branch_id, hold.pickup_branch_id),
        item.at_branch_id,
        item.item_id,
    )
