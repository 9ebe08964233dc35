"""What's where of a title right now, for as many titles as stand on a page, in one query each."""

from array import array
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from zoneinfo import ZoneInfo

from django.core.cache import cache
from django.db.models import Q

from circulation.selectors.holds import queue_length
from common.prepared_statements import all_rows
from holdings.models import Branch, Item

__all__ = ["BranchAvailability", "all_titles_at_home", "availability", "is_on_order", "queue_length", "titles_at_home"]

_AT_HOME_FOR = 30  # seconds


@dataclass(frozen=True)
class BranchAvailability:
    """A branch's items of a title; lost, missing and withdrawn ones don't count.

    :ivar home: on the shelf now, and whole
    :ivar reference: for use in the library, among `total`
    :ivar on_order: not received yet, among `total`
    :ivar due_back: the day on which the first one on loan is due, None if none is
    :ivar due: the same, with the hour by the branch's clock where it's a loan by the hour
    """

    branch_id: int
    branch_name: str
    total: int
    home: int
    lent: int
    reference: int
    on_order: int
    due_back: date | None
    due: date | None


_HOME = Q(status=Item.Status.AVAILABLE, is_damaged=False)
_GONE = (Item.Status.LOST, Item.Status.MISSING, Item.Status.WITHDRAWN)
# Every hit of every search is looked up by it. Behind the first three, the columns stand as in `BranchAvailability`.
_BY_BRANCH = """
    SELECT item.record_id, branch.time_zone, min(loan.due_at), branch.id, branch.name, count(*),
           count(*) FILTER (WHERE item.status = 'AVAILABLE' AND NOT item.is_damaged),
           count(*) FILTER (WHERE item.status = 'ON_LOAN'),
           count(*) FILTER (WHERE item.status = 'REFERENCE_ONLY'),
           count(*) FILTER (WHERE item.status = 'ON_ORDER'),
           min(loan.due_date)
    FROM holdings_item item
    JOIN holdings_branch branch ON branch.id = item.home_branch_id
    LEFT JOIN circulation_loan loan ON loan.item_id = item.id AND loan.returned_at IS NULL
    WHERE item.record_id = ANY (%(records)s::bigint[]) AND item.bundle_id IS NULL
      AND item.status <> ALL (%(gone)s::text[])
    GROUP BY item.record_id, branch.id
    ORDER BY branch.position, branch.name
"""


def availability(record_ids: Collection[int]) -> dict[int, list[BranchAvailability]]:
    """Return for each title what its branches have, branches in the municipality's order; titles without items are out.

    An item counts for the branch that it belongs to, wherever it is; what's kept in a bundle isn't lent by itself.
    """
    if not record_ids:
        return {}
    found: dict[int, list[BranchAvailability]] = {}
    for record_id, zone, due_hour, *values in all_rows(_BY_BRANCH, {"records": list(record_ids), "gone": list(_GONE)}):
        values.append(_first(values[-1], due_hour, ZoneInfo(zone)))
        found.setdefault(record_id, []).append(BranchAvailability(*values))
    return found


def is_on_order(lines: Collection[BranchAvailability]) -> bool:
    """Return whether all that there is of a title is on order: some is, and nothing has been received yet."""
    return bool(lines) and all(line.total == line.on_order for line in lines)


def titles_at_home(record_ids: Collection[int], *, branches: Collection[str] = ()) -> set[int]:
    """Return those of the titles that have an item on the shelf now, whole, in one statement.

    :param branches: codes of the branches whose items count; none for all of them
    """
    items = Item.objects.filter(_HOME, record_id__in=record_ids, bundle__isnull=True)
    if branches:
        items = items.filter(home_branch__code__in=branches)
    return set(items.values_list("record_id", flat=True))


def all_titles_at_home(*, branches: Collection[str] = ()) -> Collection[int]:
    """Return all titles of the municipality that have an item on the shelf, whole: as of half a minute ago at most.

    :param branches: codes of the branches whose items count; none for all of them
    """
    # Only our own codes: an address may name any, and each set of them is kept apart.
    known = set(Branch.objects.filter(code__in=branches).values_list("code", flat=True)) if branches else set()
    if branches and not known:
        return ()
    named = sha256("\n".join(sorted(known)).encode()).hexdigest()
    return cache.get_or_set(f"at-home:{named}", lambda: _read_titles_at_home(known), _AT_HOME_FOR) or ()


def _read_titles_at_home(branches: Collection[str]) -> "array[int]":
    items = Item.objects.filter(_HOME, bundle__isnull=True)
    if branches:
        items = items.filter(home_branch__code__in=branches)
    # A large library has a hundred thousand: eight bytes each, in the cache and here.
    return array("Q", items.values_list("record_id", flat=True).distinct().order_by("record_id"))


def _first(day: date | None, moment: datetime | None, zone: ZoneInfo) -> date | None:
    """Return the hour if it's on the first day: a loan by the day lasts until midnight."""
    there = moment.astimezone(zone) if moment else None
    return there if there is not None and there.date() == day else day
