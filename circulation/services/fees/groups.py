"""The overdue fee of several loans together: which it is, what it covers, and the visit that ends it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import Q

from circulation.models import Fee
from circulation.rules.resolution import Resolved
from circulation.rules.values import FoundPolicy
from circulation.selectors.loan_cases import LoanCase, liable_for
from circulation.selectors.rule_books import RuleBook
from circulation.services.fees.ledger import lock_fees

_Group = tuple[int, str]


def fees_of(
    loans: Sequence[LoanCase], keys: Mapping[int, str], own: Mapping[int, Fee], *, on: date, now: datetime
) -> dict[int, Fee]:
    """Return the open fee of each loan's group, by loan; made where there's none, and covering all of these loans.

    A group of which something came back on this very day gets none before tomorrow: what else comes today is part of
    that visit.

    :param own: fees that these loans led before, which they can't lead again
    """
    members: dict[_Group, list[LoanCase]] = defaultdict(list)
    for loan in loans:
        members[loan.patron_id, keys[loan.loan_id]].append(loan)
    if not members:
        return {}
    known = lock_fees(
        Q(
            Q(closed_at__isnull=True) | Q(returned_on=on),
            kind=Fee.Kind.OVERDUE,
            patron__in={patron_id for patron_id, _ in members},
            group_key__in={key for _, key in members},
        )
    )
    visited = {(fee.patron_id, fee.group_key) for fee in known if fee.closed_at is not None}
    fees = {(fee.patron_id, fee.group_key): fee for fee in known if fee.closed_at is None}
    new = {
        group: _new(group, cases, own, on=on, now=now)
        for group, cases in members.items()
        if group not in fees and group not in visited
    }
    Fee.objects.bulk_create(new.values(), batch_size=1000)
    _cover(fees, members)
    fees |= new
    return {loan.loan_id: fees[group] for group, cases in members.items() if group in fees for loan in cases}


def newest_fee(loan: LoanCase, key: str) -> Fee | None:
    """Return the fee that a loan takes part in, the newest if there were several."""
    fees = Fee.objects.filter(kind=Fee.Kind.OVERDUE, patron=loan.patron_id)
    alone = Q(loan=loan.loan_id, due_date=loan.due_date)
    together = Q(group_key=key, covers__contains=[{"loan": loan.loan_id}])
    return fees.filter(alone | together).order_by("-pk").first()


def line_of(loan: LoanCase) -> dict[str, Any]:
    """Return how a fee names a loan that it covers."""
    return {"loan": loan.loan_id, "title": loan.title[:200]}


def replaced_by_claims(loans: Sequence[LoanCase], *, on: date, book: RuleBook) -> set[int]:
    """Return the loans whose open claim for replacement stands in place of an overdue fee, by their rules.

    Not where a fee up to the return is charged when the item is found. No statement where no rule says so.
    """
    if not any(book.rules.all_values("lost_waives_overdue")):
        return set()
    wanted = [loan.loan_id for loan in loans if waives_for_claim(loan.rules(book, on))]
    claims = Fee.objects.filter(loan__in=wanted, kind=Fee.Kind.REPLACEMENT, closed_at__isnull=True)
    return {loan_id for loan_id in claims.values_list("loan_id", flat=True) if loan_id}


def waives_for_claim(rules: Resolved) -> bool:
    """Return whether a claim for replacement ends the overdue fee for good, whatever becomes of the item."""
    is_charged_when_found = rules.value("found_policy") == FoundPolicy.REFUND_AND_CHARGE
    return bool(rules.value("lost_waives_overdue")) and not is_charged_when_found


def covered_loans(fee: Fee) -> list[int]:
    """Return the numbers of the loans that a group's fee is for."""
    return [line["loan"] for line in fee.covers]


def _new(group: _Group, cases: Sequence[LoanCase], own: Mapping[int, Fee], *, on: date, now: datetime) -> Fee:
    patron_id, key = group
    # A loan leads one fee for each due date at most; after an undone return it may have led one already.
    first = next((case for case in cases if case.loan_id not in own), None)
    shown = first or cases[0]
    return Fee(
        patron_id=patron_id,
        liable_id=liable_for(shown, on=on),
        kind=Fee.Kind.OVERDUE,
        loan_id=first.loan_id if first else None,
        branch_id=shown.branch_id,
        description=shown.title[:200],
        due_date=shown.due_date,
        created_at=now,
        group_key=key,
        covers=[line_of(case) for case in cases],
    )


def _cover(fees: Mapping[_Group, Fee], members: Mapping[_Group, Sequence[LoanCase]]) -> None:
    grown = []
    for group, fee in fees.items():
        known = set(covered_loans(fee))
        more = [line_of(case) for case in members[group] if case.loan_id not in known] if group in members else []
        if more:
            fee.covers = [*fee.covers, *more]
            grown.append(fee)
    Fee.objects.bulk_update(grown, ["covers"], batch_size=500)
