"""Reads what patrons have said of items that can't be found."""

from circulation.models import Loan
from holdings.models import Branch
from patrons.models import Patron


def count_claims(patron: Patron) -> int:
    """Return of how many items the patron says that she returned or never had them, and that haven't turned up."""
    return Loan.objects.filter(patron=patron).exclude(claim="").count() + patron.forgotten_claims


def claimed_loans(branch: Branch) -> list[Loan]:
    """Return the open loans of the branch's items that are said to be returned, to look for on the shelves."""
    loans = Loan.objects.filter(returned_at__isnull=True, item__home_branch=branch).exclude(claim="")
    return list(
        loans.select_related("item__record", "item__location", "item__home_branch", "patron")
        .defer("item__record__raw")
        .order_by("claimed_at", "pk")
    )
