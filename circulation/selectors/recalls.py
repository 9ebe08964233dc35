"""Which waiting hold a loan that was called back is still needed for."""

from collections.abc import Iterable
from datetime import date

from circulation.models import Loan
from circulation.rules.holds import FillingRules, ItemToFill, Waiting, may_fill
from circulation.selectors.holds import wanted_of, whole_items
from circulation.selectors.rule_books import RuleBook
from holdings.models import Item
from patrons.models import Patron


def next_in_need(loan: Loan, patron: Patron, book: RuleBook, *, today: date) -> int | None:
    """Return the first hold in the queue that would call the loan back if it were placed today; None if none would.

    One that has called another loan back needs no second, and what stands on a shelf calls nothing back.

    :param loan: with its item
    :param patron: who has it; her own holds don't count
    """
    rules = book.resolved_for(
        patron,
        branch_id=loan.rules_branch_id or loan.lending_branch_id,
        item_type_id=loan.item.item_type_id,
        on=today,
    )
    if not (rules.value("recall_by_hold") or rules.value("recall_overdue")):
        return None
    item, filling = (
        ItemToFill.of(loan.item, at_branch_id=loan.item.current_branch_id),
        book.filling(today, some_day=True),
    )
    waiting = [
        wanted
        for wanted in wanted_of([loan.item.record_id], today=today)
        if wanted.hold.patron_id != patron.pk and may_fill(wanted.hold, item, filling)
    ]
    if not waiting:
        return None
    others = Loan.objects.filter(recalled_for__in=[wanted.hold.hold_id for wanted in waiting], returned_at__isnull=True)
    served = set(others.values_list("recalled_for_id", flat=True))
    shelves = _on_shelves({record_id for wanted in waiting for record_id in wanted.record_ids})
    for wanted in waiting:
        near = (line for record_id, line in shelves if record_id in wanted.record_ids)
        if wanted.hold.hold_id not in served and not any(may_fill(wanted.hold, each, filling) for each in near):
            return wanted.hold.hold_id
    return None


def stands_on_shelf(record_ids: Iterable[int], wish: Waiting, filling: FillingRules) -> bool:
    """Return whether an item of these titles stands on a shelf that could fill a hold."""
    return any(may_fill(wish, item, filling) for _record_id, item in _on_shelves(record_ids))


def _on_shelves(record_ids: Iterable[int]) -> list[tuple[int, ItemToFill]]:
    items = whole_items().filter(record__in=list(record_ids), status=Item.Status.AVAILABLE)
    return [(item.record_id, ItemToFill.of(item, at_branch_id=item.current_branch_id)) for item in items]
