"""Orders of copies: made, changed, extended, claimed and cancelled; each copy is an item on order until it arrives."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from catalogue.models import BibliographicRecord
from common.audit import record as record_entry
from common.barcodes import clean_barcode
from common.errors import Reason
from holdings import errors
from holdings.errors import ItemRefused, OrderRefused
from holdings.models import Branch, Item, ItemType, Order, OrderedItem, ShelvingLocation
from holdings.selectors import is_named_elsewhere, lock_item, next_barcodes
from holdings.services.items import ItemDetails, add_item, reasons_against_barcode
from holdings.services.telling import tell_of_items, told_last

MOST_COPIES = 200
# Days that an order's days may be away from today: anything else is a slip of the key.
_FARTHEST = 3660
# How often other numbers are taken when somebody else was faster with the first ones.
_TRIES = 5
_ON_ORDER = Item.Status.ON_ORDER
_LONGEST_TITLE = 300


@dataclass(frozen=True)
class OrderFacts:
    """What an order says; see `holdings.models.Order`."""

    supplier: str
    ordered_on: date
    expected_on: date | None = None
    number: str = ""
    note: str = ""


@dataclass(frozen=True)
class BranchCopies:
    """How many copies a branch gets."""

    branch: Branch
    count: int
    location: ShelvingLocation | None = None


@dataclass(frozen=True)
class Copies:
    """The copies to order.

    :ivar price: of each
    """

    item_type: ItemType
    shares: Sequence[BranchCopies]
    price: Decimal = Decimal("0.00")

    @property
    def count(self) -> int:
        """How many they are in all."""
        return sum(each.count for each in self.shares)


def order_copies(*, record: BibliographicRecord, facts: OrderFacts, copies: Copies, actor: Any, now: datetime) -> Order:
    """Note an order, and make its copies: items on order under the next free barcodes, for which holds may wait.

    :raises OrderRefused: with every reason found against the order
    :raises ItemRefused: with every reason against its copies
    """
    if reasons := [*_fact_reasons(facts, now), *_count_reasons(copies)]:
        raise OrderRefused(reasons)

    def make() -> Order:
        made = Order.objects.create(title=record.title[:_LONGEST_TITLE], **_values(facts))
        _add(made, record, copies, actor, now)
        told = {name: _as_told(value) for name, value in _values(facts).items()}
        told |= {"title": made.title, "copies": copies.count, "record_id": record.pk}
        record_entry(action="holdings.order_copies", actor=actor, subject=made, facts=told)
        return made

    return _with_free_barcodes(make, now)


def order_more(*, order_id: int, copies: Copies, actor: Any, now: datetime) -> Order:
    """Add copies to an order, of the title that its others are of.

    :raises OrderRefused: ORDER_GONE, ORDER_WITHOUT_TITLE, NO_COPIES or TOO_MANY_COPIES
    :raises ItemRefused: with every reason against the copies
    """
    if reasons := _count_reasons(copies):
        raise OrderRefused(reasons)

    def make() -> Order:
        order = _locked(order_id)
        newest = Item.objects.filter(ordered__order=order).order_by("-pk").select_related("record").first()
        if newest is None:
            raise OrderRefused([Reason(errors.ORDER_WITHOUT_TITLE)])
        _add(order, newest.record, copies, actor, now)
        record_entry(action="holdings.order_more_copies", actor=actor, subject=order, facts={"copies": copies.count})
        return order

    return _with_free_barcodes(make, now)


@transaction.atomic
def change_order(*, order_id: int, facts: OrderFacts, actor: Any, now: datetime) -> Order:
    """Change what an order says; its copies stay.

    :raises OrderRefused: with every reason found
    """
    order = _locked(order_id)
    if reasons := _fact_reasons(facts, now):
        raise OrderRefused(reasons)
    values = _values(facts)
    changed = {
        name: [_as_told(getattr(order, name)), _as_told(value)]
        for name, value in values.items()
        if getattr(order, name) != value
    }
    for name in changed:
        setattr(order, name, values[name])
    if changed:
        order.save(update_fields=list(changed))
        record_entry(action="holdings.change_order", actor=actor, subject=order, facts=changed)
    return order


@transaction.atomic
def claim_order(*, order_id: int, actor: Any, now: datetime) -> Order:
    """Note that the supplier was asked where an order is, and return it.

    :raises OrderRefused: ORDER_GONE, or NOTHING_ON_ORDER when nothing of it is awaited
    """
    order = _locked(order_id)
    if not Item.objects.filter(ordered__order=order, status=_ON_ORDER).exists():
        raise OrderRefused([Reason(errors.NOTHING_ON_ORDER)])
    order.claims, order.claimed_on = min(order.claims + 1, 32_767), timezone.localdate(now)
    order.save(update_fields=["claims", "claimed_on"])
    record_entry(action="holdings.claim_order", actor=actor, subject=order, facts={"claims": order.claims})
    return order


@transaction.atomic
def cancel_copies(*, order_id: int, item_ids: Collection[int], actor: Any, now: datetime) -> int:
    """Cancel copies that won't come, and return how many; their items, never used, go. All of them, or none.

    :raises OrderRefused: ORDER_GONE, NOTHING_ON_ORDER when none of them is awaited any more, or, for each that can't be
        cancelled, COPY_NOT_ON_ORDER when it has come or COPY_IN_USE when a hold names that very item
    """
    order = _locked(order_id)
    of_order = Item.objects.filter(ordered__order=order, pk__in=item_ids)
    items = list(of_order.select_for_update(of=("self",)).select_related("home_branch").order_by("pk"))
    if not items:
        raise OrderRefused([Reason(errors.NOTHING_ON_ORDER)])
    reasons = []
    for item in items:
        if item.status != _ON_ORDER:
            reasons.append(Reason(errors.COPY_NOT_ON_ORDER, facts={"barcode": item.barcode}))
        elif is_named_elsewhere(item, but=OrderedItem):
            reasons.append(Reason(errors.COPY_IN_USE, facts={"barcode": item.barcode}))
    if reasons:
        raise OrderRefused(reasons)
    codes: dict[int, list[str]] = {}
    for item in items:
        codes.setdefault(item.record_id, []).append(item.home_branch.code)
        item.delete()
    order.cancelled += len(items)
    order.save(update_fields=["cancelled"])
    told = {"copies": len(items), "barcodes": [item.barcode for item in items]}
    record_entry(action="holdings.cancel_copies", actor=actor, subject=order, facts=told)
    tell_of_items(codes, now)
    return len(items)


def label_arrived(*, item_id: int, barcode: str, actor: Any, now: datetime) -> Item:
    """Lock a copy that has arrived, give it the barcode of its label and return it; it's on order until it's scanned.

    :param barcode: empty when it keeps the one that it was ordered under
    :raises OrderRefused: COPY_NOT_ON_ORDER when it has come already, or was cancelled
    :raises ItemRefused: with every reason against the barcode
    """
    barcode = clean_barcode(barcode)
    try:
        with transaction.atomic():
            item = lock_item(item_id)
            if item is None or item.status != _ON_ORDER:
                told = {"barcode": item.barcode} if item is not None else {}
                raise OrderRefused([Reason(errors.COPY_NOT_ON_ORDER, facts=told)])
            ordered_as, barcode = item.barcode, barcode or item.barcode
            if barcode != ordered_as and (reasons := list(reasons_against_barcode(barcode))):
                raise ItemRefused(reasons)
            item.barcode, item.acquired_on = barcode, timezone.localdate(now)
            item.save(update_fields=["barcode", "acquired_on"])
            told = {"barcode": barcode, "ordered_as": ordered_as}
            record_entry(action="holdings.receive_ordered_item", actor=actor, subject=item, facts=told)
            return item
    except IntegrityError as error:
        # Another desk gave the same barcode to something else at this moment.
        raise ItemRefused([Reason(errors.BARCODE_TAKEN)]) from error


def take_label_off(*, item: Item, label: str, ordered_as: str) -> None:
    """Put a locked copy that hasn't come after all back under the barcode that it was ordered under.

    The label's is free again. If something else has the other one by now, the copy gets the next free one.

    :raises ItemRefused: BARCODE_TAKEN when there's none
    """
    if item.barcode != label:
        # Somebody has given it another one since.
        return
    for barcode in (ordered_as, *next_barcodes(_TRIES)):
        if Item.objects.filter(barcode=barcode).exclude(pk=item.pk).exists():
            continue
        try:
            with transaction.atomic():
                item.barcode, item.acquired_on = barcode, None
                item.save(update_fields=["barcode", "acquired_on"])
                return
        except IntegrityError:
            # Another desk was faster with it.
            continue
    raise ItemRefused([Reason(errors.BARCODE_TAKEN)])


def _with_free_barcodes(make: Callable[[], Order], now: datetime) -> Order:
    """Run it as one transaction, again with other numbers when somebody else has taken the next ones meanwhile."""
    for left in reversed(range(_TRIES)):
        try:
            with transaction.atomic(), told_last(now):
                return make()
        except ItemRefused as refused:
            if errors.BARCODE_TAKEN not in refused.codes or not left:
                raise
    raise AssertionError("The last try returns or raises")


def _add(order: Order, record: BibliographicRecord, copies: Copies, actor: Any, now: datetime) -> None:
    free = iter(next_barcodes(copies.count))
    before = order.copies.count() + order.cancelled
    shares = [share for share in copies.shares for _ in range(share.count)]
    added = []
    for number, share in enumerate(shares, start=before + 1):
        details = ItemDetails(
            item_type=copies.item_type,
            home_branch=share.branch,
            location=share.location,
            price=copies.price,
            status=_ON_ORDER,
        )
        # Where barcodes have no scheme a label is stuck on when it comes; till then the order's number is one.
        barcode = next(free, f"ORDER{order.pk}X{number}")
        item = add_item(record=record, barcode=barcode, details=details, actor=actor, now=now)
        added.append(OrderedItem(item=item, order=order))
    OrderedItem.objects.bulk_create(added)


def _locked(order_id: int) -> Order:
    order = Order.objects.select_for_update(no_key=True).filter(pk=order_id).first()
    if order is None:
        raise OrderRefused([Reason(errors.ORDER_GONE)])
    return order


def _values(facts: OrderFacts) -> dict[str, Any]:
    return {
        "supplier": facts.supplier.strip(),
        "number": facts.number.strip(),
        "ordered_on": facts.ordered_on,
        "expected_on": facts.expected_on,
        "note": facts.note.strip(),
    }


def _as_told(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _fact_reasons(facts: OrderFacts, now: datetime) -> list[Reason]:
    reasons, today = [], timezone.localdate(now)
    if not facts.supplier.strip():
        reasons.append(Reason(errors.SUPPLIER_MISSING))
    if abs((facts.ordered_on - today).days) > _FARTHEST:
        reasons.append(Reason(errors.ORDERED_FAR_AWAY))
    if facts.expected_on is not None:
        if abs((facts.expected_on - today).days) > _FARTHEST:
            reasons.append(Reason(errors.EXPECTED_FAR_AWAY))
        if facts.expected_on < facts.ordered_on:
            reasons.append(Reason(errors.EXPECTED_BEFORE_ORDERED))
    return reasons


def _count_reasons(copies: Copies) -> list[Reason]:
    if copies.count < 1 or any(share.count < 0 for share in copies.shares):
        return [Reason(errors.NO_COPIES)]
    if copies.count > MOST_COPIES:
        return [Reason(errors.TOO_MANY_COPIES, facts={"most": MOST_COPIES})]
    return []
