"""Takes back what was booked by mistake: a payment, money paid out of a credit or used from it, a fee by hand."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Q

from accounts.models import StaffAccount
from accounts.rules import Permission
from circulation.errors import Code, FeeRefused
from circulation.models import Fee, LedgerEntry, Loan, Till
from circulation.rules.fees import movement
from circulation.selectors.fees import (
    TAKEN_BACK,
    Receipt,
    credit_entries,
    payment_entries,
    taken_back_by,
)
from circulation.services import letter_stops
from circulation.services.fees.credit import move_to_credit, payer_of
from circulation.services.fees.ledger import accounts_of, lock_fees, write_entries
from circulation.services.fees.permissions import require
from common.audit import record
from common.errors import Reason
from common.money import ZERO


@transaction.atomic
def take_back_payment(
    *, receipt: Receipt, reason: str, staff: StaffAccount, now: datetime, till: Till | None = None
) -> Decimal:
    """Take back the whole of a payment and return how much: its fees are owed again, as if it hadn't been made.

    What has become credit since, because less was right after all, comes out of the payer's credit. The stops of
    letters that it had lifted are set again. Taken back a second time, nothing happens.

    :param till: out of which the money goes, if it went into one
    :raises FeeRefused: NOT_PERMITTED, TEXT_MISSING, or MORE_THAN_CREDIT if that credit is spent
    """
    require(staff, Permission.TAKE_PAYMENTS)
    reason = _text(reason)
    paid = list(payment_entries(receipt.form).select_related("fee").order_by("pk"))
    payers = {payer_of(entry.fee) for entry in paid}
    loans = lock_loans_of([entry.fee_id for entry in paid])
    is_credit = Q(kind=Fee.Kind.CREDIT)
    # Fees before credit, as a return locks them that moves money there.
    locked = lock_fees(Q(pk__in=[entry.fee_id for entry in paid]) & ~is_credit)
    locked += lock_fees(is_credit & Q(patron__in=payers))
    fees = {fee.pk: fee for fee in locked}
    prefix = f"{TAKEN_BACK}:{receipt.form}:"
    if LedgerEntry.objects.filter(key__startswith=prefix).exists():
        return receipt.amount
    parts = _parts(paid, fees)
    write_entries(
        [
            LedgerEntry(
                fee_id=fee_id,
                kind=LedgerEntry.Kind.REFUND,
                amount=amount,
                at=now,
                actor=staff,
                method=paid[0].method,
                till=till if paid[0].till_id else None,
                reason=reason,
                rule={"taken_back": receipt.number},
                key=f"{prefix}{fee_id}",
            )
            for fee_id, amount in sorted(parts.items())
        ]
    )
    for fee_id, amount in parts.items():
        fees[fee_id].balance += amount
    owed = [fees[fee_id] for fee_id in parts if fees[fee_id].kind != Fee.Kind.CREDIT]
    remember_loans(owed, loans)
    letter_stops.set_again_for(owed, actor=staff)
    facts = {"amount": str(receipt.amount), "receipt": receipt.number, "fees": sorted(parts), "reason": reason}
    record(action="circulation.take_back_payment", actor=staff, subject=paid[0].fee.patron, facts=facts)
    return receipt.amount


@transaction.atomic
def take_back_refund(
    *, entry: LedgerEntry, reason: str, staff: StaffAccount, now: datetime, till: Till | None = None
) -> Decimal:
    """Take back that money was paid out of a credit and return how much: it's the patron's credit again.

    It counts as never handed out, so it's in the till that it was booked on. Taken back a second time, nothing happens.

    :param till: where it's booked if that one has been put away
    :raises FeeRefused: NOT_PERMITTED, TEXT_MISSING, or CHANGED_SINCE if the credit has become another patron's
    """
    require(staff, Permission.TAKE_PAYMENTS)
    reason = _text(reason)
    accounts = lock_fees(Q(pk=entry.fee_id))
    if not accounts:
        raise FeeRefused([Reason(Code.CHANGED_SINCE)])
    key = taken_back_by(entry)
    if LedgerEntry.objects.filter(key__startswith=key).exists():
        return entry.amount
    back = LedgerEntry(
        fee=accounts[0],
        kind=LedgerEntry.Kind.CORRECTION,
        amount=-entry.amount,
        at=now,
        actor=staff,
        method=entry.method,
        till=entry.till if entry.till is None or entry.till.is_active else till,
        reason=reason,
        key=f"{key}{entry.fee_id}",
    )
    write_entries([back])
    facts = {"amount": str(entry.amount), "ledger_entry_id": entry.pk, "reason": reason}
    record(action="circulation.take_back_refund", actor=staff, subject=accounts[0].patron, facts=facts)
    return entry.amount


@transaction.atomic
def take_back_use_of_credit(*, entry: LedgerEntry, reason: str, staff: StaffAccount, now: datetime) -> Decimal:
    """Take back the whole of a payment from a credit and return how much: its fees are owed again.

    What has become credit since, because less was right after all, stays there. The stops of letters that it had
    lifted are set again. Taken back a second time, nothing happens.

    :param entry: any part of it
    :raises FeeRefused: NOT_PERMITTED, TEXT_MISSING, or CHANGED_SINCE if all of it has become credit since
    """
    require(staff, Permission.TAKE_PAYMENTS)
    reason = _text(reason)
    moved = list(credit_entries(entry).select_related("fee").order_by("pk"))
    fee_ids, is_credit = [part.fee_id for part in moved], Q(kind=Fee.Kind.CREDIT)
    loans = lock_loans_of(fee_ids)
    fees = {fee.pk: fee for fee in lock_fees(Q(pk__in=fee_ids) & ~is_credit)}
    accounts = lock_fees(Q(pk__in=fee_ids) & is_credit)
    key = taken_back_by(entry)
    done = LedgerEntry.objects.filter(key__startswith=key, amount__gt=0)
    if known := [back.amount for back in done]:
        return sum(known, ZERO)
    sums = accounts_of(fees)
    used = {part.fee_id: -part.amount for part in moved if part.fee_id in fees}
    parts = {fee_id: min(amount, sums[fee_id].paid) for fee_id, amount in used.items() if sums[fee_id].paid > ZERO}
    if not parts or not accounts:
        raise FeeRefused([Reason(Code.CHANGED_SINCE)])
    total = sum(parts.values(), ZERO)
    write_entries(
        [
            LedgerEntry(
                fee_id=fee_id,
                kind=LedgerEntry.Kind.CREDIT,
                amount=amount,
                at=now,
                actor=staff,
                reason=reason,
                rule={"credit": {"undone": entry.pk}},
                key=f"{key}{fee_id}",
            )
            for fee_id, amount in {**parts, accounts[0].pk: -total}.items()
        ]
    )
    for fee_id, amount in parts.items():
        fees[fee_id].balance += amount
    owed = [fees[fee_id] for fee_id in parts]
    remember_loans(owed, loans)
    letter_stops.set_again_for(owed, actor=staff)
    facts = {"amount": str(total), "fees": sorted(parts), "reason": reason}
    record(action="circulation.take_back_credit", actor=staff, subject=accounts[0].patron, facts=facts)
    return total


@transaction.atomic
def take_back_fee(*, fee: Fee, reason: str, staff: StaffAccount, now: datetime) -> Decimal:
    """Take back a fee written by hand that was never due and return how much: unlike a waiver it's no loss.

    What was paid of it becomes the payer's credit; what was waived stays so. Whoever wrote it may take it back, and
    whoever may waive. Taken back a second time, nothing happens.

    :raises FeeRefused: NOT_PERMITTED, TEXT_MISSING, KIND_UNKNOWN if it wasn't written by hand, or CHANGED_SINCE if
        nothing of it stands any more
    """
    reason = _text(reason)
    fee = lock_fees(Q(pk=fee.pk))[0]
    written = LedgerEntry.objects.filter(fee=fee, key__startswith="manual:").first()
    if written is None:
        raise FeeRefused([Reason(Code.KIND_UNKNOWN)])
    require(staff, Permission.TAKE_PAYMENTS if written.actor_id == staff.pk else Permission.WAIVE_FEES)
    key = taken_back_by(written)
    if known := LedgerEntry.objects.filter(key__startswith=key).first():
        return -known.amount
    account = accounts_of([fee.pk])[fee.pk]
    moved = movement(right=ZERO, charged=account.charged, balance=fee.balance, paid=account.paid)
    amount = moved.take_back + moved.overpaid
    if not amount:
        raise FeeRefused([Reason(Code.CHANGED_SINCE)])
    if moved.overpaid:
        move_to_credit(fee, moved.overpaid, now=now, actor=staff, rule={"never_due": True})
    back = LedgerEntry(
        fee=fee,
        kind=LedgerEntry.Kind.CORRECTION,
        amount=-amount,
        at=now,
        actor=staff,
        reason=reason,
        key=f"{key}{written.pk}",
    )
    write_entries([back])
    letter_stops.lift_settled([fee.patron_id], now=now, actor=staff)
    facts = {"amount": str(amount), "credited": str(moved.overpaid), "reason": reason, "patron_id": fee.patron_id}
    record(action="circulation.take_back_fee", actor=staff, subject=fee, facts=facts)
    return amount


def _text(reason: str) -> str:
    reason = " ".join(reason.split())[:200]
    if not reason:
        raise FeeRefused([Reason(Code.TEXT_MISSING)])
    return reason


def _parts(paid: Sequence[LedgerEntry], fees: Mapping[int, Fee]) -> dict[int, Decimal]:
    """Return what goes back of each fee: what's still paid there, and the rest of the payer's credit.

    :raises FeeRefused: MORE_THAN_CREDIT
    """
    credit = {fee.patron_id: fee for fee in fees.values() if fee.kind == Fee.Kind.CREDIT}
    accounts = accounts_of(entry.fee_id for entry in paid)
    parts: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for entry in paid:
        rest = -entry.amount
        if fees[entry.fee_id].kind != Fee.Kind.CREDIT:
            part = max(ZERO, min(rest, accounts[entry.fee_id].paid))
            if part:
                parts[entry.fee_id] += part
            rest -= part
        if rest:
            account = credit.get(payer_of(fees[entry.fee_id]))
            held = -account.balance if account else ZERO
            if account is None or parts[account.pk] + rest > held:
                raise FeeRefused([Reason(Code.MORE_THAN_CREDIT, facts={"credit": str(held)})])
            parts[account.pk] += rest
    return dict(parts)


def lock_loans_of(fee_ids: Collection[int]) -> list[Loan]:
    """Return the loans of fees that are over, locked: before the fees, as a return locks them that's undone."""
    loans = Loan.objects.filter(fees__in=fee_ids, returned_at__isnull=False)
    return list(Loan.objects.select_for_update(no_key=True).filter(pk__in=loans.values("pk")).order_by("pk"))


def remember_loans(fees: Sequence[Fee], loans: Sequence[Loan]) -> None:
    """Let the loans that were forgotten as settled be the patron's again, as long as something is owed for them.

    :param loans: as `lock_loans_of` returned them before the fees were locked
    """
    patrons = {fee.loan_id: fee.patron_id for fee in fees if fee.loan_id}
    forgotten = [loan for loan in loans if loan.patron_id is None and loan.pk in patrons]
    for loan in forgotten:
        loan.patron_id = patrons[loan.pk]
    Loan.objects.bulk_update(forgotten, ["patron"])
