"""Makes holds parallel: one that's filled ends the others."""

from collections.abc import Collection
from datetime import datetime
from uuid import uuid4

from accounts.models import StaffAccount
from circulation.errors import Code, HoldRefused
from circulation.models import Hold
from circulation.rules.reasons import blocking
from circulation.services.desk_actions import desk_action
from circulation.services.holds.locking import write_down


def make_parallel(*, hold_ids: Collection[int], staff: StaffAccount | None, now: datetime) -> list[Hold]:
    """Say of a patron's holds that one of them is enough; those that were parallel to any of them are so still.

    :raises HoldRefused: NOT_PARALLEL unless they're at least two holds in the queue of one patron
    """
    with desk_action(HoldRefused):
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
