"""Notes that an item isn't where it should be: reported lost by its patron, or not found by staff."""

from datetime import datetime

from accounts.models import StaffAccount
from circulation.errors import CheckInRefused, Code
from circulation.models import Hold, Transit
from circulation.rules.reasons import blocking
from circulation.selectors.desk_facts import open_loan, open_transit, read_facts, trapped_hold
from circulation.services import hold_states
from circulation.services.desk_actions import desk_action, locked_item
from common import audit
from holdings.models import Item


def report_lost(*, item: Item, staff: StaffAccount | None, now: datetime) -> Item:
    """Note an item as lost. A loan of it stays open, so that the patron is asked for it; scanning it finds it again.

    :raises CheckInRefused: ITEM_UNKNOWN, or ITEM_WITHDRAWN if it has left the library for good
    """
    return _report(item, Item.Status.LOST, staff, now)


def report_missing(*, item: Item, staff: StaffAccount | None, now: datetime) -> Item:
    """Note an item as missing: a hold that it was bound to is in the queue again, in its old place.

    :raises CheckInRefused: ITEM_UNKNOWN, ITEM_WITHDRAWN, or ITEM_ON_LOAN: what somebody has isn't missing but lost
    """
    return _report(item, Item.Status.MISSING, staff, now)


def _report(item: Item, status: str, staff: StaffAccount | None, now: datetime) -> Item:
    with desk_action(CheckInRefused):
        item = locked_item(item, CheckInRefused)
        facts = read_facts("loan", "transit", "trapped", item=item.pk)
        loan, transit, trapped = open_loan(facts), open_transit(facts), trapped_hold(facts)
        if item.status == Item.Status.WITHDRAWN:
            raise CheckInRefused([blocking(Code.ITEM_WITHDRAWN)])
        if loan is not None and status == Item.Status.MISSING:
            raise CheckInRefused([blocking(Code.ITEM_ON_LOAN, due_date=loan.due_date.isoformat())])
        if trapped is not None:
            hold = hold_states.lock_hold(trapped.hold_id)
            if hold is not None and hold.state in Hold.TRAPPED:
                hold_states.back_to_queue(hold)
        if transit is not None:
            Transit.objects.filter(pk=transit.transit_id).update(cancelled_at=now)
        before = item.status
        item.status = status
        item.save(update_fields=["status"])
        audit.record(
            action=f"circulation.report_{status.lower()}",
            actor=staff,
            subject=item,
            facts={"before": before, "hold_id": trapped.hold_id if trapped else None},
        )
        return item
