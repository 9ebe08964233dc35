"""Items of the municipality, narrowed down by what the desk asks for; their uses; journeys that take too long."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from circulation.models import Loan, LocalUse, Transit
from circulation.rules.whose_rules import SECTION, choices_from
from circulation.selectors.inventory import ShelfRange, between
from holdings.models import Branch, Item
from tenants.selectors import current_municipality

PAGE = 50


@dataclass(frozen=True)
class ItemFilter:
    """What a list of items is narrowed down by; what's empty narrows nothing.

    :ivar branch_id: where the items belong
    :ivar is_away: they belong to the branch and are somewhere else
    :ivar mark: how the shelf mark begins; with `last`, the first of a range
    :ivar last: the last shelf mark of a range, and all that begin with it
    :ivar not_seen_since: last seen before this moment, or never
    :ivar not_used_since: neither lent nor used in the house from this day on, and acquired before it if that's known
    """

    branch_id: int | None = None
    location_id: int | None = None
    item_type_id: int | None = None
    status: str = ""
    mark: str = ""
    last: str = ""
    is_damaged: bool = False
    has_parts_missing: bool = False
    is_away: bool = False
    not_seen_since: datetime | None = None
    not_used_since: date | None = None


def items_like(wanted: ItemFilter) -> QuerySet[Item]:
    """Return the items that fit, by shelf mark, with what a list shows; a page of them is for the caller to cut."""
    items = Item.objects.select_related("record", "home_branch", "current_branch", "location", "item_type")
    exact = {
        "home_branch": wanted.branch_id,
        "location": wanted.location_id,
        "item_type": wanted.item_type_id,
        "status": wanted.status or None,
        "is_damaged": wanted.is_damaged or None,
    }
    items = items.filter(**{name: value for name, value in exact.items() if value is not None})
    if wanted.last:
        items = between(items, ShelfRange(0, first=wanted.mark, last=wanted.last))
    elif wanted.mark:
        items = items.filter(call_number__istartswith=wanted.mark)
    if wanted.has_parts_missing:
        items = items.filter(parts_missing__gt=0)
    if wanted.is_away and wanted.branch_id is not None:
        items = items.exclude(current_branch=wanted.branch_id)
    if wanted.not_seen_since is not None:
        items = items.filter(Q(last_seen_at__isnull=True) | Q(last_seen_at__lt=wanted.not_seen_since))
    if wanted.not_used_since is not None:
        items = not_used_since(items, wanted.not_used_since)
    return items.defer("record__raw").order_by("call_number", "barcode", "pk")


def items_with_barcodes(barcodes: Sequence[str]) -> list[Item]:
    """Return the items with these barcodes, with title and room, in the list's order; without what isn't there."""
    rows = Item.objects.filter(barcode__in=barcodes).select_related("record", "location").defer("record__raw")
    found = {item.barcode: item for item in rows}
    return [found[barcode] for barcode in barcodes if barcode in found]


def not_used_since(items: QuerySet[Item], day: date) -> QuerySet[Item]:
    """Return those of the items that were neither lent nor used in the house from a day on, and aren't newer."""
    lent = Loan.objects.filter(Q(loaned_on__gte=day) | Q(returned_at__isnull=True), item=OuterRef("pk"))
    used = LocalUse.objects.filter(item=OuterRef("pk"), used_on__gte=day)
    is_old = Q(acquired_on__isnull=True) | Q(acquired_on__lt=day)
    return items.filter(is_old, ~Exists(lent.filter(undone_at__isnull=True)), ~Exists(used))


def uses_in_house(item_id: int) -> int:
    """Return how often the item was read at a table and put back, in all branches."""
    return LocalUse.objects.filter(item=item_id).count()


def transit_days() -> int:
    """Return after how many days on its way an item is late in this municipality."""
    return choices_from(current_municipality().settings.get(SECTION, {})).transit_days


def late_transits(branch: Branch, *, now: datetime) -> list[Transit]:
    """Return what's late on its way from or to the branch, the longest on the way first."""
    late = Transit.objects.filter(
        Q(to_branch=branch) | Q(from_branch=branch),
        received_at__isnull=True,
        cancelled_at__isnull=True,
        sent_at__lt=now - timedelta(days=transit_days()),
    )
    rows = late.select_related("item__record", "item__item_type", "from_branch", "to_branch", "hold__patron")
    return list(rows.defer("item__record__raw").order_by("sent_at", "pk"))
