"""Reads recorded scans that staff have to settle."""

from django.db.models import QuerySet

from circulation.models import OutageScan
from holdings.models import Branch


def scans_to_settle(branch: Branch) -> QuerySet[OutageScan]:
    """Return a branch's recorded scans that couldn't be carried out, in their order, with item and patron."""
    rows = OutageScan.objects.filter(branch=branch, state=OutageScan.State.OPEN)
    return rows.select_related("item__record", "patron", "sent_by").order_by("pk")


def count_to_settle(branch: Branch) -> int:
    """Count them."""
    return OutageScan.objects.filter(branch=branch, state=OutageScan.State.OPEN).count()


def get_scan_to_settle(pk: int) -> OutageScan | None:
    """Return one that's still open, or None."""
    rows = OutageScan.objects.filter(pk=pk, state=OutageScan.State.OPEN)
    return rows.select_related("item__record", "patron", "branch").first()
