"""Reads what patrons owe, and why."""

import hashlib
import re
import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q, QuerySet, Sum

from circulation.models import Fee, LedgerEntry
from common.keyed_reads import ALL, ListRead
from common.money import ZERO
from patrons.models import Patron
from tenants.selectors import current_municipality

_CLAIMS = (LedgerEntry.Kind.CHARGE, LedgerEntry.Kind.CORRECTION)
_PAID = (LedgerEntry.Kind.PAYMENT, LedgerEntry.Kind.CREDIT, LedgerEntry.Kind.REFUND)
# What begins the key of an entry that takes back a payment's part; the payment's form follows.
TAKEN_BACK = "taken-back"
# The same for one that takes back a hold's fee.
HOLD_UNDONE = "hold-undone"
# One that takes back what was paid out of a credit; the number of that entry follows.
REFUND_UNDONE = "refund-undone"
# A payment from the credit; its form follows.
CREDIT_UNDONE = "credit-undone"
# A fee that was written by hand; its number follows.
NEVER_DUE = "never-due"
# What was done at a desk by one form: the beginnings of these entries' keys.
BY_FORM = {"payment": TAKEN_BACK, "credit": CREDIT_UNDONE}
_GIVEN_UP = (LedgerEntry.Kind.WAIVER, LedgerEntry.Kind.WRITE_OFF)
# What a patron may be charged for, with its name: everything but her credit.
KINDS_OF_CLAIMS = [(kind.value, kind.label) for kind in Fee.Kind if kind != Fee.Kind.CREDIT]
_open_fees = ListRead(
    Fee,
    where="(a.patron_id = %(patron)s OR a.liable_id = %(patron)s) AND a.kind <> 'CREDIT' AND a.balance > 0",
    order="a.id DESC",
    along={"branch": ALL, "loan": ALL, "patron": ALL, "liable": ALL},
)
_BY_HAND = (HOLD_UNDONE, REFUND_UNDONE, CREDIT_UNDONE, NEVER_DUE, "manual")
_FORM_ID = re.compile(r"[A-Za-z0-9-]{8,40}")


@dataclass(frozen=True)
class FeeView:
    """A fee with its ledger, as screens list it.

    :ivar entries: the oldest first
    :ivar rule: behind the newest charge: {"step", "days_late", "ladder", "from_day", "step_total", "cap", "origin"}
    :ivar undone: payments by several fees' entries that are taken back, perhaps without one of this fee, as
        `taken_back_by` names what did it
    """

    fee: Fee
    entries: tuple[LedgerEntry, ...]
    rule: dict[str, Any] = field(default_factory=dict)
    undone: frozenset[str] = frozenset()

    @property
    def charged(self) -> Decimal:
        """Everything that was claimed, corrections included."""
        return _sum(entry for entry in self.entries if entry.kind in _CLAIMS)

    @property
    def paid(self) -> Decimal:
        """Everything that was paid and hasn't gone to the patron's credit, as a positive amount."""
        return -_sum(entry for entry in self.entries if entry.kind in _PAID)

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
    :ivar patron_id: who paid
    :ivar form: by which its entries belong together
    :ivar owed: what the patron owes in all now
    :ivar taken_back_at: when it was taken back as a mistake
    """

    number: int
    form: str
    patron_id: int
    amount: Decimal
    method: str
    currency: str
    at: datetime
    staff_name: str
    lines: tuple[ReceiptLine, ...]
    owed: Decimal
    taken_back_at: datetime | None = None


def payable_by(patron_id: int) -> Q:
    """Return which fees a patron pays at the desk: those on her card, and those of children that she's liable for."""
    return Q(Q(patron=patron_id) | Q(liable=patron_id), balance__gt=0)


def owed_by(patron_id: int) -> Decimal:
    """Return what's owed in all on a patron's card and for the children that she's liable for."""
    return Fee.objects.filter(payable_by(patron_id)).aggregate(total=Sum("balance"))["total"] or ZERO


def credit_of(patron_id: int) -> Decimal:
    """Return how much money of the patron's the library holds that belongs to no fee."""
    held = Fee.objects.filter(patron=patron_id, kind=Fee.Kind.CREDIT).aggregate(total=Sum("balance"))["total"]
    return -(held or ZERO)


