"""Changes many items at once: looked at first, made in batches in the background, and undone as a whole.

Each batch is one transaction that locks its items in the order of their numbers and waits for none that a desk has just
now: those come in a later batch, so neither a desk nor the change ever holds what the other waits for. What each item
was is kept in its line, beside the audit entry.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from accounts.models import StaffAccount
from circulation.errors import BulkRefused, Code
from circulation.models import BulkChange, BulkLine
from circulation.rules.bulk_changes import (
    BY_SCANS,
    ItemFacts,
    Wanted,
    has_broken_off,
    reasons_against,
    reasons_against_undo,
    values_after,
)
from circulation.rules.reasons import blocking
from circulation.selectors.bulk_changes import facts_of_items, items_by_barcode
from circulation.services import report_item
from circulation.services.copy_floor import CopyFloor
from common import audit
from common.errors import Reason
from holdings.errors import LOCATION_ELSEWHERE, LOCATION_GONE
from holdings.models import Branch, Item, ItemType, ShelvingLocation
from holdings.services.telling import tell_of_items

LONGEST_LIST = 20_000
_BATCH = 100
_READ_AT_ONCE = 2_000
# What was looked at and left is of no use to anybody the next day.
_PROPOSED_FOR = timedelta(days=1)
_State, _Outcome = BulkChange.State, BulkLine.Outcome
_TO_BE_COUNTED = frozenset(("home_branch_id", "item_type_id", "status"))
Decision = tuple[str, list[Reason], dict[str, Any]]


def propose_change(
    *,
    barcodes: Sequence[str],
    changes: Mapping[str, Any],
    reason: str,
    staff: StaffAccount | None,
    now: datetime,
    copies_kept: int | None = None,
    keeps_last_anywhere: bool = False,
) -> BulkChange:
    """Write down what a change would do to each item of a list; nothing is changed yet.

    :param barcodes: cleaned, each once
    :param changes: what every item gets, of home_branch_id, location_id, item_type_id, status, fills_own_branch_only;
        numbers of rows that are there
    :param reason: why items are withdrawn
    :param copies_kept: so many copies of each title or volume stay, whatever others withdraw; `keeps_last_anywhere`
        also keeps the last one of all municipalities
    :raises BulkRefused: NOTHING_TO_CHANGE without a barcode or a change, LIST_TOO_LONG, TEXT_MISSING without the reason
        for withdrawing, LOCATION_ELSEWHERE when the room is another branch's than the one that's chosen
    """
    reason = report_item.one_line(reason)
    with transaction.atomic():
        wanted = _wanted(changes, locks=False)
        if refused := list(_problems(barcodes, changes, reason, wanted)):
            raise BulkRefused(refused)
        _forget_old(now)
        bulk = BulkChange.objects.create(
            made_at=now,
            made_by=staff,
            changes=dict(changes),
            reason=reason,
            copies_kept=copies_kept,
            keeps_last_anywhere=keeps_last_anywhere,
        )
        floor = CopyFloor(bulk, locks=False)
        for start in range(0, len(barcodes), _READ_AT_ONCE):
            part = barcodes[start : start + _READ_AT_ONCE]
            BulkLine.objects.bulk_create(_foreseen(bulk, part, start + 1, wanted, floor))
        return bulk


@transaction.atomic
def begin_change(*, bulk_id: int, staff: StaffAccount | None, now: datetime) -> BulkChange:
    """Mark a proposed change as running; `make_change` does it.

    :raises BulkRefused: NOT_NOW, once it has been begun
    """
    bulk = _locked(bulk_id, _State.PROPOSED)
    bulk.state, bulk.made_by, bulk.begun_at, bulk.worked_at = _State.RUNNING, staff, now, now
    bulk.save(update_fields=["state", "made_by", "begun_at", "worked_at"])
    audit.record(action="circulation.bulk_change", actor=staff, subject=bulk, facts={"changes": bulk.changes})
    return bulk


@transaction.atomic
def begin_undo(*, bulk_id: int, staff: StaffAccount | None, now: datetime) -> BulkChange:
    """Mark a change as being undone; `undo_change` does it. One that's still running, or broke off, stops there.

    :raises BulkRefused: NOT_NOW, unless it's done or running
    """
    bulk = _locked(bulk_id, _State.DONE, _State.RUNNING)
    bulk.state, bulk.worked_at = _State.UNDOING, now
    bulk.save(update_fields=["state", "worked_at"])
    audit.record(action="circulation.undo_bulk_change", actor=staff, subject=bulk, facts={"changes": bulk.changes})
    return bulk


@transaction.atomic
def takes_up_again(*, bulk_id: int, now: datetime) -> bool:
    """Return whether a change that's running, or being undone, broke off, so that a worker is to go on with it.

    Asked again right afterwards it says no: one worker has been sent by then.
    """
    bulk = BulkChange.objects.select_for_update(no_key=True).get(pk=bulk_id)
    if bulk.state not in (_State.RUNNING, _State.UNDOING) or not has_broken_off(bulk.worked_at, now):
        return False
    bulk.worked_at = now
    bulk.save(update_fields=["worked_at"])
    return True


def make_change(*, bulk_id: int, staff: StaffAccount | None, clock: Callable[[], datetime]) -> None:
    """Change what's left to change; called again after it broke off, it goes on where it stood.

    What has come in an item's way since the change was proposed is found again, and refused with its reason.
    """
    _work_off(bulk_id, _State.RUNNING, _State.DONE, _Outcome.TO_DO, _change_batch, staff, clock)


def undo_change(*, bulk_id: int, staff: StaffAccount | None, clock: Callable[[], datetime]) -> None:
    """Give each changed item back what it was; one that was changed since stays, with the reason in its line."""
    _work_off(bulk_id, _State.UNDOING, _State.UNDONE, _Outcome.CHANGED, _undo_batch, staff, clock)


def _work_off(
    bulk_id: int,
    while_state: str,
    then_state: str,
    outcome: str,
    work: Callable[..., dict[int, set[str]]],
    staff: StaffAccount | None,
    clock: Callable[[], datetime],
) -> None:
    waits = False
    while True:
        with transaction.atomic():
            # Two workers would only do half the batches each, but both may have been sent: the second one waits.
            bulk = BulkChange.objects.select_for_update(no_key=True).filter(pk=bulk_id, state=while_state).first()
            if bulk is None:
                return
            lines, items = _next_batch(bulk, outcome, waits=waits)
            if not lines:
                bulk.state, bulk.finished_at = then_state, clock()
                bulk.save(update_fields=["state", "finished_at"])
                return
            now = clock()
            # Everything of this batch is at desks just now: wait for one of them, while nothing else is held.
            waits = not items
            bulk.worked_at = now
            bulk.save(update_fields=["worked_at"])
            if items:
                recount = work(bulk, lines, items, staff)
                BulkLine.objects.bulk_update(lines, ["outcome", "reasons", "before", "after"])
                # The last thing: every desk that has news for the catalogue waits for the change feed until the end.
                if recount:
                    tell_of_items(recount, now)


def _next_batch(bulk: BulkChange, outcome: str, *, waits: bool) -> tuple[list[BulkLine], dict[int, Item]]:
    """Return the next lines with their items locked; lines without items when all of them are at desks."""
    lines = list(BulkLine.objects.filter(bulk=bulk, outcome=outcome).order_by("item_id")[: 1 if waits else _BATCH])
    rows = Item.objects.select_for_update(of=("self",), no_key=True, skip_locked=not waits)
    items = {item.pk: item for item in rows.filter(pk__in=[line.item_id for line in lines]).order_by("pk")}
    return ([line for line in lines if line.item_id in items] if items else lines), items


def _change_batch(
    bulk: BulkChange, lines: list[BulkLine], items: dict[int, Item], staff: StaffAccount | None
) -> dict[int, set[str]]:
    wanted, facts, floor = _wanted(bulk.changes, locks=True), facts_of_items(items), CopyFloor(bulk, locks=True)
    floor.count(facts.values())
    is_gone = wanted.changes.get("location_id") is not None and wanted.room_branch is None
    changed = []
    for line in lines:
        outcome, reasons, after = _decide(facts[line.item_id or 0], wanted, floor)
        if is_gone:
            outcome, reasons, after = _Outcome.REFUSED, [Reason(LOCATION_GONE)], {}
        line.outcome, line.reasons = outcome, _as_kept(reasons)
        if outcome == _Outcome.TO_DO:
            line.outcome, line.after = _Outcome.CHANGED, after
            line.before = {name: facts[line.item_id or 0].values[name] for name in after}
            changed.append(line)
    return _write(bulk, changed, items, staff)


def _undo_batch(
    bulk: BulkChange, lines: list[BulkLine], items: dict[int, Item], staff: StaffAccount | None
) -> dict[int, set[str]]:
    facts = facts_of_items(items)
    rooms = _locked_rooms(
        Q(
            pk__in={
                row for line in lines for row in (line.before.get("location_id"), items[line.item_id or 0].location_id)
            }
        )
    )
    bundles = [line.before["bundle_id"] for line in lines if line.before.get("bundle_id")]
    standing = set(Item.objects.filter(pk__in=bundles, status=Item.Status.AVAILABLE).values_list("pk", flat=True))
    undone = []
    for line in lines:
        now_has, was_scanned = facts[line.item_id or 0].values, _was_scanned_since(items[line.item_id or 0], bulk)
        if was_scanned:
            # Where it stands is no longer for an undo to say.
            line.before = {name: value for name, value in line.before.items() if name != "current_branch_id"}
            line.after = {name: value for name, value in line.after.items() if name != "current_branch_id"}
        before = line.before
        is_changed = any(now_has[name] != value for name, value in line.after.items())
        # Nor what a desk has made of it, though it may look as before.
        is_changed = is_changed or (was_scanned and "status" in line.after)
        if is_changed or (before.get("bundle_id") and before["bundle_id"] not in standing):
            line.outcome, line.reasons = _Outcome.KEPT, _as_kept([blocking(Code.CHANGED_SINCE)])
        elif reasons := reasons_against_undo(facts[line.item_id or 0], before, rooms):
            line.outcome, line.reasons = _Outcome.KEPT, _as_kept(reasons)
        else:
            line.outcome, line.before, line.after = _Outcome.UNDONE, line.after, line.before
            undone.append(line)
    return _write(bulk, undone, items, staff, is_undo=True)


def _was_scanned_since(item: Item, bulk: BulkChange) -> bool:
    """Return whether a desk has had the item since the change, or has it under way now."""
    seen, began = item.last_seen_at, bulk.begun_at
    return item.status in BY_SCANS or (seen is not None and began is not None and seen > began)


def _write(
    bulk: BulkChange,
    lines: list[BulkLine],
    items: dict[int, Item],
    staff: StaffAccount | None,
    *,
    is_undo: bool = False,
) -> dict[int, set[str]]:
    """Write the new values of the lines' items with an audit entry each; return which titles to count anew, where."""
    if not lines:
        return {}
    codes, types = dict(Branch.objects.values_list("pk", "code")), dict(ItemType.objects.values_list("pk", "code"))
    entries: dict[str, list[tuple[Item, dict[str, Any]]]] = {}
    recount: dict[int, set[str]] = {}
    for line in lines:
        item = items[line.item_id or 0]
        for name, value in line.after.items():
            setattr(item, name, value)
        if not _TO_BE_COUNTED.isdisjoint(line.after):
            homes = {item.home_branch_id, line.before.get("home_branch_id", item.home_branch_id)}
            recount.setdefault(item.record_id, set()).update(codes[pk] for pk in homes)
        is_withdrawn = not is_undo and line.after.get("status") == Item.Status.WITHDRAWN
        action = report_item.WITHDRAWN if is_withdrawn else "holdings.change_item"
        about = _withdrawn_facts(line, item) if is_withdrawn else _changed_facts(line, codes, types)
        about |= {"bulk_change_id": bulk.pk, **({"reason": bulk.reason} if is_withdrawn else {})}
        entries.setdefault(action, []).append((item, about))
    columns = sorted({name for line in lines for name in line.after})
    Item.objects.bulk_update([items[line.item_id or 0] for line in lines], columns)
    for action, about_items in entries.items():
        audit.record_each(action=action, actor=staff, about=about_items)
    return recount


