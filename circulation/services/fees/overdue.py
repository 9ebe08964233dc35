"""Overdue fees: brought up to the step that a day reaches, and closed when the item is back or the loan renewed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q, Sum

from circulation.models import Fee, LedgerEntry, Loan
from circulation.rules.fees import Movement, OverdueClaim, days_late, movement
from circulation.rules.resolution import Resolved
from circulation.selectors.fees import overpaid_on
from circulation.selectors.loan_cases import LoanCase, claim_of, loan_cases
from circulation.selectors.rule_books import RuleBook, rule_book
from circulation.services.fees.ledger import Account, accounts_of, lock_fees, write_entries
from common.audit import record
from common.money import ZERO

# These end with the loan; processing and other fees were final when they were made.
_ENDING = (Fee.Kind.OVERDUE, Fee.Kind.REPLACEMENT)


@dataclass(frozen=True)
class Charge:
    """A loan's fee that was raised by an amount."""

    fee: Fee
    amount: Decimal


@transaction.atomic(savepoint=False)
def charge_overdue(*, loan: Loan, on: date, now: datetime, actor: Any) -> Fee | None:
    """Bring a loan's overdue fee up to the step that a day reaches, and return it; None if it costs nothing.

    The same day again adds nothing, and a fee that's closed stays as it is. There's one fee for each due date.

    :param on: a day in the lending branch's time zone
    :raises circulation.rules.resolution.RuleMissing: if no rule says what being late costs
    """
    _lock(loan)
    for charge in charge_loans(loan_cases([loan.pk]), on=on, now=now, actor=actor, book=rule_book()):
        facts = {"amount": str(charge.amount), "on": on.isoformat()}
        record(action="circulation.charge_overdue", actor=actor, subject=charge.fee, facts=facts)
    return Fee.objects.filter(kind=Fee.Kind.OVERDUE, loan=loan.pk, due_date=loan.due_date).first()


def charge_loans(loans: Sequence[LoanCase], *, on: date, now: datetime, actor: Any, book: RuleBook) -> list[Charge]:
    """Raise the fees of many late loans in a few statements, and return what was added; the audit is the caller's.

    The caller has locked the loans, so no second fee can come into being beside it.
    """
    claims = {loan.loan_id: claim_of(loan, on=on, book=book) for loan in loans if loan.due_date < on}
    late = [loan for loan in loans if loan.loan_id in claims and claims[loan.loan_id].total > ZERO]
    fees = _overdue_fees(late)
    accounts = accounts_of(fee.pk for fee in fees.values())
    new = [_new_fee(loan, now) for loan in late if loan.loan_id not in fees]
    Fee.objects.bulk_create(new, batch_size=1000)
    fees |= {fee.loan_id: fee for fee in new if fee.loan_id is not None}
    charges, entries = [], []
    for loan in late:
        fee, claim = fees[loan.loan_id], claims[loan.loan_id]
        account = accounts.get(fee.pk, Account())
        if fee.closed_at is None and claim.total > account.charged:
            entry = _charge(fee, claim, account, resolved=loan.rules(book, on), now=now, actor=actor)
            entries.append(entry)
            charges.append(Charge(fee, entry.amount))
    write_entries(entries)
    for charge in charges:
        charge.fee.balance += charge.amount
    return charges


@transaction.atomic(savepoint=False)
def close_overdue_fee(*, loan: Loan, on: date, now: datetime, actor: Any) -> Fee | None:
    """End a loan's overdue fee with what's right on a day, and cancel the claim for its replacement.

    Fewer days late than charged for, by a back-dated return, take the rest back, though never below what has been
    paid: `circulation.selectors.fees.overpaid_on` tells what staff should pay back then, and `pay_back` books it.

    :param loan: with the due date that was passed, so before a renewal moves it, and with its patron
    :param on: the day of return or renewal in the lending branch's time zone
    :returns: the overdue fee; None if there's none that was still open
    :raises circulation.rules.resolution.RuleMissing: if it's late and no rule says what that costs
    """
    ending = Q(loan=loan.pk, kind__in=_ENDING, closed_at__isnull=True)
    if on > loan.due_date:
        _lock(loan)
        charge_loans(loan_cases([loan.pk]), on=on, now=now, actor=actor, book=rule_book())
    overdue = None
    fees = lock_fees(ending)
    accounts = accounts_of(fee.pk for fee in fees) if fees else {}
    for fee in fees:
        account = accounts.get(fee.pk, Account())
        right = ZERO
        if fee.kind == Fee.Kind.OVERDUE:
            overdue = fee
            right = _right_at_the_end(fee, loan, account, on=on)
        _close(fee, account, right=right, on=on, now=now, actor=actor)
    return overdue


