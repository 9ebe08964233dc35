"""What holdings do when two records turn out to be one title: count anew what branches have of either."""

from datetime import datetime

from catalogue import merging
from catalogue.models import HoldingsSummary
from holdings.models import Item
from holdings.services.summaries import refresh_summaries
from tenants.selectors import current_municipality


def register() -> None:
    """Have the counts of both records put right after their items moved."""
    merging.register("holdings", settle=_settle)


def _settle(came_from: int, went_to: int, now: datetime) -> None:
    both = sorted((came_from, went_to))
    codes = set(Item.objects.filter(record__in=both).values_list("home_branch__code", flat=True))
    codes |= set(
        HoldingsSummary.objects.filter(record__in=both, municipality=current_municipality().pk).values_list(
            "branch_code", flat=True
        )
    )
    for record_id in both if codes else ():
        refresh_summaries(record_id, codes)
