"""Reads what a change of many items needs to know of them, and what became of each."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import BigIntegerField, Count, Exists, F, Func, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from circulation.models import BulkChange, BulkLine, Hold, Loan, Transit
from circulation.rules.bulk_changes import ItemFacts
from holdings.models import Branch, Item, ItemType, ShelvingLocation

COLUMNS = (
    "home_branch_id",
    "current_branch_id",
    "location_id",
    "item_type_id",
    "status",
    "fills_own_branch_only",
    "bundle_id",
)
_ABOUT = ("due", "is_trapped", "is_travelling", "waiting", "contents", "record_id", "volume")
_Outcome = BulkLine.Outcome


@dataclass(frozen=True)
class Progress:
    """How far a change is, in items.

    :ivar counts: by outcome
    :ivar percent: of what was to be changed, or undone
    """

    counts: dict[str, int]
    percent: int


@dataclass(frozen=True)
class WhatChanges:
    """What every item gets, with the rows that its numbers stand for; None for what stays."""

    branch: Branch | None
    room: ShelvingLocation | None
    item_type: ItemType | None
    status: str
    own_branch_only: bool | None


def facts_of_items(item_ids: Collection[int]) -> dict[int, ItemFacts]:
    """Return what's known of items by their numbers, in one statement; without what isn't there."""
    open_loan = Loan.objects.filter(item=OuterRef("pk"), returned_at__isnull=True)
    travelling = Transit.objects.filter(item=OuterRef("pk"), received_at__isnull=True, cancelled_at__isnull=True)
    rows = Item.objects.filter(pk__in=item_ids).annotate(
        due=Subquery(open_loan.values("due_date")[:1]),
        is_trapped=Exists(Hold.objects.filter(trapped_item=OuterRef("pk"), state__in=Hold.TRAPPED)),
        is_travelling=Exists(travelling),
        waiting=Coalesce(Subquery(_queue(), output_field=IntegerField()), 0),
        contents=Count("bundled"),
    )
    return {
        row["pk"]: ItemFacts(
            values={name: row[name] for name in COLUMNS},
            due=row["due"].isoformat() if row["due"] else "",
            is_trapped=row["is_trapped"],
            is_travelling=row["is_travelling"],
            waiting=row["waiting"],
            contents=row["contents"],
            record_id=row["record_id"],
            volume=row["volume"],
        )
        for row in rows.values("pk", *COLUMNS, *_ABOUT)
    }


def copies_of_titles(record_ids: Collection[int]) -> dict[tuple[int, str], int]:
    """Return how many copies of each title and volume are there to be read in this municipality."""
    copies = Item.objects.filter(record__in=record_ids).exclude(status__in=Item.NO_COPY).order_by()
    rows = copies.values_list("record_id", "volume").annotate(count=Count("pk"))
    return {(record_id, volume): count for record_id, volume, count in rows}


def items_by_barcode(barcodes: Collection[str]) -> dict[str, int]:
    """Return the numbers of the items with these barcodes."""
    return dict(Item.objects.filter(barcode__in=barcodes).values_list("barcode", "pk"))


def get_bulk_change(pk: int) -> BulkChange | None:
    """Return a change of many items with who made it, or None."""
    return BulkChange.objects.select_related("made_by").filter(pk=pk).first()


def bulk_changes() -> QuerySet[BulkChange]:
    """Return the changes that were made, the newest first."""
    return BulkChange.objects.exclude(state=BulkChange.State.PROPOSED).select_related("made_by")


def progress_of(bulk: BulkChange) -> Progress:
    """Return how far a change is."""
    rows = BulkLine.objects.filter(bulk=bulk).order_by().values_list("outcome").annotate(count=Count("pk"))
    counts: dict[str, int] = dict(rows)
    undone = counts.get(_Outcome.UNDONE, 0) + counts.get(_Outcome.KEPT, 0)
    changed = counts.get(_Outcome.CHANGED, 0)
    done, left = changed, counts.get(_Outcome.TO_DO, 0)
    if bulk.state in (BulkChange.State.UNDOING, BulkChange.State.UNDONE):
        done, left = undone, changed
    return Progress(counts, 100 * done // (done + left) if done + left else 100)


def lines_of(bulk: BulkChange) -> QuerySet[BulkLine]:
    """Return all lines of a change with their items and titles, in the list's order."""
    lines = BulkLine.objects.filter(bulk=bulk).select_related("item__record")
    return lines.defer("item__record__raw").order_by("position")


