"""Notes what has become of an item outside loans: lost, missing, damaged, repaired, withdrawn, not sent after all.

Each can be undone.
"""

from datetime import datetime
from typing import Any

from accounts.models import StaffAccount
from circulation.errors import Code, ReportRefused
from circulation.models import Hold, Loan, Transit
from circulation.rules.reasons import blocking
from circulation.selectors.desk_facts import TransitFacts, open_loan, open_transit, read_facts, trapped_hold
from circulation.services import hold_states
from circulation.services.desk_actions import desk_action, local_day, locked_item
from circulation.services.fees.lost import claim_lost
from circulation.services.results import ReportResult
from common import audit
from common.errors import Reason
from holdings.models import Item
from holdings.services.telling import tell_of_item

LOST, MISSING = "circulation.report_lost", "circulation.report_missing"
DAMAGED, REPAIRED = "circulation.report_damaged", "circulation.report_repaired"
WITHDRAWN = "circulation.withdraw_item"
NOT_SENT = "circulation.cancel_transit"
ACTIONS = (LOST, MISSING, DAMAGED, REPAIRED, WITHDRAWN, NOT_SENT)
_TRAVELLING = (Item.Status.IN_TRANSIT, Item.Status.REFERENCE_ONLY)
_LONGEST_NOTE = 200


def report_lost(*, item: Item, staff: StaffAccount | None, now: datetime) -> ReportResult:
    """Note an item as lost. A loan of it stays open, so that the patron is asked for it; scanning it finds it again.

    A journey is over, and the item counts as lost where it was sent from.

    :raises ReportRefused: ITEM_UNKNOWN, or ITEM_WITHDRAWN if it has left the library for good
    """
    return _gone(item, Item.Status.LOST, LOST, staff, now)


def report_missing(*, item: Item, staff: StaffAccount | None, now: datetime) -> ReportResult:
    """Note an item as missing: a hold that it was bound to is in the queue again, in its old place.

    :raises ReportRefused: ITEM_UNKNOWN, ITEM_WITHDRAWN, or ITEM_ON_LOAN: what somebody has isn't missing but lost
    """
    return _gone(item, Item.Status.MISSING, MISSING, staff, now)


def withdraw_item(*, item: Item, reason: str, staff: StaffAccount | None, now: datetime) -> ReportResult:
    """Take an item out of the collection for good; scanned again, it's put aside.

    :raises ReportRefused: ITEM_UNKNOWN, ITEM_WITHDRAWN, ITEM_ON_LOAN, BUNDLE_NOT_EMPTY or TEXT_MISSING
    """
    reason = one_line(reason)
    with desk_action(ReportRefused):
        item, facts = _read(item)
        reasons = [*_withdrawn_reasons(item), *_on_loan_reasons(facts)]
        contents = Item.objects.filter(bundle=item).count()
        if contents:
            reasons.append(blocking(Code.BUNDLE_NOT_EMPTY, contents=contents))
        if not reason:
            reasons.append(blocking(Code.TEXT_MISSING))
        if reasons:
            raise ReportRefused(reasons)
        before = _before(item, "status", "current_branch_id", "bundle_id")
        changes = _let_go(item, facts, now)
        item.status, item.bundle = Item.Status.WITHDRAWN, None
        item.save(update_fields=["status", "current_branch", "bundle"])
        tell_of_item(item, now)
        return _noted(WITHDRAWN, item, staff, {"before": before, "reason": reason, **changes})


def report_damaged(*, item: Item, note: str, staff: StaffAccount | None, now: datetime) -> ReportResult:
    """Note that an item is damaged: it can be lent, but is sent to nobody, and put aside at home until it's repaired.

    A hold that it was bound to is in the queue again.

    :param note: what's the matter with it
    :raises ReportRefused: ITEM_UNKNOWN, ITEM_WITHDRAWN or TEXT_MISSING
    """
    note = one_line(note)
    with desk_action(ReportRefused):
        item, facts = _read(item)
        reasons = list(_withdrawn_reasons(item))
        if not note:
            reasons.append(blocking(Code.TEXT_MISSING))
        if reasons:
            raise ReportRefused(reasons)
        before = _before(item, "status", "is_damaged", "damage_note")
        changes = _requeue(facts)
        if item.status == Item.Status.ON_HOLD_SHELF:
            item.status = Item.Status.AVAILABLE
        item.is_damaged, item.damage_note = True, note
        item.save(update_fields=["status", "is_damaged", "damage_note"])
        return _noted(DAMAGED, item, staff, {"before": before, "note": note, **changes})


def report_repaired(*, item: Item, staff: StaffAccount | None, now: datetime) -> ReportResult:
    """Note that an item is whole again; where it belongs says its next scan.

    :raises ReportRefused: ITEM_UNKNOWN
    """
    with desk_action(ReportRefused):
        item = locked_item(item, ReportRefused)
        before = _before(item, "is_damaged", "damage_note")
        item.is_damaged, item.damage_note = False, ""
        item.save(update_fields=["is_damaged", "damage_note"])
        return _noted(REPAIRED, item, staff, {"before": before})


