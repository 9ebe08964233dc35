"""What messages that claim money say when they go out: what's owed then, not when they were written."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef

from circulation.models import DebtClaim, Fee
from circulation.services.bills import bill_context, loans_claimed_for, loans_of, owed_fees
from common.money import ZERO
from notices.models import Notice, NoticeKind
from notices.relevance import register_amounts
from notices.rules.contexts import read_again
from notices.services.outbox import invoice_context

_REMINDERS = (NoticeKind.OVERDUE_1, NoticeKind.OVERDUE_2, NoticeKind.OVERDUE_3)
_INVOICED = (Fee.Kind.OVERDUE, Fee.Kind.REPLACEMENT, Fee.Kind.PROCESSING)
_BILLS = (NoticeKind.INVOICE_REMINDER, NoticeKind.DEBT_COLLECTION)


def register() -> None:
    """Have these kinds say what's owed when they go out."""
    register_amounts(_REMINDERS, reminders_now)
    register_amounts([NoticeKind.INVOICE], invoices_now)
    register_amounts(_BILLS, bills_now)


def reminders_now(notices: Sequence[Notice]) -> dict[int, Mapping[str, Any]]:
    """Return what's owed for being late with the loans that each reminder names."""
    fees = _owed(notices, [Fee.Kind.OVERDUE])
    return {
        notice.pk: {"fees": _for_loans(fees[notice.patron_id], notice.about.get("loans", ()))} for notice in notices
    }


def invoices_now(notices: Sequence[Notice]) -> dict[int, dict[str, Any]]:
    """Return the items with their prices and the sums of each invoice; none of one that's of an older release."""
    fees = _owed(notices, _INVOICED)
    return {notice.pk: _invoice(notice, fees[notice.patron_id]) for notice in notices if _is_listed(notice)}


def bills_now(notices: Sequence[Notice]) -> dict[int, Mapping[str, Any]]:
    """Return the lines and the sum of each bill: of what's owed to us, or of what the debtor system is to collect."""
    named = {notice.pk: set(notice.about.get("fees", ())) for notice in notices}
    handed_over = Exists(DebtClaim.objects.filter(fee=OuterRef("pk"), state__in=DebtClaim.OPEN))
    fees = list(owed_fees().filter(pk__in=set().union(*named.values())).annotate(handed_over=handed_over))
    owed: dict[int, Mapping[str, Any]] = {}
    for notice in notices:
        collects = notice.kind == NoticeKind.DEBT_COLLECTION
        billed = [fee for fee in fees if fee.pk in named[notice.pk] and vars(fee)["handed_over"] is collects]
        if billed:
            owed[notice.pk] = bill_context(billed, notice.patron_id)
    return owed


def claims_money(notice: Notice) -> bool:
    """Return whether an invoice claimed anything when it was written; one of an older release doesn't say so."""
    total = read_again(notice.context).get("total")
    return total is not None and bool(total > ZERO)


def owed_for(notices: Sequence[Notice], loans: Mapping[int, Collection[int]]) -> dict[int, Decimal]:
    """Return what's owed in all of what invoices claim.

    :param loans: of each invoice, the loans that count
    """
    fees = _owed(notices, _INVOICED)
    return {notice.pk: _for_loans(fees[notice.patron_id], loans[notice.pk]) for notice in notices}


def _invoice(notice: Notice, fees: Sequence[Fee]) -> dict[str, Any]:
    loans = notice.about["loans"]

    def owed(kind: str, loan_ids: Collection[int]) -> Decimal:
        return _for_loans((fee for fee in fees if fee.kind == kind), loan_ids)

    items = [
        {**item, "price": owed(Fee.Kind.REPLACEMENT, [loan_id])}
        for item, loan_id in zip(notice.context["items"], loans, strict=True)
    ]
    # Bringing back what was invoiced spares its price and nothing else, also before the invoice goes out.
    claimed = loans_claimed_for(notice)
    return invoice_context(items, processing=owed(Fee.Kind.PROCESSING, claimed), fees=owed(Fee.Kind.OVERDUE, claimed))


def _is_listed(notice: Notice) -> bool:
    named = len(notice.about.get("loans", ()))
    return "total" in notice.context and named == len(notice.context.get("items", ()))


def _owed(notices: Iterable[Notice], kinds: Sequence[str]) -> dict[int, list[Fee]]:
    """What's owed of fees of these kinds by each patron."""
    owed: dict[int, list[Fee]] = defaultdict(list)
    patrons = {notice.patron_id for notice in notices}
    fees = Fee.objects.filter(patron__in=patrons, kind__in=kinds, balance__gt=0)
    for fee in fees.only("patron_id", "kind", "loan_id", "covers", "balance").order_by("pk"):
        owed[fee.patron_id].append(fee)
    return owed


def _for_loans(fees: Iterable[Fee], loan_ids: Collection[int]) -> Decimal:
    """The sum for some loans: one fee for several of them counts once."""
    named = set(loan_ids)
    return sum((fee.balance for fee in fees if named & loans_of(fee)), ZERO)
