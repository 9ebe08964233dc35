"""A patron's own lists of titles: made, named, filled, shared and taken away by herself.

The audit log tells that a list has changed, and neither whose it is nor what's on it: staff read the log.
"""

import secrets
from datetime import datetime

from django.db import transaction

from catalogue.models import BibliographicRecord
from common.audit import record
from common.errors import Reason
from patrons.errors import NAME_MISSING, SHELF_FULL, SHELF_GONE, TOO_MANY_SHELVES, PatronRefused
from patrons.models import Patron, Shelf, ShelvedTitle
from patrons.rules.own_names import own_name

MOST_SHELVES = 30
MOST_TITLES = 500


@transaction.atomic
def add_shelf(*, patron: Patron, name: str, now: datetime) -> Shelf:
    """Make a patron a list; she has one of a name only, so the same name again gives the one that she has.

    :raises PatronRefused: NAME_MISSING or TOO_MANY_SHELVES
    """
    name = own_name(name)
    if not name:
        raise PatronRefused([Reason(NAME_MISSING)])
    # Her row is the lock: two windows that add are one after the other.
    Patron.objects.select_for_update(of=("self",), no_key=True).only("pk").get(pk=patron.pk)
    own = Shelf.objects.filter(patron=patron)
    if known := own.filter(name=name).first():
        return known
    if own.count() >= MOST_SHELVES:
        raise PatronRefused([Reason(TOO_MANY_SHELVES, facts={"most": MOST_SHELVES})])
    shelf = Shelf.objects.create(patron=patron, name=name, created_at=now, used_at=now)
    record(action="patrons.change_shelf", actor=None, subject=shelf)
    return shelf


@transaction.atomic
def rename_shelf(*, shelf: Shelf, name: str) -> Shelf:
    """Give a list another name.

    :raises PatronRefused: NAME_MISSING or SHELF_GONE
    """
    name, shelf = own_name(name), _locked(shelf)
    if not name:
        raise PatronRefused([Reason(NAME_MISSING)])
    shelf.name = name
    shelf.save(update_fields=["name"])
    record(action="patrons.change_shelf", actor=None, subject=shelf)
    return shelf


@transaction.atomic
def share_shelf(*, shelf: Shelf, is_shared: bool) -> Shelf:
    """Let whoever knows the list's address read it, or nobody any more; shared anew, it has another address.

    :raises PatronRefused: SHELF_GONE
    """
    shelf = _locked(shelf)
    if is_shared and shelf.share_key:
        return shelf
    shelf.share_key = secrets.token_urlsafe(32) if is_shared else ""
    shelf.save(update_fields=["share_key"])
    record(action="patrons.change_shelf", actor=None, subject=shelf)
    return shelf


@transaction.atomic
def remove_shelf(*, shelf: Shelf) -> None:
    """Take a list away with all that's on it; one that's gone already is."""
    known = Shelf.objects.select_for_update(of=("self",)).filter(pk=shelf.pk).first()
    if known is not None:
        record(action="patrons.change_shelf", actor=None, subject=known)
        known.delete()


@transaction.atomic
def put_on_shelf(*, shelf: Shelf, title: BibliographicRecord, now: datetime) -> bool:
    """Put a title on a list, and return whether it wasn't there.

    :raises PatronRefused: SHELF_FULL or SHELF_GONE
    """
    shelf = _locked(shelf)
    own = ShelvedTitle.objects.filter(shelf=shelf)
    if own.filter(record=title).exists():
        return False
    if own.count() >= MOST_TITLES:
        raise PatronRefused([Reason(SHELF_FULL, facts={"most": MOST_TITLES})])
    ShelvedTitle.objects.create(shelf=shelf, record=title, added_at=now)
    shelf.used_at = now
    shelf.save(update_fields=["used_at"])
    record(action="patrons.change_shelf", actor=None, subject=shelf)
    return True


@transaction.atomic
def take_off_shelf(*, shelf: Shelf, record_id: int) -> bool:
    """Take a title off a list, and return whether it was there.

    :raises PatronRefused: SHELF_GONE
    """
    shelf = _locked(shelf)
    taken, _ = ShelvedTitle.objects.filter(shelf=shelf, record_id=record_id).delete()
    if taken:
        record(action="patrons.change_shelf", actor=None, subject=shelf)
    return bool(taken)


def _locked(shelf: Shelf) -> Shelf:
    known = Shelf.objects.select_for_update(of=("self",), no_key=True).filter(pk=shelf.pk).first()
    if known is None:
        raise PatronRefused([Reason(SHELF_GONE)])
    return known