def cancel_transit(*, item: Item, staff: StaffAccount | None, now: datetime) -> ReportResult:
    """Note that an item wasn't sent after all: it's available where it was sent from, until a scan says otherwise.

    The hold that it travelled for is in the queue again, in its old place. What was lent meanwhile stays on loan.

    :raises ReportRefused: ITEM_UNKNOWN or NOT_IN_TRANSIT
    """
    with desk_action(ReportRefused):
        item, facts = _read(item)
        if open_transit(facts) is None:
            raise ReportRefused([blocking(Code.NOT_IN_TRANSIT)])
        before, stood_at = _before(item, "status", "current_branch_id"), item.current_branch_id
        changes = _let_go(item, facts, now)
        if item.status not in _TRAVELLING:
            item.current_branch_id = stood_at
        elif item.status == Item.Status.IN_TRANSIT:
            item.status = Item.Status.AVAILABLE
        item.save(update_fields=["status", "current_branch"])
        return _noted(NOT_SENT, item, staff, {"before": before, **changes})


def one_line(text: str) -> str:
    """Return a text as the audit log and a form's line keep it: printable, one line, not too long."""
    printable = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(printable.split())[:_LONGEST_NOTE]


def _gone(item: Item, status: str, action: str, staff: StaffAccount | None, now: datetime) -> ReportResult:
    with desk_action(ReportRefused):
        item, facts = _read(item)
        reasons = list(_withdrawn_reasons(item))
        if status == Item.Status.MISSING:
            reasons += _on_loan_reasons(facts)
        if reasons:
            raise ReportRefused(reasons)
        before = _before(item, "status", "current_branch_id")
        changes = _let_go(item, facts, now)
        if status == Item.Status.LOST and (loan := open_loan(facts)) is not None:
            changes |= _claim_lost(loan.loan_id, item, staff, now)
        item.status = status
        item.save(update_fields=["status", "current_branch"])
        result = _noted(action, item, staff, {"before": before, **changes})
        # Others may weed theirs because this one was there.
        tell_of_item(item, now)
        return result


def _claim_lost(loan_id: int, item: Item, staff: StaffAccount | None, now: datetime) -> dict[str, Any]:
    """Claim what the rules claim at once, and end the loan if they do so; return what's needed for undoing."""
    loans = Loan.objects.select_for_update(of=("self",), no_key=True).select_related("patron", "lending_branch")
    loan = loans.get(pk=loan_id)
    loan.item = item
    today = local_day(now, loan.lending_branch)
    fees, ends = claim_lost(loan=loan, on=today, now=now, actor=staff)
    changes: dict[str, Any] = {"claimed_fees": fees} if fees else {}
    if ends:
        loan.returned_at, loan.returned_to = now, loan.lending_branch
        loan.save(update_fields=["returned_at", "returned_to"])
        # The loan forgets her when what's claimed is settled; undone, it's hers again.
        changes |= {"ended_loan_id": loan.pk, "patron_id": loan.patron_id}
    return changes


def _read(item: Item) -> tuple[Item, dict[str, Any]]:
    item = locked_item(item, ReportRefused)
    return item, read_facts("loan", "transit", "trapped", item=item.pk)


def _withdrawn_reasons(item: Item) -> list[Reason]:
    return [blocking(Code.ITEM_WITHDRAWN)] if item.status == Item.Status.WITHDRAWN else []


def _on_loan_reasons(facts: dict[str, Any]) -> list[Reason]:
    loan = open_loan(facts)
    return [blocking(Code.ITEM_ON_LOAN, due_date=loan.due.isoformat())] if loan else []


def _before(item: Item, *names: str) -> dict[str, Any]:
    return {name: getattr(item, name) for name in names}


def _let_go(item: Item, facts: dict[str, Any], now: datetime) -> dict[str, Any]:
    """End the item's journey, and let its hold back into the queue; return what's needed for undoing."""
    changes = _requeue(facts)
    transit: TransitFacts | None = open_transit(facts)
    if transit is not None:
        Transit.objects.filter(pk=transit.transit_id).update(cancelled_at=now)
        changes["transit_ended"] = {"id": transit.transit_id, "as": "cancelled_at"}
        item.current_branch_id = transit.from_branch_id
    return changes


def _requeue(facts: dict[str, Any]) -> dict[str, Any]:
    trapped = trapped_hold(facts)
    hold = hold_states.lock_hold(trapped.hold_id) if trapped is not None else None
    if hold is None or hold.state not in Hold.TRAPPED:
        return {}
    before = hold_states.snapshot(hold)
    hold_states.back_to_queue(hold)
    return {"requeued": before}


def _noted(action: str, item: Item, staff: StaffAccount | None, facts: dict[str, Any]) -> ReportResult:
    entry = audit.record(action=action, actor=staff, subject=item, facts={"item_id": item.pk, **facts})
    return ReportResult(item=item, entry_id=entry.pk)
