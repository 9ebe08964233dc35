"""Whether items can fill all holds at once, each item one hold. Pure."""

from collections.abc import Callable, Sequence
from typing import TypeVar

Hold = TypeVar("Hold")
Item = TypeVar("Item")


def all_can_be_filled(holds: Sequence[Hold], items: Sequence[Item], fits: Callable[[Hold, Item], bool]) -> bool:
    """Return whether every hold can have an item of its own.

    Found by augmenting paths, so that a hold which takes any item doesn't take the only one of another.
    """
    if len(items) < len(holds):
        return False
    choices = [[place for place, item in enumerate(items) if fits(hold, item)] for hold in holds]
    taken_by: dict[int, int] = {}

    def find(hold: int, seen: set[int]) -> bool:
        for place in choices[hold]:
            if place in seen:
                continue
            seen.add(place)
            if place not in taken_by or find(taken_by[place], seen):
                taken_by[place] = hold
                return True
        return False

    return all(find(hold, set()) for hold in range(len(holds)))
