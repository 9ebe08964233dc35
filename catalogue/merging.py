"""What moves when two records turn out to describe one title: rooms above say what must happen around it.

Every row of a municipality that refers to a record moves by itself, whichever room it's in. A room registers here what
its own constraints need before rows move, how that is taken back when the merge is undone, and what must be counted
anew afterwards. All of it happens in the municipality whose rows move, in the transaction of the merge.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

# Called with the ids of the record that goes and the one that stays; returns JSON that `put_back` needs.
Preparation = Callable[[int, int], Any]
# Called with what the preparation returned, once the rows are back.
PuttingBack = Callable[[Any], None]
# Called with the ids of the record that rows came from and the one they went to, and when.
Settling = Callable[[int, int, datetime], None]


@dataclass(frozen=True, slots=True)
class Room:
    """What a room does when records merge."""

    prepare: Preparation | None = None
    put_back: PuttingBack | None = None
    settle: Settling | None = None


rooms: dict[str, Room] = {}


def register(
    name: str,
    *,
    prepare: Preparation | None = None,
    put_back: PuttingBack | None = None,
    settle: Settling | None = None,
) -> None:
    """Have something done when records merge; registered when an app starts."""
    rooms[name] = Room(prepare, put_back, settle)
