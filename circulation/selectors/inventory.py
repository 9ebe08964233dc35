"""Reads what should stand on a shelf, and what of it hasn't been seen since an inventory began."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Lower
from django.db.models.lookups import GreaterThanOrEqual, LessThan, StartsWith

from accounts.models import AuditEntry
from holdings.models import Item

SEEN = "circulation.see_item"
ON_A_SHELF = (Item.Status.AVAILABLE, Item.Status.REFERENCE_ONLY)


@dataclass(frozen=True)
class ShelfRange:
    """A part of a branch's shelves.

    :ivar location_id: a room, None for all
    :ivar first: the first shelf mark, empty for the beginning; capital letters make no difference
    :ivar last: the last one, and all that begin with it; empty for the end
    """

    branch_id: int
    location_id: int | None = None
    first: str = ""
    last: str = ""

    @property
    def as_kept(self) -> list[Any]:
        """How an audit entry keeps which shelf was gone through."""
        return [self.location_id, self.first, self.last]


def count_expected(shelf: ShelfRange) -> int:
    """Return how many items should stand on the shelf."""
    return _expected(shelf).count()


def not_seen(shelf: ShelfRange, *, since: datetime) -> QuerySet[Item]:
    """Return what should stand on the shelf and hasn't been seen since, by shelf mark, with its title and room."""
    unseen = _expected(shelf).filter(Q(last_seen_at__isnull=True) | Q(last_seen_at__lt=since))
    rows = unseen.select_related("record", "location").defer("record__raw")
    return rows.order_by(Lower("call_number"), "barcode", "pk")


def out_of_place(shelf: ShelfRange, *, since: datetime, most: int) -> list[Item]:
    """Return what was scanned on the shelf since and belongs elsewhere, or to the desk: a trolley's list.

    What has been checked in or lent since isn't on it any more. By shelf mark, each with its title, room and home.
    """
    seen = AuditEntry.objects.filter(
        action=SEEN,
        subject_type="holdings.item",
        subject_id=OuterRef("pk"),
        facts__branch_id=shelf.branch_id,
        facts__shelf=shelf.as_kept,
    )
    stands_here = between(_on_shelves(shelf.branch_id), shelf).values("pk")
    items = Item.objects.filter(Exists(seen), last_seen_at__gte=since).exclude(pk__in=stands_here)
    items = items.annotate(scanned=Subquery(seen.order_by("-id").values("facts__seen_at")[:1]))
    rows = items.select_related("record", "location", "home_branch").defer("record__raw")
    found = rows.order_by(Lower("call_number"), "barcode", "pk")[:most]
    return [item for item in found if datetime.fromisoformat(item.scanned) == item.last_seen_at]


def who_saw(items: Collection[Item]) -> dict[int, str]:
    """Return who scanned items at an inventory, by the items' numbers, where nothing has seen them since."""
    about = AuditEntry.objects.filter(
        action=SEEN, subject_type="holdings.item", subject_id__in=[item.pk for item in items], actor__isnull=False
    )
    newest = about.order_by("subject_id", "-id").distinct("subject_id")
    seen_at = {item.pk: item.last_seen_at for item in items}
    return {
        item_id: name
        for item_id, facts, name in newest.values_list("subject_id", "facts", "actor__name")
        if item_id is not None and datetime.fromisoformat(facts["seen_at"]) == seen_at[item_id]
    }


def stands_on(shelf: ShelfRange, item: Item) -> bool:
    """Return whether an item's room and shelf mark are the shelf's; the database compares, as it does for the list."""
    if shelf.location_id is None and not shelf.first and not shelf.last:
        return True
    return between(Item.objects.filter(pk=item.pk), shelf).exists()


def _expected(shelf: ShelfRange) -> QuerySet[Item]:
    return between(_on_shelves(shelf.branch_id).filter(bundle__isnull=True), shelf)


def _on_shelves(branch_id: int) -> QuerySet[Item]:
    return Item.objects.filter(current_branch=branch_id, status__in=ON_A_SHELF, is_damaged=False)


def between(items: QuerySet[Item], shelf: ShelfRange) -> QuerySet[Item]:
    """Return those of the items whose room and shelf marks are the shelf's; wherever they are."""
    mark, first, last = Lower("call_number"), shelf.first.lower(), shelf.last.lower()
    if shelf.location_id is not None:
        items = items.filter(location=shelf.location_id)
    if first:
        items = items.filter(GreaterThanOrEqual(mark, first))
    if last:
        # Everything that begins with the last mark belongs to it.
        items = items.filter(Q(LessThan(mark, last)) | Q(StartsWith(mark, last)))
    return items
