"""What patrons say of items that the library can't find: returned already, or never had."""

from datetime import datetime
from typing import Any

from accounts.models import StaffAccount
from circulation.errors import Code, ReportRefused
from circulation.models import Loan
from circulation.rules.reasons import blocking, notice
from circulation.selectors.claims import count_claims
from circulation.selectors.rule_books import rule_book
from circulation.services.desk_actions import desk_action, locked_item
from circulation.services.fees import close_overdue_fee
from circulation.services.report_item import one_line
from circulation.services.results import ReportResult
from common import audit
from common.errors import Reason
from holdings.models import Item

RETURNED, NEVER_HAD = "circulation.claim_returned", "circulation.claim_never_had"
GIVEN_UP, TAKEN_BACK = "circulation.give_up_claim", "circulation.take_back_claim"
ACTIONS = (RETURNED, NEVER_HAD, GIVEN_UP, TAKEN_BACK)


def claim_returned(*, loan: Loan, staff: StaffAccount | None, now: datetime) -> ReportResult:
    """Note that the patron says she has returned it. The loan stays open; its fee and reminders rest meanwhile.

    :raises ReportRefused: LOAN_UNKNOWN, LOAN_ENDED or CLAIMED_ALREADY
    """
    with desk_action(ReportRefused):
        loan, item = _locked(loan)
        reasons = _open_reasons(loan)
        if loan.claim:
            reasons.append(blocking(Code.CLAIMED_ALREADY, claim=loan.claim))
        if reasons:
            raise ReportRefused(reasons)
        before = _before(loan)
        loan.claim, loan.claimed_at = Loan.Claim.RETURNED, now
        loan.save(update_fields=["claim", "claimed_at"])
        return _noted(RETURNED, loan, item, staff, {"before": {}, "loan_before": before})


def claim_never_had(*, loan: Loan, staff: StaffAccount | None, now: datetime) -> ReportResult:
    """End a loan of which the patron says that she never had the item; it costs her nothing, and the item is missing.

    :raises ReportRefused: LOAN_UNKNOWN or LOAN_ENDED
    """
    return _end(loan, NEVER_HAD, Loan.Claim.NEVER_HAD, {}, staff, now)


def give_up_claim(*, loan: Loan, reason: str, staff: StaffAccount | None, now: datetime) -> ReportResult:
    """End a loan whose item was looked for in vain: the patron is believed, and the item is missing.

    :raises ReportRefused: LOAN_UNKNOWN, LOAN_ENDED, NOT_CLAIMED or TEXT_MISSING
    """
    return _end(loan, GIVEN_UP, Loan.Claim.RETURNED, {"reason": one_line(reason)}, staff, now)


def take_back_claim(*, loan: Loan, reason: str, staff: StaffAccount | None, now: datetime) -> ReportResult:
    """Let a loan go on as if nothing had been said: the patron has found it, or isn't believed.

    :raises ReportRefused: LOAN_UNKNOWN, LOAN_ENDED, NOT_CLAIMED or TEXT_MISSING
    """
    reason = one_line(reason)
    with desk_action(ReportRefused):
        loan, item = _locked(loan)
        if reasons := [*_open_reasons(loan), *_reasons_to_settle(loan, reason)]:
            raise ReportRefused(reasons)
        before = _before(loan)
        loan.claim, loan.claimed_at = "", None
        loan.save(update_fields=["claim", "claimed_at"])
        return _noted(TAKEN_BACK, loan, item, staff, {"before": {}, "loan_before": before, "reason": reason})


def _end(
    loan: Loan, action: str, claim: str, facts: dict[str, Any], staff: StaffAccount | None, now: datetime
) -> ReportResult:
    with desk_action(ReportRefused):
        loan, item = _locked(loan)
        reasons = _open_reasons(loan)
        if action == GIVEN_UP:
            reasons += _reasons_to_settle(loan, facts["reason"])
        if reasons:
            raise ReportRefused(reasons)
        before = {"status": item.status}
        loan_before = _before(loan)
        # As if it had come back in time: what was charged for being late is taken back.
        close_overdue_fee(loan=loan, on=loan.due_date, now=now, actor=staff, no_later_than=loan.due_at)
        loan.claim, loan.claimed_at = claim, loan.claimed_at or now
        loan.returned_at, loan.returned_to = now, loan.lending_branch
        loan.save(update_fields=["claim", "claimed_at", "returned_at", "returned_to"])
        item.status = Item.Status.MISSING
        item.save(update_fields=["status"])
        return _noted(action, loan, item, staff, {"before": before, "loan_before": loan_before, **facts})


def _locked(loan: Loan) -> tuple[Loan, Item]:
    known = Loan.objects.filter(pk=loan.pk).values_list("item_id", flat=True).first()
    if known is None:
        raise ReportRefused([blocking(Code.LOAN_UNKNOWN)])
    item = locked_item(Item(pk=known), ReportRefused)
    loans = Loan.objects.select_for_update(of=("self",), no_key=True).select_related("patron", "lending_branch")
    loan = loans.get(pk=loan.pk)
    loan.item = item
    return loan, item


def _open_reasons(loan: Loan) -> list[Reason]:
    return [blocking(Code.LOAN_ENDED)] if loan.returned_at is not None else []


def _reasons_to_settle(loan: Loan, reason: str) -> list[Reason]:
    reasons = []
    if not loan.claim:
        reasons.append(blocking(Code.NOT_CLAIMED))
    if not reason:
        reasons.append(blocking(Code.TEXT_MISSING))
    return reasons


def _before(loan: Loan) -> dict[str, Any]:
    return {"claim": loan.claim, "claimed_at": loan.claimed_at.isoformat() if loan.claimed_at else None}


def _noted(action: str, loan: Loan, item: Item, staff: StaffAccount | None, facts: dict[str, Any]) -> ReportResult:
    facts = {"item_id": item.pk, "loan_id": loan.pk, "patron_id": loan.patron_id, **facts}
    entry = audit.record(action=action, actor=staff, subject=item, facts=facts)
    return ReportResult(item=item, loan=loan, notices=_warning(loan), entry_id=entry.pk)


def _warning(loan: Loan) -> tuple[Reason, ...]:
    if loan.patron is None:
        return ()
    book = rule_book()
    rules = book.resolved(branch_id=loan.lending_branch_id, category_id=loan.patron.category_id, item_type_id=None)
    limit, claims = rules.value("warn_at_claims"), count_claims(loan.patron)
    if limit is None or claims < limit:
        return ()
    origin = rules.origin("warn_at_claims")
    return (notice(Code.HAS_CLAIMS, claims=claims, limit=limit, origin=origin.as_facts() if origin else None),)
