"""Overdue fees, brought up to what a day is worth: a loan's own, or one for all loans of a group."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q, Sum

from circulation.models import Fee, LedgerEntry, Loan
from circulation.rules.fee_groups import is_again
from circulation.rules.fee_schemes import explanation_of
from circulation.rules.fees import OverdueClaim
from circulation.rules.resolution import Resolved
from circulation.selectors.loan_cases import LoanCase, claims_of, group_of, liable_for, loan_cases
from circulation.selectors.rule_books import RuleBook, rule_book
from circulation.services.fees import groups
from circulation.services.fees.ledger import Account, accounts_of, lock_fees, write_entries
from common.audit import record
from common.money import ZERO
from tenants.locks import wait_in_line


@dataclass(frozen=True)
class Charge:
    """A loan's fee that was raised by an amount."""

    fee: Fee
    amount: Decimal


@transaction.atomic(savepoint=False)
def charge_overdue(*, loan: Loan, on: date, now: datetime, actor: Any) -> Fee | None:
    """Bring a loan's overdue fee up to what a day is worth, and return it; None if it costs nothing.

    The same day again adds nothing, and a fee that's closed stays as it is. There's one fee for each due date, or one
    for all loans of a group.

    :param on: a day in the lending branch's time zone
    :raises circulation.rules.resolution.RuleMissing: if no rule says what being late costs
    """
    lock_loan(loan)
    book = rule_book()
    cases = loan_cases([loan.pk])
    for charge in charge_loans(cases, on=on, at=now, now=now, actor=actor, book=book):
        facts = {"amount": str(charge.amount), "on": on.isoformat()}
        record(action="circulation.charge_overdue", actor=actor, subject=charge.fee, facts=facts)
    for case in cases:
        if key := group_of(case, book, on):
            return groups.newest_fee(case, key)
    return Fee.objects.filter(kind=Fee.Kind.OVERDUE, loan=loan.pk, due_date=loan.due_date).first()


def charge_loans(
    loans: Sequence[LoanCase], *, on: date, at: datetime, now: datetime, actor: Any, book: RuleBook
) -> list[Charge]:
    """Raise the fees of many late loans in a few statements, and return what was added; the audit is the caller's.

    The caller has locked the loans, so no second fee can come into being beside it. Nothing is charged to somebody who
    has died; what was charged before is for staff to settle with the estate. Nor for a lost item whose claim stands in
    place of the overdue fee.

    :param at: up to when the hours of loans by the hour count
    :raises circulation.rules.resolution.RuleMissing: if no rule says what being late costs
    """
    alive = [loan for loan in loans if loan.is_late(on, at, book) and not loan.has_died(on)]
    replaced = groups.replaced_by_claims(alive, on=on, book=book)
    claims = claims_of([loan for loan in alive if loan.loan_id not in replaced], on=on, at=at, book=book)
    late = [loan for loan in loans if loan.loan_id in claims and claims[loan.loan_id].total > ZERO]
    if not late:
        return []
    keys = {loan.loan_id: group_of(loan, book, on) for loan in late}
    caps = _patron_caps(late, book, on)
    wait_in_line(f"fees:{loan.patron_id}" for loan in late if keys[loan.loan_id] or loan.patron_id in caps)
    fees = _fees_for(late, keys, on=on, now=now)
    leading = _leading(late, fees, claims)
    accounts = accounts_of(fee.pk for fee, _ in leading)
    room = _room(caps)
    charges, entries = [], []
    for fee, loan in leading:
        account, claim = accounts.get(fee.pk, Account()), claims[loan.loan_id]
        amount = min(claim.total - account.charged, room.get(fee.patron_id, claim.total))
        if fee.closed_at is None and amount > ZERO:
            entries.append(_charge(fee, claim, amount, account, rules=loan.rules(book, on), now=now, actor=actor))
            charges.append(Charge(fee, amount))
            if fee.patron_id in room:
                room[fee.patron_id] -= amount
    write_entries(entries)
    for charge in charges:
        charge.fee.balance += charge.amount
    return charges


def lock_loan(loan: Loan) -> None:
    """Lock a loan: whoever may give it its fee holds it, so that no second one comes into being."""
    Loan.objects.select_for_update(of=("self",), no_key=True).only("pk").get(pk=loan.pk)


