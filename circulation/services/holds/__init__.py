"""Places, changes and ends holds. What an item does about them is `check_in`'s business."""

from circulation.services.holds.changing import (
    cancel_hold,
    change_hold,
    extend_hold,
    move_hold,
    resume_hold,
    suspend_hold,
)
from circulation.services.holds.ending import expire_interest, expire_shelf_hold
from circulation.services.holds.parallel import make_parallel, stand_alone
from circulation.services.holds.placing import place_hold
from circulation.services.holds.queue import QueueMove, move_in_queue, set_priority

__all__ = [
    "QueueMove",
    "cancel_hold",
    "change_hold",
    "expire_interest",
    "expire_shelf_hold",
    "extend_hold",
    "make_parallel",
    "move_hold",
    "move_in_queue",
    "place_hold",
    "resume_hold",
    "set_priority",
    "stand_alone",
    "suspend_hold",
]
