"""Puts items of titles on the shelves: barcodes, prices, places and call numbers."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from bench.demo.copying import reserve_ids
from bench.demo.layout import Layout, shelf_of
from bench.demo.numbering import numbers_after
from bench.demo.records import Catalogued
from holdings.models import Branch, Item

_REFERENCE = frozenset({"language", "religion"})
# Of a thousand items that are neither lent nor waited for.
_ODD = ((Item.Status.REFERENCE_ONLY, 15), (Item.Status.MISSING, 8), (Item.Status.LOST, 6), (Item.Status.IN_PROCESS, 10))


@dataclass(frozen=True, slots=True)
class Copies:
    """A title and how many items of it there are to be."""

    catalogued: Catalogued
    count: int


class Stock:
    """Makes a municipality's items, the same again for the same seed."""

    def __init__(self, layout: Layout, *, seed: int, now: datetime) -> None:
        self._layout = layout
        self._chance = random.Random(f"stock {layout.town.schema} {seed}")
        self._now = now
        last = Item.objects.order_by("-pk").values_list("barcode", flat=True).first()
        self._barcodes = numbers_after(last, layout.town.barcode_schemes["item"])

    def items_of(self, batch: Sequence[Copies]) -> list[Item]:
        """Return the unsaved items, with ids, of a batch of titles."""
        ids = iter(reserve_ids(Item, sum(copies.count for copies in batch)))
        return [item for copies in batch for item in self._items(copies, ids)]

    def _items(self, copies: Copies, ids: Iterator[int]) -> Iterator[Item]:
        title, layout = copies.catalogued.title, self._layout
        shelf = shelf_of(title.material, title.genre.audience, title.genre.name)
        call_number = call_number_of(copies.catalogued, layout.town.classification)
        for _ in range(copies.count):
            branch = self._branch(title.genre.audience)
            yield Item(
                pk=next(ids),
                barcode=next(self._barcodes),
                record_id=copies.catalogued.record_id,
                item_type=layout.item_type_of(title),
                home_branch=branch,
                current_branch=branch,
                location=layout.locations[branch.pk, shelf],
                call_number=call_number,
                price=self._price(title.material),
                status=self._status(title.genre.name),
                acquired_on=(self._now - timedelta(days=self._chance.randrange(20, 3000))).date(),
                last_seen_at=self._now - timedelta(days=self._chance.randrange(1, 300)),
            )

    def _branch(self, audience: str) -> Branch:
        layout = self._layout
        if audience != "ADULT" and layout.schools and self._chance.random() < 0.35:
            return self._chance.choice(layout.schools)
        return layout.public[0] if self._chance.random() < 0.6 else self._chance.choice(layout.public)

    def _price(self, material: str) -> Decimal:
        usual = self._layout.town.price[material]
        return Decimal(usual) + Decimal(self._chance.randrange(-usual // 4, usual // 3))

    def _status(self, genre: str) -> str:
        drawn = self._chance.randrange(1000)
        if genre in _REFERENCE and drawn < 500:
            return Item.Status.REFERENCE_ONLY
        for status, share in _ODD:
            if drawn < share:
                return status
            drawn -= share
        return Item.Status.AVAILABLE


def call_number_of(catalogued: Catalogued, scheme: str) -> str:
    """Return where a title stands on the shelf: its class, and the beginning of its author or title."""
    title = catalogued.title
    heading = title.authors[0] if title.authors and title.material != "FILM" else title.title
    word = heading.split(",")[0].split()[-1] if "," in heading else heading.split()[0]
    mark = word[:3].upper() if scheme == "ykl" else word if scheme == "kssb" else word[:3].capitalize()
    return f"{title.genre.classes[scheme]} {mark}"[:60]
