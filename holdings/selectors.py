"""Finds and locks items, and lists branches."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta
from itertools import islice

from django.db.models import Count, Exists, F, ForeignObjectRel, Max, Min, Model, OuterRef, Prefetch, Q, QuerySet, Sum
from django.db.models.functions import Length

from catalogue.rules.issues import issue_name
from common.barcodes import BarcodeScheme, clean_barcode
from common.keyed_reads import KeyedRead
from common.prepared_statements import all_rows, one_row
from holdings.models import (
    Branch,
    BranchGroup,
    CalendarDay,
    Item,
    ItemType,
    OpeningHours,
    Order,
    OrderedItem,
    ShelvingLocation,
    YearlyClosedDay,
)
from tenants.selectors import current_municipality

# What screens and slips show of the record that an item belongs to; the MARC record itself stays where it is.
_RECORD = ("title", "remainder", "author", "material_type", "year")
_ITEM = tuple(field.name for field in Item._meta.concrete_fields)
_GONE = (Item.Status.LOST, Item.Status.MISSING, Item.Status.WITHDRAWN)
_lock_item = KeyedRead(Item, lock=True, along={"record": _RECORD})
_item_by_barcode = KeyedRead(Item, key="barcode", along={"record": _RECORD})


def items_with_record() -> QuerySet[Item]:
    """Return items that carry what's shown of their record, in the same query."""
    return Item.objects.select_related("record").only(*_ITEM, *(f"record__{name}" for name in _RECORD))


def get_item_by_barcode(barcode: str) -> Item | None:
    """Return the item with this barcode, with its record, or None."""
    cleaned = clean_barcode(barcode)
    return _item_by_barcode(cleaned) if cleaned else None


def title_with_barcode(text: str) -> int | None:
    """Return the title of the item with this barcode, or None: of what's typed, hardly anything is one."""
    cleaned = clean_barcode(text)
    row = one_row("SELECT record_id FROM holdings_item WHERE barcode = %s", [cleaned]) if cleaned else None
    return row[0] if row else None


def get_item(item_id: int) -> Item | None:
    """Return the item with this number, with its record, or None."""
    return items_with_record().filter(pk=item_id).first()


def lock_item(item_id: int) -> Item | None:
    """Lock an item until the transaction ends and return it with its record, or None.

    Every change of an item's state, its loan, holds on it and transits begins here, so they queue up behind each other.
    """
    return _lock_item(item_id)


def is_named_elsewhere(item: Item, *, but: type[Model]) -> bool:
    """Say whether anything refers to an item: a loan, a hold, a journey, a collection, a bundle, a bulk change.

    :param but: what says how it came
    """
    # Also what an item can't be asked for, such as the holds on it.
    fields = item._meta.get_fields(include_hidden=True)
    return any(
        each.related_model._base_manager.filter(**{each.field.name: item.pk}).exists()
        for each in fields
        if isinstance(each, ForeignObjectRel) and each.related_model is not but
    )


def next_barcode() -> str:
    """Return the next number of the municipality's barcodes; nothing when it has no scheme or no number is left."""
    return next(iter(next_barcodes(1)), "")


def next_barcodes(count: int) -> list[str]:
    """Return the next few numbers of the municipality's barcodes, fewer where none are left."""
    schemes = current_municipality().barcode_schemes
    if not schemes.get("item"):
        return []
    scheme = BarcodeScheme(**schemes["item"])
    taken = Item.objects.annotate(characters=Length("barcode")).filter(
        barcode__startswith=scheme.prefix, characters=scheme.length
    )
    # A label from elsewhere may begin alike, so the highest few are looked at.
    highest = next(
        filter(None, map(scheme.serial, taken.order_by("-barcode").values_list("barcode", flat=True)[:20])), 0
    )
    return list(islice(_made(scheme, range(highest + 1, highest + 20 + 2 * count)), count))


def _made(scheme: BarcodeScheme, serials: Iterable[int]) -> Iterator[str]:
    for serial in serials:
        try:
            yield scheme.make(serial)
        except ValueError:
            # Some numbers have no mod 11 check digit.
            continue


def items_of(record_id: int) -> list[Item]:
    """Return the items of a title that aren't withdrawn, with branch, location and type, by branch."""
    return list(
        Item.objects.filter(record_id=record_id)
        .exclude(status=Item.Status.WITHDRAWN)
        .select_related("home_branch", "current_branch", "location", "item_type")
        .order_by("home_branch__position", "home_branch__name", "call_number", "barcode")
    )


def newest_item() -> int:
    """Return the number of the newest item, 0 where there's none; later ones have higher numbers."""
    return Item.objects.aggregate(newest=Max("pk"))["newest"] or 0


