"""Takes payments in the municipality's order, part of a fee or all; keeps the rest as credit, and pays credit out."""

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal, InvalidOperation

from django.db import transaction
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from accounts.models import StaffAccount
from accounts.rules import Permission
from circulation.errors import Code, FeeRefused
from circulation.models import Fee, LedgerEntry, Till
from circulation.rules.payment_order import in_order, shares_of
from circulation.rules.values import PaymentOrder
from circulation.selectors.fees import Receipt, form_key, payable_by, receipt_of_form
from circulation.selectors.rule_books import rule_book
from circulation.services.fees.credit import credit_account, open_credit
from circulation.services.fees.ledger import lock_fees, write_entries
from circulation.services.fees.permissions import require
from circulation.services.letter_stops import lift_settled
from circulation.services.privacy import forget_settled_loans
from common.audit import record
from common.errors import Reason
from common.money import ZERO, to_money
from patrons.models import Patron

__all__ = ["Method", "Receipt", "refund", "take_payment", "use_credit"]

_HIGHEST = Decimal("99999999.99")


class Method(TextChoices):
    """How money changes hands."""

    CASH = "CASH", _("cash")
    CARD = "CARD", _("card terminal")
    MOBILE = "MOBILE", _("mobile payment")
    TRANSFER = "TRANSFER", _("bank transfer")
    # Paid in a system of somebody else's: a web shop, the debtor system.
    EXTERNAL = "EXTERNAL", _("paid elsewhere")


@transaction.atomic
def take_payment(
    *,
    patron: Patron,
    amount: Decimal,
    method: str,
    staff: StaffAccount | None,
    now: datetime,
    form_id: str,
    till: Till | None = None,
    only_fees: Collection[int] = (),
    keep_rest: bool = False,
    reference: str = "",
) -> Receipt:
    """Book a payment on a patron's fees and those of children that she's liable for, and return the receipt.

    :param staff: None for a payment that another system reports
    :param form_id: the form's own id: sent twice, it pays once and returns the same receipt
    :param only_fees: the fees that she wants to pay; without any, all in the municipality's order
    :param keep_rest: whether what's beyond is kept as her credit; else it's refused
    :param reference: the card terminal's or the other system's number
    :raises FeeRefused: with every reason found: NOT_PERMITTED, AMOUNT_NOT_VALID, METHOD_UNKNOWN, or MORE_THAN_OWED with
        what's owed, or SCAN_ID_TAKEN if the form's id was another patron's
    """
    if staff is not None:
        require(staff, Permission.TAKE_PAYMENTS)
    amount, form = valid_amount(amount, method=method), form_key(form_id)
    fees = lock_fees(payable_by(patron.pk))
    if known := receipt_of_form(form):
        if known.patron_id != patron.pk:
            raise FeeRefused([Reason(Code.SCAN_ID_TAKEN)])
        return known
    wanted = [fee for fee in fees if not only_fees or fee.pk in only_fees]
    shares, rest = shares_of(amount, in_order(wanted, _order_for(patron)))
    if rest > ZERO and not keep_rest:
        owed = sum((fee.balance for fee in wanted), ZERO)
        raise FeeRefused([Reason(Code.MORE_THAN_OWED, facts={"owed": str(owed)})])
    parts = {share.fee_id: share.amount for share in shares}
    if rest > ZERO:
        parts[credit_account(patron.pk, branch_id=_branch_of(patron, till), now=now).pk] = rest
    write_entries(
        [
            LedgerEntry(
                fee_id=fee_id,
                kind=LedgerEntry.Kind.PAYMENT,
                amount=-part,
                at=now,
                actor=staff,
                method=method,
                till=till,
                reason=reference[:200],
                rule={"payer": patron.pk},
                key=f"payment:{form}:{fee_id}",
            )
            for fee_id, part in parts.items()
        ]
    )
    lift_settled({fee.patron_id for fee in wanted}, now=now, actor=staff)
    forget_settled_loans(fee for fee in wanted if fee.pk in parts)
    receipt = receipt_of_form(form)
    if receipt is None:
        raise RuntimeError("A payment was written and can't be read")
    facts = {"amount": str(amount), "method": method, "receipt": receipt.number, "fees": list(parts)}
    record(action="circulation.take_payment", actor=staff, subject=patron, facts=facts, scan_id=f"payment:{form}")
    return receipt


