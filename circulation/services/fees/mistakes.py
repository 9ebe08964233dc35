"""Takes back payments booked by mistake: the wrong amount, the wrong patron, a card that was refused after all."""

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
from circulation.selectors.fees import TAKEN_BACK, Receipt, payment_entries
from circulation.services import letter_stops
from circulation.services.fees.credit import payer_of
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
    reason = " ".join(reason.split())[:200]
    if not reason:
        raise FeeRefused([Reason(Code.TEXT_MISSING)])
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
