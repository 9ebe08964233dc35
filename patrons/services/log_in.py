"""Proves who a patron is, by card and PIN."""

from django.contrib.auth.hashers import check_password, make_password

from common.barcodes import clean_barcode
from common.errors import Reason
from patrons.errors import WRONG_CARD_OR_PIN, PatronLogInRefused
from patrons.models import Card, Patron


def prove_patron(*, card_number: str, pin: str) -> Patron:
    """Return the patron that a working card and its PIN belong to.

    :raises PatronLogInRefused: if they don't; an unknown card takes as long as a wrong PIN, so that neither is told
    """
    card = (
        Card.objects.select_related("patron")
        .filter(number=clean_barcode(card_number), is_active=True, patron__left_at__isnull=True)
        .first()
    )
    if card is None or not card.patron.pin:
        make_password(pin)
        raise PatronLogInRefused([Reason(WRONG_CARD_OR_PIN)])
    if not check_password(pin, card.patron.pin):
        raise PatronLogInRefused([Reason(WRONG_CARD_OR_PIN)])
    return card.patron
