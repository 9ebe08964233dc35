"""Lost items: what's claimed for them, and what becomes of the claim when they're found again."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q, Sum

from circulation.models import Fee, LedgerEntry, Loan
from circulation.rules.fee_schemes import explanation_of
from circulation.rules.fees import Movement
from circulation.rules.resolution import Resolved
from circulation.rules.values import FoundPolicy
from circulation.selectors.loan_cases import LoanCase, claims_of, loan_cases
from circulation.selectors.rule_books import RuleBook, rule_book
from circulation.services.fees import visits
from circulation.services.fees.ending import Moment, close
from circulation.services.fees.groups import covered_loans, waives_for_claim
from circulation.services.fees.invoice import claims_for, write_claims
from circulation.services.fees.ledger import Account, accounts_of, lock_fees, write_entries
from circulation.services.letter_stops import lift_settled
from common.audit import record
from common.money import ZERO
from holdings.models import Item


def claim_lost(*, loan: Loan, on: date, now: datetime, actor: Any) -> tuple[list[int], bool]:
    """Claim a lost item's price and processing fee at once, where the rules do so.

    The caller has locked the loan and ends it. Claimed twice, it counts once.

    :returns: the numbers of the fees that came of it, and whether the loan ends
    """
    [case], book = loan_cases([loan.pk]), rule_book()
    rules = case.rules(book, on)
    fees: list[int] = []
    if rules.value("lost_charged_at_once"):
        fees = write_claims([case], {case.loan_id: claims_for(case, book, on)}, on=on, now=now, book=book)
        waive_overdue([case], on=on, now=now, actor=actor, book=book)
        facts = {"status": Item.Status.LOST, "claimed_fees": fees}
        record(action="circulation.invoice", actor=actor, subject=loan, facts=facts)
    ends = bool(rules.value("lost_ends_loan"))
    if ends:
        _stop_growing(case, now=now)
    return fees, ends


def _stop_growing(case: LoanCase, *, now: datetime) -> None:
    """Let the overdue fee be final that the last night brought up to now; of a group's, the loan's part ends."""
    together = Q(patron=case.patron_id, covers__contains=[{"loan": case.loan_id}])
    growing = Q(Q(loan=case.loan_id, group_key="") | together, kind=Fee.Kind.OVERDUE, closed_at__isnull=True)
    for fee in lock_fees(growing):
        if not fee.group_key or visits.leave(fee, case.loan_id):
            fee.closed_at = now
            fee.save(update_fields=["closed_at"])


def unclaim(fee_ids: Sequence[int], *, on: date, now: datetime, actor: Any) -> None:
    """Take back what was claimed for an item that was reported lost by mistake, and let its overdue fee stand again."""
    fees = lock_fees(Q(pk__in=fee_ids))
    accounts = accounts_of(fee.pk for fee in fees)
    for fee in fees:
        account, moment = accounts.get(fee.pk, Account()), Moment(on, now, actor)
        close(fee, account, right=ZERO, moment=moment, because={"report_undone": True})
        if fee.kind == Fee.Kind.REPLACEMENT:
            _restore_overdue(fee, FoundPolicy.REFUND_AND_RESTORE, moment)
    # Those of the due date that it has now: what a renewal or a visit closed before stays closed.
    grew = Q(loan__in={fee.loan_id for fee in fees}, due_date__in={fee.due_date for fee in fees})
    open_again = Fee.objects.filter(grew, kind=Fee.Kind.OVERDUE, loan__returned_at__isnull=True)
    open_again.filter(returned_on__isnull=True).update(closed_at=None)


def waive_overdue(cases: Sequence[LoanCase], *, on: date, now: datetime, actor: Any, book: RuleBook) -> None:
    """Give up the overdue fees of lost items where the claim stands in their place; they don't grow any more.

    One fee for several loans is given up when all of them are claimed: until then the others cost as much.
    """
    replaced = [case.loan_id for case in cases if case.rules(book, on).value("lost_waives_overdue")]
    if not replaced:
        return
    entries = []
    fees = lock_fees(Q(loan__in=replaced, kind=Fee.Kind.OVERDUE, closed_at__isnull=True, group_key=""))
    fees += _groups_all_claimed([case for case in cases if waives_for_claim(case.rules(book, on))])
    for fee in fees:
        fee.closed_at = now
        if fee.balance > ZERO:
            entries.append(
                LedgerEntry(
                    fee=fee,
                    kind=LedgerEntry.Kind.WAIVER,
                    amount=-fee.balance,
                    at=now,
                    actor=actor,
                    rule={"lost": True},
                    key=f"lost:{fee.pk}:{fee.balance}",
                )
            )
    Fee.objects.bulk_update(fees, ["closed_at"])
    write_entries(entries)


def _groups_all_claimed(cases: Sequence[LoanCase]) -> list[Fee]:
    """Return, locked, the open fees of groups of which every loan is claimed now."""
    patrons = {case.patron_id for case in cases}
    groups = Q(kind=Fee.Kind.OVERDUE, closed_at__isnull=True, patron__in=patrons) & ~Q(group_key="")
    claimed = Fee.objects.filter(patron__in=patrons, kind=Fee.Kind.REPLACEMENT, closed_at__isnull=True)
    now_claimed = {case.loan_id for case in cases}
    gone = now_claimed | set(claimed.values_list("loan_id", flat=True))
    return [
        fee
        for fee in lock_fees(groups)
        if now_claimed & set(covered_loans(fee)) and gone.issuperset(covered_loans(fee))
    ]


def settle_found(fee: Fee, account: Account, *, moment: Moment, rules: Resolved) -> Movement:
    """End the claim for an item that's back, as the municipality's policy has it, and return how; processing stays.

    Never more is credited than was paid, and what was waived or written off never comes back.

    :param fee: the claim for the replacement, locked
    """
    policy = FoundPolicy(rules.value("found_policy") or FoundPolicy.REFUND)
    right = ZERO
    if policy is FoundPolicy.KEEP:
        right = account.charged
    elif policy is FoundPolicy.CANCEL_UNPAID or _is_too_late(fee, account, rules.value("found_within_days"), moment):
        right = account.paid
    moved = close(fee, account, right=right, moment=moment, because={"found": policy.value})
    if policy in (FoundPolicy.REFUND_AND_RESTORE, FoundPolicy.REFUND_AND_CHARGE):
        _restore_overdue(fee, policy, moment)
    return moved


def found(*, item: Item, on: date, now: datetime, actor: Any) -> list[tuple[Fee, Movement]]:
    """End the claims for a lost item whose loan was over already, and return them, each with what became of it."""
    book = rule_book()
    open_claims = lock_fees(
        Q(loan__item=item.pk, kind=Fee.Kind.REPLACEMENT, closed_at__isnull=True, loan__returned_at__isnull=False)
    )
    if not open_claims:
        return []
    accounts = accounts_of(fee.pk for fee in open_claims)
    ended = []
    for fee in open_claims:
        rules = book.resolved_for(fee.patron, branch_id=_rules_branch(fee), item_type_id=item.item_type_id, on=on)
        account = accounts.get(fee.pk, Account())
        ended.append((fee, settle_found(fee, account, moment=Moment(on, now, actor), rules=rules)))
    if book.rules.all_values("block_at_notice"):
        lift_settled({fee.patron_id for fee in open_claims}, now=now, actor=actor)
    return ended


def _rules_branch(fee: Fee) -> int:
    """Return the branch by whose rules the loan was made: that's not always the one that lent."""
    return (fee.loan.rules_branch_id if fee.loan else None) or fee.branch_id


