"""Which items a list's address asks for: those that filters leave over, what may be weeded, a title's, a single one."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.http import urlencode

from circulation.selectors.bulk_changes import barcodes_of, barcodes_of_bulk, barcodes_of_record
from circulation.selectors.item_lists import ItemFilter, items_like
from circulation.selectors.weeding import WeedingRules, weedable
from circulation.services.bulk_changes import LONGEST_LIST
from common.barcodes import clean_barcode
from holdings.selectors import item_statuses
from web.account.requests import DeskRequest
from web.desk.scan_inputs import day_in, number_in

TICKS = ("damaged", "parts", "away")
ITEM_FILTERS = ("branch", "room", "type", "status", "mark", "last", "unseen", "unused", *TICKS)
WEEDING_FILTERS = (
    *("branch", "room", "but", "type", "mark", "last", "unused", "before", "loans", "year_loans", "copies"),
    *("damaged", "parts", "reference", "last_anywhere", "asked"),
)
_LONGEST_MARK, _HIGHEST = 60, 9999


def items_asked(values: Mapping[str, str], request: DeskRequest) -> tuple[dict[str, Any], ItemFilter]:
    """Return what a list of items is asked for, as its form shows it and as the selector takes it."""
    status = values.get("status", "")
    asked: dict[str, Any] = {
        "branch": number_in(values, "branch") if "branch" in values else request.staff.branch.pk,
        "room": number_in(values, "room"),
        "type": number_in(values, "type"),
        "status": status if status in dict(item_statuses()) else "",
        "mark": _mark(values, "mark"),
        "last": _mark(values, "last"),
        "unseen": day_in(values, "unseen"),
        "unused": day_in(values, "unused"),
        **{name: bool(values.get(name)) for name in TICKS},
    }
    unseen = asked["unseen"]
    wanted = ItemFilter(
        branch_id=asked["branch"],
        location_id=asked["room"],
        item_type_id=asked["type"],
        status=asked["status"],
        mark=asked["mark"],
        last=asked["last"],
        is_damaged=asked["damaged"],
        has_parts_missing=asked["parts"],
        is_away=asked["away"],
        not_seen_since=_start_of(unseen, request) if unseen else None,
        not_used_since=asked["unused"],
    )
    return asked, wanted


def weeding_asked(values: Mapping[str, str], request: DeskRequest) -> tuple[dict[str, Any], WeedingRules]:
    """Return by which rules a weeding list is asked for, as its form shows them and as the selector takes them.

    At first one copy of each title is kept, and the last one of all municipalities.
    """
    asked, items = items_asked({**_plain(values), "status": "", "unseen": "", "away": ""}, request)
    asked |= {name: _small(values, name) for name in ("before", "loans", "year_loans")}
    asked["copies"] = 1 if (kept := _small(values, "copies")) is None else kept
    asked["reference"] = bool(values.get("reference"))
    asked["last_anywhere"] = bool(values.get("last_anywhere")) or "asked" not in values
    asked["but"] = number_in(values, "but")
    rules = WeedingRules(
        items=items,
        published_before=asked["before"],
        most_loans=asked["loans"],
        most_last_year=asked["year_loans"],
        copies_kept=asked["copies"],
        keeps_last_anywhere=asked["last_anywhere"],
        with_reference=asked["reference"],
        rooms_kept=[asked["but"]] if asked["but"] else (),
    )
    return asked, rules


def query_of(asked: Mapping[str, Any]) -> str:
    """Return what was asked for as an address has it, so that it can be passed on."""
    values = {name: _written(value) for name, value in asked.items() if value not in (None, "") and value is not False}
    # An empty branch means any; without one it's the reader's own.
    return urlencode({"branch": "", **values})


def barcodes_asked(request: DeskRequest) -> list[str]:
    """Return the barcodes of what another page's link is about, at most one more than a list may have.

    `from=items` and `from=weeding` with that page's filters, `record=17`, `bulk=4` for what was changed, or `item=`
    a barcode.
    """
    values, most = request.GET, LONGEST_LIST + 1
    if values.get("from") == "items":
        return barcodes_of(items_like(items_asked(values, request)[1]), most=most)
    if values.get("from") == "weeding":
        return barcodes_of(weedable(weeding_asked(values, request)[1], today=timezone.localdate()), most=most)
    if record_id := number_in(values, "record"):
        return barcodes_of_record(record_id)
    if bulk_id := number_in(values, "bulk"):
        return barcodes_of_bulk(bulk_id)
    return [barcode] if (barcode := clean_barcode(values.get("item", "")[:100])) else []


def _plain(values: Mapping[str, str]) -> dict[str, str]:
    return {name: values[name] for name in values}


def _written(value: Any) -> Any:
    if value is True:
        return "1"
    return value.isoformat() if isinstance(value, date) else value


def _mark(values: Mapping[str, str], name: str) -> str:
    return " ".join(values.get(name, "").replace("\x00", "").split())[:_LONGEST_MARK]


def _small(values: Mapping[str, str], name: str) -> int | None:
    number = number_in(values, name)
    return None if number is None else min(number, _HIGHEST)


def _start_of(day: date, request: DeskRequest) -> datetime:
    try:
        return datetime.combine(day, time(), ZoneInfo(request.staff.branch.time_zone))
    except (OverflowError, ValueError):
        return timezone.now() - timedelta(days=36_500)
