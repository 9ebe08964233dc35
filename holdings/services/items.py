"""Adds items to records and changes what they are; what becomes of them at the desk is circulation's business."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from catalogue.models import BibliographicRecord
from catalogue.services.standing import standing_record
from common.audit import record as record_entry
from common.barcodes import BarcodeScheme, clean_barcode
from common.errors import Reason
from holdings import errors
from holdings.errors import ItemRefused
from holdings.models import Branch, Item, ItemType, ShelvingLocation
from holdings.selectors import lock_item
from holdings.services.telling import tell_of_item
from tenants.selectors import current_municipality

# What staff may say of an item; the others come and go with loans, holds and transits.
STAFF_STATUSES = (
    Item.Status.AVAILABLE,
    Item.Status.REFERENCE_ONLY,
    Item.Status.ON_ORDER,
    Item.Status.IN_PROCESS,
    Item.Status.MISSING,
    Item.Status.LOST,
    Item.Status.WITHDRAWN,
)
# Staff say that an item is lost, but a scan that it isn't any more: it may be on loan still, and be paid for.
_ENDED_BY_SCANS = (*(status for status in Item.Status if status not in STAFF_STATUSES), Item.Status.LOST)
_HIGHEST_PRICE = Decimal("99999.99")
_LONGEST_BARCODE = 32


@dataclass(frozen=True)
class ItemDetails:
    """What staff write down of an item.

    :ivar status: one of `STAFF_STATUSES`
    :ivar parts: how many loose parts the desk counts, and `parts_note` what they are
    """

    item_type: ItemType
    home_branch: Branch
    location: ShelvingLocation | None = None
    call_number: str = ""
    price: Decimal = Decimal("0.00")
    status: str = Item.Status.AVAILABLE
    note: str = ""
    acquired_on: date | None = field(default=None)
    volume: str = ""
    fills_own_branch_only: bool = False
    parts: int = 0
    parts_note: str = ""


def add_item(*, record: BibliographicRecord, barcode: str, details: ItemDetails, actor: Any, now: datetime) -> Item:
    """Add an item to a record, or to the one that it was merged into; it's at its home branch.

    :raises ItemRefused: with every reason found: its barcode, price, location or status, or a deleted record
    """
    barcode = clean_barcode(barcode)
    try:
        with transaction.atomic():
            reasons = [*reasons_against_barcode(barcode), *_detail_reasons(details)]
            if record.deleted_at is not None and record.merged_into_id is None:
                reasons.append(Reason(errors.RECORD_DELETED))
            if reasons:
                raise ItemRefused(reasons)
            record_id = standing_record(record.pk)
            if record_id is None:
                raise ItemRefused([Reason(errors.RECORD_DELETED)])
            item = Item(record_id=record_id, barcode=barcode, current_branch=details.home_branch)
            _write(item, details)
            item.save(force_insert=True)
            record_entry(action="holdings.add_item", actor=actor, subject=item, facts={"barcode": barcode})
            tell_of_item(item, now)
    except IntegrityError as error:
        # Two people added the same barcode at once.
        raise ItemRefused(list(_taken(barcode)) or [Reason(errors.BARCODE_MALFORMED)]) from error
    return item


def change_item(*, item: Item, details: ItemDetails, actor: Any, now: datetime) -> Item:
    """Change what an item is; its barcode and record stay.

    :raises ItemRefused: with every reason found; ITEM_IN_CIRCULATION when its status would change while it's on loan,
        on the hold shelf, in transit or lost
    """
    with transaction.atomic():
        locked = lock_item(item.pk)
        if locked is None:
            raise ItemRefused([Reason(errors.ITEM_GONE)])
        reasons = _detail_reasons(details, locked)
        if reasons:
            raise ItemRefused(reasons)
        before = _facts_of(locked)
        branches = [before["home_branch"], details.home_branch.code]
        if locked.status not in STAFF_STATUSES:
            details = ItemDetails(**{**_as_values(details), "status": locked.status})
        if locked.current_branch_id == locked.home_branch_id and locked.status in STAFF_STATUSES:
            locked.current_branch = details.home_branch
        _write(locked, details)
        locked.save()
        after = _facts_of(locked)
        changed = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
        if changed:
            record_entry(action="holdings.change_item", actor=actor, subject=locked, facts=changed)
            tell_of_item(locked, now, at=branches)
        return locked


def reasons_against_item(barcode: str, details: ItemDetails, item: Item | None = None) -> list[Reason]:
    """Return what would stand against adding an item as things are now, but for its record.

    :param item: one on order that's to become it; it keeps its barcode unless another is given
    """
    barcode = clean_barcode(barcode)
    keeps = item is not None and barcode in ("", item.barcode)
    with transaction.atomic():
        return [*(() if keeps else reasons_against_barcode(barcode)), *_detail_reasons(details)]


def statuses_to_choose(item: Item | None) -> tuple[Item.Status, ...]:
    """Return what staff may say of an item, or of a new one: only what it is already where scans decide over it."""
    return (Item.Status(item.status),) if item is not None and item.status in _ENDED_BY_SCANS else STAFF_STATUSES


def move_home(item: Item, branch: Branch, *, now: datetime) -> None:
    """Let a locked item belong to another branch, in its room of the same name if it has one.

    The caller writes the audit entry, and saves the item's state; its home and room are saved here.
    """
    before = item.home_branch_id
    rooms = _locked_rooms().filter(branch=branch)
    item.home_branch, item.location = branch, rooms.filter(name=item.location.name).first() if item.location else None
    item.save(update_fields=["home_branch", "location"])
    codes = Branch.objects.filter(pk__in=(before, branch.pk)).values_list("code", flat=True)
    tell_of_item(item, now, at=codes)


def _write(item: Item, details: ItemDetails) -> None:
    for name, value in _as_values(details).items():
        setattr(item, name, value)
    item.parts_missing = min(item.parts_missing, item.parts)


def _as_values(details: ItemDetails) -> dict[str, Any]:
    return {each.name: getattr(details, each.name) for each in fields(details)}


def _facts_of(item: Item) -> dict[str, Any]:
    return {
        "item_type": item.item_type.code,
        "home_branch": item.home_branch.code,
        "location_id": item.location_id,
        "call_number": item.call_number,
        "price": str(item.price),
        "status": item.status,
        "note": item.note,
        "acquired_on": item.acquired_on.isoformat() if item.acquired_on else None,
        "parts": item.parts,
        "parts_note": item.parts_note,
        "volume": item.volume,
        "fills_own_branch_only": item.fills_own_branch_only,
    }


def reasons_against_barcode(barcode: str) -> Iterable[Reason]:
    """Return what stands against giving an item this barcode, which is clean."""
    if not barcode:
        yield Reason(errors.BARCODE_MISSING)
        return
    scheme = _scheme(current_municipality().barcode_schemes)
    problem = scheme.problem(barcode) if scheme else None
    if scheme is None and (len(barcode) > _LONGEST_BARCODE or not barcode.isascii()):
        problem = "LENGTH"
    if problem:
        yield Reason(errors.BARCODE_MALFORMED, facts={"scheme": problem, "barcode": barcode[:40]})
    yield from _taken(barcode)


def _taken(barcode: str) -> Iterable[Reason]:
    other = Item.objects.filter(barcode=barcode).values_list("record_id", flat=True).first()
    if other is not None:
        yield Reason(errors.BARCODE_TAKEN, facts={"barcode": barcode, "record_id": other})


def _scheme(schemes: Mapping[str, Any]) -> BarcodeScheme | None:
    # A municipality without a scheme takes any barcode.
    return BarcodeScheme(**schemes["item"]) if schemes.get("item") else None


def _detail_reasons(details: ItemDetails, item: Item | None = None) -> list[Reason]:
    reasons = []
    price = details.price
    if not price.is_finite() or not 0 <= price <= _HIGHEST_PRICE:
        reasons.append(Reason(errors.PRICE_NOT_VALID))
    if details.location is not None and details.location.branch_id != details.home_branch.pk:
        reasons.append(Reason(errors.LOCATION_ELSEWHERE))
    if (room := details.location) and not _locked_rooms().filter(pk=room.pk).exists():
        reasons.append(Reason(errors.LOCATION_GONE))
    in_circulation = item is not None and item.status in _ENDED_BY_SCANS
    if in_circulation and item is not None and details.status != item.status:
        reasons.append(Reason(errors.ITEM_IN_CIRCULATION, facts={"status": item.status}))
    if not in_circulation and details.status not in STAFF_STATUSES:
        reasons.append(Reason(errors.STATUS_NOT_FOR_STAFF, facts={"status": details.status}))
    return reasons


def _locked_rooms() -> QuerySet[ShelvingLocation]:
    """Rooms that nobody takes away before the items that are to belong there do."""
    return ShelvingLocation.objects.select_for_update(no_key=True)
