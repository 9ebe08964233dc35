"""Takes payments: the oldest fee first, part of it or all, and the same form once."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation

from django.db import transaction
from django.db.models import Q, TextChoices
from django.utils.translation import gettext_lazy as _

from accounts.models import StaffAccount
from accounts.rules import Permission
from circulation.errors import Code, FeeRefused
from circulation.models import Fee, LedgerEntry
from circulation.selectors.fees import Receipt, form_key, receipt_of_form
from circulation.services.fees.ledger import lock_fees, write_entries
from circulation.services.fees.permissions import require
from circulation.services.privacy import forget_settled_loans
from common.audit import record
from common.errors import Reason
from common.money import ZERO, to_money
from patrons.models import Patron

__all__ = ["Method", "Receipt", "take_payment"]

_HIGHEST = Decimal("99999999.99")


class Method(TextChoices):
    """How money changes hands at the desk."""

    CASH = "CASH", _("cash")
    CARD = "CARD", _("card")
    MOBILE = "MOBILE", _("mobile payment")
    TRANSFER = "TRANSFER", _("bank transfer")


@dataclass(frozen=True)
class _Share:
    fee: Fee
    amount: Decimal


@transaction.atomic
def take_payment(
    *, patron: Patron, amount: Decimal, method: str, staff: StaffAccount, now: datetime, form_id: str
) -> Receipt:
    """Book a payment on the patron's fees, the oldest first, and return the receipt.

    :param form_id: the form's own id: sent twice, it pays once and returns the same receipt
    :raises FeeRefused: with every reason found: NOT_PERMITTED, AMOUNT_NOT_VALID, METHOD_UNKNOWN, or MORE_THAN_OWED with
        what's owed, or SCAN_ID_TAKEN if the form's id was another patron's
    """
    require(staff, Permission.TAKE_PAYMENTS)
    amount, form = valid_amount(amount, method=method), form_key(form_id)
    fees = lock_fees(Q(patron=patron.pk, balance__gt=0))
    if known := receipt_of_form(form):
        if known.patron_id != patron.pk:
            raise FeeRefused([Reason(Code.SCAN_ID_TAKEN)])
        return known
    owed = sum((fee.balance for fee in fees), ZERO)
    if amount > owed:
        raise FeeRefused([Reason(Code.MORE_THAN_OWED, facts={"owed": str(owed)})])
    shares = _shares(fees, amount)
    write_entries(
        [
            LedgerEntry(
                fee=share.fee,
                kind=LedgerEntry.Kind.PAYMENT,
                amount=-share.amount,
                at=now,
                actor=staff,
                method=method,
                key=f"payment:{form}:{share.fee.pk}",
            )
            for share in shares
        ]
    )
    forget_settled_loans(share.fee for share in shares)
    receipt = receipt_of_form(form)
    if receipt is None:
        raise RuntimeError("A payment was written and can't be read")
    facts = {"amount": str(amount), "method": method, "receipt": receipt.number, "fees": [s.fee.pk for s in shares]}
    record(action="circulation.take_payment", actor=staff, subject=patron, facts=facts, scan_id=f"payment:{form}")
    return receipt


def valid_amount(amount: Decimal, *, method: str | None = None) -> Decimal:
    """Return the amount with two decimals.

    :param method: checked with it, if there's one to check
    :raises FeeRefused: AMOUNT_NOT_VALID, METHOD_UNKNOWN or both
    """
    reasons = []
    if not _is_valid(amount):
        reasons.append(Reason(Code.AMOUNT_NOT_VALID))
    if method is not None and method not in Method.values:
        reasons.append(Reason(Code.METHOD_UNKNOWN))
    if reasons:
        raise FeeRefused(reasons)
    return to_money(amount)


def _is_valid(amount: Decimal) -> bool:
    try:
        return amount.is_finite() and ZERO < amount <= _HIGHEST and to_money(amount) == amount
    except InvalidOperation:
        return False


def _shares(fees: list[Fee], amount: Decimal) -> list[_Share]:
    shares = []
    for fee in fees:
        part = min(fee.balance, amount)
        if part > ZERO:
            shares.append(_Share(fee, part))
            amount -= part
    return shares