def lines_not_changed(bulk: BulkChange) -> QuerySet[BulkLine]:
    """Return the lines that can't be changed, or couldn't be undone, with items and titles, in the list's order."""
    lines = BulkLine.objects.filter(bulk=bulk, outcome__in=(_Outcome.REFUSED, _Outcome.KEPT))
    return lines.select_related("item__record").defer("item__record__raw").order_by("position")


def lines_to_change(bulk: BulkChange) -> QuerySet[BulkLine]:
    """Return the lines that are to be changed, or once it's begun were, with items and titles, in the list's order."""
    is_proposed = bulk.state == BulkChange.State.PROPOSED
    lines = BulkLine.objects.filter(bulk=bulk, outcome=_Outcome.TO_DO if is_proposed else _Outcome.CHANGED)
    return lines.select_related("item__record").defer("item__record__raw").order_by("position")


def reason_counts(bulk: BulkChange) -> dict[str, int]:
    """Return how many lines each code stands against, the most frequent first."""
    counts: Counter[str] = Counter()
    for reasons in lines_not_changed(bulk).values_list("reasons", flat=True):
        counts.update({code for code, _facts in reasons})
    return dict(counts.most_common())


def what_changes(bulk: BulkChange) -> WhatChanges:
    """Return what a change gives every item."""
    changes = bulk.changes
    return WhatChanges(
        branch=Branch.objects.filter(pk=changes.get("home_branch_id")).first(),
        room=ShelvingLocation.objects.filter(pk=changes.get("location_id")).select_related("branch").first(),
        item_type=ItemType.objects.filter(pk=changes.get("item_type_id")).first(),
        status=changes.get("status", ""),
        own_branch_only=changes.get("fills_own_branch_only"),
    )


def barcodes_of(items: QuerySet[Item], *, most: int) -> list[str]:
    """Return the barcodes of the first items of a list."""
    return list(items.values_list("barcode", flat=True)[:most])


def barcodes_of_record(record_id: int) -> list[str]:
    """Return the barcodes of a title's items that aren't withdrawn, the newest first."""
    items = Item.objects.filter(record=record_id).exclude(status=Item.Status.WITHDRAWN)
    return list(items.order_by("-pk").values_list("barcode", flat=True))


def barcodes_of_bulk(bulk_id: int) -> list[str]:
    """Return the barcodes of the items that a change is about and that can be changed, in its order."""
    lines = BulkLine.objects.filter(bulk=bulk_id, item__isnull=False).exclude(outcome=_Outcome.REFUSED)
    return list(lines.order_by("position").values_list("barcode", flat=True))


def _queue() -> Any:
    """How many holds in the queue an item could fill: those for it, for its title or volume, or for any edition."""
    editions: Any = Func(
        OuterRef("record_id"), template="ARRAY[%(expressions)s]", output_field=ArrayField(BigIntegerField())
    )
    title = Q(record=OuterRef("record_id"), item__isnull=True) & (Q(volume="") | Q(volume=OuterRef("volume")))
    fits = Q(item=OuterRef("pk")) | title | Q(any_edition=True, edition_ids__contains=editions)
    holds = Hold.objects.filter(fits, state=Hold.State.QUEUED).order_by()
    return holds.annotate(one=F("state")).values("one").annotate(count=Count("pk")).values("count")
