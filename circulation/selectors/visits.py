"""Reads what a patron has borrowed or renewed since a moment, for the receipt that she takes home."""

from datetime import datetime

from django.db.models import Q

from circulation.models import Loan
from circulation.selectors.loans import loans_with_item
from patrons.models import Patron


def loans_since(patron: Patron, *, since: datetime) -> list[Loan]:
    """Return a patron's open loans that were made or renewed since a moment, with item and title, the oldest first."""
    lately = Q(loaned_at__gte=since) | Q(renewed_at__gte=since)
    return list(loans_with_item().filter(lately, patron=patron, returned_at__isnull=True).order_by("loaned_at", "pk"))
