"""Inventory of a shelf: each item that stands there is scanned, and what wasn't seen is confirmed as missing."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from accounts.models import StaffAccount
from circulation.errors import Code, ReportRefused
from circulation.rules.reasons import notice
from circulation.selectors.inventory import ON_A_SHELF, SEEN, ShelfRange, stands_on
from circulation.services.desk_actions import desk_action, locked_item
from circulation.services.report_item import report_missing
from circulation.services.results import ReportResult
from common import audit
from common.errors import Reason
from holdings.models import Branch, Item


def see_item(
    *, item: Item, branch: Branch, staff: StaffAccount | None, now: datetime, shelf: ShelfRange | None = None
) -> ReportResult:
    """Note that an item stands on a shelf of a branch, with a notice when it doesn't belong there.

    CHECK_IT_IN: it isn't to stand on any shelf of this branch now. WRONG_SHELF: it's to stand on another one.
    Only when it was last seen, and by whom, changes: what's out of place is carried there, or to the desk.

    :param shelf: the shelf that's gone through, None for the whole branch
    :raises ReportRefused: ITEM_UNKNOWN
    """
    with desk_action(ReportRefused):
        item = locked_item(item, ReportRefused)
        item.last_seen_at = now
        item.save(update_fields=["last_seen_at"])
        facts: dict[str, Any] = {"item_id": item.pk, "branch_id": branch.pk, "seen_at": now.isoformat()}
        if shelf is not None:
            facts["shelf"] = shelf.as_kept
        audit.record(action=SEEN, actor=staff, subject=item, facts=facts)
        return ReportResult(item=item, notices=tuple(_out_of_place(item, branch, shelf)))


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


def _out_of_place(item: Item, branch: Branch, shelf: ShelfRange | None) -> list[Reason]:
    if item.status not in ON_A_SHELF or item.current_branch_id != branch.pk or item.is_damaged:
        elsewhere = {} if item.home_branch_id == branch.pk else {"branch_id": item.home_branch_id}
        return [notice(Code.CHECK_IT_IN, status=item.status, **elsewhere)]
    if shelf is None or stands_on(shelf, item):
        return []
    return [notice(Code.WRONG_SHELF, mark=item.call_number, room=item.location.name if item.location else "")]