def titles_new_here(*, after: int, until: int, branches: Collection[str] = (), most: int) -> dict[int, int]:
    """Return the titles that came to the library, or to some of its branches, between two items.

    A further item of a title that it has, or had, isn't a new title.

    :param after: the number of the last item before
    :param until: the number of the last item that counts
    :param branches: codes of branches; none for the whole library
    :param most: so many titles at most, any of them
    :returns: {record id: number of its first item}
    """
    items = Item.objects.filter(home_branch__code__in=branches) if branches else Item.objects.all()
    # The few new ones first: all of a library's items are many.
    lately = items.filter(pk__gt=after, pk__lte=until)
    known = items.filter(record=OuterRef("record"), pk__lte=after)
    return dict(lately.exclude(Exists(known)).order_by().values_list("record").annotate(first=Min("pk"))[:most])


def contents_of(item_id: int) -> list[Item]:
    """Return the items that are kept in this one, with their titles."""
    return list(items_with_record().filter(bundle=item_id).order_by("barcode"))


def volumes_of(record_id: int) -> list[str]:
    """Return the volumes or issues that the municipality has of a title, each once; issues newest first."""
    here = Item.objects.filter(record_id=record_id).exclude(volume="").exclude(status__in=_GONE)
    volumes = here.values_list("volume", flat=True).distinct()
    issues = {volume: name for volume in volumes if (name := issue_name(volume))}
    others = sorted(set(volumes) - set(issues), key=lambda volume: (len(volume), volume))
    return [*sorted(issues, key=lambda volume: issues[volume].order, reverse=True), *others]


@dataclass(frozen=True)
class OrderFilter:
    """Which orders are wanted.

    :ivar late_on: those that were expected before this day, and of which something is awaited
    :ivar with_closed: also those of which nothing is awaited any more
    """

    supplier: str = ""
    branch_id: int | None = None
    late_on: date | None = None
    with_closed: bool = False


def orders_like(wanted: OrderFilter) -> QuerySet[Order]:
    """Return orders with how many copies they have, how many of them are awaited, and what all cost together.

    Open ones by the day on which they're expected, earliest first; with the closed ones among them the newest first.
    """
    awaited = Q(copies__item__status=Item.Status.ON_ORDER)
    rows = Order.objects.annotate(
        in_all=Count("copies"), awaited=Count("copies", filter=awaited), cost=Sum("copies__item__price")
    )
    if wanted.with_closed:
        rows = rows.order_by("-ordered_on", "-pk")
    else:
        rows = rows.filter(awaited__gt=0).order_by(F("expected_on").asc(nulls_last=True), "ordered_on", "pk")
    if wanted.late_on:
        rows = rows.filter(expected_on__lt=wanted.late_on, awaited__gt=0)
    if wanted.supplier:
        rows = rows.filter(supplier=wanted.supplier)
    if wanted.branch_id:
        rows = rows.filter(Exists(OrderedItem.objects.filter(order=OuterRef("pk"), item__home_branch=wanted.branch_id)))
    return rows


def get_order(pk: int) -> Order | None:
    """Return an order with its counts, or None; see `orders_like`."""
    return orders_like(OrderFilter(with_closed=True)).filter(pk=pk).first()


def copies_of(order_id: int) -> list[Item]:
    """Return an order's copies with branch and room, those that are awaited first."""
    copies = items_with_record().filter(ordered__order=order_id).select_related("record", "home_branch", "location")
    return sorted(copies.order_by("pk"), key=lambda item: item.status != Item.Status.ON_ORDER)


def order_titles(ids: Iterable[int]) -> dict[int, str]:
    """Return what was ordered, by the orders' numbers."""
    return dict(Order.objects.filter(pk__in=list(ids)).values_list("pk", "title"))


def suppliers() -> list[str]:
    """Return whom was ordered from before, by name."""
    return list(Order.objects.order_by("supplier").values_list("supplier", flat=True).distinct())


def orders_of(item_ids: Collection[int]) -> dict[int, Order]:
    """Return with which order each of these items comes or came; items that weren't ordered are out."""
    rows = OrderedItem.objects.filter(item__in=item_ids).select_related("order") if item_ids else ()
    return {row.item_id: row.order for row in rows}


def expected_at(record_id: int, today: date) -> dict[int, date]:
    """Return when the first copy of a title that's on order is expected at each branch; others are out.

    Of an order that's late nobody knows when it comes.
    """
    rows = OrderedItem.objects.filter(
        item__record=record_id, item__status=Item.Status.ON_ORDER, order__expected_on__gte=today
    )
    by_branch = rows.order_by().values_list("item__home_branch")
    return dict(by_branch.annotate(first=Min("order__expected_on")))


def branches_in_service() -> list[Branch]:
    """Return the branches that are open for business, in the municipality's order."""
    return list(Branch.objects.filter(is_open_for_business=True))


