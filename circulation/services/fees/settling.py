"""Fees that staff write, waive or write off."""

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q

from accounts.models import StaffAccount
from accounts.rules import Permission
from circulation.errors import Code, FeeRefused
from circulation.models import Fee, LedgerEntry
from circulation.selectors.fees import form_key
from circulation.selectors.liability import liable_guardian
from circulation.services.fees.ledger import lock_fees, write_entries
from circulation.services.fees.payments import valid_amount
from circulation.services.fees.permissions import require
from circulation.services.letter_stops import lift_settled
from circulation.services.privacy import forget_settled_loans
from common.audit import record
from common.errors import Reason
from holdings.models import Branch
from patrons.models import Patron

_LONGEST_TEXT = 200


# What staff may write by hand; the others follow from loans and holds.
BY_HAND = (Fee.Kind.MANUAL, Fee.Kind.CARD, Fee.Kind.SALE, Fee.Kind.HOLD)


@transaction.atomic
def waive(
    *, fee: Fee, amount: Decimal, reason: str, staff: StaffAccount, now: datetime, form_id: str | None = None
) -> Fee:
    """Give up part of a fee or all that's left of it, and return the fee.

    :param form_id: the form's own id: sent twice, it waives once
    :raises FeeRefused: NOT_PERMITTED, AMOUNT_NOT_VALID, TEXT_MISSING, or MORE_THAN_OWED with what's left
    """
    kind = LedgerEntry.Kind.WAIVER
    return _give_up(fee, kind, amount, reason=reason, staff=staff, now=now, form_id=form_id)


@transaction.atomic
def write_off(
    *, fee: Fee, amount: Decimal, reason: str, staff: StaffAccount, now: datetime, form_id: str | None = None
) -> Fee:
    """Write off part of a fee or all that's left of it, because nobody will ever pay it, and return the fee.

    Unlike a waiver it's a loss in the books. It isn't paid out if the item is found again.

    :param form_id: the form's own id: sent twice, it writes off once
    :raises FeeRefused: NOT_PERMITTED, AMOUNT_NOT_VALID, TEXT_MISSING, or MORE_THAN_OWED with what's left
    """
    kind = LedgerEntry.Kind.WRITE_OFF
    return _give_up(fee, kind, amount, reason=reason, staff=staff, now=now, form_id=form_id)


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
    kind: str = Fee.Kind.MANUAL,
) -> Fee:
    """Write a fee by hand: for a damaged case, a new card, something sold. A child's guardian is liable for it.

    :param form_id: the form's own id: sent twice, it charges once
    :param kind: one of `BY_HAND`
    :raises FeeRefused: NOT_PERMITTED, AMOUNT_NOT_VALID, TEXT_MISSING or KIND_UNKNOWN
    """
    require(staff, Permission.TAKE_PAYMENTS)
    if kind not in BY_HAND:
        raise FeeRefused([Reason(Code.KIND_UNKNOWN)])
    description, amount = _text(description), valid_amount(amount)
    # The patron is locked, so that two copies of one form come one after the other.
    Patron.objects.select_for_update(of=("self",), no_key=True).only("pk").get(pk=patron.pk)
    key = f"manual:{form_key(form_id)}" if form_id else None
    known = LedgerEntry.objects.select_related("fee").filter(key=key).first() if key else None
    if known:
        return known.fee
    fee = Fee.objects.create(
        patron=patron,
        liable_id=liable_guardian(patron, on=now.astimezone(ZoneInfo(branch.time_zone)).date()),
        kind=kind,
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


def _give_up(
    fee: Fee,
    kind: LedgerEntry.Kind,
    amount: Decimal,
    *,
    reason: str,
    staff: StaffAccount,
    now: datetime,
    form_id: str | None,
) -> Fee:
    require(staff, Permission.WAIVE_FEES)
    reason, amount = _text(reason), valid_amount(amount)
    fee = lock_fees(Q(pk=fee.pk))[0]
    key = f"{kind.lower()}:{form_key(form_id)}:{fee.pk}" if form_id else None
    if key and LedgerEntry.objects.filter(key=key).exists():
        return fee
    if amount > fee.balance:
        raise FeeRefused([Reason(Code.MORE_THAN_OWED, facts={"owed": str(fee.balance)})])
    before = {"balance": str(fee.balance)}
    entry = LedgerEntry(fee=fee, kind=kind, amount=-amount, at=now, actor=staff, reason=reason, key=key)
    write_entries([entry])
    fee.balance -= amount
    lift_settled([fee.patron_id], now=now, actor=staff)
    forget_settled_loans([fee])
    action = "circulation.waive_fee" if kind == LedgerEntry.Kind.WAIVER else "circulation.write_off_fee"
    facts = {"amount": str(amount), "reason": reason, "before": before, "ledger_entry_id": entry.pk}
    record(action=action, actor=staff, subject=fee, facts={**facts, "patron_id": fee.patron_id})
    return fee


def _text(text: str) -> str:
    text = " ".join(text.split())[:_LONGEST_TEXT]
    if not text:
        raise FeeRefused([Reason(Code.TEXT_MISSING)])
    return text
