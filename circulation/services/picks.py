"""Fetching items for holds: who is at it, and what isn't where it should be."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from accounts.models import StaffAccount
from circulation.errors import Code, HoldRefused
from circulation.models import Hold, Pick
from circulation.rules.reasons import blocking
from circulation.selectors.picks import FETCHING_FOR, picks_now
from circulation.selectors.rule_books import rule_book
from circulation.services import hold_states
from circulation.services.desk_actions import desk_action, locked_item
from common import audit
from holdings.models import Item

NOT_ON_SHELF = "circulation.not_on_shelf"


def start_fetching(*, item: Item, hold: Hold, staff: StaffAccount, now: datetime) -> Pick:
    """Note that somebody fetches an item for a hold, so that nobody else does; again by herself, it's the same.

    :raises HoldRefused: BEING_FETCHED by somebody else, or NOT_TO_FETCH if the item or the hold has moved on
    """
    with desk_action(HoldRefused):
        item, hold = _locked(item, hold)
        others = picks_now(now).filter(item=item).exclude(started_by=staff).select_related("started_by").first()
        if others is not None:
            raise HoldRefused([blocking(Code.BEING_FETCHED, by=others.started_by.name if others.started_by else "")])
        Pick.objects.filter(hold=hold).exclude(item=item).delete()
        pick, _made = Pick.objects.update_or_create(
            item=item, defaults={"hold": hold, "started_by": staff, "started_at": now}
        )
        audit.record(action="circulation.start_fetching", actor=staff, subject=item, facts={"hold_id": hold.pk})
        return pick


def start_fetching_all(*, pairs: Iterable[tuple[int, int]], staff: StaffAccount, now: datetime) -> int:
    """Note that somebody fetches all that nobody else is at, and return how many.

    :param pairs: item and hold numbers
    """
    started = 0
    for item_id, hold_id in sorted(pairs):
        try:
            start_fetching(item=Item(pk=item_id), hold=Hold(pk=hold_id), staff=staff, now=now)
        except HoldRefused:
            # Somebody was quicker, or it's gone; the list that's shown next says so.
            continue
        started += 1
    return started


def stop_fetching(*, item: Item, staff: StaffAccount) -> bool:
    """Give up fetching an item, so that others may; returns whether anybody was at it."""
    with transaction.atomic():
        deleted, _of_each = Pick.objects.filter(item=item).delete()
        if deleted:
            audit.record(action="circulation.stop_fetching", actor=staff, subject=item)
        return deleted > 0


def not_on_shelf(*, item: Item, hold: Hold, staff: StaffAccount, now: datetime) -> Item:
    """Note that an item wasn't found where it should stand: the hold is planned with another, at the next branch.

    Looked for in vain as often as the rules say, it's missing. It isn't asked for again on the same day, and a scan of
    it ends the count.

    :raises HoldRefused: NOT_TO_FETCH if the item or the hold has moved on
    """
    with desk_action(HoldRefused):
        item, hold = _locked(item, hold)
        Pick.objects.filter(item=item).delete()
        before = {
            "status": item.status,
            "not_found_count": item.not_found_count,
            "not_found_at": item.not_found_at.isoformat() if item.not_found_at else None,
        }
        item.not_found_count += 1
        item.not_found_at = now
        rules = rule_book().resolved(branch_id=item.home_branch_id, category_id=None, item_type_id=item.item_type_id)
        most = rules.value("missing_after_tries")
        if most is not None and item.not_found_count >= most:
            item.status = Item.Status.MISSING
        item.save(update_fields=["not_found_count", "not_found_at", "status"])
        audit.record(
            action=NOT_ON_SHELF,
            actor=staff,
            subject=item,
            facts={
                "item_id": item.pk,
                "before": before,
                "hold_id": hold.pk,
                "branch_id": item.current_branch_id,
                "tries": item.not_found_count,
                "is_missing": item.status == Item.Status.MISSING,
            },
        )
        return item


def forget_old_picks(*, now: datetime) -> int:
    """Take away the notes of those who began long ago, and return how many there were."""
    deleted, _of_each = Pick.objects.filter(started_at__lte=now - FETCHING_FOR).delete()
    return deleted


def _locked(item: Item, hold: Hold) -> tuple[Item, Hold]:
    item = locked_item(item, HoldRefused)
    locked = hold_states.lock_hold(hold.pk)
    if locked is None or locked.state != Hold.State.QUEUED or item.status != Item.Status.AVAILABLE:
        raise HoldRefused([blocking(Code.NOT_TO_FETCH)])
    if item.record_id not in (locked.record_id, *locked.edition_ids) or locked.item_id not in (None, item.pk):
        raise HoldRefused([blocking(Code.NOT_TO_FETCH)])
    return item, locked
