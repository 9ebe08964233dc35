"""The catalogue at the desk: the same search as the portal's, in rows; a barcode or ISBN goes straight to its thing."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.rules import Permission
from catalogue.search import suggest, title_with_number
from circulation.selectors.availability import availability, queue_length
from holdings.selectors import get_item_by_barcode, names_in_service
from patrons.selectors import get_patron
from staffing.selectors import searches_of
from web.account.access import staff_only
from web.account.requests import StaffRequest
from web.desk.areas import desk_areas
from web.desk.scan_inputs import number_in
from web.desk.title_list import titles_file
from web.titles.names import material_name
from web.titles.saved import asked_in, query_of
from web.titles.searching import LONGEST, Searched, run_search
from web.ui.list_files import is_asked


@staff_only(Permission.EDIT_ITEMS, needs_branch=True)
@require_safe
def search_page(request: StaffRequest) -> HttpResponse:
    """Search titles; a patron in the address is whom a hold would be for."""
    text = request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST]
    if text and len(text) <= 40 and (item := get_item_by_barcode(text)):
        return redirect("desk:item", barcode=item.barcode)
    number = number_in(request.GET, "patron")
    patron = get_patron(number) if number else None
    about = f"?patron={patron.pk}" if patron else ""
    is_file = is_asked(request, "titles")
    if not is_file and not request.GET.get("page") and (title := title_with_number(text)):
        return redirect(reverse("desk:record", args=[title]) + about)
    searched = run_search(request, branches=names_in_service(), keep=("patron",))
    if is_file:
        return titles_file(request, searched)
    context = {
        "areas": desk_areas(request, "search"),
        "searches": searches_of(request.staff.account),
        "keep_query": query_of(asked_in(request)).removesuffix("?"),
        "searched": searched,
        "result": searched.result,
        "hits": _rows(searched),
        "patron": patron,
        "about": about,
        "may_catalogue": request.staff.may(Permission.CATALOGUE),
        "everywhere_url": searched.address(everywhere="1", branch=None),
        "here_url": searched.address(everywhere=None),
        **searched.pages(),
    }
    return render(request, "desk/search.html", context)


@staff_only(Permission.EDIT_ITEMS)
@require_safe
def suggestions(request: StaffRequest) -> HttpResponse:
    """Suggest titles, authors and subjects for what's being typed."""
    text = request.GET.get("q", "").replace("\x00", "")[:LONGEST]
    found = suggest(text, request.tenant.schema_name)
    return render(request, "desk/_title_suggestions.html", {"suggestions": found})


def _rows(searched: Searched) -> list[dict[str, Any]]:
    hits = searched.result.hits
    ids = [hit.record_id for hit in hits]
    live, waiting = availability(ids), queue_length(ids)
    return [
        {
            "hit": hit,
            "material": material_name(hit.material_type),
            "home": sum(line.home for line in live.get(hit.record_id, [])),
            "total": sum(line.total for line in live.get(hit.record_id, [])),
            "waiting": waiting.get(hit.record_id, 0),
        }
        for hit in hits
    ]
