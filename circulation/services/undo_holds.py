"""Takes back that a hold was cancelled, or marked as not collected: she has her place in the queue again."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q

from accounts.models import AuditEntry, StaffAccount
from circulation.errors import Code, UndoRefused
from circulation.models import Hold, Loan, Transit
from circulation.rules.reasons import blocking
from circulation.selectors.rule_books import rule_book
from circulation.services import hold_states
from circulation.services.desk_actions import local_day, locked_item, locked_patron
from circulation.services.recall import call_back_again
from circulation.services.results import UndoResult
from circulation.services.undo_entries import changed, facts_to_undo, write_down
from common.errors import Reason
from holdings.models import Item
from holdings.rules.calendars import NeverOpen
from notices.models import Notice, NoticeKind
from patrons.models import Patron

ACTIONS = ("circulation.cancel_hold", "circulation.expire_hold")
# Not what ended with a membership, with another entry of the same person, or by its own date.
UNDOABLE = ("BY_PATRON", "BY_STAFF", "NOT_COLLECTED")
_TELLING = (NoticeKind.HOLD_CANCELLED, NoticeKind.HOLD_EXPIRED)


def undo_end_of_hold(entry: AuditEntry, staff: StaffAccount | None, now: datetime) -> UndoResult:
    """Let a hold that was ended go on, in its old place, with the item that was bound to it if that's still there.

    An item that has gone back to a shelf isn't bound any more: the hold is in the queue then. One whose time on the
    hold shelf is over has until the next open day, or the night would end it again. Those that were parallel
    to it and ended with it go on too; a loan that was let go is called back again, if the rules still do so.

    :raises UndoRefused: as `undo`; or PATRON_LEFT, ALREADY_HOLDS, HAS_IT_ON_LOAN, ITEM_ON_HOLD or ITEM_ON_LOAN
    """
    if entry.facts.get("reason") not in UNDOABLE:
        raise UndoRefused([blocking(Code.NOT_UNDOABLE, action=entry.action)])
    hold_id = entry.subject_id or 0
    known = Hold.objects.filter(pk=hold_id).values_list("patron_id", flat=True).first()
    if known is None:
        raise changed()
    item_id = entry.facts["before"]["trapped_item_id"]
    item = locked_item(Item(pk=item_id), UndoRefused) if item_id else None
    patron = locked_patron(Patron(pk=known), UndoRefused)
    parallel = {before["id"]: before for before in entry.facts.get("parallel", ())}
    holds = {pk: hold_states.lock_hold(pk) for pk in sorted({hold_id, *parallel})}
    facts = facts_to_undo(entry)
    hold = holds.pop(hold_id)
    if hold is None or hold.end_reason != facts["reason"] or hold.patron_id != patron.pk:
        raise changed()
    if reasons := _against(hold, patron, item):
        raise UndoRefused(reasons)
    hold_states.restore(hold, _as_it_can_be(facts["before"], hold, item, now))
    for other in holds.values():
        _restore_beside(other, parallel)
    _keep_back_news(hold)
    going_on = [hold, *(other for other in holds.values() if other is not None)]
    call_back_again(going_on, facts.get("let_go_of", ()), staff=staff, now=now)
    write_down(entry, hold, staff)
    return UndoResult(action=entry.action, hold=hold, facts=dict(entry.facts))


def _against(hold: Hold, patron: Patron, item: Item | None) -> list[Reason]:
    reasons = [blocking(Code.PATRON_LEFT)] if patron.left_at is not None else []
    if twin := _twins(hold).first():
        reasons.append(blocking(Code.ALREADY_HOLDS, hold_id=twin.pk))
    same = Q(item=hold.item_id) if hold.item_id else Q(item__record__in=[hold.record_id, *hold.edition_ids])
    lent = Loan.objects.filter(same, patron=patron, returned_at__isnull=True, loaned_at__gte=hold.ended_at).first()
    if lent is not None:
        reasons.append(blocking(Code.HAS_IT_ON_LOAN, loan_id=lent.pk))
    if item is not None:
        reasons += _against_item(hold, patron, item)
    return reasons


def _against_item(hold: Hold, patron: Patron, item: Item) -> list[Reason]:
    """Return why the item that was bound to it can't be hers: somebody else has it, or it lies ready for them."""
    other = Hold.objects.filter(trapped_item=item, state__in=Hold.TRAPPED).exclude(pk=hold.pk).first()
    if other is not None:
        return [blocking(Code.ITEM_ON_HOLD, shelf_number=other.shelf_number)]
    loan = Loan.objects.filter(item=item, returned_at__isnull=True).exclude(patron=patron).first()
    return [blocking(Code.ITEM_ON_LOAN, due_date=loan.due_date.isoformat())] if loan is not None else []


def _twins(hold: Hold) -> Any:
    """Her holds that wait for the same thing, of which the database lets only one be."""
    same = Q(item=hold.item_id) if hold.item_id else Q(item=None, volume=hold.volume, number=hold.number)
    return Hold.objects.filter(same, patron=hold.patron_id, record=hold.record_id, state__in=Hold.ACTIVE)


def _as_it_can_be(before: dict[str, Any], hold: Hold, item: Item | None, now: datetime) -> dict[str, Any]:
    if item is not None and not _is_still_there(before, hold, item):
        return {**before, "state": Hold.State.QUEUED, "trapped_item_id": None}
    until, today = before["shelf_until"], local_day(now, hold.pickup_branch)
    if until is None or until >= today.isoformat():
        return before
    return {**before, "shelf_until": _one_more_day(hold, today).isoformat()}


def _one_more_day(hold: Hold, today: date) -> date:
    try:
        until = rule_book().calendar(hold.pickup_branch_id).add_open_days(today, 1)
    except NeverOpen:
        until = today + timedelta(days=1)
    return until if hold.needed_by is None else max(today, min(until, hold.needed_by))


def _is_still_there(before: dict[str, Any], hold: Hold, item: Item) -> bool:
    if before["state"] == Hold.State.READY:
        return item.status == Item.Status.ON_HOLD_SHELF and item.current_branch_id == hold.pickup_branch_id
    way = Transit.objects.filter(item=item, hold=hold, received_at__isnull=True, cancelled_at__isnull=True)
    return item.status == Item.Status.IN_TRANSIT and way.exists()


def _restore_beside(hold: Hold | None, before: dict[int, dict[str, Any]]) -> None:
    """Let a parallel hold go on; an item that was bound to it is bound again by its next scan."""
    if hold is None or (hold.state, hold.end_reason) != (Hold.State.CANCELLED, "OTHER_FILLED") or _twins(hold).exists():
        return
    hold_states.restore(hold, {**before[hold.pk], "state": Hold.State.QUEUED, "trapped_item_id": None})


def _keep_back_news(hold: Hold) -> None:
    """Keep back what hasn't been sent yet about the hold's end."""
    news = Notice.objects.filter(patron=hold.patron_id, kind__in=_TELLING, about__hold=hold.pk)
    news.filter(state=Notice.State.QUEUED).update(state=Notice.State.CANCELLED)
