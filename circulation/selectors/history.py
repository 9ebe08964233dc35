"""Reads the past loans of those who want them kept."""

from circulation.models import Loan
from patrons.models import Patron

PAGE = 50


def past_loans(patron: Patron, *, before_id: int | None = None) -> list[Loan]:
    """Return a page of a patron's returned loans with item and title, the newest first.

    :param before_id: the last loan's number on the page before
    """
    loans = Loan.objects.filter(patron=patron, returned_at__isnull=False, undone_at__isnull=True)
    if before_id:
        loans = loans.filter(pk__lt=before_id)
    return list(loans.select_related("item__record").order_by("-pk")[:PAGE])
