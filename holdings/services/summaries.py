"""Tells the shared catalogue how many items a branch has of a title: counts only, never who has them."""

from collections.abc import Iterable

from django.db import connection
from django.db.models import Count, Q

from catalogue.models import HoldingsSummary
from holdings.models import Item
from tenants.keys import lock_numbers
from tenants.selectors import current_municipality


def refresh_summaries(record_id: int, branch_codes: Iterable[str]) -> bool:
    """Count a title's items at these branches anew; withdrawn ones are gone, reference ones aren't lent.

    :returns: whether anything has changed, so that the change feed is to be told
    """
    municipality = current_municipality()
    changed = False
    # Two items of a title added at once must be counted one after the other, or each misses the other.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", lock_numbers(f"holdings-summary:{record_id}"))
    for code in sorted(set(branch_codes)):
        items, loanable = _counts(record_id, code)
        summaries = HoldingsSummary.objects.filter(
            record_id=record_id, municipality_id=municipality.pk, branch_code=code
        )
        if items == 0:
            changed |= summaries.delete()[0] > 0
            continue
        known = summaries.values_list("items", "loanable").first()
        if known != (items, loanable):
            HoldingsSummary.objects.bulk_create(
                [
                    HoldingsSummary(
                        record_id=record_id,
                        municipality_id=municipality.pk,
                        branch_code=code,
                        items=items,
                        loanable=loanable,
                    )
                ],
                update_conflicts=True,
                unique_fields=["record", "municipality", "branch_code"],
                update_fields=["items", "loanable"],
            )
            changed = True
    return changed


def _counts(record_id: int, branch_code: str) -> tuple[int, int]:
    lent = ~Q(status=Item.Status.REFERENCE_ONLY) & Q(item_type__is_lent=True)
    counts = (
        Item.objects.filter(record_id=record_id, home_branch__code=branch_code)
        .exclude(status=Item.Status.WITHDRAWN)
        .aggregate(items=Count("pk"), loanable=Count("pk", filter=lent))
    )
    return counts["items"], counts["loanable"]