@transaction.atomic
def use_credit(*, patron: Patron, staff: StaffAccount, now: datetime, form_id: str) -> Decimal:
    """Pay a patron's fees from her credit as far as it reaches, in the municipality's order, and return how much.

    :param form_id: the form's own id: sent twice, it pays once
    :raises FeeRefused: NOT_PERMITTED, or NO_CREDIT if she has none or owes nothing
    """
    require(staff, Permission.TAKE_PAYMENTS)
    form = form_key(form_id)
    accounts, fees = _credit_and_fees(patron)
    if accounts and (done := _moved_by_form(f"credit:{form}:{accounts[0].pk}")):
        return done
    held = -accounts[0].balance if accounts else ZERO
    shares, rest = shares_of(held, in_order(fees, _order_for(patron)))
    if not shares:
        raise FeeRefused([Reason(Code.NO_CREDIT)])
    parts = {accounts[0].pk: held - rest, **{share.fee_id: -share.amount for share in shares}}
    write_entries(
        [
            LedgerEntry(
                fee_id=fee_id,
                kind=LedgerEntry.Kind.CREDIT,
                amount=part,
                at=now,
                actor=staff,
                rule={"credit": {"used": True}},
                key=f"credit:{form}:{fee_id}",
            )
            for fee_id, part in parts.items()
        ]
    )
    lift_settled({fee.patron_id for fee in fees}, now=now, actor=staff)
    forget_settled_loans(fee for fee in fees if fee.pk in parts)
    facts = {"amount": str(held - rest), "fees": [share.fee_id for share in shares]}
    record(action="circulation.use_credit", actor=staff, subject=patron, facts=facts)
    return held - rest


@transaction.atomic
def refund(
    *,
    patron: Patron,
    amount: Decimal,
    method: str,
    staff: StaffAccount,
    now: datetime,
    form_id: str,
    till: Till | None = None,
) -> Decimal:
    """Book that money of a patron's credit was handed back, and return what's left of it.

    :param form_id: the form's own id: sent twice, it refunds once
    :raises FeeRefused: NOT_PERMITTED, AMOUNT_NOT_VALID, METHOD_UNKNOWN, or MORE_THAN_CREDIT with what there is
    """
    require(staff, Permission.TAKE_PAYMENTS)
    amount = valid_amount(amount, method=method)
    accounts = lock_fees(open_credit(patron.pk))
    held = -accounts[0].balance if accounts else ZERO
    key = f"refund:{form_key(form_id)}"
    if accounts and LedgerEntry.objects.filter(key=key).exists():
        return held
    if amount > held:
        raise FeeRefused([Reason(Code.MORE_THAN_CREDIT, facts={"credit": str(held)})])
    entry = LedgerEntry(
        fee=accounts[0],
        kind=LedgerEntry.Kind.REFUND,
        amount=amount,
        at=now,
        actor=staff,
        method=method,
        till=till,
        key=key,
    )
    write_entries([entry])
    facts = {"amount": str(amount), "method": method}
    record(action="circulation.refund", actor=staff, subject=patron, facts=facts)
    return held - amount


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


def _credit_and_fees(patron: Patron) -> tuple[list[Fee], list[Fee]]:
    """Lock a patron's fees, then her credit, as a return does that moves money there: so no two wait for each other."""
    fees = lock_fees(payable_by(patron.pk))
    return lock_fees(open_credit(patron.pk)), fees


def _moved_by_form(key: str) -> Decimal | None:
    return LedgerEntry.objects.filter(key=key).values_list("amount", flat=True).first()


def _order_for(patron: Patron) -> PaymentOrder:
    rules = rule_book().resolved(branch_id=patron.home_branch_id, category_id=patron.category_id, item_type_id=None)
    return PaymentOrder(rules.value("payment_order") or PaymentOrder.OLDEST_FIRST)


def _branch_of(patron: Patron, till: Till | None) -> int:
    return till.branch_id if till is not None else patron.home_branch_id