def _is_too_late(fee: Fee, account: Account, within: int | None, moment: Moment) -> bool:
    if within is None or account.paid <= ZERO:
        return False
    paid = LedgerEntry.objects.filter(fee=fee, kind=LedgerEntry.Kind.PAYMENT).order_by("-at").first()
    return paid is not None and (moment.now - paid.at).days > within


def _restore_overdue(claim: Fee, policy: FoundPolicy, moment: Moment) -> None:
    """Let the overdue fee stand again that was waived for the claim, and let it run up to the return."""
    due_fees = lock_fees(Q(loan=claim.loan_id, kind=Fee.Kind.OVERDUE, due_date=claim.due_date))
    for fee in due_fees:
        waived = fee.entries.filter(kind=LedgerEntry.Kind.WAIVER, rule__lost=True).aggregate(total=Sum("amount"))
        restored = fee.entries.filter(kind=LedgerEntry.Kind.CORRECTION, rule__restored=True)
        amount = -(waived["total"] or ZERO)
        if amount <= ZERO or restored.exists():
            continue
        rule: dict[str, Any] = {"restored": True}
        if policy is FoundPolicy.REFUND_AND_CHARGE:
            amount += _grown_since(fee, moment, rule)
        entry = LedgerEntry(
            fee=fee, kind=LedgerEntry.Kind.CORRECTION, amount=amount, at=moment.now, actor=moment.actor, rule=rule
        )
        write_entries([entry])


def _grown_since(fee: Fee, moment: Moment, rule: dict[str, Any]) -> Decimal:
    cases = loan_cases([fee.loan_id]) if fee.loan_id else []
    book = rule_book()
    if not cases or not cases[0].is_late(moment.on, moment.at, book) or cases[0].has_died(moment.on):
        return ZERO
    claim = claims_of(cases, on=moment.on, at=moment.at, book=book)[cases[0].loan_id]
    rule |= explanation_of(claim, cases[0].rules(book, moment.on))
    return max(ZERO, claim.total - accounts_of([fee.pk])[fee.pk].charged)
