"""Visits: what comes back of a group on one day ends one fee; what stays out begins another."""

from datetime import date
from decimal import Decimal

from django.db.models import Q

from circulation.models import Fee, LedgerEntry
from circulation.rules.fee_schemes import explanation_of
from circulation.selectors.loan_cases import LoanCase, claim_of
from circulation.selectors.rule_books import RuleBook
from circulation.services.fees.ending import Moment
from circulation.services.fees.groups import covered_loans, line_of
from circulation.services.fees.ledger import Account, accounts_of, lock_fees, write_entries


def visit_of(case: LoanCase, key: str, *, on: date) -> Fee | None:
    """Return the fee that a visit of that day has ended, locked; None if nothing of the group came back that day."""
    found = lock_fees(Q(patron=case.patron_id, group_key=key, kind=Fee.Kind.OVERDUE, returned_on=on))
    return found[0] if found else None


def open_fee(case: LoanCase, key: str) -> Fee | None:
    """Return the group's fee that's still growing, locked."""
    found = lock_fees(
        Q(patron=case.patron_id, group_key=key, kind=Fee.Kind.OVERDUE, closed_at__isnull=True)
        | Q(loan=case.loan_id, group_key=key, kind=Fee.Kind.OVERDUE, closed_at__isnull=True)
    )
    return found[0] if found else None


def begin(fee: Fee, case: LoanCase, *, on: date) -> None:
    """Make a loan the first of the visit that ends its group's fee; the caller saves it."""
    fee.returned_on, fee.covers = on, [line_of(case)]
    led = Fee.objects.filter(loan=case.loan_id, due_date=fee.due_date, kind=Fee.Kind.OVERDUE).exclude(pk=fee.pk)
    if fee.loan_id != case.loan_id and fee.due_date == case.due_date and not led.exists():
        fee.loan_id = case.loan_id
        fee.description = case.title[:200]


def join(fee: Fee, case: LoanCase, claim: Decimal, *, moment: Moment, book: RuleBook) -> Fee:
    """Count a loan to the visit that ended its group's fee; it costs more only if its own fee is higher."""
    if case.loan_id not in covered_loans(fee):
        fee.covers = [*fee.covers, line_of(case)]
        fee.save(update_fields=["covers"])
    account = accounts_of([fee.pk]).get(fee.pk, Account())
    more = claim - account.charged
    if more > 0 and not case.has_died(moment.on):
        dearer = claim_of(case, on=moment.on, at=moment.at, book=book)
        rule = explanation_of(dearer, case.rules(book, moment.on)) | {"items": len(fee.covers)}
        key = f"visit:{fee.pk}:{claim}:{account.corrections}"
        write_entries(
            [
                LedgerEntry(
                    fee=fee,
                    kind=LedgerEntry.Kind.CHARGE,
                    amount=more,
                    at=moment.now,
                    actor=moment.actor,
                    rule=rule,
                    key=key,
                )
            ]
        )
        fee.balance += more
    return fee


def covers_others(fee: Fee, loan_id: int) -> bool:
    """Return whether a fee is for other loans, too."""
    return any(other != loan_id for other in covered_loans(fee))


def leave(fee: Fee, loan_id: int) -> bool:
    """Take a loan out of a group's fee, unless it's the last of it, and return whether it is."""
    if not covers_others(fee, loan_id):
        return True
    fee.covers = [line for line in fee.covers if line["loan"] != loan_id]
    if fee.loan_id == loan_id:
        fee.loan_id = _free_to_lead(fee)
    fee.save(update_fields=["covers", "loan"])
    return False


def is_growing(fee: Fee) -> bool:
    """Return whether another fee of the same group is growing, beside which this one stays closed."""
    group = Fee.objects.filter(patron=fee.patron_id, group_key=fee.group_key, kind=Fee.Kind.OVERDUE)
    return group.filter(closed_at__isnull=True).exclude(pk=fee.pk).exists()


def _free_to_lead(fee: Fee) -> int | None:
    loans = covered_loans(fee)
    led = Fee.objects.filter(loan__in=loans, due_date=fee.due_date, kind=Fee.Kind.OVERDUE).exclude(pk=fee.pk)
    taken = set(led.values_list("loan", flat=True))
    return next((loan for loan in loans if loan not in taken), None)
