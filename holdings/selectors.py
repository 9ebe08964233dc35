"""Finds and locks items, and lists branches."""

from django.db.models import QuerySet

from common.barcodes import clean_barcode
from holdings.models import Branch, Item, ItemType, ShelvingLocation

# What screens and slips show of the record that an item belongs to; the MARC record itself stays where it is.
_RECORD = ("record__title", "record__remainder", "record__author", "record__material_type", "record__year")
_ITEM = tuple(field.name for field in Item._meta.concrete_fields)


def items_with_record() -> QuerySet[Item]:
    """Return items that carry what's shown of their record, in the same query."""
    return Item.objects.select_related("record").only(*_ITEM, *_RECORD)


def get_item_by_barcode(barcode: str) -> Item | None:
    """Return the item with this barcode, with its record, or None."""
    cleaned = clean_barcode(barcode)
    return items_with_record().filter(barcode=cleaned).first() if cleaned else None


def get_item(item_id: int) -> Item | None:
    """Return the item with this number, with its record, or None."""
    return items_with_record().filter(pk=item_id).first()


def lock_item(item_id: int) -> Item | None:
    """Lock an item until the transaction ends and return it with its record, or None.

    Every change of an item's state, its loan, holds on it and transits begins here, so they queue up behind each other.
    """
    return items_with_record().select_for_update(of=("self",), no_key=True).filter(pk=item_id).first()


def items_of(record_id: int) -> list[Item]:
    """Return the items of a title that aren't withdrawn, with branch, location and type, by branch."""
    return list(
        Item.objects.filter(record_id=record_id)
        .exclude(status=Item.Status.WITHDRAWN)
        .select_related("home_branch", "current_branch", "location", "item_type")
        .order_by("home_branch__position", "home_branch__name", "call_number", "barcode")
    )


def branches_in_service() -> list[Branch]:
    """Return the branches that are open for business, in the municipality's order."""
    return list(Branch.objects.filter(is_open_for_business=True))


def pickup_branches() -> list[Branch]:
    """Return the branches where holds can be picked up."""
    return list(Branch.objects.filter(is_open_for_business=True, is_pickup_place=True))


def get_branch(branch_id: int) -> Branch | None:
    """Return a branch, or None."""
    return Branch.objects.filter(pk=branch_id).first()


def item_types() -> list[ItemType]:
    """Return the item types in the municipality's order."""
    return list(ItemType.objects.all())


def locations_of(branch_id: int) -> list[ShelvingLocation]:
    """Return the rooms of a branch."""
    return list(ShelvingLocation.objects.filter(branch_id=branch_id))