def _changed_facts(line: BulkLine, codes: Mapping[int, str], types: Mapping[int, str]) -> dict[str, Any]:
    """Return the facts as `holdings.change_item` keeps them of one item."""
    facts = {name: [line.before[name], line.after[name]] for name in line.after}
    if pair := facts.pop("home_branch_id", None):
        facts["home_branch"] = [codes[pk] for pk in pair]
    if pair := facts.pop("item_type_id", None):
        facts["item_type"] = [types[pk] for pk in pair]
    return facts


def _withdrawn_facts(line: BulkLine, item: Item) -> dict[str, Any]:
    """Return the facts as withdrawing one item keeps them, so that the item's own page can undo it too."""
    values = {name: line.before.get(name, getattr(item, name)) for name in ("status", "current_branch_id", "bundle_id")}
    return {"item_id": item.pk, "before": values}


def _foreseen(
    bulk: BulkChange, barcodes: Sequence[str], first: int, wanted: Wanted, floor: CopyFloor
) -> Iterable[BulkLine]:
    numbers = items_by_barcode(barcodes)
    facts = facts_of_items(list(numbers.values()))
    floor.count(facts.values())
    for position, barcode in enumerate(barcodes, start=first):
        line = BulkLine(bulk=bulk, position=position, barcode=barcode[:64], item_id=numbers.get(barcode))
        known = facts.get(line.item_id or 0)
        if known is None:
            unknown = blocking(Code.ITEM_UNKNOWN, barcode=barcode[:64])
            line.outcome, line.item_id, line.reasons = _Outcome.REFUSED, None, _as_kept([unknown])
        else:
            line.outcome, reasons, _after = _decide(known, wanted, floor)
            line.reasons = _as_kept(reasons)
        yield line


