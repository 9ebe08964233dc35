"""A patron's saved searches: kept, named, and whether she's told of new titles.

The audit log tells that one has changed, and neither whose it is nor what it asks for: staff read the log.
"""

from datetime import datetime

from django.db import transaction

from catalogue.selectors import newest_record
from common.audit import record
from common.errors import Reason
from holdings.selectors import newest_item
from patrons.errors import NAME_MISSING, SEARCH_GONE, TOO_MANY_SEARCHES, PatronRefused
from patrons.models import Patron, SavedSearch
from patrons.rules.own_names import own_name
from patrons.rules.searches import Asked, as_kept

MOST_SEARCHES = 30


@transaction.atomic
def save_search(*, patron: Patron, name: str, asked: Asked, notifies: bool, now: datetime) -> SavedSearch:
    """Keep a search for a patron; the same one again takes the new name.

    :param notifies: whether she's told of titles that come from now on
    :raises PatronRefused: with every reason found
    """
    name = own_name(name)
    if not name:
        raise PatronRefused([Reason(NAME_MISSING)])
    # Her row is the lock: two windows that save are one after the other.
    Patron.objects.select_for_update(of=("self",), no_key=True).only("pk").get(pk=patron.pk)
    own, kept = SavedSearch.objects.filter(patron=patron), as_kept(asked)
    if known := own.filter(asked=kept).first():
        return change_search(saved=known, name=name, notifies=notifies)
    if own.count() >= MOST_SEARCHES:
        raise PatronRefused([Reason(TOO_MANY_SEARCHES, facts={"most": MOST_SEARCHES})])
    saved = SavedSearch(patron=patron, name=name, asked=kept, notifies=notifies, created_at=now)
    saved.seen_item, saved.seen_record = newest_item(), newest_record()
    saved.save()
    record(action="patrons.change_search", actor=None, subject=saved)
    return saved


@transaction.atomic
def change_search(*, saved: SavedSearch, name: str, notifies: bool) -> SavedSearch:
    """Give a saved search another name, and say whether she's told of titles that come from now on.

    :raises PatronRefused: NAME_MISSING or SEARCH_GONE
    """
    name = own_name(name)
    if not name:
        raise PatronRefused([Reason(NAME_MISSING)])
    known = SavedSearch.objects.select_for_update(of=("self",), no_key=True).filter(pk=saved.pk).first()
    if known is None:
        raise PatronRefused([Reason(SEARCH_GONE)])
    if notifies and not known.notifies:
        # What came while she didn't want to be told isn't new any more.
        known.seen_item, known.seen_record = newest_item(), newest_record()
    known.name, known.notifies = name, notifies
    known.save()
    record(action="patrons.change_search", actor=None, subject=known)
    return known


@transaction.atomic
def remove_search(*, saved: SavedSearch) -> None:
    """Take a saved search away; one that's gone already is."""
    known = SavedSearch.objects.select_for_update(of=("self",)).filter(pk=saved.pk).first()
    if known is not None:
        record(action="patrons.change_search", actor=None, subject=known)
        known.delete()