@transaction.atomic(savepoint=False)
def reopen_overdue_fee(*, loan: Loan, now: datetime, actor: Any) -> Fee | None:
    """Let the fee of a loan's due date grow again, when the return or renewal that closed it is undone.

    The next night, or the return that follows, brings it up to the step that's right then. A claim for replacement
    that the return cancelled stands again.

    :returns: the overdue fee, if there is one
    """
    overdue = None
    closed = Q(loan=loan.pk, kind__in=_ENDING, due_date=loan.due_date, closed_at__isnull=False)
    for fee in lock_fees(closed):
        fee.closed_at = None
        fee.save(update_fields=["closed_at"])
        if fee.kind == Fee.Kind.OVERDUE:
            overdue = fee
        _claim_again(fee, now)
        record(action="circulation.reopen_fee", actor=actor, subject=fee, facts={"at": now.isoformat()})
    return overdue


def _claim_again(fee: Fee, now: datetime) -> None:
    """What a replacement cost is claimed again, and what was paid beyond a return that never was isn't too much."""
    amount = ZERO
    if fee.kind == Fee.Kind.REPLACEMENT:
        taken_back = fee.entries.filter(kind=LedgerEntry.Kind.CORRECTION, method="").aggregate(total=Sum("amount"))
        amount = -(taken_back["total"] or ZERO)
    if amount or overpaid_on(fee):
        rule = {"overpaid": str(ZERO), "reopened": True}
        write_entries([LedgerEntry(fee=fee, kind=LedgerEntry.Kind.CORRECTION, amount=amount, at=now, rule=rule)])


def _right_at_the_end(fee: Fee, loan: Loan, account: Account, *, on: date) -> Decimal:
    """What was charged stands, unless it was for more days than there are: a changed rule takes nothing back."""
    newest = LedgerEntry.objects.filter(fee=fee, kind=LedgerEntry.Kind.CHARGE).order_by("-pk").first()
    cases = loan_cases([loan.pk])
    if newest is None or not cases or newest.rule.get("days_late", 0) <= days_late(loan.due_date, on):
        return account.charged
    return min(account.charged, claim_of(cases[0], on=on, book=rule_book()).total)


def _close(fee: Fee, account: Account, *, right: Decimal, on: date, now: datetime, actor: Any) -> None:
    moved = movement(right=right, charged=account.charged, balance=fee.balance, paid=account.paid)
    if moved.take_back or moved.overpaid:
        write_entries([_correction(fee, moved, account, right=right, on=on, now=now, actor=actor)])
        fee.balance -= moved.take_back
    fee.closed_at = now
    fee.save(update_fields=["closed_at"])
    facts = {"kind": fee.kind, "on": on.isoformat(), "right": str(right), "taken_back": str(moved.take_back)}
    record(action="circulation.close_fee", actor=actor, subject=fee, facts={**facts, "overpaid": str(moved.overpaid)})


def _overdue_fees(loans: Iterable[LoanCase]) -> dict[int, Fee]:
    due_dates = {loan.loan_id: loan.due_date for loan in loans}
    if not due_dates:
        return {}
    fees = lock_fees(Q(loan__in=list(due_dates), kind=Fee.Kind.OVERDUE))
    return {fee.loan_id: fee for fee in fees if fee.loan_id and due_dates[fee.loan_id] == fee.due_date}


def _new_fee(loan: LoanCase, now: datetime) -> Fee:
    return Fee(
        patron_id=loan.patron_id,
        kind=Fee.Kind.OVERDUE,
        loan_id=loan.loan_id,
        branch_id=loan.branch_id,
        description=loan.title[:200],
        due_date=loan.due_date,
        created_at=now,
    )


def _charge(
    fee: Fee, claim: OverdueClaim, account: Account, *, resolved: Resolved, now: datetime, actor: Any
) -> LedgerEntry:
    origin = resolved.origin("fee_steps")
    # Between corrections the totals of a fee only rise, so the same step to the same total is written once.
    epoch = f":{account.corrections}" if account.corrections else ""
    return LedgerEntry(
        fee=fee,
        kind=LedgerEntry.Kind.CHARGE,
        amount=claim.total - account.charged,
        at=now,
        actor=actor,
        rule=claim.explanation(origin=origin.as_facts() if origin else None),
        key=f"overdue:{fee.pk}:{claim.step}:{claim.total}{epoch}",
    )


def _correction(
    fee: Fee, moved: Movement, account: Account, *, right: Decimal, on: date, now: datetime, actor: Any
) -> LedgerEntry:
    return LedgerEntry(
        fee=fee,
        kind=LedgerEntry.Kind.CORRECTION,
        amount=-moved.take_back,
        at=now,
        actor=actor,
        rule={"right": str(right), "on": on.isoformat(), "overpaid": str(moved.overpaid)},
        key=f"close:{fee.pk}:{account.corrections}",
    )


def _lock(loan: Loan) -> None:
    # Whoever may give a loan its fee holds the loan, so that no second one comes into being.
    Loan.objects.select_for_update(of=("self",), no_key=True).only("pk").get(pk=loan.pk)
