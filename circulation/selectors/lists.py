"""Today's work at a branch: holds to fetch from the shelves, the hold shelf to clear, items on their way here."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from circulation.models import Hold, Transit
from circulation.rules.holds import may_fill
from circulation.rules.picking import OnShelf, Wanted, plan_picks
from circulation.selectors.holds import holds_with_record
from circulation.selectors.loans import count_overdue, overdue_loans
from circulation.selectors.rule_books import RuleBook, rule_book
from holdings.models import Branch, Item

__all__ = [
    "PickLine",
    "ShelfLine",
    "count_overdue",
    "holds_to_pick",
    "overdue_loans",
    "ready_holds",
    "shelf_to_clear",
    "transits_to",
]

_FOR_ITEM = ("home_branch", "current_branch", "location", "item_type", "record")


@dataclass(frozen=True)
class PickLine:
    """An item to fetch from the shelf, and for whom.

    :ivar item: with `record`, `location` and `item_type` at hand
    :ivar hold: with `patron` and `pickup_branch` at hand
    """

    item: Item
    hold: Hold


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


def holds_to_pick(branch: Branch, *, now: datetime) -> list[PickLine]:
    """Return what the branch should fetch from its shelves for holds, in the order of the shelves."""
    book, today = rule_book(), timezone.localdate(now)
    shelves = _on_shelves()
    # A hold is never planned twice: the plan is made for all branches, and each reads its own part.
    picks = plan_picks(_queue(now), shelves, lambda hold, item: _may_have(hold, item, book, today))
    here = {item.item_id for item in shelves if item.branch_id == branch.pk}
    wanted = {hold_id: item_id for hold_id, item_id in picks.items() if item_id in here}
    items = Item.objects.select_related(*_FOR_ITEM).defer("record__raw").in_bulk(wanted.values())
    holds = Hold.objects.select_related("patron", "pickup_branch").in_bulk(wanted)
    lines = [PickLine(items[item_id], holds[hold_id]) for hold_id, item_id in wanted.items()]
    return sorted(lines, key=lambda line: _place(line.item))


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


def ready_holds(branch: Branch) -> list[Hold]:
    """Return what lies ready at the branch, by shelf number."""
    return list(holds_with_record().filter(pickup_branch=branch, state=Hold.State.READY).order_by("shelf_number", "pk"))


def _queue(now: datetime) -> Iterable[Wanted]:
    today = timezone.localdate(now)
    on_shelf = Item.objects.filter(record=OuterRef("record"), status=Item.Status.AVAILABLE)
    rows = (
        Hold.objects.filter(
            Q(suspended_until__isnull=True) | Q(suspended_until__lte=today), Exists(on_shelf), state=Hold.State.QUEUED
        )
        .order_by("-priority", "requested_at", "pk")
        .values_list(
            "pk",
            "record_id",
            "pickup_branch_id",
            "patron__category_id",
            "patron__home_branch_id",
            "item_id",
            "patron__municipality_code",
        )
    )
    return [Wanted(*row) for row in rows]


def _on_shelves() -> list[OnShelf]:
    waited_for = Hold.objects.filter(record=OuterRef("record"), state=Hold.State.QUEUED)
    rows = (
        Item.objects.filter(Exists(waited_for), status=Item.Status.AVAILABLE, is_damaged=False, bundle__isnull=True)
        .order_by("pk")
        .values_list("pk", "record_id", "current_branch_id", "home_branch_id", "item_type_id")
    )
    return [OnShelf(*row) for row in rows]


def _may_have(hold: Wanted, item: OnShelf, book: RuleBook, on: date) -> bool:
    rules = book.resolved_for_hold(
        pickup_id=hold.pickup_branch_id,
        category_id=hold.category_id,
        patron_home_id=hold.patron_home_branch_id,
        municipality_code=hold.municipality_code,
        item_type_id=item.item_type_id,
        item_home_id=item.home_branch_id,
        on=on,
    )
    return may_fill(
        rules,
        pickup_branch_id=hold.pickup_branch_id,
        item_home_id=item.home_branch_id,
        patron_home_id=hold.patron_home_branch_id,
    )


def _place(item: Item) -> tuple[str, str, str]:
    return (item.location.name if item.location else "", item.call_number, item.barcode)