def credit_view(patron_id: int) -> FeeView | None:
    """Return a patron's credit with its ledger, or None if she never had any."""
    views = views_of(Fee.objects.filter(patron=patron_id, kind=Fee.Kind.CREDIT).select_related("branch"))
    return views[0] if views else None


def get_fee(pk: int) -> Fee | None:
    """Return the fee with this number, or None."""
    return Fee.objects.select_related("patron", "branch").filter(pk=pk).first()


def fees_of(patron: Patron, *, also_settled: bool = False) -> list[FeeView]:
    """Return a patron's fees with their ledgers, and those of children that she's liable for, the newest first.

    :param also_settled: those of which nothing is owed any more, too
    """
    if not also_settled:
        return views_of(_open_fees(patron=patron.pk))
    fees = Fee.objects.filter(Q(patron=patron) | Q(liable=patron)).exclude(kind=Fee.Kind.CREDIT)
    return views_of(fees.select_related("branch", "loan", "patron", "liable").order_by("-pk"))


def fees_for_wards(guardian_id: int, *, shown: Collection[int]) -> dict[Patron, list[Fee]]:
    """Return what a guardian owes for children whose loans she doesn't see, child by child, the newest fee first.

    :param shown: the children whose loans and fees she sees anyway
    """
    fees = Fee.objects.filter(liable=guardian_id, balance__gt=0).exclude(patron__in=shown)
    by_child: dict[Patron, list[Fee]] = {}
    for fee in fees.select_related("patron").order_by("patron__sort_key", "patron_id", "-pk"):
        by_child.setdefault(fee.patron, []).append(fee)
    return by_child


def form_key(form_id: str) -> str:
    """Return a form's id as it fits into a ledger key, whatever a browser sent; an empty one is new each time."""
    if _FORM_ID.fullmatch(form_id):
        return form_id
    return hashlib.sha256(form_id.encode()).hexdigest()[:32] if form_id else uuid.uuid4().hex


def receipt_of_form(form: str) -> Receipt | None:
    """Return the receipt of the payment that a form made, or None.

    :param form: as `form_key` returned it
    """
    return _receipt(form)


def payment_entries(form: str) -> QuerySet[LedgerEntry]:
    """Return the query for the entries of the payment that a form made."""
    return LedgerEntry.objects.filter(key__startswith=f"payment:{form}:")


def get_receipt(number: int) -> Receipt | None:
    """Return the receipt with this number, or of the payment that this entry is a part of, to print it again.

    :returns: None if there's no such payment
    """
    part = LedgerEntry.objects.filter(pk=number, kind=LedgerEntry.Kind.PAYMENT, key__startswith="payment:").first()
    receipt = receipt_of_form(form_of(part)) if part else None
    if receipt is None:
        return None
    back = LedgerEntry.objects.filter(key__startswith=f"{TAKEN_BACK}:{receipt.form}:").order_by("pk").first()
    return replace(receipt, taken_back_at=back.at) if back else receipt


def is_about(receipt: Receipt, patron_id: int) -> bool:
    """Return whether a payment is the patron's, or for a fee that's on her card or that she's liable for."""
    fees = [line.fee for line in receipt.lines]
    return receipt.patron_id == patron_id or any(patron_id in (fee.patron_id, fee.liable_id) for fee in fees)


def form_of(entry: LedgerEntry) -> str:
    """Return the form that made an entry's payment, or whose payment it takes back; empty for any other entry."""
    kind, _, rest = (entry.key or "").partition(":")
    return rest.partition(":")[0] if kind in ("payment", TAKEN_BACK) else ""


def is_payment(entry: LedgerEntry) -> bool:
    """Return whether an entry is part of a payment."""
    return entry.kind == LedgerEntry.Kind.PAYMENT and bool(form_of(entry))


def is_taken_back(entry: LedgerEntry) -> bool:
    """Return whether an entry takes a payment back."""
    return entry.kind == LedgerEntry.Kind.REFUND and bool(form_of(entry))


def rests_on_no_rule(entry: LedgerEntry) -> bool:
    """Return whether staff decided on an entry alone: money handed back, what they take back, a fee by hand."""
    return entry.kind == LedgerEntry.Kind.REFUND or (entry.key or "").partition(":")[0] in _BY_HAND


