"""The pick list: what a branch fetches from its shelves for holds, and who is fetching it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from accounts.models import StaffAccount
from circulation.models import Hold, Pick
from circulation.rules.holds import ItemToFill, Waiting, fill_order, may_fill
from circulation.rules.picking import OnShelf, PickRules, plan_picks
from circulation.selectors.holds import wanted_of, whole_items
from circulation.selectors.rule_books import RuleBook, rule_book
from holdings.models import Branch, Item

# Nobody goes on fetching through the night.
FETCHING_FOR = timedelta(hours=8)

_FOR_ITEM = ("home_branch", "current_branch", "location", "item_type", "record")


@dataclass(frozen=True)
class PickLine:
    """An item to fetch from the shelf, and for whom.

    :ivar item: with `record`, `location` and `item_type` at hand
    :ivar hold: with `patron` and `pickup_branch` at hand
    :ivar fetched_by: who is fetching it just now
    """

    item: Item
    hold: Hold
    fetched_by: StaffAccount | None = None
    fetched_since: datetime | None = None


def holds_to_pick(branch: Branch, *, now: datetime) -> list[PickLine]:
    """Return what the branch should fetch from its shelves for holds, in the order of the shelves."""
    shelves = _on_shelves(now)
    here = {line.item.item_id for line in shelves if line.item.at_branch_id == branch.pk}
    if not here:
        return []
    # A hold is never planned twice: the plan is made for all branches, and each reads its own part.
    picks = _plan(shelves, now)
    wanted = {hold_id: item_id for hold_id, item_id in picks.items() if item_id in here}
    items = Item.objects.select_related(*_FOR_ITEM).defer("record__raw").in_bulk(wanted.values())
    holds = Hold.objects.select_related("patron", "pickup_branch").in_bulk(wanted)
    fetching = {pick.item_id: pick for pick in picks_now(now).filter(item__in=items).select_related("started_by")}
    lines = []
    for hold_id, item_id in wanted.items():
        pick = fetching.get(item_id)
        lines.append(
            PickLine(
                items[item_id],
                holds[hold_id],
                pick.started_by if pick else None,
                pick.started_at if pick else None,
            )
        )
    return sorted(lines, key=lambda line: _place(line.item))


def picks_now(now: datetime) -> QuerySet[Pick]:
    """Return who is fetching what: for a hold that waits, an item that hasn't been scanned since, for a few hours."""
    return Pick.objects.filter(
        Q(item__last_seen_at__isnull=True) | Q(item__last_seen_at__lt=F("started_at")),
        started_at__gt=now - FETCHING_FOR,
        item__status=Item.Status.AVAILABLE,
        hold__state=Hold.State.QUEUED,
    )


def _plan(shelves: list[OnShelf], now: datetime) -> dict[int, int]:
    book = rule_book()
    branch_ids = {line.item.at_branch_id for line in shelves}
    book.refresh_calendars(branch_ids)
    # Each branch's own day would differ from another's only by night.
    today = _today(book, now)
    filling = book.filling(today)

    def may_have(hold: Waiting, item: ItemToFill) -> bool:
        return may_fill(hold, item, filling)

    def order(hold: Waiting, item: ItemToFill) -> tuple[int, int]:
        return fill_order(hold, item, filling)

    rules = PickRules(
        may_have=may_have,
        order=order,
        distance=book.network.distance,
        closed={branch_id for branch_id in branch_ids if not book.known_calendar(branch_id).is_open(today)},
        being_fetched=dict(picks_now(now).values_list("hold_id", "item_id")),
    )
    return plan_picks(wanted_of([line.record_id for line in shelves], today=today), shelves, rules)


def _today(book: RuleBook, now: datetime) -> date:
    zones = sorted({branch.time_zone for branch in book.branches.values()})
    return now.astimezone(ZoneInfo(zones[0])).date() if zones else now.date()


def _on_shelves(now: datetime) -> list[OnShelf]:
    waited_for = Hold.objects.filter(record=OuterRef("record"), state=Hold.State.QUEUED)
    editions = Hold.objects.filter(
        any_edition=True, edition_ids__contains=[OuterRef("record")], state=Hold.State.QUEUED
    )
    items = whole_items().filter(Exists(waited_for) | Exists(editions), status=Item.Status.AVAILABLE)
    lines = []
    for item in items.select_related("current_branch").only(
        "record_id",
        "item_type_id",
        "home_branch_id",
        "current_branch_id",
        "volume",
        "fills_own_branch_only",
        "acquired_on",
        "not_found_at",
        "not_found_count",
        "current_branch__time_zone",
    ):
        if not _was_not_found_today(item, now):
            to_fill = ItemToFill.of(item, at_branch_id=item.current_branch_id)
            lines.append(OnShelf(item.record_id, to_fill, item.not_found_count))
    return lines


def _was_not_found_today(item: Item, now: datetime) -> bool:
    """Whether somebody has looked today; tomorrow it's looked for once more, if no other will do."""
    if item.not_found_at is None or not item.not_found_count:
        return False
    zone = ZoneInfo(item.current_branch.time_zone)
    return item.not_found_at.astimezone(zone).date() == now.astimezone(zone).date()


def _place(item: Item) -> tuple[str, str, str]:
    return (item.location.name if item.location else "", item.call_number, item.barcode)