def new_fee(loan: LoanCase, *, on: date, now: datetime) -> Fee:
    """Return a loan's overdue fee, not saved yet."""
    return Fee(
        patron_id=loan.patron_id,
        liable_id=liable_for(loan, on=on),
        kind=Fee.Kind.OVERDUE,
        loan_id=loan.loan_id,
        branch_id=loan.branch_id,
        description=loan.title[:200],
        due_date=loan.due_date,
        created_at=now,
    )


def _fees_for(late: Sequence[LoanCase], keys: dict[int, str], *, on: date, now: datetime) -> dict[int, Fee]:
    """Return the fee of each loan that one may be raised for, made where there was none."""
    own = _own_fees(late)
    alone = [loan for loan in late if _is_alone(keys[loan.loan_id], own.get(loan.loan_id))]
    new = [new_fee(loan, on=on, now=now) for loan in alone if loan.loan_id not in own]
    Fee.objects.bulk_create(new, batch_size=1000)
    made = {fee.loan_id: fee for fee in new if fee.loan_id is not None}
    fees = {loan.loan_id: own.get(loan.loan_id) or made[loan.loan_id] for loan in alone}
    together = [loan for loan in late if loan.loan_id not in fees]
    return fees | groups.fees_of(together, keys, own, on=on, now=now)


def _is_alone(key: str, fee: Fee | None) -> bool:
    """A fee that was begun for a loan alone goes on so, even if a rule groups them since."""
    return not key or (fee is not None and not fee.group_key and not is_again(key))


def _own_fees(loans: Iterable[LoanCase]) -> dict[int, Fee]:
    due_dates = {loan.loan_id: loan.due_date for loan in loans}
    fees = lock_fees(Q(loan__in=list(due_dates), kind=Fee.Kind.OVERDUE))
    return {fee.loan_id: fee for fee in fees if fee.loan_id and due_dates[fee.loan_id] == fee.due_date}


def _leading(
    late: Sequence[LoanCase], fees: dict[int, Fee], claims: dict[int, OverdueClaim]
) -> list[tuple[Fee, LoanCase]]:
    """Return each fee once, with the loan that makes it the highest."""
    leading: dict[int, tuple[Fee, LoanCase]] = {}
    for loan in late:
        fee = fees.get(loan.loan_id)
        if fee is None:
            continue
        known = leading.get(fee.pk)
        if known is None or claims[loan.loan_id].total > claims[known[1].loan_id].total:
            leading[fee.pk] = (fee, loan)
    return list(leading.values())


def _patron_caps(late: Iterable[LoanCase], book: RuleBook, on: date) -> dict[int, Decimal]:
    caps = {loan.patron_id: loan.rules(book, on).value("fee_cap_patron") for loan in late}
    return {patron_id: cap for patron_id, cap in caps.items() if cap is not None}


def _room(caps: dict[int, Decimal]) -> dict[int, Decimal]:
    """Return how much unpaid overdue fees may still grow; what was paid of them makes room."""
    if not caps:
        return {}
    unpaid = Fee.objects.filter(patron__in=caps, kind=Fee.Kind.OVERDUE, balance__gt=0)
    sums = dict(unpaid.order_by().values_list("patron").annotate(Sum("balance")))
    return {patron_id: max(ZERO, cap - sums.get(patron_id, ZERO)) for patron_id, cap in caps.items()}


def _charge(
    fee: Fee,
    claim: OverdueClaim,
    amount: Decimal,
    account: Account,
    *,
    rules: Resolved,
    now: datetime,
    actor: Any,
) -> LedgerEntry:
    rule = explanation_of(claim, rules)
    if amount < claim.total - account.charged:
        rule["patron_cap"] = str(rules.value("fee_cap_patron"))
    if len(fee.covers) > 1:
        rule["items"] = len(fee.covers)
    # Between corrections the totals of a fee only rise, so the same step to the same total is written once.
    epoch = f":{account.corrections}" if account.corrections else ""
    return LedgerEntry(
        fee=fee,
        kind=LedgerEntry.Kind.CHARGE,
        amount=amount,
        at=now,
        actor=actor,
        rule=rule,
        key=f"overdue:{fee.pk}:{claim.step}:{account.charged + amount}{epoch}",
    )
