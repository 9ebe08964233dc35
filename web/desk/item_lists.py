"""Lists of items: those that filters leave over, those that patrons say they returned, and what's late on its way."""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from accounts.rules import Permission
from circulation.selectors.claims import claimed_loans
from circulation.selectors.item_lists import PAGE, ItemFilter, items_like
from holdings.selectors import all_branches, item_statuses, item_types, locations_of
from web.account.access import staff_only
from web.account.requests import DeskRequest
from web.desk.areas import desk_areas
from web.desk.item_areas import item_pages
from web.desk.item_texts import status_kind
from web.desk.scan_inputs import day_in, number_in
from web.ui.kept_filters import keeps_filters
from web.ui.sorting import keeps_order, ordered

_TICKS = ("damaged", "parts", "away")


@staff_only(Permission.EDIT_ITEMS, needs_branch=True)
@require_safe
@keeps_filters("items", "branch", "room", "type", "status", "mark", "unseen", *_TICKS)
@keeps_order("items")
def item_list(request: DeskRequest) -> HttpResponse:
    """List items by filters that stand in the address, so that a list can be kept and passed on."""
    asked = _asked(request)
    unseen = day_in(request.GET, "unseen")
    wanted = ItemFilter(
        branch_id=asked["branch"],
        location_id=asked["room"],
        item_type_id=asked["type"],
        status=asked["status"],
        mark=asked["mark"],
        is_damaged=asked["damaged"],
        has_parts_missing=asked["parts"],
        is_away=asked["away"],
        not_seen_since=_start_of(unseen, request) if unseen else None,
    )
    items: Any = ordered(request, "items", items_like(wanted))
    page = Paginator(items, PAGE).get_page(request.GET.get("page"))
    query = {name: ("1" if value is True else value) for name, value in asked.items() if value}
    query |= {"unseen": unseen.isoformat()} if unseen else {}
    context = {
        "areas": desk_areas(request, "search"),
        "choices": item_pages(request, "item_list"),
        "asked": asked,
        "unseen": unseen,
        "page": page,
        "rows": [{"item": each, "kind": status_kind(each)} for each in page],
        "query": urlencode(query) + "&" if query else "",
        "branches": all_branches(),
        "rooms": locations_of(asked["branch"]) if asked["branch"] else (),
        "types": item_types(),
        "statuses": item_statuses(),
    }
    return render(request, "desk/item_list.html", context)


@staff_only(Permission.CIRCULATE, needs_branch=True)
@require_safe
@keeps_order("claims")
def claims(request: DeskRequest) -> HttpResponse:
    """List the branch's items that patrons say they returned, to look for on the shelves."""
    context = {
        "areas": desk_areas(request, "holds"),
        "choices": item_pages(request, "claims"),
        "loans": ordered(request, "claims", claimed_loans(request.staff.branch)),
    }
    return render(request, "desk/claims.html", context)


def _asked(request: DeskRequest) -> dict[str, Any]:
    values = request.GET
    status = values.get("status", "")
    return {
        "branch": number_in(values, "branch") if "branch" in values else request.staff.branch.pk,
        "room": number_in(values, "room"),
        "type": number_in(values, "type"),
        "status": status if status in dict(item_statuses()) else "",
        "mark": " ".join(values.get("mark", "").replace("\x00", "").split())[:60],
        **{name: bool(values.get(name)) for name in _TICKS},
    }


def _start_of(day: Any, request: DeskRequest) -> datetime | None:
    branch = request.staff.branch
    try:
        return datetime.combine(day, time(), ZoneInfo(branch.time_zone))
    except (OverflowError, ValueError):
        return timezone.now() - timedelta(days=36_500)
