"""Items that come with a delivery. Who keeps items is a room above, and registers here what it does with them."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from catalogue.errors import Code
from catalogue.models import ImportOutcome
from catalogue.rules.import_items import item_reading, items_in
from catalogue.services.change_feed import announced_last
from catalogue.services.import_deciding import Decided
from catalogue.services.import_outcomes import Applying, Done, failed
from common.errors import Reason

_Item = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Delivery:
    """With which record of which import items came."""

    run_id: int
    position: int


class ItemKeeper(Protocol):
    """Who keeps items. Reasons have the barcode in `tags`; an item is refused by itself, the others come in."""

    def foresee(self, record_id: int, items: Sequence[_Item]) -> list[Reason]:
        """Return what would stand against a record's items, and what's to be told of them; nothing is written."""

    def bring_in(
        self, record_id: int, items: Sequence[_Item], *, delivery: Delivery, actor: Any, now: datetime
    ) -> tuple[int, list[Reason]]:
        """Add items to a record, and return how many came in, what stood against the others, then what's told of them.

        What's told is `ITEM_ARRIVES`, of those that were on order.
        """

    def all_at_once(self, record_ids: Collection[int], *, run_id: int, now: datetime) -> AbstractContextManager[None]:
        """Bring in, or take back, within the block what came with many records: locked first, and told of last."""

    def take_back(self, delivery: Delivery, *, actor: Any, now: datetime) -> list[Reason]:
        """Remove what came with a record again, and return why some of it stays: somebody has used it."""


_keepers: list[ItemKeeper] = []


def register(keeper: ItemKeeper) -> None:
    """Make this the keeper of items; there's exactly one, registered when its app starts."""
    _keepers[:] = [keeper]


@contextmanager
def batch_of_items(record_ids: Collection[int], *, run_id: int, now: datetime) -> Iterator[None]:
    """Do within the block a batch's work, at whose end the counts of items and then the change feed are told of all.

    Neither is held while rows are locked still: every desk that has something to tell waits for them.

    :param record_ids: those whose items come in, or are taken back
    """
    with announced_last():
        if not record_ids:
            yield
            return
        with _keepers[0].all_at_once(record_ids, run_id=run_id, now=now):
            yield


def bring_items(choices: Mapping[int, Decided], how: Applying) -> dict[int, Done]:
    """Add the items of records that are in the catalogue already; the records themselves stay as they are."""
    return {place: _bring(each, how) for place, each in choices.items()}


def foresee_items(each: Decided, items: str) -> list[Reason]:
    """Return what would stand against the items of one record."""
    found = [] if each.record.columns.is_deleted else items_in(each.record.read.record, item_reading(items))
    if not found or each.existing is None:
        return [Reason(Code.NO_ITEMS)]
    return _keepers[0].foresee(each.existing.row.pk, found)


def take_items_back(*, run_id: int, position: int, actor: Any, now: datetime) -> list[Reason]:
    """Remove the items that came with a record, and return why some stay."""
    return _keepers[0].take_back(Delivery(run_id, position), actor=actor, now=now)


def _bring(each: Decided, how: Applying) -> Done:
    if each.existing is None or how.author.run_id is None:
        return failed(None, [Reason(Code.NO_ITEMS)])
    # What says of itself that it's withdrawn has nothing to add.
    record_id = each.existing.row.pk
    found = items_in(each.record.read.record, item_reading(how.profile.items))
    if not found or each.record.columns.is_deleted:
        return failed(record_id, [Reason(Code.NO_ITEMS)])
    delivery = Delivery(how.author.run_id, each.record.read.number)
    added, against = _keepers[0].bring_in(record_id, found, delivery=delivery, actor=how.author.account, now=how.now)
    if not added:
        return failed(record_id, against)
    return Done(ImportOutcome.ITEMS, record_id, against=tuple(against))