def _decide(facts: ItemFacts, wanted: Wanted, floor: CopyFloor) -> Decision:
    after = values_after(facts, wanted)
    if reasons := [*reasons_against(facts, wanted), *floor.reasons_against(facts)]:
        return _Outcome.REFUSED, reasons, {}
    floor.take(facts)
    return (_Outcome.TO_DO if after else _Outcome.SAME), [], after


def _wanted(changes: Mapping[str, Any], *, locks: bool) -> Wanted:
    room_id, home_id = changes.get("location_id"), changes.get("home_branch_id")
    if room_id is None and home_id is None:
        return Wanted(changes=changes)
    if locks:
        _locked_rooms(Q(pk=room_id) | Q(branch=home_id))
    rooms = list(ShelvingLocation.objects.all())
    branches = {room.pk: room.branch_id for room in rooms}
    return Wanted(
        changes=changes,
        room_branch=branches.get(room_id or 0),
        rooms={(room.branch_id, room.name): room.pk for room in rooms},
        room_names={room.pk: room.name for room in rooms},
    )


def _locked_rooms(which: Q) -> dict[int, int]:
    """Return the branches of rooms that nobody takes away before the items are in them, by the rooms' numbers."""
    rooms = ShelvingLocation.objects.select_for_update(no_key=True).filter(which).order_by("pk")
    return dict(rooms.values_list("pk", "branch_id"))


