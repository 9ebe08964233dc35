"""Gives patrons cards, and ends those that are lost or handed in. A patron may have several that work."""

from datetime import datetime

from django.db import IntegrityError, transaction

from accounts.models import StaffAccount
from common.audit import record
from common.barcodes import clean_barcode
from common.errors import Reason
from patrons.errors import CARD_TAKEN, PatronRefused
from patrons.models import Card, Patron
from patrons.services.register import card_problems
from tenants.selectors import current_municipality


@transaction.atomic
def add_card(*, patron: Patron, number: str, staff: StaffAccount, now: datetime) -> Card:
    """Give a patron one more card; those that she has go on working.

    :raises PatronRefused: CARD_TAKEN or CARD_MALFORMED
    """
    _lock(patron)
    card = _new_card(patron, number, now)
    record(action="patrons.add_card", actor=staff, subject=patron, facts={"card_id": card.pk})
    return card


@transaction.atomic
def replace_card(*, patron: Patron, number: str, reason: str, staff: StaffAccount, now: datetime) -> Card:
    """Give a patron a new card; her earlier ones stop working.

    :param reason: LOST or REPLACED
    :raises PatronRefused: CARD_TAKEN or CARD_MALFORMED
    """
    # Locked, so that of two cards given at once only the later works.
    _lock(patron)
    earlier = list(Card.objects.filter(patron=patron, is_active=True).values_list("pk", flat=True))
    card = _new_card(patron, number, now)
    Card.objects.filter(pk__in=earlier).update(is_active=False, ended_reason=reason, ended_at=now)
    facts = {"reason": reason, "card_id": card.pk, "ended": earlier}
    record(action="patrons.replace_card", actor=staff, subject=patron, facts=facts)
    return card


@transaction.atomic
def end_card(*, card: Card, reason: str, staff: StaffAccount, now: datetime) -> Card:
    """Let a card work no more; ending one that's over changes nothing.

    :param reason: LOST or REPLACED
    """
    card = Card.objects.select_for_update(of=("self",)).get(pk=card.pk)
    if card.is_active:
        card.is_active, card.ended_reason, card.ended_at = False, reason, now
        card.save(update_fields=["is_active", "ended_reason", "ended_at"])
        facts = {"reason": reason, "card_id": card.pk}
        record(action="patrons.end_card", actor=staff, subject=card.patron, facts=facts)
    return card


@transaction.atomic
def find_card_again(*, card: Card, staff: StaffAccount) -> Card:
    """Let a card that was reported lost work again; one that works already is left as it is."""
    card = Card.objects.select_for_update(of=("self",)).get(pk=card.pk)
    if not card.is_active:
        card.is_active, card.ended_reason, card.ended_at = True, "", None
        card.save(update_fields=["is_active", "ended_reason", "ended_at"])
        record(action="patrons.find_card_again", actor=staff, subject=card.patron, facts={"card_id": card.pk})
    return card


def _lock(patron: Patron) -> None:
    Patron.objects.select_for_update(of=("self",), no_key=True).only("pk").get(pk=patron.pk)


def _new_card(patron: Patron, number: str, now: datetime) -> Card:
    number = clean_barcode(number)
    if problems := card_problems(number, current_municipality().barcode_schemes):
        raise PatronRefused(problems)
    try:
        with transaction.atomic():
            return Card.objects.create(patron=patron, number=number, issued_at=now)
    except IntegrityError as taken:
        raise PatronRefused([Reason(CARD_TAKEN, facts={"card": number})]) from taken
