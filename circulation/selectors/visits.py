"""Reads what a patron has borrowed, renewed and paid since a moment, for the receipt that she takes home."""

from datetime import datetime
from typing import Any

from django.db.models import Q

from circulation.models import Fee, LedgerEntry, Loan
from circulation.selectors.fees import TAKEN_BACK, form_of
from circulation.selectors.loans import loans_with_item
from common.money import ZERO
from notices.models import Notice
from notices.selectors import message_settings
from patrons.models import Patron


def loans_since(patron: Patron, *, since: datetime) -> list[Loan]:
    """Return a patron's open loans that were made or renewed since a moment, with item and title, the oldest first."""
    lately = Q(loaned_at__gte=since) | Q(renewed_at__gte=since)
    return list(loans_with_item().filter(lately, patron=patron, returned_at__isnull=True).order_by("loaned_at", "pk"))


def payments_since(patron: Patron, *, since: datetime) -> list[dict[str, Any]]:
    """Return what a patron herself has paid since a moment, the oldest first: `number` of the receipt, and `amount`."""
    fees = Fee.objects.filter(Q(patron=patron) | Q(liable=patron))
    entries = LedgerEntry.objects.filter(
        fee__in=fees, kind=LedgerEntry.Kind.PAYMENT, key__startswith="payment:", at__gte=since
    )
    back = LedgerEntry.objects.filter(fee__in=fees, key__startswith=f"{TAKEN_BACK}:", at__gte=since)
    taken_back = {form_of(entry) for entry in back}
    payments: dict[str, dict[str, Any]] = {}
    for entry in entries.select_related("fee").order_by("pk"):
        # The whole of a payment bears the number of its first part, as on paper.
        form = form_of(entry)
        if entry.rule.get("payer", entry.fee.patron_id) == patron.pk and form not in taken_back:
            payment = payments.setdefault(form, {"number": entry.pk, "amount": ZERO})
            payment["amount"] -= entry.amount
    return list(payments.values())


def takes_receipt(patron: Patron) -> bool:
    """Return whether a patron can get her receipt by e-mail: she has an address, and the municipality sends e-mail."""
    return bool(patron.email) and Notice.Channel.EMAIL in message_settings().channels
