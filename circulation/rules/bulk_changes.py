"""What a change of many items does to one of them, and what stands against it. Pure: no database."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from circulation.errors import Code
from circulation.rules.reasons import blocking
from common.errors import Reason
from holdings.errors import LOCATION_ELSEWHERE, LOCATION_GONE

# As `holdings.models.Item.Status` writes them.
_WITHDRAWN, _AVAILABLE, _LOST = "WITHDRAWN", "AVAILABLE", "LOST"
BY_SCANS = frozenset(("ON_LOAN", "ON_HOLD_SHELF", "IN_TRANSIT"))
# An item of the first kind will fill holds, one of the second never; in between it's only on its way to the shelf.
_TO_COME = frozenset(("ON_ORDER", "IN_PROCESS"))
_NEVER_LENT = frozenset(("WITHDRAWN", "REFERENCE_ONLY"))
# A batch takes a second; a worker that's so long silent has died, or the queue before it is that long.
_GIVEN_UP_AFTER = timedelta(minutes=2)


@dataclass(frozen=True)
class ItemFacts:
    """An item as it is, and what circulation has to do with it just now.

    :ivar values: its columns by name: home_branch_id, current_branch_id, location_id, item_type_id, status,
        fills_own_branch_only, bundle_id
    :ivar due: the last day of its loan, as an ISO date; empty when nobody has it
    :ivar waiting: how many holds in the queue it could fill
    :ivar contents: how many items are kept in it
    :ivar record_id: its title, and `volume` the volume or issue of it
    """

    values: Mapping[str, Any]
    due: str = ""
    is_trapped: bool = False
    is_travelling: bool = False
    waiting: int = 0
    contents: int = 0
    record_id: int = 0
    volume: str = ""


@dataclass(frozen=True)
class Wanted:
    """What every item gets.

    :ivar changes: by the name of the column; what isn't there stays
    :ivar room_branch: the branch of the room that's among them
    :ivar rooms: the rooms by branch and name, and `room_names` the names by room, for items that move to a branch
    """

    changes: Mapping[str, Any]
    room_branch: int | None = None
    rooms: Mapping[tuple[int, str], int] = field(default_factory=dict)
    room_names: Mapping[int, str] = field(default_factory=dict)


def values_after(item: ItemFacts, wanted: Wanted) -> dict[str, Any]:
    """Return the columns that change, with their new values: none when the item is so already.

    An item that stands at home moves with its home; without a room of its own choosing it's in the new branch's room
    of the same name, if there's one. A withdrawn one is taken out of its bundle.
    """
    before, after = item.values, dict(wanted.changes)
    home = after.get("home_branch_id")
    if home is not None and home != before["home_branch_id"]:
        if before["current_branch_id"] == before["home_branch_id"] and before["status"] not in BY_SCANS:
            after["current_branch_id"] = home
        if "location_id" not in after:
            name = wanted.room_names.get(before["location_id"] or 0, "")
            after["location_id"] = wanted.rooms.get((home, name))
    if after.get("status") == _WITHDRAWN:
        after["bundle_id"] = None
    return {name: value for name, value in after.items() if before[name] != value}


def reasons_against(item: ItemFacts, wanted: Wanted) -> list[Reason]:
    """Return everything that keeps an item from being changed."""
    before, status = item.values, wanted.changes.get("status")
    if before["status"] == _WITHDRAWN:
        # What's gone for good is asked for by mistake; wanted back, it's changed on its own page.
        return [] if status == _WITHDRAWN else [blocking(Code.ITEM_WITHDRAWN)]
    reasons = []
    home = wanted.changes.get("home_branch_id", before["home_branch_id"])
    if wanted.room_branch is not None and wanted.room_branch != home:
        reasons.append(Reason(LOCATION_ELSEWHERE))
    if status is not None and status != before["status"]:
        reasons += _reasons_of_state(item, str(status))
    return reasons


def reasons_against_undo(item: ItemFacts, before: Mapping[str, Any], room_branches: Mapping[int, int]) -> list[Reason]:
    """Return what keeps an item from becoming again what it was, though nobody has changed it back or further since.

    :param before: the columns that would become what they were
    :param room_branches: the branches of rooms that are still there: of those among `before`, and those of items that
        would get another home
    """
    reasons = []
    if "home_branch_id" in before or "location_id" in before:
        room = before.get("location_id", item.values["location_id"])
        home = before.get("home_branch_id", item.values["home_branch_id"])
        if room is not None and room not in room_branches:
            reasons.append(Reason(LOCATION_GONE))
        elif room is not None and room_branches[room] != home:
            reasons.append(Reason(LOCATION_ELSEWHERE))
    if item.waiting and "status" in before and _keeps_waiting(str(item.values["status"]), str(before["status"])):
        reasons.append(blocking(Code.HOLDS_WAITING, count=item.waiting))
    return reasons


def has_broken_off(worked_at: datetime | None, now: datetime) -> bool:
    """Return whether the worker of a change that should be going on is gone, or never came."""
    return worked_at is None or now - worked_at > _GIVEN_UP_AFTER


def _reasons_of_state(item: ItemFacts, status: str) -> list[Reason]:
    reasons = []
    if item.due or item.values["status"] == "ON_LOAN":
        reasons.append(blocking(Code.ITEM_ON_LOAN, due_date=item.due))
    if item.is_travelling or item.values["status"] == "IN_TRANSIT":
        reasons.append(blocking(Code.ITEM_IN_TRANSIT))
    elif item.is_trapped or item.values["status"] == "ON_HOLD_SHELF":
        reasons.append(blocking(Code.ITEM_ON_HOLD))
    if item.values["status"] == _LOST and status != _WITHDRAWN:
        reasons.append(blocking(Code.ITEM_LOST))
    if status == _WITHDRAWN and item.contents:
        reasons.append(blocking(Code.BUNDLE_NOT_EMPTY, contents=item.contents))
    if item.waiting and _keeps_waiting(str(item.values["status"]), status):
        reasons.append(blocking(Code.HOLDS_WAITING, count=item.waiting))
    return reasons


def _keeps_waiting(before: str, after: str) -> bool:
    """Whether those who wait would get an item later than now, or never."""
    is_lent_now = before == _AVAILABLE
    return (is_lent_now and after in _TO_COME | _NEVER_LENT) or (before in _TO_COME and after in _NEVER_LENT)
