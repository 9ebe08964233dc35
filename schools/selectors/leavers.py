"""Reads who has left a school and still has something of its library's."""

from django.db.models import Exists, OuterRef, Prefetch, QuerySet, Subquery

from circulation.models import Loan
from patrons.models import Patron
from schools.models import ClassMembership


def leavers_with_loans(branch_id: int) -> QuerySet[Patron]:
    """Return those who were in a class of a school, are in none now, and have loans of its library's.

    Each has `open_loans`, with items and records, and `last_class`, its name; by class and name. Two statements.
    """
    here = ClassMembership.objects.filter(pupil=OuterRef("pk"), school_class__branch=branch_id)
    lent = Loan.objects.filter(lending_branch=branch_id, returned_at__isnull=True)
    loans = lent.select_related("item__record").defer("item__record__raw").order_by("due_date", "pk")
    last = here.order_by("-school_class__school_year", "-until", "-pk")
    return (
        Patron.objects.filter(
            Exists(lent.filter(patron=OuterRef("pk"))),
            Exists(here),
            ~Exists(here.filter(until__isnull=True)),
        )
        .annotate(last_class=Subquery(last.values("school_class__name")[:1]))
        .annotate(left_on=Subquery(last.values("until")[:1]))
        .prefetch_related(Prefetch("loans", queryset=loans, to_attr="open_loans"))
        .order_by("last_class", "sort_key", "pk")
    )