def _problems(barcodes: Sequence[str], changes: Mapping[str, Any], reason: str, wanted: Wanted) -> Iterable[Reason]:
    if not barcodes or not changes:
        yield blocking(Code.NOTHING_TO_CHANGE)
    if len(barcodes) > LONGEST_LIST:
        yield blocking(Code.LIST_TOO_LONG, count=len(barcodes), limit=LONGEST_LIST)
    if changes.get("status") == Item.Status.WITHDRAWN and not reason:
        yield blocking(Code.TEXT_MISSING)
    home = changes.get("home_branch_id")
    if wanted.room_branch is not None and home is not None and wanted.room_branch != home:
        yield Reason(LOCATION_ELSEWHERE)


def _forget_old(now: datetime) -> None:
    BulkChange.objects.filter(state=_State.PROPOSED, made_at__lt=now - _PROPOSED_FOR).delete()


def _locked(bulk_id: int, *states: str) -> BulkChange:
    bulk = BulkChange.objects.select_for_update(no_key=True).get(pk=bulk_id)
    if bulk.state not in states:
        raise BulkRefused([blocking(Code.NOT_NOW)])
    return bulk


def _as_kept(reasons: Iterable[Reason]) -> list[list[Any]]:
    return [[str(reason.code), dict(reason.facts)] for reason in reasons]
