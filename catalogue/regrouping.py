"""What follows when records turn out to be editions of one work, or of two: rooms above register what they do.

It's done in each municipality, in the transaction of the correction.
"""

from collections.abc import Callable, Collection

# Called with the ids of the records whose work has other editions than before.
Following = Callable[[Collection[int]], object]

rooms: dict[str, Following] = {}


def register(name: str, follow: Following) -> None:
    """Have something done when works are corrected; registered when an app starts."""
    rooms[name] = follow
