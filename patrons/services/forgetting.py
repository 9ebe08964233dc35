"""Forgets a person who left: the row stays, for statistics and the accounts, and says nothing of her any more."""

from collections.abc import Callable

from django.db import transaction

from common.audit import record
from patrons.models import Block, Card, ContactPerson, Guardianship, Patron, PatronNote, SavedSearch, Shelf

FORGOTTEN = "–"
# What rooms above know of a person and forget with her: called with her number, in the same transaction.
_also: dict[str, Callable[[int], None]] = {}
_EMPTIED = (
    "family_name alias email phone address postal_code city municipality_code pin sort_key given_name_key".split()
)


def register(name: str, forget: Callable[[int], None]) -> None:
    """Have something else forgotten with a person; registered when an app starts."""
    _also[name] = forget


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
    for forget in _also.values():
        forget(patron_id)
    record(action="patrons.forget", actor=None, subject=patron)
