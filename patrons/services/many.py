"""Adds, changes and lets go many patrons at once, as another system describes them: a few statements for all."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from common.audit import record_each
from common.row_updates import update_rows
from patrons.models import Patron
from patrons.rules import name_keys
from patrons.services.register import DETAILS, PatronDetails, fill
from tenants.selectors import current_municipality

_BATCH = 500
_HERS = ("language", "channel", "expires_on")
_REACH = ("email", "phone")
_WRITTEN = [*DETAILS, "sort_key", "given_name_key"]
# As rows have them: what's referred to, by its key.
_COLUMNS = [f"{name}_id" if name in ("category", "home_branch") else name for name in _WRITTEN]


@transaction.atomic
def add_patrons(described: Sequence[PatronDetails], *, source: str, now: datetime) -> list[Patron]:
    """Add patrons without cards, in the order in which they're described.

    :param source: which system described them, for the audit log
    """
    patrons = []
    for details in described:
        patron = Patron(created_at=now)
        fill(patron, details, now)
        patrons.append(patron)
    Patron.objects.bulk_create(patrons, batch_size=_BATCH)
    record_each(action="patrons.register", actor=None, about=[(patron, {"source": source}) for patron in patrons])
    return patrons


@transaction.atomic
def change_patrons(described: Mapping[int, PatronDetails], *, source: str, now: datetime) -> None:
    """Change what's known about patrons; who isn't there any more is passed over.

    Hers to decide, and left alone: language, channel, the membership's end, and how to reach her where nothing is said.
    """
    changed = []
    for patron in _locked(described):
        details, before = described[patron.pk], _written(patron)
        own = {name: getattr(patron, name) for name in _HERS}
        own |= {name: getattr(details, name) or getattr(patron, name) for name in _REACH}
        fill(patron, replace(details, **own), now)
        if _written(patron) != before:
            changed.append(patron)
    update_rows(changed, _WRITTEN)
    record_each(action="patrons.change", actor=None, about=[(patron, {"source": source}) for patron in changed])


@transaction.atomic
def protect_names(aliases: Mapping[int, str], *, source: str) -> None:
    """Show an alias instead of each of these patrons' names, unless one is shown already."""
    patrons = [patron for patron in _locked(aliases) if not patron.alias]
    for patron in patrons:
        patron.alias = aliases[patron.pk]
        patron.sort_key, patron.given_name_key = name_keys(patron.alias, "", current_municipality().language)
    update_rows(patrons, ["alias", "sort_key", "given_name_key"])
    record_each(action="patrons.change", actor=None, about=[(patron, {"source": source}) for patron in patrons])


@transaction.atomic
def let_patrons_leave(patron_ids: Iterable[int], *, reason: str, now: datetime) -> None:
    """End the memberships of those who are members; nobody may have a hold any more."""
    patrons = [patron for patron in _locked(patron_ids) if patron.left_at is None]
    for patron in patrons:
        patron.left_at, patron.left_reason = now, Patron.LeftReason(reason)
    update_rows(patrons, ["left_at", "left_reason"])
    record_each(action="patrons.leave", actor=None, about=[(patron, {"reason": reason}) for patron in patrons])


@transaction.atomic
def let_patrons_back(patron_ids: Iterable[int], *, reason: str) -> list[int]:
    """Make those members again who left for a reason, and return the keys of all who are members now."""
    patrons = _locked(patron_ids)
    back = [patron for patron in patrons if patron.left_at is not None and patron.left_reason == reason]
    for patron in back:
        patron.left_at, patron.left_reason = None, ""
    update_rows(back, ["left_at", "left_reason"])
    record_each(action="patrons.come_back", actor=None, about=[(patron, {"reason": reason}) for patron in back])
    return [patron.pk for patron in patrons if patron.left_at is None]


def _written(patron: Patron) -> tuple[object, ...]:
    return tuple(getattr(patron, name) for name in _COLUMNS)


def _locked(patron_ids: Iterable[int]) -> list[Patron]:
    # In the order of their numbers, as everybody locks.
    return list(Patron.objects.select_for_update(of=("self",)).filter(pk__in=list(patron_ids)).order_by("pk"))
