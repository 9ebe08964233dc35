"""Reads what people who have died have left at the library: loans and debts for staff to settle with the family."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Exists, OuterRef, Q, Sum

from circulation.models import Fee, Loan
from common.money import ZERO
from patrons.models import Patron

MOST = 200


@dataclass(frozen=True)
class Estate:
    """Somebody who has died.

    :ivar loans: how many are still open
    :ivar owed: on her card, and for children that she was liable for
    """

    patron: Patron
    loans: int
    owed: Decimal


def open_estates() -> list[Estate]:
    """Return the deceased patrons of whom there are open loans or debts, the latest first."""
    loans = Loan.objects.filter(patron=OuterRef("pk"), returned_at__isnull=True)
    owing = Fee.objects.filter(Q(patron=OuterRef("pk")) | Q(liable=OuterRef("pk")), balance__gt=0)
    dead = Patron.objects.filter(Q(Exists(loans)) | Q(Exists(owing)), left_reason=Patron.LeftReason.DECEASED)
    patrons = list(dead.select_related("home_branch").order_by("-left_at", "pk")[:MOST])
    people = [patron.pk for patron in patrons]
    out = Loan.objects.filter(patron__in=people, returned_at__isnull=True)
    counts = dict(out.order_by().values_list("patron").annotate(Count("pk")))
    owed = dict.fromkeys(people, ZERO)
    fees = Fee.objects.filter(Q(patron__in=people) | Q(liable__in=people), balance__gt=0)
    sums = fees.order_by().values_list("patron", "liable").annotate(Sum("balance"))
    for patron_id, liable_id, balance in sums:
        for person in {patron_id, liable_id}.intersection(people):
            owed[person] += balance
    return [Estate(patron, counts.get(patron.pk, 0), owed[patron.pk]) for patron in patrons]
