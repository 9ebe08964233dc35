"""Items that come with a delivery of records: added row by row, or what was on order; taken back while unused."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q

from catalogue.models import BibliographicRecord
from catalogue.rules.import_items import ITEM_ARRIVES
from catalogue.services import import_items
from catalogue.services.import_items import Delivery
from common.audit import record as record_entry
from common.barcodes import clean_barcode
from common.errors import Reason
from holdings import errors
from holdings.errors import ItemRefused
from holdings.models import Branch, ImportedItem, Item, ItemType, ShelvingLocation
from holdings.selectors import is_named_elsewhere
from holdings.services.items import ItemDetails, add_item, reasons_against_item
from holdings.services.ordered_items import OrderedItems, Row, order_again, receive_ordered
from holdings.services.telling import tell_of_items, told_last

_NO_PRICE = Decimal(0)
# "249,-" is written, too.
_PART = "(?P<part>[0-9]{1,2}|-)"
_PLAIN = re.compile(f"(?P<whole>[0-9]{{1,9}})(?:[.,]{_PART})?")
_GROUPS = "(?P<whole>[0-9]{1,3}(?P<between>[ .,])[0-9]{3}(?:(?P=between)[0-9]{3}){0,2})"
_IN_GROUPS = re.compile(f"{_GROUPS}(?:(?!(?P=between))[.,]{_PART})?")
_EITHER_WAY = re.compile("[0-9]+[.,][0-9]{3}")
_LONGEST = {"mark": 60, "volume": 60, "note": 200}


class ImportedItems:
    """Keeps the items of deliveries."""

    def foresee(self, record_id: int, items: Sequence[Mapping[str, str]]) -> list[Reason]:
        """Return what would stand against items as things are now, and what they'd take from each other."""
        ordered, seen = OrderedItems(record_id, _barcodes(items)), set[str]()
        reasons, arrivals = [], []
        for place, each in enumerate(items, start=1):
            barcode = clean_barcode(each.get("barcode", ""))
            details, found = _details(each)
            is_double = bool(barcode) and barcode in seen
            item = ordered.take(barcode, details) if details and not is_double else None
            if details:
                found = reasons_against_item(barcode, details, item)
            if is_double and errors.BARCODE_TAKEN not in {reason.code for reason in found}:
                found = [*found, Reason(errors.BARCODE_TAKEN)]
            seen.add(barcode)
            reasons += _about(barcode or f"#{place}", found)
            if item and not found:
                arrivals += _about(barcode or item.barcode, [Reason(ITEM_ARRIVES)])
        return reasons + arrivals

    def bring_in(
        self,
        record_id: int,
        items: Sequence[Mapping[str, str]],
        *,
        delivery: Delivery,
        actor: Any,
        now: datetime,
    ) -> tuple[int, list[Reason]]:
        """Add items to a record and return how many; each that's refused leaves the others alone."""
        record = BibliographicRecord.objects.defer("raw").get(pk=record_id)
        ordered = OrderedItems(record_id, _barcodes(items))
        added, against, arrivals = 0, list[Reason](), list[Reason]()
        for place, each in enumerate(items, start=1):
            barcode = clean_barcode(each.get("barcode", ""))
            details, wrong = _details(each)
            try:
                if details is None:
                    raise ItemRefused(wrong)
                if expected := ordered.take(barcode, details):
                    row = Row(barcode, details, named=frozenset(each))
                    item = receive_ordered(item_id=expected.pk, row=row, delivery=delivery, actor=actor, now=now)
                    arrivals += _about(item.barcode, [Reason(ITEM_ARRIVES)])
                else:
                    with transaction.atomic():
                        item = add_item(record=record, barcode=barcode, details=details, actor=actor, now=now)
                        ImportedItem.objects.create(item=item, run_id=delivery.run_id, position=delivery.position)
                added += 1
            except ItemRefused as refused:
                against += _about(barcode or f"#{place}", refused.reasons)
        return added, against + arrivals

    @contextmanager
    def all_at_once(self, record_ids: Collection[int], *, run_id: int, now: datetime) -> Iterator[None]:
        """Lock what's on order of these titles, or came with the run, and tell of all of them at the end."""
        came = ImportedItem.objects.filter(run=run_id, item__record__in=record_ids)
        wanted = Q(status=Item.Status.ON_ORDER, record__in=record_ids) | Q(pk__in=came.values("item"))
        list(Item.objects.select_for_update(of=("self",)).filter(wanted).order_by("pk").values_list("pk"))
        with told_last(now):
            yield

    @transaction.atomic
    def take_back(self, delivery: Delivery, *, actor: Any, now: datetime) -> list[Reason]:
        """Remove what came with a record, but what anybody has lent, moved, asked for or put into something since."""
        came = ImportedItem.objects.filter(run=delivery.run_id, position=delivery.position).order_by("item_id")
        rows = {row.item_id: row for row in came}
        items = list(Item.objects.select_for_update(of=("self",)).filter(pk__in=rows).order_by("pk"))
        codes: dict[int, list[str]] = {}
        kept = []
        for item in items:
            row, home = rows[item.pk], item.home_branch.code
            if row.arrival is not None:
                is_back = order_again(row, actor=actor, now=now)
            else:
                is_back = _remove(item, row, actor)
            if is_back:
                codes.setdefault(item.record_id, []).append(home)
            else:
                kept += _about(item.barcode, [Reason(errors.ITEM_IN_USE)])
        tell_of_items(codes, now)
        return kept


