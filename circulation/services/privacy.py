"""Lets a loan that's over forget who had it."""

from circulation.models import Fee, Loan


def anonymise_if_settled(loan: Loan) -> bool:
    """Cut the patron from a loan that's over, when nothing is owed for it and she doesn't keep her history.

    :returns: whether the loan has no patron any more
    """
    if loan.returned_at is None:
        return False
    if loan.patron is None:
        return True
    if loan.patron.keeps_history or Fee.objects.filter(loan=loan, balance__gt=0).exists():
        return False
    Loan.objects.filter(pk=loan.pk, returned_at__isnull=False).update(patron=None)
    loan.patron = None
    return True
