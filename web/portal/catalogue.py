"""The portal's catalogue: search, suggestions and a title's page with what's available where."""

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_safe

from catalogue.search import SearchResult, other_editions, suggest, title_with_number
from catalogue.selectors import get_record
from catalogue.selectors.enrichments import record_view
from circulation.selectors.availability import BranchAvailability, availability, is_on_order, queue_length
from circulation.selectors.holds import own_hold_on, queued_holds_of
from holdings.selectors import (
    expected_at,
    items_of,
    names_in_service,
    opening_hours,
    pickup_branches,
    title_with_barcode,
    volumes_of,
)
from tenants.selectors import current_municipality
from web.account.access import open_to_all
from web.portal import lists
from web.portal.linked_data import linked_data
from web.portal.sessions import portal_context
from web.portal.title_files import OFFERED
from web.portal.works import listed, work_of
from web.titles.covers import cover_address
from web.titles.family import family_of, series_of
from web.titles.issues import issues_shown
from web.titles.names import audience_name, cover_kind, language_name, material_name
from web.titles.searching import LONGEST, run_search
from web.ui.requests import PageRequest

_LONGEST_BARCODE = 40
# Where a hit says that it can be had.
_PLACES = 3


@open_to_all
@require_safe
def search_page(request: PageRequest) -> HttpResponse:
    """Search; an ISBN, record number or item barcode goes straight to the title."""
    text = request.GET.get("q", "").replace("\x00", "")[:LONGEST]
    title = title_with_barcode(text) if _may_be_barcode(text) else None
    if title is None and not request.GET.get("page"):
        title = title_with_number(text)
    if title is not None:
        return redirect("portal:record", pk=title)
    searched = run_search(request, branches=names_in_service(), by_work=True)
    context = portal_context(request, "search") | {
        "searched": searched,
        "result": searched.result,
        "hits": hits_with_availability(searched.result),
        "everywhere_url": searched.address(everywhere="1", branch=None),
        "here_url": searched.address(everywhere=None),
        "feed_url": reverse("portal:new_titles") + searched.address(sort=None),
        **searched.pages(),
    }
    kept = lists.for_titles(context["patron"], [hit.record_id for hit in searched.result.hits])
    for row in context["hits"]:
        row["kept"] = kept["kept_on"].get(row["hit"].record_id, [])
    context |= {
        "last_list": kept["own_lists"][0].name if kept["own_lists"] else gettext("To read"),
        "here": request.get_full_path(),
        # The catalogue as it is isn't a search.
        "save_query": searched.address() if searched.is_asked else "",
    }
    return render(request, "portal/search.html", context)


def _may_be_barcode(text: str) -> bool:
    # Scanned ones have digits; a word of letters alone is meant as a word.
    return len(text) <= _LONGEST_BARCODE and any(character.isdecimal() for character in text)


@open_to_all
@require_safe
def suggestions(request: PageRequest) -> HttpResponse:
    """Suggest titles, authors and subjects for what's being typed."""
    text = request.GET.get("q", "").replace("\x00", "")[:LONGEST]
    found = suggest(text, request.tenant.schema_name)
    return render(request, "portal/_suggestions.html", {"suggestions": found})


@open_to_all
@require_safe
def record_page(request: PageRequest, pk: int) -> HttpResponse:
    """Show a title: where it's available now, how many wait, and the way to a hold."""
    record = get_record(pk)
    if record is None:
        raise Http404
    if record.pk != pk:
        return redirect("portal:record", pk=record.pk)
    return show_record(request, record)


@open_to_all
@require_safe
def hours(request: PageRequest) -> HttpResponse:
    """Show when each branch is open."""
    context = portal_context(request, "hours") | {
        "branches": opening_hours(today=timezone.localdate()),
        "weekdays": WEEKDAYS,
    }
    return render(request, "portal/hours.html", context)


