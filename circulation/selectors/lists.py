"""Today's work at a branch: the hold shelf and what's to be cleared from it, items on their way here."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q

from circulation.models import Hold, Transit
from circulation.selectors.holds import holds_with_record
from circulation.selectors.loans import count_overdue, overdue_loans
from holdings.models import Branch, Item

__all__ = [
    "ShelfLine",
    "count_overdue",
    "overdue_loans",
    "ready_holds",
    "shelf_to_clear",
    "transits_to",
]

_FOR_ITEM = ("home_branch", "current_branch", "location", "item_type", "record")


@dataclass(frozen=True)
class ShelfLine:
    """An item on the hold shelf that's not to lie there any more: scan it, and it goes where it belongs.

    :ivar hold: the hold that it lay there for, with `patron` at hand
    :ivar why: NOT_COLLECTED while the hold still waits for the night, else how it ended
    """

    item: Item
    hold: Hold
    shelf_number: int | None
    why: str


def shelf_to_clear(branch: Branch, *, today: date) -> list[ShelfLine]:
    """Return what lies on the branch's hold shelf and shouldn't, by number."""
    still_ready = Hold.objects.filter(trapped_item=OuterRef("trapped_item"), state=Hold.State.READY)
    given_up = Q(state__in=(Hold.State.CANCELLED, Hold.State.EXPIRED)) | Q(end_reason="HAS_ANOTHER")
    ended = given_up & ~Exists(still_ready)
    too_long = Q(state=Hold.State.READY, shelf_until__lt=today)
    holds = (
        Hold.objects.filter(
            ended | too_long,
            trapped_item__status=Item.Status.ON_HOLD_SHELF,
            trapped_item__current_branch=branch,
        )
        .select_related("patron", "pickup_branch", *(f"trapped_item__{name}" for name in _FOR_ITEM))
        .defer("trapped_item__record__raw")
        .order_by("trapped_item_id", "-ended_at")
        .distinct("trapped_item_id")
    )
    lines = [
        ShelfLine(hold.trapped_item, hold, hold.shelf_number, hold.end_reason or "NOT_COLLECTED")
        for hold in holds
        if hold.trapped_item is not None
    ]
    return sorted(lines, key=lambda line: (line.shelf_number or 0, line.item.pk))


def transits_to(branch: Branch) -> list[Transit]:
    """Return what's on its way to the branch, the longest first, with item, title, sender and hold."""
    return list(
        Transit.objects.filter(to_branch=branch, received_at__isnull=True, cancelled_at__isnull=True)
        .select_related("item__record", "item__item_type", "from_branch", "to_branch", "hold__patron")
        .defer("item__record__raw")
        .order_by("sent_at", "pk")
    )


def ready_holds(branch: Branch, *, today: date) -> list[Hold]:
    """Return what lies ready at the branch, by shelf number, each with its patron; not what `shelf_to_clear` has."""
    ready = holds_with_record().filter(pickup_branch=branch, state=Hold.State.READY).prefetch_related("patron")
    lies_here = Q(trapped_item__status=Item.Status.ON_HOLD_SHELF, trapped_item__current_branch=branch)
    ready = ready.exclude(lies_here, shelf_until__lt=today)
    return list(ready.order_by("shelf_number", "pk"))
