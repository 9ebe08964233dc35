"""Payments, taken and taken back; waivers; credit, used and paid out, and that taken back."""

from decimal import Decimal

from django.db.models import Q

from bench.torture.desk import Act, Desk
from circulation.models import Fee, LedgerEntry
from circulation.selectors.fees import credit_of, form_key, get_receipt, owed_by
from circulation.services.fees import refund, take_payment, use_credit, waive
from circulation.services.fees.mistakes import take_back_payment, take_back_refund, take_back_use_of_credit
from common.money import ZERO, to_money


def pay(desk: Desk) -> Act | None:
    """Pay all that somebody owes, a part of it, or too much."""
    fee, values, form_id = _some_fee(desk), desk.by_hand(), desk.ids.take()
    owed = owed_by(fee.patron_id) if fee is not None else ZERO
    share = desk.chance.choice([Decimal("0.5"), Decimal(1), Decimal(1), Decimal("1.25")])
    amount = to_money(owed * share)
    if fee is None or amount <= ZERO:
        return None

    def act() -> tuple[str, ...]:
        receipt = take_payment(
            patron=fee.patron, amount=amount, method="CASH", form_id=form_id, keep_rest=share > 1, **values
        )
        if receipt.number not in desk.receipts:
            desk.receipts.append(receipt.number)
        return ("circulation.take_payment",)

    return act


def take_back(desk: Desk) -> Act | None:
    """Take back a payment that this desk took; each once, so that what's written can be counted."""
    if not desk.receipts:
        return None
    receipt, values = get_receipt(desk.receipts.pop()), desk.by_hand()
    if receipt is None:
        return None

    def act() -> tuple[str, ...]:
        take_back_payment(receipt=receipt, reason="Wrong patron", **values)
        return ("circulation.take_back_payment",)

    return act


def give_up(desk: Desk) -> Act | None:
    """Waive a fee or a part of it."""
    fee, values, form_id = _some_fee(desk), desk.by_hand(), desk.ids.take()
    if fee is None:
        return None
    amount = fee.balance if desk.throws(0.6) else to_money(fee.balance / 2)

    def act() -> tuple[str, ...]:
        waive(fee=fee, amount=amount, reason="Ill", form_id=form_id, **values)
        return ("circulation.waive_fee",)

    return act


def pay_out(desk: Desk) -> Act | None:
    """Hand somebody's credit back, or a part of it."""
    account, values, form_id = _some_credit(desk), desk.by_hand(), desk.ids.take()
    if account is None:
        return None
    amount = -account.balance if desk.throws(0.5) else max(to_money(-account.balance / 2), Decimal("0.01"))

    def act() -> tuple[str, ...]:
        refund(patron=account.patron, amount=amount, method="CASH", form_id=form_id, **values)
        _keep(desk, f"refund:{form_key(form_id)}")
        return ("circulation.refund",)

    return act


def use(desk: Desk) -> Act | None:
    """Pay somebody's fees from her credit."""
    account, values, form_id = _some_credit(desk), desk.by_hand(), desk.ids.take()
    if account is None or credit_of(account.patron_id) <= ZERO:
        return None

    def act() -> tuple[str, ...]:
        use_credit(patron=account.patron, form_id=form_id, **values)
        _keep(desk, f"credit:{form_key(form_id)}")
        return ("circulation.use_credit",)

    return act


def take_credit_back(desk: Desk) -> Act | None:
    """Take back what this desk paid out of a credit or used from it; each once."""
    if not desk.slips:
        return None
    entry, values = LedgerEntry.objects.select_related("fee", "till").get(pk=desk.slips.pop()), desk.by_hand()

    def act() -> tuple[str, ...]:
        if entry.kind == LedgerEntry.Kind.REFUND:
            take_back_refund(entry=entry, reason="Never handed out", **values)
            return ("circulation.take_back_refund",)
        take_back_use_of_credit(entry=entry, reason="Kept after all", **values)
        return ("circulation.take_back_credit",)

    return act


def _keep(desk: Desk, key: str) -> None:
    entries = LedgerEntry.objects.filter(Q(key=key) | Q(key__startswith=f"{key}:"))
    slip = entries.order_by("pk").values_list("pk", flat=True)[0]
    if slip not in desk.slips:
        desk.slips.append(slip)


def _some_fee(desk: Desk) -> Fee | None:
    owing = Fee.objects.filter(balance__gt=0, patron__in=desk.town.patrons).select_related("patron")
    return owing.order_by("?").first()


def _some_credit(desk: Desk) -> Fee | None:
    held = Fee.objects.filter(balance__lt=0, kind=Fee.Kind.CREDIT, patron__in=desk.town.patrons)
    return held.select_related("patron").order_by("?").first()
