"""Makes one patron of two entries: everything of the one who goes becomes that of the one who stays."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import ForeignKey

from accounts.models import StaffAccount
from accounts.rules import Permission, permissions_of
from common.audit import record
from common.errors import Reason
from patrons import merging
from patrons.errors import BOTH_HAVE_NATIONAL_ID, HAS_LEFT, NOT_PERMITTED, SAME_PATRON, PatronRefused
from patrons.models import Card, Guardianship, Patron

# Kept where the one who stays has nothing.
_FILLED = "birth_date email phone address postal_code city".split()


def what_moves(*, goes: Patron, stays: Patron) -> tuple[Counter[str], list[Reason]]:
    """Return how many rows of each kind would move, and what stands against it; nothing is changed."""
    counts: Counter[str] = Counter()
    for model, field in _references():
        counts[model._meta.label_lower] += model._default_manager.filter(**{field: goes.pk}).count()
    return +counts, _objections(goes, stays)


@transaction.atomic
def merge_patrons(*, goes: Patron, stays: Patron, staff: StaffAccount, now: datetime) -> Patron:
    """Merge an entry into another: loans, holds, fees, notes, cards and all else move; both cards find her then.

    Merging the same two again changes nothing.

    :returns: the patron who stays
    :raises PatronRefused: with every reason found; nothing is changed
    """
    if Permission.MERGE_PATRONS not in permissions_of(staff.role):
        raise PatronRefused([Reason(NOT_PERMITTED, permission=Permission.MERGE_PATRONS)])
    if goes.merged_into_id == stays.pk:
        return stays
    if reasons := _objections(goes, stays):
        raise PatronRefused(reasons)
    # Before the patrons are locked: what's done to holds locks their items, which come first everywhere.
    for prepare in merging.preparations.values():
        prepare(goes, stays, staff, now)
    # In the order of their numbers, as everybody locks.
    locked = Patron.objects.select_for_update(of=("self",)).filter(pk__in=[goes.pk, stays.pk]).order_by("pk")
    rows = {patron.pk: patron for patron in locked}
    goes, stays = rows[goes.pk], rows[stays.pk]
    if goes.merged_into_id == stays.pk:
        return stays
    if reasons := _objections(goes, stays):
        raise PatronRefused(reasons)
    _untie_family(goes, stays)
    moved = _move(goes, stays)
    _take_over(goes, stays)
    goes.left_at, goes.left_reason, goes.merged_into = now, Patron.LeftReason.MERGED, stays
    goes.save()
    stays.save()
    record(action="patrons.merge", actor=staff, subject=stays, facts={"merged_id": goes.pk, "moved": dict(moved)})
    record(action="patrons.merged_away", actor=staff, subject=goes, facts={"into_id": stays.pk})
    return stays


def _objections(goes: Patron, stays: Patron) -> list[Reason]:
    if goes.pk == stays.pk:
        return [Reason(SAME_PATRON)]
    reasons = [Reason(HAS_LEFT)] if goes.left_at or stays.left_at else []
    if goes.national_id_hash and stays.national_id_hash:
        # Two numbers are two people, or one of them is wrong: then it's corrected first.
        reasons.append(Reason(BOTH_HAVE_NATIONAL_ID))
    for objection in merging.objections.values():
        reasons += objection(goes, stays)
    return reasons


def _references() -> Iterator[tuple[Any, str]]:
    for relation in Patron._meta.related_objects:
        if isinstance(relation.field, ForeignKey):
            yield relation.related_model, relation.field.name


def _untie_family(goes: Patron, stays: Patron) -> None:
    """Nobody becomes her own guardian, or the same child's twice."""
    ties = Guardianship.objects.all()
    ties.filter(child=goes, guardian=stays).delete()
    ties.filter(child=stays, guardian=goes).delete()
    ties.filter(child=goes, guardian__in=ties.filter(child=stays).values("guardian")).delete()
    ties.filter(guardian=goes, child__in=ties.filter(guardian=stays).values("child")).delete()


def _move(goes: Patron, stays: Patron) -> Counter[str]:
    moved: Counter[str] = Counter()
    for model, field in _references():
        moved[model._meta.label_lower] += model._default_manager.filter(**{field: goes.pk}).update(**{field: stays.pk})
    return +moved


def _take_over(goes: Patron, stays: Patron) -> None:
    for name in _FILLED:
        if not getattr(stays, name):
            setattr(stays, name, getattr(goes, name))
    # A protected name stays protected, whichever entry knew of it.
    if goes.alias and not stays.alias:
        stays.alias, stays.sort_key, stays.given_name_key = goes.alias, goes.sort_key, goes.given_name_key
    if goes.national_id_hash and not stays.national_id_hash:
        number, hashed = goes.national_id_encrypted, goes.national_id_hash
        goes.national_id_encrypted = goes.national_id_hash = None
        goes.save(update_fields=["national_id_encrypted", "national_id_hash"])
        stays.national_id_encrypted, stays.national_id_hash = number, hashed
    # Her PIN goes on working with her old card only if she had none on the other.
    stays.pin = stays.pin or goes.pin
    stays.created_at = min(stays.created_at, goes.created_at)
    stays.forgotten_claims += goes.forgotten_claims
    goes.forgotten_claims = 0


def cards_that_move(goes: Patron) -> list[str]:
    """Return the numbers of the working cards that will find the patron who stays."""
    return list(Card.objects.filter(patron=goes, is_active=True).order_by("number").values_list("number", flat=True))