def register() -> None:
    """Tell imports who keeps items."""
    import_items.register(ImportedItems())


def _barcodes(items: Sequence[Mapping[str, str]]) -> frozenset[str]:
    return frozenset(clean_barcode(each.get("barcode", "")) for each in items)


def _remove(item: Item, row: ImportedItem, actor: Any) -> bool:
    """Remove an item that came with a delivery, and return whether nobody has used it."""
    if is_named_elsewhere(item, but=ImportedItem) or ImportedItem.objects.filter(item=item).exclude(pk=row.pk).exists():
        return False
    record_entry(
        action="holdings.remove_imported_item",
        actor=actor,
        subject=item,
        facts={"barcode": item.barcode, "record_id": item.record_id, "run": row.run_id},
    )
    item.delete()
    return True


def _details(values: Mapping[str, str]) -> tuple[ItemDetails | None, list[Reason]]:
    """Return what an item is as the municipality's tables have it, or what of it they don't know."""
    branch = Branch.objects.filter(code__iexact=values.get("branch", "")).first()
    item_type = ItemType.objects.filter(code__iexact=values.get("type", "")).first()
    room, name = None, values.get("room", "")
    if name and branch:
        room = ShelvingLocation.objects.filter(branch=branch, name__iexact=name).first()
    reasons = []
    if branch is None:
        reasons.append(Reason(errors.NO_SUCH_BRANCH))
    if item_type is None:
        reasons.append(Reason(errors.NO_SUCH_TYPE))
    if branch and name and room is None:
        reasons.append(Reason(errors.LOCATION_GONE))
    price, acquired = _price(values.get("price", "")), _day(values.get("acquired", ""))
    if price is None:
        reasons.append(Reason(errors.PRICE_NOT_VALID))
    if branch is None or item_type is None or price is None or reasons:
        return None, reasons
    texts = {name: values.get(name, "").replace("\x00", "")[:most] for name, most in _LONGEST.items()}
    return ItemDetails(
        item_type=item_type,
        home_branch=branch,
        location=room,
        call_number=texts["mark"],
        volume=texts["volume"],
        note=texts["note"],
        price=price,
        status=values.get("status", Item.Status.AVAILABLE).upper(),
        acquired_on=acquired,
    ), []


def _price(text: str) -> Decimal | None:
    """Return a price as suppliers write it, "1.249,00", "1 249,00" or "1249.00"; None for what's none.

    "1.249" is a thousand to one and hardly more than one to another, so it's none either.
    """
    said = " ".join(text.split())
    if not said:
        return _NO_PRICE
    found = _PLAIN.fullmatch(said) or _IN_GROUPS.fullmatch(said)
    if found is None or _EITHER_WAY.fullmatch(said):
        return None
    whole = "".join(filter(str.isdigit, found["whole"]))
    return Decimal(f"{whole}.{(found['part'] or '').strip('-') or 0}").quantize(Decimal("0.01"))


def _day(text: str) -> date | None:
    # A day that can't be read is no reason to leave an item in its box.
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _about(barcode: str, reasons: Sequence[Reason]) -> list[Reason]:
    return [Reason(reason.code, facts={"tags": (barcode,)}) for reason in reasons]
