"""Claims for items that never came back: replacement and processing fee, and the item counts as lost."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Q
from django.utils import timezone

from circulation.models import Fee, LedgerEntry
from circulation.selectors.loan_cases import LoanCase
from circulation.selectors.rule_books import RuleBook
from circulation.services.fees.ledger import write_entries
from common.audit import record
from common.money import ZERO
from holdings.models import Item


@dataclass(frozen=True)
class Claim:
    """What an invoice claims for one loan."""

    replacement: Decimal
    processing: Decimal


def claims_for(loan: LoanCase, book: RuleBook, on: date | None = None) -> Claim:
    """Return what the rules claim for a loan that counts as lost: the item's price, or the rule's if it has none."""
    rules = loan.rules(book, on)
    replacement = ZERO
    if rules.value("replacement_fee"):
        replacement = loan.price or rules.value("replacement_price") or ZERO
    return Claim(replacement, rules.value("processing_fee") or ZERO)


def invoice_loans(loans: Sequence[LoanCase], *, now: datetime, book: RuleBook) -> dict[int, Claim]:
    """Claim replacement and processing fee for loans, mark their items as lost, and return the claims by loan.

    The caller has locked items and loans, in this order. What was claimed before isn't claimed again.
    """
    today = timezone.localdate(now)
    claims = {loan.loan_id: claims_for(loan, book, today) for loan in loans}
    _write_fees(loans, claims, now)
    Item.objects.filter(pk__in=[loan.item_id for loan in loans], status=Item.Status.ON_LOAN).update(
        status=Item.Status.LOST
    )
    for item in Item.objects.filter(pk__in=[loan.item_id for loan in loans]).order_by("pk"):
        record(action="circulation.invoice", actor=None, subject=item, facts={"status": item.status})
    return claims


def _write_fees(loans: Sequence[LoanCase], claims: dict[int, Claim], now: datetime) -> None:
    fees: dict[str, Fee] = {}
    amounts: dict[str, Decimal] = {}
    for loan in loans:
        claim = claims[loan.loan_id]
        for kind, amount in ((Fee.Kind.REPLACEMENT, claim.replacement), (Fee.Kind.PROCESSING, claim.processing)):
            if amount > ZERO:
                key = f"{kind.lower()}:{loan.loan_id}:{loan.due_date}"
                fees[key], amounts[key] = _fee(loan, kind, now), amount
    for known in LedgerEntry.objects.filter(Q(key__in=list(fees))).values_list("key", flat=True):
        del fees[str(known)]
    Fee.objects.bulk_create(fees.values(), batch_size=1000)
    write_entries(
        [
            LedgerEntry(fee=fee, kind=LedgerEntry.Kind.CHARGE, amount=amounts[key], at=now, key=key)
            for key, fee in fees.items()
        ]
    )


def _fee(loan: LoanCase, kind: Fee.Kind, now: datetime) -> Fee:
    return Fee(
        patron_id=loan.patron_id,
        kind=kind,
        loan_id=loan.loan_id,
        branch_id=loan.branch_id,
        description=loan.title[:200],
        due_date=loan.due_date,
        created_at=now,
        # A return cancels the replacement; the processing stays what it is.
        closed_at=None if kind == Fee.Kind.REPLACEMENT else now,
    )
