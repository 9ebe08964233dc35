"""What a return or renewal does to fees: the overdue fee ends, the claim for a lost item too; and undoing it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q

from circulation.models import Fee, LedgerEntry, Loan
from circulation.rules.fee_schemes import explanation_of
from circulation.rules.fees import Movement
from circulation.selectors.loan_cases import LoanCase, claim_of, claims_of, group_of, is_late, late_until, loan_cases
from circulation.selectors.rule_books import RuleBook, rule_book
from circulation.services import letter_stops
from circulation.services.fees import lost, visits
from circulation.services.fees.credit import take_from_credit
from circulation.services.fees.ending import Moment, close
from circulation.services.fees.groups import covered_loans, replaced_by_claims
from circulation.services.fees.ledger import Account, accounts_of, lock_fees, write_entries
from circulation.services.fees.overdue import charge_loans, lock_loan
from circulation.services.fees.suspension import lift_suspension, suspend
from common.audit import record
from common.money import ZERO

# These end with the loan; processing and other fees were final when they were made.
_ENDING = (Fee.Kind.OVERDUE, Fee.Kind.REPLACEMENT)


@dataclass(frozen=True)
class Closed:
    """What a return or a renewal ended.

    :ivar overdue: the overdue fee; None if there's none that was still open
    :ivar replaced: what became of claims for the item's replacement
    """

    overdue: Fee | None
    replaced: tuple[Movement, ...]


def close_overdue_fee(
    *, loan: Loan, on: date, now: datetime, actor: Any, no_later_than: datetime | None = None
) -> Fee | None:
    """End a loan's fees as `close_fees` does, and return the overdue one; None if there's none that was still open.

    :raises circulation.rules.resolution.RuleMissing: if it's late and no rule says what that costs
    """
    return close_fees(loan=loan, on=on, now=now, actor=actor, no_later_than=no_later_than).overdue


@transaction.atomic(savepoint=False)
def close_fees(*, loan: Loan, on: date, now: datetime, actor: Any, no_later_than: datetime | None = None) -> Closed:
    """End a loan's overdue fee with what's right on a day, and do with the claim for its replacement as the rules say.

    Fewer days late than charged for, by a back-dated return, take the rest back; what was paid beyond what's right goes
    to the credit of whoever paid. Where being late stops a patron from borrowing, the stop begins.

    :param loan: with the due date that was passed, so before a renewal moves it, and with its patron
    :param on: the day of return or renewal in the lending branch's time zone
    :param no_later_than: up to when the hours of a loan by the hour count at most
    :raises circulation.rules.resolution.RuleMissing: if it's late and no rule says what that costs
    """
    book = rule_book()
    until = late_until(loan.lending_branch_id, on, now, book)
    moment = Moment(on, now, actor, min(until, no_later_than or until))
    late = is_late(loan.due_date, loan.due_at, on=on, at=moment.at, book=book)
    if late:
        lock_loan(loan)
    case = loan_cases([loan.pk])[0]
    if key := group_of(case, book, on):
        overdue = _close_in_group(case, key, moment, book)
    else:
        charge_loans([case] if late else [], on=on, at=moment.at, now=now, actor=actor, book=book)
        overdue = None
    fees = lock_fees(Q(loan=loan.pk, kind__in=_ENDING, closed_at__isnull=True))
    accounts = accounts_of(fee.pk for fee in fees) if fees else {}
    replaced = []
    for fee in fees:
        account = accounts.get(fee.pk, Account())
        if fee.kind == Fee.Kind.REPLACEMENT:
            replaced.append(lost.settle_found(fee, account, moment=moment, rules=case.rules(book, on)))
        elif not fee.group_key:
            overdue = fee
            right, because = _right_at_the_end(fee, case, account, moment, book)
            close(fee, account, right=right, moment=moment, because=because)
    if late:
        suspend(case, moment=moment, book=book)
    if book.rules.all_values("block_at_notice"):
        letter_stops.lift_settled([case.patron_id], now=now, actor=actor, over=[loan.pk])
    return Closed(overdue, tuple(replaced))


@transaction.atomic(savepoint=False)
def reopen_overdue_fee(*, loan: Loan, now: datetime, actor: Any) -> Fee | None:
    """Let the fee of a loan's due date grow again, when the return or renewal that closed it is undone.

    The next night, or the return that follows, brings it up to what's right then. A claim for replacement that the
    return cancelled stands again, paid from the credit that the return gave, as far as that's still there.

    :param loan: with its patron, and the due date that was passed
    :returns: the overdue fee, if there is one
    """
    overdue = None
    lift_suspension(loan, now=now, actor=actor)
    alone = Q(loan=loan.pk, kind__in=_ENDING, due_date=loan.due_date, group_key="")
    together = Q(patron=loan.patron_id, kind=Fee.Kind.OVERDUE, covers__contains=[{"loan": loan.pk}])
    closed = Q(closed_at__isnull=False)
    if loan.renewed_at is not None:
        # What an earlier renewal closed is done with: for an earlier hour of the same day, or of the same group.
        closed = Q(closed_at__gt=loan.renewed_at)
    for fee in lock_fees(Q(alone | together) & closed):
        if fee.kind == Fee.Kind.OVERDUE:
            overdue = fee
        if fee.group_key and (not visits.leave(fee, loan.pk) or visits.is_growing(fee)):
            continue
        fee.closed_at, fee.returned_on = None, None
        fee.save(update_fields=["closed_at", "returned_on"])
        _claim_again(fee, now, actor)
        record(action="circulation.reopen_fee", actor=actor, subject=fee, facts={"at": now.isoformat()})
    # After the fees, for what's owed again isn't settled.
    letter_stops.set_again(loan, now=now, actor=actor)
    return overdue


def reopen_claims(*, fee_ids: Sequence[int], now: datetime, actor: Any) -> None:
    """Let claims for lost items stand again, when the scan that found the items is undone."""
    fees = lock_fees(Q(pk__in=fee_ids, closed_at__isnull=False))
    for fee in fees:
        fee.closed_at = None
        fee.save(update_fields=["closed_at"])
        _claim_again(fee, now, actor)
        record(action="circulation.reopen_fee", actor=actor, subject=fee, facts={"at": now.isoformat()})
    letter_stops.set_again_for(fees, actor=actor)


def _close_in_group(case: LoanCase, key: str, moment: Moment, book: RuleBook) -> Fee | None:
    """End the group's fee with the first loan that comes back, or count the loan to that day's visit."""
    claim, because = ZERO, None
    if case.is_late(moment.on, moment.at, book) and not replaced_by_claims([case], on=moment.on, book=book):
        found = claims_of([case], on=moment.on, at=moment.at, book=book)[case.loan_id]
        claim, because = found.total, explanation_of(found, case.rules(book, moment.on))
    visit = visits.visit_of(case, key, on=moment.on)
    if visit is not None:
        _leave_open_fee(case, key, moment)
        return visits.join(visit, case, claim, moment=moment, book=book)
    if claim > ZERO:
        charge_loans([case], on=moment.on, at=moment.at, now=moment.now, actor=moment.actor, book=book)
    fee = visits.open_fee(case, key)
    if fee is None:
        return None
    if claim == ZERO and visits.covers_others(fee, case.loan_id):
        # It wasn't late after all; the others are.
        visits.leave(fee, case.loan_id)
        return None
    account = accounts_of([fee.pk]).get(fee.pk, Account())
    visits.begin(fee, case, on=moment.on)
    close(fee, account, right=min(account.charged, claim), moment=moment, because=because)
    return fee


def _leave_open_fee(case: LoanCase, key: str, moment: Moment) -> None:
    """What came back with an earlier visit, by a back-dated return, has no part in the fee that began after it."""
    fee = visits.open_fee(case, key)
    if fee is not None and case.loan_id in covered_loans(fee) and visits.leave(fee, case.loan_id):
        close(fee, accounts_of([fee.pk]).get(fee.pk, Account()), right=ZERO, moment=moment)


def _right_at_the_end(
    fee: Fee, case: LoanCase, account: Account, moment: Moment, book: RuleBook
) -> tuple[Decimal, dict[str, Any]]:
    """What was charged stands, unless it was for more days than there are: a changed rule takes nothing back.

    :returns: what's right, and what's behind it where that's less than was charged
    """
    newest = LedgerEntry.objects.filter(fee=fee, kind=LedgerEntry.Kind.CHARGE).order_by("-pk").first()
    if newest is None:
        return account.charged, {}
    claim = claim_of(case, on=moment.on, at=moment.at, book=book)
    if claim.by_hour is not None and "hours_late" in newest.rule:
        is_as_late = newest.rule["hours_late"] <= claim.by_hour.hours_late
    else:
        is_as_late = newest.rule.get("days_late", 0) <= claim.days_late
    if is_as_late:
        return account.charged, {}
    return min(account.charged, claim.total), explanation_of(claim, case.rules(book, moment.on))


def _claim_again(fee: Fee, now: datetime, actor: Any) -> None:
    """Take back what the closing took back, and pay it with the money that it moved to the patron's credit."""
    newest = fee.entries.filter(kind=LedgerEntry.Kind.CORRECTION).order_by("-pk").first()
    if newest is None or "on" not in newest.rule or not newest.amount:
        return
    entry = LedgerEntry(
        fee=fee,
        kind=LedgerEntry.Kind.CORRECTION,
        amount=-newest.amount,
        at=now,
        actor=actor,
        rule={"reopened": True},
    )
    write_entries([entry])
    fee.balance -= newest.amount
    overpaid = Decimal(newest.rule["overpaid"])
    if overpaid:
        fee.balance -= take_from_credit(fee, overpaid, now=now, actor=actor, rule={"reopened": True})
