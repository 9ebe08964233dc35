"""Lets a loan that's over forget who had it, unless she wants it remembered."""

from collections.abc import Iterable

from django.db import transaction

from accounts.models import StaffAccount
from circulation.models import Fee, Loan
from patrons.models import Patron
from patrons.services.own_details import keep_history


@transaction.atomic
def choose_history(*, patron: Patron, keeps: bool, staff: StaffAccount | None) -> Patron:
    """Keep a patron's past loans from now on, or keep none and forget those that are settled at once.

    :param staff: None when she chooses herself
    """
    patron = keep_history(patron=patron, keeps=keeps, staff=staff)
    if not keeps:
        forget_past_loans(patron)
    return patron


def forget_past_loans(patron: Patron) -> int:
    """Cut a patron from her past loans of which nothing is owed, and return how many."""
    owing = Fee.objects.filter(patron=patron, balance__gt=0, loan__isnull=False).values("loan")
    over = Loan.objects.filter(patron=patron, returned_at__isnull=False).exclude(pk__in=owing)
    return over.update(patron=None)


def anonymise_if_settled(loan: Loan) -> bool:
    """Cut the patron from a loan that's over, when nothing is owed for it and she doesn't keep her history.

    What she claims about it stays hers until it's settled.

    :returns: whether the loan has no patron any more
    """
    if loan.returned_at is None:
        return False
    if loan.patron is None:
        return True
    if loan.patron.keeps_history or loan.claim or Fee.objects.filter(loan=loan, balance__gt=0).exists():
        return False
    Loan.objects.filter(pk=loan.pk, returned_at__isnull=False).update(patron=None)
    loan.patron = None
    return True


def forget_settled_loans(fees: Iterable[Fee]) -> int:
    """Cut the patrons from the loans of fees that were just settled, and return how many loans forgot.

    A loan that's locked is being taken back or undone at this moment, and left to that.
    """
    loan_ids = {fee.loan_id for fee in fees if fee.loan_id}
    if not loan_ids:
        return 0
    over = (
        Loan.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
        .filter(pk__in=loan_ids, returned_at__isnull=False, patron__keeps_history=False, claim="")
        .exclude(pk__in=Fee.objects.filter(loan__in=loan_ids, balance__gt=0).values("loan"))
    )
    return Loan.objects.filter(pk__in=[loan.pk for loan in over.only("pk")]).update(patron=None)
