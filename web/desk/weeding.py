"""Weeding: what may go by its use, its age and the number of copies, as a list, as a file, and on to withdrawing it."""

from collections.abc import Iterator
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from accounts.rules import Permission
from catalogue.marc.lists import as_cell, as_line
from circulation.selectors.item_lists import PAGE
from circulation.selectors.weeding import weedable
from holdings.selectors import all_branches, item_types, locations_of
from web.account.access import staff_only
from web.account.requests import DeskRequest
from web.desk.areas import desk_areas
from web.desk.item_areas import item_pages
from web.desk.item_searches import WEEDING_FILTERS, query_of, weeding_asked
from web.ui.kept_filters import keeps_filters
from web.ui.sorting import keeps_order, ordered

_CHUNK = 1000


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
        context["page"] = Paginator(items, PAGE).get_page(request.GET.get("page"))
    return render(request, "desk/weeding.html", context)


@staff_only(Permission.EDIT_ITEMS, needs_branch=True)
@require_safe
@keeps_order("weeding")
def weeding_file(request: DeskRequest) -> HttpResponse:
    """Give the whole list for spreadsheets, in the order in which it's shown."""
    _asked, rules = weeding_asked(request.GET, request)
    items: Any = ordered(request, "weeding", weedable(rules, today=timezone.localdate()))
    # Not line by line while it's sent: by then no municipality is chosen any more.
    response = HttpResponse(b"".join(_lines(items)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="weeding.csv"'
    return response


def _lines(items: Any) -> Iterator[bytes]:
    head = (
        *(gettext("Barcode"), gettext("Shelf mark"), gettext("Room"), gettext("Title"), gettext("Author")),
        *(gettext("Year"), gettext("Copies"), gettext("Loans"), gettext("In the last year"), gettext("Last lent")),
        gettext("Acquired"),
    )
    yield ("\ufeff" + as_line(head)).encode()
    for item in items.iterator(chunk_size=_CHUNK):
        room, record = item.location.name if item.location else "", item.record
        cells = (
            *(item.barcode, item.call_number, room, record.title, record.author, record.year or ""),
            *(str(item.copies), str(item.times_lent), str(item.last_year), item.last_lent, item.acquired_on),
        )
        yield as_line([as_cell(cell) for cell in cells]).encode()
