"""Items on order that come with a delivery: a scan at the desk couldn't do more, and undoing it puts them on order."""

from collections.abc import Set
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol

from django.db import IntegrityError, transaction

from catalogue.services.import_items import Delivery
from common.audit import record as record_entry
from common.errors import Reason
from holdings import errors
from holdings.errors import ItemRefused
from holdings.models import Branch, ImportedItem, Item, ItemType, ShelvingLocation
from holdings.selectors import lock_item
from holdings.services.items import ItemDetails, change_item, reasons_against_item
from holdings.services.telling import tell_of_item

_Status = Item.Status
# What a row may say of an item that has arrived; only the first is for a desk's scan to give.
_ARRIVED = (_Status.AVAILABLE, _Status.REFERENCE_ONLY, _Status.IN_PROCESS)
# What the parts of a row are called in `ItemDetails`.
_NAMED = {
    "mark": "call_number",
    "volume": "volume",
    "price": "price",
    "acquired": "acquired_on",
    "note": "note",
    "room": "location",
}
_STATE = (
    *("barcode", "item_type_id", "home_branch_id", "current_branch_id", "location_id", "call_number", "volume"),
    *("price", "note", "acquired_on", "status", "last_seen_at"),
)


class Desk(Protocol):
    """Who takes items into use that have arrived."""

    def receive(self, item: Item, *, actor: Any, now: datetime) -> int:
        """Do with an item on order what a scan at its home does, and return the number of the scan's audit entry."""

    def take_back(self, entry_id: int, *, actor: Any, now: datetime) -> bool:
        """Undo such a scan with all that it caused; return False, and do nothing, if something has happened since."""


_desks: list[Desk] = []


def register(desk: Desk) -> None:
    """Make this the desk; there's exactly one, registered when its app starts."""
    _desks[:] = [desk]


@dataclass(frozen=True)
class Row:
    """What a delivery says of an item.

    :ivar barcode: empty if the item keeps the one that it was ordered under
    :ivar named: the parts that the row has something in; the item keeps what the others say
    """

    barcode: str
    details: ItemDetails
    named: Set[str]


class OrderedItems:
    """What's on order of a title, given out row by row."""

    def __init__(self, record_id: int, barcodes: Set[str]) -> None:
        """Look at what's on order now; `barcodes` are those of all rows, each of which finds its own item first."""
        self._left = list(Item.objects.filter(record=record_id, status=_Status.ON_ORDER).order_by("pk"))
        self._named = barcodes

    def take(self, barcode: str, details: ItemDetails) -> Item | None:
        """Return the item that a row brings, once: by its barcode, or else the oldest of its branch, best of its type.

        One that was ordered for a volume comes for no other.
        """
        if details.status not in _ARRIVED:
            return None
        found = [item for item in self._left if barcode and item.barcode == barcode]
        found = found or sorted(
            (item for item in self._left if item.barcode not in self._named and _fits(item, details)),
            key=lambda item: item.item_type_id != details.item_type.pk,
        )
        if not found:
            return None
        self._left.remove(found[0])
        return found[0]


def _fits(item: Item, details: ItemDetails) -> bool:
    is_volume = not item.volume or item.volume.casefold() == details.volume.casefold()
    return is_volume and item.home_branch_id == details.home_branch.pk


def receive_ordered(*, item_id: int, row: Row, delivery: Delivery, actor: Any, now: datetime) -> Item:
    """Turn an item on order into what a delivery brings, and return it; holds get it as they do at the desk.

    :raises ItemRefused: with every reason found; ITEM_IN_USE if it isn't on order any more
    """
    try:
        with transaction.atomic():
            item = lock_item(item_id)
            if item is None or item.status != _Status.ON_ORDER:
                raise ItemRefused([Reason(errors.ITEM_IN_USE)])
            if reasons := reasons_against_item(row.barcode, row.details, item):
                raise ItemRefused(reasons)
            before = _state(item)
            change_item(item=item, details=_details(item, row), actor=actor, now=now)
            Item.objects.filter(pk=item_id).update(barcode=row.barcode or item.barcode)
            facts = {"barcode": row.barcode or item.barcode, "ordered_as": item.barcode, "run": delivery.run_id}
            record_entry(action="holdings.receive_ordered_item", actor=actor, subject=item, facts=facts)
            entry_id = None
            if row.details.status == _Status.AVAILABLE:
                entry_id = _desks[0].receive(Item.objects.get(pk=item_id), actor=actor, now=now)
            received = Item.objects.get(pk=item_id)
            ImportedItem.objects.create(
                item=received,
                run_id=delivery.run_id,
                position=delivery.position,
                arrival={"before": before, "after": _state(received), "entry_id": entry_id},
            )
            tell_of_item(received, now)
            return received
    except IntegrityError as error:
        if "barcode" not in str(error):
            raise
        raise ItemRefused([Reason(errors.BARCODE_TAKEN)]) from error


def order_again(row: ImportedItem, *, actor: Any, now: datetime) -> bool:
    """Put an item that came with a delivery back on order, with what it was; False if anybody has used it since.

    Holds that it was trapped for wait again. The caller tells of the item's branch; this, of the one that it had.
    """
    arrival: dict[str, Any] = row.arrival or {}
    before, after, entry_id = arrival["before"], arrival["after"], arrival["entry_id"]
    item = lock_item(row.item_id)
    if item is None or _state(item) != after or not _is_restorable(before, row.item_id):
        return False
    if entry_id is not None and not _desks[0].take_back(entry_id, actor=actor, now=now):
        return False
    rooms = ShelvingLocation.objects.select_for_update(no_key=True).filter(pk=before["location_id"] or 0)
    columns = {field.attname: field for field in Item._meta.concrete_fields}
    values = {name: columns[name].to_python(before[name]) for name in _STATE}
    Item.objects.filter(pk=row.item_id).update(**values | {"location_id": rooms.values_list("pk", flat=True).first()})
    ordered = Item.objects.get(pk=row.item_id)
    facts = {"barcode": after["barcode"], "ordered_as": before["barcode"], "run": row.run_id}
    record_entry(action="holdings.order_item_again", actor=actor, subject=ordered, facts=facts)
    row.delete()
    tell_of_item(ordered, now)
    return True


def _details(item: Item, row: Row) -> ItemDetails:
    """Return what the item is after the delivery, but for its status where the scan is to give that."""
    told = {name for part, name in _NAMED.items() if part in row.named}
    if row.details.home_branch.pk != item.home_branch_id:
        # Its room is of the other branch.
        told.add("location")
    kept = {name: getattr(item, name) for name in _NAMED.values() if name not in told}
    others = {name: getattr(item, name) for name in ("fills_own_branch_only", "parts", "parts_note")}
    is_scanned = row.details.status == _Status.AVAILABLE
    return replace(
        row.details, **kept, **others, status=_Status.ON_ORDER if is_scanned else _Status(row.details.status)
    )


def _state(item: Item) -> dict[str, Any]:
    return {name: _as_kept(getattr(item, name)) for name in _STATE}


def _as_kept(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if isinstance(value, date) else value


def _is_restorable(before: dict[str, Any], item_id: int) -> bool:
    """Return whether what the item was is still to be had: its barcode, its branches and its type."""
    branches = {before["home_branch_id"], before["current_branch_id"]}
    return (
        not Item.objects.filter(barcode=before["barcode"]).exclude(pk=item_id).exists()
        and Branch.objects.filter(pk__in=branches).count() == len(branches)
        and ItemType.objects.filter(pk=before["item_type_id"]).exists()
    )
