"""Lets what a child owes name the guardian who is liable for it, as soon as one is known."""

from typing import Any

from django.db.models import Q

from circulation.models import Fee
from circulation.selectors.liability import who_pays, with_guardians
from circulation.services.fees.ledger import lock_fees
from patrons import guardians


def register() -> None:
    """Have open fees follow when a child gets a guardian."""
    guardians.register("circulation", name_guardian)


def name_guardian(child: Any) -> None:
    """Make the guardian liable for a child's open fees that name nobody; the caller has locked the child."""
    nobodys = lock_fees(Q(patron=child.pk, liable__isnull=True, balance__gt=0))
    if not nobodys:
        return
    fees = list(with_guardians(Fee.objects.filter(pk__in=[fee.pk for fee in nobodys])))
    for fee in fees:
        payer = who_pays(fee)
        fee.liable_id = payer if payer != fee.patron_id else None
    Fee.objects.bulk_update(fees, ["liable"])
