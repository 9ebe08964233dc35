"""Finds entries that may be one person: the same name and birth date."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q

from patrons.models import Patron
from patrons.rules import name_keys
from tenants.selectors import current_municipality

MOST_GROUPS = 100


@dataclass(frozen=True)
class Alike:
    """Entries that may be one person, the oldest first."""

    patrons: tuple[Patron, ...]


def patrons_alike(
    *, given_name: str, family_name: str, birth_date: date | None, but: int | None = None
) -> list[Patron]:
    """Return the patrons with this name and birth date.

    :param but: the patron who isn't a duplicate of herself
    """
    if birth_date is None:
        return []
    key, _given_first = name_keys(given_name, family_name, current_municipality().language)
    found = Patron.objects.filter(sort_key=key, birth_date=birth_date, left_at__isnull=True)
    return list(
        found.exclude(pk=but or 0).select_related("category", "home_branch").prefetch_related("cards").order_by("pk")
    )


def possible_duplicates(*, limit: int = MOST_GROUPS) -> list[Alike]:
    """Return entries of the same name and birth date, by name; those whose name is protected are left out."""
    here = Patron.objects.filter(left_at__isnull=True, birth_date__isnull=False, alias="")
    groups = (
        here.order_by("sort_key", "birth_date")
        .values("sort_key", "birth_date")
        .annotate(count=Count("pk"))
        .filter(count__gt=1)[:limit]
    )
    wanted = Q(pk__in=[])
    for group in groups:
        wanted |= Q(sort_key=group["sort_key"], birth_date=group["birth_date"])
    found: dict[tuple[str, date | None], list[Patron]] = {}
    patrons = here.filter(wanted).select_related("category", "home_branch").prefetch_related("cards")
    for patron in patrons.order_by("sort_key", "birth_date", "pk"):
        found.setdefault((patron.sort_key, patron.birth_date), []).append(patron)
    return [Alike(tuple(patrons)) for patrons in found.values()]
