"""Holds that nothing there is could ever fill: staff buy, borrow from elsewhere, or tell the patron."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from circulation.models import Hold
from circulation.rules.holds import FillingRules, ItemToFill, Waiting, may_fill
from circulation.selectors.holds import wanted_by, whole_items
from circulation.selectors.rule_books import rule_book
from holdings.models import Branch, Item

_GONE = (Item.Status.REFERENCE_ONLY, Item.Status.MISSING, Item.Status.LOST, Item.Status.WITHDRAWN)


@dataclass(frozen=True)
class HopelessLine:
    """A hold that nothing can fill.

    :ivar hold: with `record`, `patron` and `pickup_branch` at hand
    :ivar items: how many items of the title there are that could be lent to somebody else
    """

    hold: Hold
    items: int


def hopeless_holds(branch: Branch | None = None, *, now: datetime) -> list[HopelessLine]:
    """Return the hopeless holds, the longest waiting first.

    :param branch: where they'd be picked up; None for all branches
    """
    items = hopeless_ids(branch, now=now)
    holds = Hold.objects.select_related("record", "patron", "pickup_branch").defer("record__raw").in_bulk(items)
    lines = [HopelessLine(holds[hold_id], count) for hold_id, count in items.items() if hold_id in holds]
    return sorted(lines, key=lambda line: (line.hold.requested_at, line.hold.pk))


def hopeless_ids(
    branch: Branch | None = None, *, now: datetime, hold_ids: Sequence[int] | None = None
) -> dict[int, int]:
    """Return the numbers of hopeless holds, each with how many items could be lent to somebody else.

    :param hold_ids: only these are looked at
    """
    holds = Hold.objects.filter(state=Hold.State.QUEUED)
    if branch is not None:
        holds = holds.filter(pickup_branch=branch)
    if hold_ids is not None:
        holds = holds.filter(pk__in=hold_ids)
    rows = wanted_by(holds)
    filling = rule_book().filling(timezone.localdate(now), some_day=True)
    supplies = _supplies({record_id for wanted in rows for record_id in wanted.record_ids})
    found = {}
    for wanted in rows:
        items = [item for record_id in wanted.record_ids for item in supplies.get(record_id, ())]
        if not any(_could_fill(wanted.hold, item, is_on_shelf, filling) for item, is_on_shelf in items):
            found[wanted.hold.hold_id] = len(items)
    return found


def _could_fill(hold: Waiting, item: ItemToFill, is_on_shelf: bool, filling: FillingRules) -> bool:
    if not is_on_shelf:
        # It may come back anywhere, so it isn't tied to the ways from where it is.
        item = ItemToFill(**{**vars(item), "at_branch_id": hold.pickup_branch_id})
    return may_fill(hold, item, filling)


def _supplies(record_ids: set[int]) -> dict[int, list[tuple[ItemToFill, bool]]]:
    found: dict[int, list[tuple[ItemToFill, bool]]] = {}
    for item in whole_items().filter(record__in=record_ids).exclude(status__in=_GONE):
        line = (ItemToFill.of(item, at_branch_id=item.current_branch_id), item.status == Item.Status.AVAILABLE)
        found.setdefault(item.record_id, []).append(line)
    return found
