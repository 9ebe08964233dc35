"""Lists of items: those that filters leave over, those that patrons say they returned, and what's late on its way."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.rules import Permission
from circulation.selectors.claims import claimed_loans
from circulation.selectors.item_lists import PAGE, items_like
from holdings.selectors import all_branches, item_statuses, item_types, locations_of
from web.account.access import staff_only
from web.account.requests import DeskRequest
from web.desk.areas import desk_areas
from web.desk.item_areas import item_pages
from web.desk.item_searches import ITEM_FILTERS, items_asked, query_of
from web.desk.item_texts import status_kind
from web.ui.kept_filters import keeps_filters
from web.ui.list_files import list_file
from web.ui.sorting import keeps_order, ordered


@staff_only(Permission.EDIT_ITEMS, needs_branch=True)
@require_safe
@keeps_filters("items", *ITEM_FILTERS)
@keeps_order("items")
def item_list(request: DeskRequest) -> HttpResponse:
    """List items by filters that stand in the address, so that a list can be kept and passed on."""
    asked, wanted = items_asked(request.GET, request)
    items: Any = ordered(request, "items", items_like(wanted))
    if file := list_file(request, "items", items):
        return file
    page = Paginator(items, PAGE).get_page(request.GET.get("page"))
    query = query_of(asked)
    context = {
        "areas": desk_areas(request, "search"),
        "choices": item_pages(request, "item_list"),
        "asked": asked,
        "page": page,
        "rows": [{"item": each, "kind": status_kind(each)} for each in page],
        "query": f"{query}&",
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
    loans = ordered(request, "claims", claimed_loans(request.staff.branch))
    if file := list_file(request, "claims", loans):
        return file
    context = {
        "areas": desk_areas(request, "holds"),
        "choices": item_pages(request, "claims"),
        "loans": loans,
    }
    return render(request, "desk/claims.html", context)
