"""Which loans others wait for, and for which of them items on the shelves can fill all the holds."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from circulation.models import Loan
from circulation.rules.holds import ItemToFill, Waiting, may_fill
from circulation.rules.picking import Wanted
from circulation.rules.renewal import others_fill_all
from circulation.selectors.holds import wanted_of, whole_items
from circulation.selectors.rule_books import RuleBook
from holdings.models import Item
from patrons.models import Patron


def filled_by_others(loans: Iterable[Any], patron: Patron, book: RuleBook, *, today: date) -> set[int]:
    """Return the loans that others wait for though other items can fill every hold; two queries, or none.

    :param loans: with `waiting`, how many others wait, and with their item
    """
    wanted = [loan for loan in loans if loan.waiting]
    if not wanted or not any(book.rules.all_values("renewal_despite_holds")):
        return set()
    record_ids = {loan.item.record_id for loan in wanted}
    queues, shelves = _queues(record_ids, wanted_of(record_ids, today=today)), _shelves(record_ids)
    filling = book.filling(today)
    return {
        loan.pk
        for loan in wanted
        if others_fill_all(_for(loan, queues[loan.item.record_id], patron.pk), shelves[loan.item.record_id], filling)
    }


def waited_for(loans: Iterable[Loan], book: RuleBook, *, today: date) -> dict[int, int]:
    """Return the loans that are needed for a hold of somebody else's, with the first of these; two queries.

    What an item on a shelf can fill needs no loan.

    :param loans: with their items
    """
    wanted = list(loans)
    waiting = wanted_of({loan.item.record_id for loan in wanted}, today=today)
    shelves = _shelves({record_id for each in waiting for record_id in each.record_ids})
    filling, some_day = book.filling(today), book.filling(today, some_day=True)
    in_need = [
        each
        for each in waiting
        if not any(may_fill(each.hold, item, some_day) for record_id in each.record_ids for item in shelves[record_id])
    ]
    queues = _queues({loan.item.record_id for loan in wanted}, in_need)
    first: dict[int, int] = {}
    for loan in wanted:
        item = ItemToFill.of(loan.item, at_branch_id=loan.item.current_branch_id)
        for hold in _for(loan, queues[loan.item.record_id], loan.patron_id):
            if may_fill(hold, item, filling):
                first.setdefault(loan.pk, hold.hold_id)
    return first


def _for(loan: Loan, queue: list[Waiting], patron_id: int | None) -> list[Waiting]:
    """Return the holds that this very item could fill, those of its patron left out."""
    volume = loan.item.volume.strip().casefold()
    return [
        hold
        for hold in queue
        if hold.patron_id != patron_id
        and hold.item_id in (None, loan.item_id)
        and hold.volume.strip().casefold() in ("", volume)
    ]


def _queues(record_ids: set[int], waiting: Iterable[Wanted]) -> dict[int, list[Waiting]]:
    queues: dict[int, list[Waiting]] = {record_id: [] for record_id in record_ids}
    for wanted in waiting:
        for each in record_ids.intersection(wanted.record_ids):
            queues[each].append(wanted.hold)
    return queues


def _shelves(record_ids: set[int]) -> dict[int, list[ItemToFill]]:
    items = whole_items().filter(record__in=record_ids, status=Item.Status.AVAILABLE)
    shelves: dict[int, list[ItemToFill]] = {record_id: [] for record_id in record_ids}
    for item in items:
        shelves[item.record_id].append(ItemToFill.of(item, at_branch_id=item.current_branch_id))
    return shelves
