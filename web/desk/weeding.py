"""Weeding: what may go by its use, its age and the number of copies, as a list, a file, and on to withdrawing it."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.rules import Permission
from circulation.selectors.item_lists import PAGE
from circulation.selectors.weeding import weedable
from holdings.selectors import all_branches, item_types, locations_of
from web.account.access import staff_only
from web.account.requests import DeskRequest
from web.desk.areas import desk_areas
from web.desk.item_areas import item_pages
from web.desk.item_searches import WEEDING_FILTERS, query_of, weeding_asked
from web.ui.kept_filters import keeps_filters
from web.ui.list_files import list_file
from web.ui.sorting import keeps_order, ordered


@staff_only(Permission.EDIT_ITEMS, needs_branch=True)
@require_safe
@keeps_filters("weeding", *WEEDING_FILTERS)
@keeps_order("weeding")
def weeding(request: DeskRequest) -> HttpResponse:
    """Show the rules, and what may go by them once they're asked for."""
    asked, rules = weeding_asked(request.GET, request)
    query = query_of({**asked, "asked": True})
    context = {
        "areas": desk_areas(request, "search"),
        "choices": item_pages(request, "weeding"),
        "asked": asked,
        "query": f"{query}&",
        "branches": all_branches(),
        "rooms": locations_of(asked["branch"]) if asked["branch"] else (),
        "types": item_types(),
    }
    if "asked" in request.GET:
        items: Any = ordered(request, "weeding", weedable(rules, today=timezone.localdate()))
        if file := list_file(request, "weeding", items):
            return file
        context["page"] = Paginator(items, PAGE).get_page(request.GET.get("page"))
    return render(request, "desk/weeding.html", context)