def taken_back_by(entry: LedgerEntry) -> str:
    """Return how the keys of entries begin that take this one back; empty for one that isn't taken back by itself."""
    kind, _, rest = (entry.key or "").partition(":")
    if kind in BY_FORM:
        return f"{BY_FORM[kind]}:{rest.partition(':')[0]}:"
    if kind == "refund":
        return f"{REFUND_UNDONE}:{entry.pk}:"
    return f"{NEVER_DUE}:{entry.fee_id}:" if kind == "manual" else ""


def get_entry(pk: int, *, patron_id: int) -> LedgerEntry | None:
    """Return an entry of a fee on a patron's card, or that she's liable for; None if there's none with this number."""
    about = Q(fee__patron=patron_id) | Q(fee__liable=patron_id)
    return LedgerEntry.objects.select_related("fee", "till").filter(about, pk=pk).first()


def credit_entries(entry: LedgerEntry) -> QuerySet[LedgerEntry]:
    """Return the query for all that one payment from a credit moved, of which this entry is a part."""
    form = (entry.key or "").split(":")[1]
    return LedgerEntry.objects.filter(key__startswith=f"credit:{form}:")


def used_of_credit(entry: LedgerEntry) -> Decimal:
    """Return how much a payment from a credit was, of which this entry is a part."""
    return _sum(credit_entries(entry).filter(amount__gt=0))


def to_take_back(entries: Sequence[LedgerEntry], undone: Collection[str] = ()) -> set[int]:
    """Return the numbers of a fee's entries that staff can take back and haven't yet.

    :param undone: as `FeeView` has it
    """
    keys = [entry.key or "" for entry in entries]
    beginnings = {entry.pk: taken_back_by(entry) for entry in entries}
    left = {pk: begins for pk, begins in beginnings.items() if begins and begins not in undone}
    return {pk for pk, begins in left.items() if not any(key.startswith(begins) for key in keys)}


def views_of(fees: Iterable[Fee]) -> list[FeeView]:
    """Return fees with their ledgers, in two statements for all; a third one when several were paid at once."""
    rows = list(fees)
    if not rows:
        return []
    ledgers: dict[int, list[LedgerEntry]] = {fee.pk: [] for fee in rows}
    for entry in LedgerEntry.objects.filter(fee__in=rows).select_related("actor").order_by("pk"):
        ledgers[entry.fee_id].append(entry)
    undone = _undone(entry for entries in ledgers.values() for entry in entries)
    return [_view(fee, ledgers[fee.pk], undone) for fee in rows]


def _undone(entries: Iterable[LedgerEntry]) -> frozenset[str]:
    """Of what was paid only what's still paid is taken back, so one of a form's fees may know nothing of that."""
    by_form = {taken_back_by(entry) for entry in entries if (entry.key or "").partition(":")[0] in BY_FORM}
    if not by_form:
        return frozenset()
    begins = reduce(or_, (Q(key__startswith=each) for each in sorted(by_form)))
    keys = LedgerEntry.objects.filter(begins).values_list("key", flat=True)
    return frozenset(f"{':'.join((key or '').split(':')[:2])}:" for key in keys)


def _view(fee: Fee, entries: Sequence[LedgerEntry], undone: frozenset[str]) -> FeeView:
    charges = [entry for entry in entries if entry.kind == LedgerEntry.Kind.CHARGE]
    return FeeView(fee=fee, entries=tuple(entries), rule=charges[-1].rule if charges else {}, undone=undone)


def _sum(entries: Iterable[LedgerEntry]) -> Decimal:
    return sum((entry.amount for entry in entries), ZERO)


def _receipt(form: str) -> Receipt | None:
    rows = list(payment_entries(form).select_related("fee", "actor").order_by("pk"))
    if not rows:
        return None
    first = rows[0]
    payer = first.rule.get("payer", first.fee.patron_id)
    return Receipt(
        number=first.pk,
        form=form,
        patron_id=payer,
        amount=-sum((row.amount for row in rows), ZERO),
        method=first.method,
        currency=current_municipality().currency,
        at=first.at,
        staff_name=first.actor.name if first.actor else "",
        lines=tuple(ReceiptLine(row.fee, -row.amount, max(row.fee.balance, ZERO)) for row in rows),
        owed=owed_by(payer),
    )
