"""Takes back the last thing that was done to an item, with all that it caused."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from accounts.models import AuditEntry, StaffAccount
from circulation.errors import Code, ReportRefused, UndoRefused
from circulation.models import Fee, Hold, Loan, LocalUse, Transit
from circulation.rules.reasons import blocking
from circulation.services import (
    bundles,
    check_in,
    check_out,
    claims,
    hold_states,
    picks,
    renew,
    report_item,
    returns,
    rotations,
    undo_fees,
    undo_holds,
    undo_rotations,
)
from circulation.services.desk_actions import desk_action, locked_item
from circulation.services.fees import close_overdue_fee, reopen_overdue_fee
from circulation.services.fees.closing import reopen_claims
from circulation.services.fees.hold_fee import take_back_hold_fee
from circulation.services.fees.lost import unclaim
from circulation.services.orders import unlabel
from circulation.services.recall import call_back_again
from circulation.services.results import UndoResult
from circulation.services.undo_entries import changed, facts_to_undo, write_down
from holdings.models import Item
from holdings.services.telling import tell_of_item
from patrons.models import Patron

# Undo is for slips of the hand; what was done earlier is put right by doing something new, which leaves its own trace.
UNDOABLE_FOR = timedelta(hours=24)
_MOMENTS = ("last_seen_at", "not_found_at")


def undo(*, entry: AuditEntry, staff: StaffAccount | None, now: datetime) -> UndoResult:
    """Undo a check-out, check-in or renewal, what was noted of an item, the end of a hold, or that a fee was given up.

    Trapped holds are back in their old place, journeys that began are cancelled and those that ended go on, the fee
    grows again, and what hasn't been sent yet isn't.

    :raises UndoRefused: NOT_UNDOABLE (another kind of action, or a day old), UNDONE_ALREADY, or CHANGED_SINCE when
        something else has happened to it; see also `undo_holds`, `undo_fees` and `undo_rotations`
    """
    undo_it = _UNDOERS.get(entry.action)
    if undo_it is None or "before" not in entry.facts or now - entry.at > UNDOABLE_FOR:
        raise UndoRefused([blocking(Code.NOT_UNDOABLE, action=entry.action)])
    with desk_action(UndoRefused):
        return undo_it(entry, staff, now)


def undo_arrival(*, entry_id: int, staff: StaffAccount | None, now: datetime) -> UndoResult:
    """Undo the check-in by which an item came with a delivery, however long ago that was.

    :raises UndoRefused: UNDONE_ALREADY, or CHANGED_SINCE also when the log has forgotten the check-in
    """
    entry = AuditEntry.objects.filter(pk=entry_id, action=check_in.ACTION).first()
    if entry is None:
        raise changed()
    with desk_action(UndoRefused):
        return _undo_of_item(entry, staff, now)


def _undo_of_item(entry: AuditEntry, staff: StaffAccount | None, now: datetime) -> UndoResult:
    item = locked_item(Item(pk=entry.facts["item_id"]), UndoRefused)
    loan, hold = _OF_ITEMS[entry.action](facts_to_undo(entry), item, staff, now)
    was_on_order = entry.action == check_in.ACTION and entry.facts["before"].get("status") == Item.Status.ON_ORDER
    if was_on_order:
        unlabel(entry, item)
    write_down(entry, item, staff)
    if was_on_order:
        tell_of_item(item, now)
    return UndoResult(action=entry.action, item=item, loan=loan, hold=hold, facts=dict(entry.facts))


def _undo_check_out(
    facts: Mapping[str, Any], item: Item, staff: StaffAccount | None, now: datetime
) -> tuple[Loan, Hold | None]:
    loan = _lock_loan(facts, item)
    if loan.returned_at is not None:
        raise changed()
    charged = Q(loan=loan) | Q(patron=loan.patron_id, covers__contains=[{"loan": loan.pk}])
    if not Fee.objects.filter(charged).exists():
        loan.patron = None
    else:
        # A loan by the hour may have been late in a night: what was never lent costs nothing.
        close_overdue_fee(loan=loan, on=loan.loaned_on, now=now, actor=staff, no_later_than=loan.loaned_at)
    loan.returned_at = loan.undone_at = now
    loan.returned_to = loan.lending_branch
    loan.save(update_fields=["returned_at", "undone_at", "returned_to", "patron"])
    _claim_again(facts, staff, now)
    _put_back(item, facts["before"])
    _reopen_transit(facts)
    if fee_id := facts.get("hold_fee_id"):
        take_back_hold_fee(fee_id=fee_id, hold_id=facts["filled"]["id"], staff=staff, now=now)
    left_as = [(facts.get("filled"), Hold.State.FILLED), (facts.get("requeued"), Hold.State.QUEUED)]
    left_as += [(before, Hold.State.CANCELLED) for before in facts.get("parallel", ())]
    moved = sorted(((before, state) for before, state in left_as if before), key=lambda change: change[0]["id"])
    restored = [(_restore_hold(before, item, expected=state), state) for before, state in moved]
    call_back_again((each for each, _ in restored if each), facts.get("let_go_of", ()), staff=staff, now=now)
    # Those that ended beside it aren't what the desk asks about.
    asked = [each for each, state in restored if state != Hold.State.CANCELLED]
    return loan, asked[-1] if asked else None


def _undo_check_in(
    facts: Mapping[str, Any], item: Item, staff: StaffAccount | None, now: datetime
) -> tuple[Loan | None, Hold | None]:
    opened_id = facts.get("transit_opened_id")
    if opened_id:
        Transit.objects.filter(pk=opened_id, received_at__isnull=True).update(cancelled_at=now)
    _reopen_transit(facts)
    before = facts.get("hold")
    hold = _restore_hold(before, item, expected=None) if before else None
    loan = None
    if facts.get("loan_id"):
        loan = _lock_loan(facts, item)
        # The log may have forgotten whose loan it was, as it does once the municipality's period is over.
        loan.patron = Patron.objects.filter(pk=facts.get("patron_id") or 0).first()
        if loan.patron is None:
            raise changed()
        loan.returned_at, loan.returned_to = None, None
        if claim := facts.get("claim_settled"):
            loan.claim, loan.claimed_at = claim["claim"], datetime.fromisoformat(claim["claimed_at"])
        loan.save(update_fields=["patron", "returned_at", "returned_to", "claim", "claimed_at"])
        late = facts.get("fee_id") or facts["days_late"] or facts.get("hours_late") or facts.get("later_fee_ended")
        if late or facts["before"]["status"] == Item.Status.LOST:
            reopen_overdue_fee(loan=loan, now=now, actor=staff)
    if facts.get("local_use_id"):
        LocalUse.objects.filter(pk=facts["local_use_id"]).delete()
    _claim_again(facts, staff, now)
    if floated := facts.get("floated_from"):
        returns.float_back(item, floated, now)
    _put_back(item, facts["before"])
    return loan, hold


def _undo_renewal(facts: Mapping[str, Any], item: Item, staff: StaffAccount | None, now: datetime) -> tuple[Loan, None]:
    loan = _lock_loan(facts, item)
    if loan.returned_at is not None or loan.due_date.isoformat() != facts["due_date"]:
        raise changed()
    before = facts["before"]
    loan.due_date = date.fromisoformat(before["due_date"])
    loan.due_at = datetime.fromisoformat(before["due_at"]) if before.get("due_at") else None
    loan.renewals = before["renewals"]
    loan.renewed_at = datetime.fromisoformat(before["renewed_at"]) if before["renewed_at"] else None
    loan.notices_made = before["notices_made"]
    loan.save(update_fields=["due_date", "due_at", "renewals", "renewed_at", "notices_made"])
    # Its fee, and the stop that being late had set.
    reopen_overdue_fee(loan=loan, now=now, actor=staff)
    return loan, None


def _undo_report(
    facts: Mapping[str, Any], item: Item, staff: StaffAccount | None, now: datetime
) -> tuple[None, Hold | None]:
    _put_back(item, facts["before"])
    _reopen_transit(facts)
    before = facts.get("requeued")
    hold = _restore_hold(before, item, expected=Hold.State.QUEUED) if before else None
    if "bundle_id" in facts["before"]:
        tell_of_item(item, now)
    if facts.get("ended_loan_id"):
        reopen_overdue_fee(loan=_reopen_loan(facts), now=now, actor=staff)
    if claimed := facts.get("claimed_fees"):
        unclaim(claimed, on=timezone.localdate(now), now=now, actor=staff)
    return None, hold


def _undo_claim(facts: Mapping[str, Any], item: Item, staff: StaffAccount | None, now: datetime) -> tuple[Loan, None]:
    loan = _lock_loan(facts, item)
    if loan.patron is None:
        raise changed()
    before = facts["loan_before"]
    loan.claim = before["claim"]
    loan.claimed_at = datetime.fromisoformat(before["claimed_at"]) if before["claimed_at"] else None
    if facts["before"]:
        # The loan was ended, as if it had come back in time.
        loan.returned_at, loan.returned_to = None, None
        _put_back(item, facts["before"])
        reopen_overdue_fee(loan=loan, now=now, actor=staff)
    loan.save(update_fields=["claim", "claimed_at", "returned_at", "returned_to"])
    return loan, None


def _undo_count(facts: Mapping[str, Any], item: Item, staff: StaffAccount | None, now: datetime) -> tuple[None, None]:
    if facts.get("fee_id"):
        try:
            bundles.take_charge_back(facts["fee_id"], staff, now)
        except ReportRefused as refused:
            raise UndoRefused(refused.reasons) from refused
    _put_back(item, facts["before"])
    return None, None


def _undo_search(facts: Mapping[str, Any], item: Item, staff: StaffAccount | None, now: datetime) -> tuple[None, None]:
    """Let an item count again as it did before it was looked for in vain; the pick list plans it anew."""
    _put_back(item, facts["before"])
    return None, None


_OF_ITEMS: Mapping[str, Callable[..., tuple[Loan | None, Hold | None]]] = {
    check_out.ACTION: _undo_check_out,
    check_in.ACTION: _undo_check_in,
    renew.ACTION: _undo_renewal,
    picks.NOT_ON_SHELF: _undo_search,
    **dict.fromkeys(report_item.ACTIONS, _undo_report),
    **dict.fromkeys(claims.ACTIONS, _undo_claim),
    **dict.fromkeys(bundles.ACTIONS, _undo_count),
}
_UNDOERS: Mapping[str, Callable[[AuditEntry, StaffAccount | None, datetime], UndoResult]] = {
    **dict.fromkeys(_OF_ITEMS, _undo_of_item),
    **dict.fromkeys(undo_holds.ACTIONS, undo_holds.undo_end_of_hold),
    **dict.fromkeys(undo_fees.ACTIONS, undo_fees.undo_giving_up),
    rotations.SENT: undo_rotations.undo_sending,
}


def _lock_loan(facts: Mapping[str, Any], item: Item) -> Loan:
    loan = (
        Loan.objects.select_for_update(of=("self",), no_key=True)
        .select_related("patron", "lending_branch")
        .get(pk=facts["loan_id"])
    )
    loan.item = item
    return loan


def _reopen_loan(facts: Mapping[str, Any]) -> Loan:
    """Let a loan that ended as lost go on, also when it has forgotten its patron since.

    :raises UndoRefused: CHANGED_SINCE if nobody knows any more who had it
    """
    loan = Loan.objects.select_for_update(of=("self",), no_key=True).get(pk=facts["ended_loan_id"])
    if loan.patron_id is None:
        known = Patron.objects.filter(pk=facts.get("patron_id") or 0)
        loan.patron_id = known.values_list("pk", flat=True).first()
    if loan.patron_id is None:
        raise changed()
    loan.returned_at, loan.returned_to = None, None
    loan.save(update_fields=["patron", "returned_at", "returned_to"])
    return loan


def _claim_again(facts: Mapping[str, Any], staff: StaffAccount | None, now: datetime) -> None:
    """Let stand again what the scan settled because it found the item."""
    if fees := facts.get("found_claims"):
        reopen_claims(fee_ids=fees, now=now, actor=staff)
    returns.claim_again(facts.get("never_had", ()))


def _put_back(item: Item, before: Mapping[str, Any]) -> None:
    for name, value in before.items():
        is_moment = name in _MOMENTS and value is not None
        setattr(item, name, datetime.fromisoformat(value) if is_moment else value)
    item.save(update_fields=list(before))


def _reopen_transit(facts: Mapping[str, Any]) -> None:
    ended = facts.get("transit_ended")
    if ended:
        Transit.objects.filter(pk=ended["id"]).update(received_at=None, cancelled_at=None)


def _restore_hold(before: dict[str, Any], item: Item, *, expected: str | None) -> Hold | None:
    """Put a hold back to where it was; one that has moved on by itself since stays as it is.

    :param expected: the state that the undone action left it in, None if it bound the item to it
    """
    hold = hold_states.lock_hold(before["id"])
    if hold is None:
        return None
    still = hold.state == expected if expected else hold.trapped_item_id == item.pk and hold.state in Hold.TRAPPED
    if not still:
        return hold
    if before["trapped_item_id"] not in (None, item.pk):
        # Another item was bound to it then, and may be anywhere by now: the next scan of it binds it again.
        before = {**before, "state": Hold.State.QUEUED, "trapped_item_id": None}
    hold_states.restore(hold, before)
    return hold
