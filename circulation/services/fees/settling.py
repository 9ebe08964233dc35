"""Fees that staff write, waive, or pay back."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Q

from accounts.models import StaffAccount
from accounts.rules import Permission
from circulation.errors import Code, FeeRefused
from circulation.models import Fee, LedgerEntry
from circulation.selectors.fees import form_key, overpaid_on
from circulation.services.fees.ledger import lock_fees, write_entries
from circulation.services.fees.payments import valid_amount
from circulation.services.fees.permissions import require
from circulation.services.privacy import forget_settled_loans
from common.audit import record
from common.errors import Reason
from common.money import ZERO
from holdings.models import Branch
from patrons.models import Patron

_LONGEST_TEXT = 200


@transaction.atomic
def waive(
    *, fee: Fee, amount: Decimal, reason: str, staff: StaffAccount, now: datetime, form_id: str | None = None
) -> Fee:
    """Give up part of a fee or all that's left of it, and return the fee.

    :param form_id: the form's own id: sent twice, it waives once
    :raises FeeRefused: NOT_PERMITTED, AMOUNT_NOT_VALID, TEXT_MISSING, or MORE_THAN_OWED with what's left
    """
    require(staff, Permission.WAIVE_FEES)
    reason, amount = _text(reason), valid_amount(amount)
    fee = lock_fees(Q(pk=fee.pk))[0]
    key = f"waiver:{form_key(form_id)}:{fee.pk}" if form_id else None
    if key and LedgerEntry.objects.filter(key=key).exists():
        return fee
    if amount > fee.balance:
        raise FeeRefused([Reason(Code.MORE_THAN_OWED, facts={"owed": str(fee.balance)})])
    entry = LedgerEntry(
        fee=fee, kind=LedgerEntry.Kind.WAIVER, amount=-amount, at=now, actor=staff, reason=reason, key=key
    )
    write_entries([entry])
    fee.balance -= amount
    forget_settled_loans([fee])
    facts = {"amount": str(amount), "reason": reason}
    record(action="circulation.waive_fee", actor=staff, subject=fee, facts=facts)
    return fee


@transaction.atomic
def add_fee(
    *,
    patron: Patron,
    branch: Branch,
    amount: Decimal,
    description: str,
    staff: StaffAccount,
    now: datetime,
    form_id: str | None = None,
) -> Fee:
    """Write a fee by hand, for instance for a damaged case.

    :param form_id: the form's own id: sent twice, it charges once
    :raises FeeRefused: NOT_PERMITTED, AMOUNT_NOT_VALID or TEXT_MISSING
    """
    require(staff, Permission.TAKE_PAYMENTS)
    description, amount = _text(description), valid_amount(amount)
    # The patron is locked, so that two copies of one form come one after the other.
    Patron.objects.select_for_update(of=("self",), no_key=True).only("pk").get(pk=patron.pk)
    key = f"manual:{form_key(form_id)}" if form_id else None
    known = LedgerEntry.objects.select_related("fee").filter(key=key).first() if key else None
    if known:
        return known.fee
    fee = Fee.objects.create(
        patron=patron,
        kind=Fee.Kind.MANUAL,
        branch=branch,
        description=description,
        created_at=now,
        closed_at=now,
    )
    write_entries([LedgerEntry(fee=fee, kind=LedgerEntry.Kind.CHARGE, amount=amount, at=now, actor=staff, key=key)])
    fee.balance = amount
    facts = {"amount": str(amount), "description": description}
    record(action="circulation.add_fee", actor=staff, subject=fee, facts=facts)
    return fee


@transaction.atomic
def pay_back(*, fee: Fee, method: str, staff: StaffAccount, now: datetime) -> Decimal:
    """Book that staff have paid back what was overpaid on a fee, and return the amount.

    The ledger keeps it as two corrections, the claim that was too high and the money handed out, so that nothing is
    owed the one way or the other.

    :raises FeeRefused: NOT_PERMITTED, METHOD_UNKNOWN or NOTHING_OVERPAID
    """
    require(staff, Permission.TAKE_PAYMENTS)
    fee = lock_fees(Q(pk=fee.pk))[0]
    amount = overpaid_on(fee)
    if amount <= ZERO:
        raise FeeRefused([Reason(Code.NOTHING_OVERPAID)])
    valid_amount(amount, method=method)
    entries = [
        LedgerEntry(
            fee=fee,
            kind=LedgerEntry.Kind.CORRECTION,
            amount=part,
            at=now,
            actor=staff,
            method=way,
            rule={"paid_back": str(amount)} if part > ZERO else {},
        )
        for part, way in ((-amount, ""), (amount, method))
    ]
    LedgerEntry.objects.bulk_create(entries)
    record(action="circulation.pay_back", actor=staff, subject=fee, facts={"amount": str(amount), "method": method})
    return amount


def _text(text: str) -> str:
    text = " ".join(text.split())[:_LONGEST_TEXT]
    if not text:
        raise FeeRefused([Reason(Code.TEXT_MISSING)])
    return text
