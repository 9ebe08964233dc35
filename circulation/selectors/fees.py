"""Reads what patrons owe, and why."""

import hashlib
import re
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet, Sum

from circulation.models import Fee, LedgerEntry
from common.money import ZERO
from patrons.models import Patron
from tenants.selectors import current_municipality

_CLAIMS = (LedgerEntry.Kind.CHARGE, LedgerEntry.Kind.CORRECTION)
_GIVEN_UP = (LedgerEntry.Kind.WAIVER, LedgerEntry.Kind.WRITE_OFF)
_FORM_ID = re.compile(r"[A-Za-z0-9-]{8,40}")


@dataclass(frozen=True)
class FeeView:
    """A fee with its ledger, as screens list it.

    :ivar entries: the oldest first
    :ivar rule: behind the newest charge: {"step", "days_late", "ladder", "from_day", "step_total", "cap", "origin"}
    :ivar overpaid: paid beyond what's right, for staff to pay back
    """

    fee: Fee
    entries: tuple[LedgerEntry, ...]
    rule: dict[str, Any] = field(default_factory=dict)
    overpaid: Decimal = ZERO

    @property
    def charged(self) -> Decimal:
        """Everything that was claimed, corrections included."""
        return _sum(entry for entry in self.entries if entry.kind in _CLAIMS and not entry.method)

    @property
    def paid(self) -> Decimal:
        """Everything that was paid and not paid back, as a positive amount."""
        return -_sum(entry for entry in self.entries if entry.method)

    @property
    def waived(self) -> Decimal:
        """Everything that was given up, as a positive amount."""
        return -_sum(entry for entry in self.entries if entry.kind in _GIVEN_UP)


@dataclass(frozen=True)
class ReceiptLine:
    """What of a payment went to one fee, and what's left of that fee."""

    fee: Fee
    amount: Decimal
    left: Decimal


@dataclass(frozen=True)
class Receipt:
    """A payment as the patron takes it home.

    :ivar number: unique in the municipality, and rising
    :ivar owed: what the patron owes in all now
    """

    number: int
    patron_id: int
    amount: Decimal
    method: str
    currency: str
    at: datetime
    staff_name: str
    lines: tuple[ReceiptLine, ...]
    owed: Decimal


def owed_by(patron_id: int) -> Decimal:
    """Return what a patron owes in all."""
    total = Fee.objects.filter(patron=patron_id, balance__gt=0).aggregate(total=Sum("balance"))["total"]
    return total or ZERO


def get_fee(pk: int) -> Fee | None:
    """Return the fee with this number, or None."""
    return Fee.objects.select_related("patron", "branch").filter(pk=pk).first()


def fees_of(patron: Patron, *, also_settled: bool = False) -> list[FeeView]:
    """Return a patron's fees with their ledgers, the newest first.

    :param also_settled: those of which nothing is owed any more, too; overpaid ones are always listed
    """
    fees = Fee.objects.filter(patron=patron).select_related("branch", "loan").order_by("-pk")
    views = views_of(fees)
    return [view for view in views if also_settled or view.fee.balance > ZERO or view.overpaid > ZERO]


def overpaid_fees() -> list[FeeView]:
    """Return all fees on which staff have something to pay back, the oldest first."""
    corrected = LedgerEntry.objects.filter(kind=LedgerEntry.Kind.CORRECTION, rule__has_key="overpaid").exclude(
        rule__overpaid="0.00"
    )
    fees = Fee.objects.filter(pk__in=corrected.values("fee")).select_related("patron", "branch").order_by("pk")
    return [view for view in views_of(fees) if view.overpaid > ZERO]


def overpaid_on(fee: Fee) -> Decimal:
    """Return what was paid on a fee beyond what's right, and has not been paid back yet."""
    return _overpaid(LedgerEntry.objects.filter(fee=fee, kind=LedgerEntry.Kind.CORRECTION).order_by("pk"))


def form_key(form_id: str) -> str:
    """Return a form's id as it fits into a ledger key, whatever a browser sent; an empty one is new each time."""
    if _FORM_ID.fullmatch(form_id):
        return form_id
    return hashlib.sha256(form_id.encode()).hexdigest()[:32] if form_id else uuid.uuid4().hex


def receipt_of_form(form: str) -> Receipt | None:
    """Return the receipt of the payment that a form made, or None.

    :param form: as `form_key` returned it
    """
    return _receipt(LedgerEntry.objects.filter(key__startswith=f"payment:{form}:"))


def get_receipt(number: int) -> Receipt | None:
    """Return the receipt with this number, to print it again; None if there's no such payment."""
    first = LedgerEntry.objects.filter(pk=number, kind=LedgerEntry.Kind.PAYMENT, key__startswith="payment:").first()
    if first is None or not first.key:
        return None
    receipt = receipt_of_form(first.key.split(":")[1])
    return receipt if receipt and receipt.number == number else None


def views_of(fees: QuerySet[Fee]) -> list[FeeView]:
    """Return fees with their ledgers, in two statements for all."""
    rows = list(fees)
    ledgers: dict[int, list[LedgerEntry]] = {fee.pk: [] for fee in rows}
    for entry in LedgerEntry.objects.filter(fee__in=rows).select_related("actor").order_by("pk"):
        ledgers[entry.fee_id].append(entry)
    return [_view(fee, ledgers[fee.pk]) for fee in rows]


def _view(fee: Fee, entries: Sequence[LedgerEntry]) -> FeeView:
    charges = [entry for entry in entries if entry.kind == LedgerEntry.Kind.CHARGE]
    return FeeView(
        fee=fee, entries=tuple(entries), rule=charges[-1].rule if charges else {}, overpaid=_overpaid(entries)
    )


def _overpaid(entries: Iterable[LedgerEntry]) -> Decimal:
    """Each closing says what's overpaid by then in all; what has been paid back since comes off."""
    overpaid = ZERO
    for entry in entries:
        if "overpaid" in entry.rule:
            overpaid = Decimal(entry.rule["overpaid"])
        overpaid -= Decimal(entry.rule.get("paid_back", "0"))
    return overpaid


def _sum(entries: Iterable[LedgerEntry]) -> Decimal:
    return sum((entry.amount for entry in entries), ZERO)


def _receipt(entries: QuerySet[LedgerEntry]) -> Receipt | None:
    rows = list(entries.select_related("fee", "actor").order_by("pk"))
    if not rows:
        return None
    first = rows[0]
    return Receipt(
        number=first.pk,
        patron_id=first.fee.patron_id,
        amount=-sum((row.amount for row in rows), ZERO),
        method=first.method,
        currency=current_municipality().currency,
        at=first.at,
        staff_name=first.actor.name if first.actor else "",
        lines=tuple(ReceiptLine(row.fee, -row.amount, row.fee.balance) for row in rows),
        owed=owed_by(first.fee.patron_id),
    )
