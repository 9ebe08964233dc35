"""Forgets a person who left: the row stays, for statistics and the accounts, and says nothing of her any more."""

from django.db import transaction

from common.audit import record
from patrons.models import Block, Card, ContactPerson, Guardianship, Patron, PatronNote, SavedSearch, Shelf

FORGOTTEN = "–"
_EMPTIED = (
    "family_name alias email phone address postal_code city municipality_code pin sort_key given_name_key".split()
)


@transaction.atomic
def forget_person(patron_id: int) -> None:
    """Empty everything that tells who a patron was; remove her cards, notes, blocks, family ties, lists, searches."""
    patron = Patron.objects.select_for_update(of=("self",)).get(pk=patron_id)
    patron.given_name = FORGOTTEN
    for name in _EMPTIED:
        setattr(patron, name, "")
    patron.birth_date, patron.national_id_encrypted, patron.national_id_hash = None, None, None
    patron.channels, patron.keeps_history, patron.forgotten_claims = {}, False, 0
    patron.save()
    for model in (Card, PatronNote, ContactPerson, Block, Shelf, SavedSearch):
        model._default_manager.filter(patron=patron).delete()
    Guardianship.objects.filter(child=patron).delete()
    Guardianship.objects.filter(guardian=patron).delete()
    record(action="patrons.forget", actor=None, subject=patron)
