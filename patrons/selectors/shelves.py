"""Reads a patron's own lists and saved searches. Each answers for one patron only; staff have no page that asks."""

from collections.abc import Iterable

from django.db.models import Count

from patrons.models import Patron, SavedSearch, Shelf, ShelvedTitle


def shelves_of(patron: Patron) -> list[Shelf]:
    """Return her lists with the number of their titles as `size`, the one that she used last first."""
    return list(Shelf.objects.filter(patron=patron).annotate(size=Count("titles")).order_by("-used_at", "-pk"))


def get_shelf_of(patron: Patron, pk: int) -> Shelf | None:
    """Return her list with this number, or None if she has none."""
    return Shelf.objects.filter(patron=patron, pk=pk).first()


def get_shared_shelf(key: str) -> Shelf | None:
    """Return the list whose owner has shared it by this key; None when she has left or taken it back."""
    return Shelf.objects.filter(share_key=key, patron__left_at__isnull=True).first() if key else None


def titles_on(shelf: Shelf) -> list[ShelvedTitle]:
    """Return what's on a list, the newest first."""
    return list(ShelvedTitle.objects.filter(shelf=shelf).order_by("-added_at", "-pk"))


def shelved_by(patron: Patron, record_ids: Iterable[int]) -> dict[int, list[Shelf]]:
    """Return on which of her lists titles are, by the numbers of those that are on any."""
    found: dict[int, list[Shelf]] = {}
    rows = ShelvedTitle.objects.filter(shelf__patron=patron, record__in=list(record_ids)).select_related("shelf")
    for row in rows.order_by("-shelf__used_at", "-shelf"):
        found.setdefault(row.record_id, []).append(row.shelf)
    return found


def searches_of(patron: Patron) -> list[SavedSearch]:
    """Return her saved searches, the newest first."""
    return list(SavedSearch.objects.filter(patron=patron).order_by("-pk"))


def get_search_of(patron: Patron, pk: int) -> SavedSearch | None:
    """Return her saved search with this number, or None if she has none."""
    return SavedSearch.objects.filter(patron=patron, pk=pk).first()