def show_record(request: PageRequest, record: Any, *, status: int = 200) -> HttpResponse:
    """Return a title's page; a hold that's refused comes back to it with another status."""
    pk = record.pk
    seen = record_view(record, current_municipality())
    here = availability([pk]).get(pk, [])
    volumes, family = volumes_of(pk), family_of(record, current_municipality().schema_name)
    asked = request.POST.get("volume", request.GET.get("volume", ""))
    volume = asked if asked in volumes else ""
    may_have_issues = bool(volumes) or record.material_type == "MAGAZINE"
    context = portal_context(request, "search")
    context |= {
        "any_edition": request.GET.get("any_edition") == "1",
        "own_holds": queued_holds_of(context["patron"]) if context["patron"] else [],
        "own_hold": own_hold_on(context["patron"], pk, volume=volume) if context["patron"] else None,
        "record": seen,
        "cover": cover_kind(seen.material_type, seen.audience),
        "picture": cover_address(seen.isbns),
        "material": material_name(seen.material_type),
        "language_name": language_name(seen.language),
        "audience_name": audience_name(seen.audience),
        "available": here,
        "linked_data": linked_data(request, seen, here),
        "is_home": any(line.home for line in here),
        "can_hold": any(line.total > line.reference for line in here),
        "due_back": min((line.due_back for line in here if line.due_back), default=None),
        "call_numbers": _call_numbers(pk),
        "expected": expected_at(pk, timezone.localdate()) if any(line.on_order for line in here) else {},
        "waiting": queue_length([pk]).get(pk, 0),
        "editions": other_editions(record),
        "family": family,
        "all_series": series_of(seen, record),
        "years": issues_shown(record, family["parts"], today=timezone.localdate()) if may_have_issues else [],
        "pickup_branches": pickup_branches(),
        "volumes": volumes,
        "volume": volume,
        "file_formats": OFFERED.items(),
        "today": timezone.localdate(),
    }
    context |= lists.for_titles(context["patron"], [pk])
    return render(request, "portal/record.html", context, status=status)


def hits_with_availability(result: SearchResult) -> list[dict[str, Any]]:
    """Return what the list shows of each hit, with live availability in one statement for all."""
    hits = result.hits
    ids = [hit.record_id for hit in hits]
    live = availability([*ids, *listed(result.editions)])
    waiting = queue_length(ids)
    # One address stands for all: looking each up twice takes as long as the search.
    address = reverse("portal:record", args=[0]).removesuffix("0")
    words = _Words()
    rows = []
    for hit in hits:
        lines = live.get(hit.record_id, [])
        rows.append(
            {
                "hit": hit,
                "url": f"{address}{hit.record_id}",
                "cover": cover_kind(hit.material_type, hit.audience),
                "picture": cover_address([hit.isbn]),
                "material": material_name(hit.material_type),
                **words.of(lines, waiting.get(hit.record_id, 0)),
                "work": work_of(hit, result.editions.get(hit.record_id, ()), address, live),
            }
        )
    return rows


class _Words:
    """What a hit says of its items, looked up in the reader's language once for a page."""

    def __init__(self) -> None:
        self._available, self._on_order, self._on_loan = gettext("Available"), gettext("On order"), gettext("On loan")
        self._not_here, self._at = gettext("Not in this municipality"), gettext("%(count)s at %(name)s")

    def of(self, lines: Sequence[BranchAvailability], waiting: int) -> dict[str, Any]:
        """Return what sign and word stand beside a hit, and what more is said of it."""
        if home := [line for line in lines if line.home]:
            places = (self._at % {"count": line.home, "name": line.branch_name} for line in home[:_PLACES])
            return {"is_owned": True, "kind": "ok", "word": self._available, "about": ", ".join(places)}
        if not any(line.total for line in lines):
            return {"is_owned": False, "about": self._not_here}
        queue = ngettext("%(count)s waits", "%(count)s wait", waiting) % {"count": waiting} if waiting else ""
        word = self._on_order if is_on_order(lines) else self._on_loan
        return {"is_owned": True, "kind": "wait", "word": word, "about": queue}


def _call_numbers(record_id: int) -> dict[int, str]:
    return {item.home_branch_id: item.call_number for item in items_of(record_id) if item.call_number}
