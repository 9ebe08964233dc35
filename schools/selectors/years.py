"""Reads what a person wants to know before she begins a new school year, and after."""

from collections.abc import Iterable

from circulation.models import Loan
from schools.models import ClassMembership, RollOver


def latest_roll_over(branch_id: int) -> RollOver | None:
    """Return the school's latest new year that wasn't taken back, with who began it."""
    return RollOver.objects.filter(branch=branch_id, undone_at__isnull=True).select_related("done_by").first()


def loans_of_classes(class_ids: Iterable[int]) -> int:
    """Return how many loans the pupils of some classes have."""
    pupils = ClassMembership.objects.filter(school_class__in=list(class_ids), until__isnull=True).values("pupil")
    return Loan.objects.filter(patron__in=pupils, returned_at__isnull=True).count()
