"""Moves holds within their queue."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from accounts.models import StaffAccount
from circulation.errors import Code, HoldRefused
from circulation.models import Hold
from circulation.rules.reasons import blocking
from circulation.services.desk_actions import desk_action
from circulation.services.holds.locking import lock_queued, write_down

_LEAST = timedelta(microseconds=1)


class QueueMove(StrEnum):
    """Where a hold goes within its priority level."""

    TOP = "TOP"
    UP = "UP"
    DOWN = "DOWN"
    BOTTOM = "BOTTOM"


def move_in_queue(*, hold: Hold, to: QueueMove, staff: StaffAccount, now: datetime) -> Hold:
    """Move a hold within its queue, among those of its own priority; at the end already, it stays.

    The others keep their order; when each was asked for stays known.

    :raises HoldRefused: HOLD_UNKNOWN, HOLD_ENDED or HOLD_ON_ITS_WAY
    """
    with desk_action(HoldRefused):
        queue = _lock_queue(hold)
        before = [each.pk for each in queue]
        if hold.pk not in before:
            lock_queued(hold)
            raise HoldRefused([blocking(Code.HOLD_UNKNOWN)])
        place = before.index(hold.pk)
        target = {QueueMove.TOP: 0, QueueMove.UP: max(0, place - 1), QueueMove.DOWN: place + 1}
        moved = queue.pop(place)
        queue.insert(target.get(to, len(queue)), moved)
        _renumber(queue)
        write_down("move_in_queue", moved, staff, to=to.value, before=place + 1, after=queue.index(moved) + 1)
        return moved


def set_priority(*, hold: Hold, priority: int, staff: StaffAccount, now: datetime) -> Hold:
    """Let a hold go before all others (1), among them (0) or behind them (-1).

    :raises HoldRefused: HOLD_UNKNOWN, HOLD_ENDED or HOLD_ON_ITS_WAY
    """
    with desk_action(HoldRefused):
        locked = lock_queued(hold)
        before, locked.priority = locked.priority, max(-1, min(1, priority))
        locked.save(update_fields=["priority"])
        write_down("set_hold_priority", locked, staff, before=before, after=locked.priority)
        return locked


def _lock_queue(hold: Hold) -> list[Hold]:
    """Lock the holds that wait for the same title with the same priority, and return them in their order."""
    waiting = Hold.objects.filter(record_id=hold.record_id, state=Hold.State.QUEUED)
    locked = list(waiting.select_for_update(of=("self",), no_key=True).order_by("pk"))
    own = [each for each in locked if each.pk == hold.pk]
    level = [each for each in locked if own and each.priority == own[0].priority]
    return sorted(level, key=lambda each: (each.stands_at, each.pk))


def _renumber(queue: Sequence[Hold]) -> None:
    """Give the moments at which these holds stand to them anew, in the order that they have now."""
    moments = sorted(hold.stands_at for hold in queue)
    last = None
    for hold, moment in zip(queue, moments, strict=True):
        if last is not None and moment <= last:
            moment = last + _LEAST
        last = moment
        if hold.stands_at != moment:
            hold.queued_at = moment
            hold.save(update_fields=["queued_at"])
