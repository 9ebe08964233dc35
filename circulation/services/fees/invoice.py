"""Claims for items that never came back: replacement and processing fee, and the item counts as lost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from circulation.models import Fee, LedgerEntry
from circulation.rules.fees import days_late
from circulation.selectors.loan_cases import LoanCase, liable_for
from circulation.selectors.rule_books import RuleBook
from circulation.services.fees.ledger import write_entries
from common.audit import record_each
from common.money import ZERO
from holdings.models import Item


@dataclass(frozen=True)
class Claim:
    """What an invoice claims for one loan."""

    replacement: Decimal
    processing: Decimal


def claims_for(loan: LoanCase, book: RuleBook, on: date) -> Claim:
    """Return what the rules claim for a loan that counts as lost: the item's price, or the rule's if it has none."""
    rules = loan.rules(book, on)
    replacement = ZERO
    if rules.value("replacement_fee"):
        replacement = loan.price or rules.value("replacement_price") or ZERO
    return Claim(replacement, rules.value("processing_fee") or ZERO)


def invoice_loans(loans: Sequence[LoanCase], *, on: date, now: datetime, book: RuleBook) -> dict[int, Claim]:
    """Claim replacement and processing fee for loans, mark their items as lost, and return the claims by loan.

    The caller has locked items and loans, in this order. What was claimed before isn't claimed again.
    """
    claims = {loan.loan_id: claims_for(loan, book, on) for loan in loans}
    write_claims(loans, claims, on=on, now=now, book=book)
    Item.objects.filter(pk__in=[loan.item_id for loan in loans], status=Item.Status.ON_LOAN).update(
        status=Item.Status.LOST
    )
    items = Item.objects.filter(pk__in=[loan.item_id for loan in loans]).only("status").order_by("pk")
    about = [(item, {"status": item.status}) for item in items]
    record_each(action="circulation.invoice", actor=None, about=about)
    return claims


def write_claims(
    loans: Sequence[LoanCase], claims: Mapping[int, Claim], *, on: date, now: datetime, book: RuleBook
) -> list[int]:
    """Write the fees of claims and return their numbers; what was claimed before isn't claimed again."""
    fees: dict[str, Fee] = {}
    amounts: dict[str, Decimal] = {}
    rules: dict[str, dict[str, Any]] = {}
    for loan in loans:
        claim = claims[loan.loan_id]
        for kind, amount in ((Fee.Kind.REPLACEMENT, claim.replacement), (Fee.Kind.PROCESSING, claim.processing)):
            if amount > ZERO:
                key = f"{kind.lower()}:{loan.loan_id}:{loan.due_date}"
                fees[key], amounts[key] = _fee(loan, kind, on=on, now=now), amount
                rules[key] = _rule(loan, kind, on=on, book=book)
    for known in LedgerEntry.objects.filter(key__in=list(fees)).values_list("key", flat=True):
        del fees[str(known)]
    Fee.objects.bulk_create(fees.values(), batch_size=1000)
    write_entries(
        [
            LedgerEntry(fee=fee, kind=LedgerEntry.Kind.CHARGE, amount=amounts[key], at=now, key=key, rule=rules[key])
            for key, fee in fees.items()
        ]
    )
    return [fee.pk for fee in fees.values()]


def _rule(loan: LoanCase, kind: Fee.Kind, *, on: date, book: RuleBook) -> dict[str, Any]:
    """What a claim rests on, as the ledger keeps it: the item's own price or the rule's, and where the rule stands."""
    claims_price = kind == Fee.Kind.REPLACEMENT
    name = "processing_fee"
    if claims_price:
        name = "replacement_fee" if loan.price else "replacement_price"
    origin = loan.rules(book, on).origin(name)
    return {
        "claims": "PRICE" if claims_price and loan.price else "RULE",
        "days_late": days_late(loan.due_date, on),
        "origin": origin.as_facts() if origin else None,
    }


def _fee(loan: LoanCase, kind: Fee.Kind, *, on: date, now: datetime) -> Fee:
    return Fee(
        patron_id=loan.patron_id,
        liable_id=liable_for(loan, on=on),
        kind=kind,
        loan_id=loan.loan_id,
        branch_id=loan.branch_id,
        description=loan.title[:200],
        due_date=loan.due_date,
        created_at=now,
        # A return cancels the replacement; the processing stays what it is.
        closed_at=None if kind == Fee.Kind.REPLACEMENT else now,
    )
