"""Makes holds parallel: one that's filled ends the others. And lets one stand by itself again."""

from collections.abc import Collection
from datetime import datetime
from uuid import uuid4

from accounts.models import StaffAccount
from circulation.errors import Code, HoldRefused
from circulation.models import Hold
from circulation.rules.reasons import blocking
from circulation.services.desk_actions import desk_action, locked_patron
from circulation.services.holds.locking import lock_active, write_down


def make_parallel(*, hold_ids: Collection[int], staff: StaffAccount | None, now: datetime) -> list[Hold]:
    """Say of a patron's holds that one of them is enough; those that were parallel to any of them are so still.

    :raises HoldRefused: NOT_PARALLEL unless they're at least two holds in the queue of one patron
    """
    with desk_action(HoldRefused):
        _lock_patron(hold_ids)
        holds = list(Hold.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=hold_ids).order_by("pk"))
        patrons = {hold.patron_id for hold in holds}
        if len(holds) < 2 or len(patrons) > 1 or any(hold.state != Hold.State.QUEUED for hold in holds):
            raise HoldRefused([blocking(Code.NOT_PARALLEL)])
        group = uuid4()
        known = {hold.group for hold in holds if hold.group is not None}
        Hold.objects.filter(patron_id__in=patrons, group__in=known, state__in=Hold.ACTIVE).update(group=group)
        for hold in holds:
            hold.group = group
            hold.save(update_fields=["group"])
            write_down("make_parallel", hold, staff, holds=[each.pk for each in holds])
        return holds


def stand_alone(*, hold: Hold, staff: StaffAccount | None, now: datetime) -> Hold:
    """Let a hold go on whatever becomes of those that it was parallel to; they stay so among themselves.

    One that was parallel to none stays as it is.

    :param hold: only its key counts
    :raises HoldRefused: HOLD_UNKNOWN or HOLD_ENDED
    """
    with desk_action(HoldRefused):
        _lock_patron([hold.pk])
        hold = lock_active(hold)
        if hold.group is not None:
            hold.group = None
            hold.save(update_fields=["group"])
            write_down("stand_alone", hold, staff)
        return hold


def _lock_patron(hold_ids: Collection[int]) -> None:
    # As at the desk, her row comes before those of her holds, so that a check-out waits its turn.
    hold = Hold.objects.filter(pk__in=hold_ids).select_related("patron").order_by("pk").first()
    if hold is not None:
        locked_patron(hold.patron, HoldRefused)