def names_in_service() -> dict[str, str]:
    """Return the names of the branches that are open for business by their codes, for what shows nothing else."""
    return dict(all_rows("SELECT code, name FROM holdings_branch WHERE is_open_for_business", []))


def pickup_branches() -> list[Branch]:
    """Return the branches where holds can be picked up."""
    return list(Branch.objects.filter(is_open_for_business=True, is_pickup_place=True))


def get_branch(branch_id: int) -> Branch | None:
    """Return a branch, or None."""
    return Branch.objects.filter(pk=branch_id).first()


def item_types() -> list[ItemType]:
    """Return the item types in the municipality's order."""
    return list(ItemType.objects.all())


def item_statuses() -> list[tuple[str, str]]:
    """Return the codes of the states of an item with their names in the reader's language."""
    return [(status.value, str(status.label)) for status in Item.Status]


def locations_of(branch_id: int) -> list[ShelvingLocation]:
    """Return the rooms of a branch."""
    return list(ShelvingLocation.objects.filter(branch_id=branch_id))


def get_room(branch_id: int, pk: int) -> ShelvingLocation | None:
    """Return a room of a branch, or None."""
    return ShelvingLocation.objects.filter(branch_id=branch_id, pk=pk).first()


def items_by_room(branch_id: int) -> dict[int, int]:
    """Return how many items belong to each room of a branch, by the room's number; one without items isn't there."""
    rooms = Item.objects.filter(home_branch=branch_id, location__isnull=False).order_by().values_list("location_id")
    return dict(rooms.annotate(count=Count("pk")))


def branch_names() -> dict[int, str]:
    """Return the names of all branches by their numbers."""
    return dict(Branch.objects.values_list("pk", "name"))


def all_branches() -> list[Branch]:
    """Return every branch, also those that have closed for good."""
    return list(Branch.objects.all())


def branch_groups() -> list[BranchGroup]:
    """Return the groups of branches, by name."""
    return list(BranchGroup.objects.order_by("name"))


def get_branch_group(pk: int) -> BranchGroup | None:
    """Return a group of branches, or None."""
    return BranchGroup.objects.filter(pk=pk).first()


def get_item_type(item_type_id: int) -> ItemType | None:
    """Return an item type, or None."""
    return ItemType.objects.filter(pk=item_type_id).first()


def week_of(branch: Branch) -> dict[int, OpeningHours]:
    """Return a branch's hours by weekday, Monday 0; a weekday that isn't there is closed."""
    return {hours.weekday: hours for hours in OpeningHours.objects.filter(branch=branch)}


def calendar_days(branch: Branch, *, since: date) -> list[CalendarDay]:
    """Return the days on which a branch differs from its week, from a day on."""
    return list(CalendarDay.objects.filter(branch=branch, date__gte=since))


def yearly_days(branch: Branch) -> list[YearlyClosedDay]:
    """Return the days on which a branch is closed every year."""
    return list(YearlyClosedDay.objects.filter(branch=branch))


@dataclass(frozen=True)
class OpenDay:
    """A weekday of a branch.

    :ivar weekday: Monday is 0
    :ivar opens: None when it's closed, and so is `closes`
    """

    weekday: int
    opens: time | None
    closes: time | None


@dataclass(frozen=True)
class BranchHours:
    """When a branch is open: its week, and the days that differ from it soon."""

    branch: Branch
    week: tuple[OpenDay, ...]
    exceptions: tuple[CalendarDay, ...]


def opening_hours(*, today: date, days_ahead: int = 60) -> list[BranchHours]:
    """Return the hours of all branches that are open for business, in four statements."""
    soon = CalendarDay.objects.filter(date__gte=today, date__lte=today + timedelta(days=days_ahead))
    branches = Branch.objects.filter(is_open_for_business=True).prefetch_related(
        "opening_hours", "yearly_closed_days", Prefetch("calendar_days", queryset=soon)
    )
    until = today + timedelta(days=days_ahead)
    return [BranchHours(branch, _week(branch), _exceptions(branch, today, until)) for branch in branches]


def _exceptions(branch: Branch, first: date, last: date) -> tuple[CalendarDay, ...]:
    """The single days, and the yearly ones that no single day opens."""
    days = {day.date: day for day in branch.calendar_days.all()}
    yearly = {(each.month, each.day): each for each in branch.yearly_closed_days.all()}
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        if (closed := yearly.get((day.month, day.day))) and day not in days:
            days[day] = CalendarDay(branch=branch, date=day, is_open=False, reason=closed.reason)
    return tuple(days[day] for day in sorted(days))


def _week(branch: Branch) -> tuple[OpenDay, ...]:
    hours = {each.weekday: each for each in branch.opening_hours.all()}
    return tuple(
        OpenDay(weekday, hours[weekday].opens, hours[weekday].closes)
        if weekday in hours
        else OpenDay(weekday, None, None)
        for weekday in range(7)
    )
