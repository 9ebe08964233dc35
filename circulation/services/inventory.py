"""Inventory of a shelf: each item that stands there is scanned, and what wasn't seen is confirmed as missing."""

from collections.abc import Iterable
from datetime import datetime

from accounts.models import StaffAccount
from circulation.errors import Code, ReportRefused
from circulation.rules.reasons import notice
from circulation.selectors.inventory import ON_A_SHELF, SEEN
from circulation.services.desk_actions import desk_action, locked_item
from circulation.services.report_item import report_missing
from circulation.services.results import ReportResult
from common import audit
from common.errors import Reason
from holdings.models import Branch, Item


def see_item(*, item: Item, branch: Branch, staff: StaffAccount | None, now: datetime) -> ReportResult:
    """Note that an item stands on a shelf of a branch; the notice CHECK_IT_IN says that it doesn't belong there.

    Only when it was last seen, and by whom, changes: what's out of place is taken to the desk and checked in.

    :raises ReportRefused: ITEM_UNKNOWN
    """
    with desk_action(ReportRefused):
        item = locked_item(item, ReportRefused)
        item.last_seen_at = now
        item.save(update_fields=["last_seen_at"])
        facts = {"item_id": item.pk, "branch_id": branch.pk, "seen_at": now.isoformat()}
        audit.record(action=SEEN, actor=staff, subject=item, facts=facts)
        return ReportResult(item=item, notices=tuple(_out_of_place(item, branch)))


def confirm_missing(
    *, item_ids: Iterable[int], since: datetime, staff: StaffAccount | None, now: datetime
) -> list[ReportResult]:
    """Note items as missing that weren't seen since the inventory began; one seen meanwhile stays as it is.

    :param since: when the inventory began
    """
    missing = []
    for item in Item.objects.filter(pk__in=list(item_ids)).order_by("pk"):
        with desk_action(ReportRefused):
            locked = locked_item(item, ReportRefused)
            seen = locked.last_seen_at is not None and locked.last_seen_at >= since
            if not seen and locked.status in ON_A_SHELF:
                missing.append(report_missing(item=locked, staff=staff, now=now))
    return missing


def _out_of_place(item: Item, branch: Branch) -> list[Reason]:
    if item.status in ON_A_SHELF and item.current_branch_id == branch.pk and not item.is_damaged:
        return []
    return [notice(Code.CHECK_IT_IN, status=item.status, branch_id=item.home_branch_id)]
