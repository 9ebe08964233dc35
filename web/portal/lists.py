"""A patron's own lists of titles: made, filled from the hits and the titles' pages, read, shared and taken away."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_POST, require_safe

from catalogue.selectors import get_record, records_by_ids
from circulation.selectors.availability import availability, is_on_order
from common.sort_keys import sort_key
from patrons import errors
from patrons.errors import PatronRefused
from patrons.rules.own_names import LONGEST
from patrons.rules.searches import asked_of
from patrons.selectors.shelves import (
    get_shared_shelf,
    get_shelf_of,
    searches_of,
    shelved_by,
    shelves_of,
    titles_on,
)
from patrons.services.shelves import (
    add_shelf,
    put_on_shelf,
    remove_shelf,
    rename_shelf,
    share_shelf,
    take_off_shelf,
)
from web.account.access import open_to_all
from web.portal.sessions import patron_only, portal_context
from web.titles.names import cover_kind
from web.titles.saved import query_of
from web.ui.requests import PageRequest

_PAGE_SIZE = 50


@patron_only
@require_safe
def lists(request: PageRequest, patron: Any) -> HttpResponse:
    """Show her lists and saved searches."""
    return lists_page(request, patron)


@patron_only
@require_POST
def add(request: PageRequest, patron: Any) -> HttpResponse:
    """Make a list."""
    try:
        shelf = add_shelf(patron=patron, name=name_in(request), now=timezone.now())
    except PatronRefused as refused:
        tell_refused(request, refused)
        return lists_page(request, patron, status=status_of(refused))
    return redirect("portal:list", pk=shelf.pk)


@patron_only
@require_safe
def one_list(request: PageRequest, patron: Any, pk: int) -> HttpResponse:
    """Show one of her lists."""
    return _list_page(request, patron, _own(patron, pk))


@patron_only
@require_POST
def rename(request: PageRequest, patron: Any, pk: int) -> HttpResponse:
    """Give a list another name."""
    shelf = _own(patron, pk)
    try:
        rename_shelf(shelf=shelf, name=name_in(request))
    except PatronRefused as refused:
        tell_refused(request, refused)
        return _list_page(request, patron, shelf, status=status_of(refused))
    messages.success(request, gettext("Saved."))
    return redirect("portal:list", pk=pk)


@patron_only
@require_POST
def share(request: PageRequest, patron: Any, pk: int) -> HttpResponse:
    """Give a list an address that anybody can read it by, or take that back."""
    try:
        share_shelf(shelf=_own(patron, pk), is_shared=request.POST.get("shared") == "1")
    except PatronRefused as refused:
        # Taken away in another window meanwhile.
        raise Http404 from refused
    return HttpResponseRedirect(reverse("portal:list", args=[pk]) + "#h-share")


@patron_only
@require_POST
def remove(request: PageRequest, patron: Any, pk: int) -> HttpResponse:
    """Take a list away."""
    shelf = _own(patron, pk)
    remove_shelf(shelf=shelf)
    messages.success(request, gettext("The list %(name)s is gone.") % {"name": shelf.name})
    return redirect("portal:lists")


@patron_only
@require_POST
def take_off(request: PageRequest, patron: Any, pk: int) -> HttpResponse:
    """Take a title off a list."""
    shelf, record = _own(patron, pk), _number(request, "record")
    title = records_by_ids([record]).get(record)
    try:
        is_off = take_off_shelf(shelf=shelf, record_id=record)
    except PatronRefused as refused:
        raise Http404 from refused
    if is_off and title:
        values = {"title": title.title, "name": shelf.name}
        messages.success(request, gettext("%(title)s is off the list %(name)s.") % values)
    return _back(request, reverse("portal:list", args=[pk]))


@patron_only
@require_POST
def put(request: PageRequest, patron: Any) -> HttpResponse:
    """Put a title on a list: one of hers, a new one, or the one that she used last. She stays where she was."""
    record = get_record(_number(request, "record"))
    if record is None:
        raise Http404
    try:
        shelf = _wanted_shelf(request, patron)
        put_on_shelf(shelf=shelf, title=record, now=timezone.now())
    except PatronRefused as refused:
        if request.htmx:
            context = {"problem": refusal_text(refused)}
            return render(request, "portal/_keep.html", context, status=status_of(refused))
        tell_refused(request, refused)
    else:
        if request.htmx:
            kept = shelved_by(patron, [record.pk])[record.pk]
            return render(request, "portal/_keep.html", {"kept": kept, "is_answer": True})
        values = {"title": record.title, "name": shelf.name}
        messages.success(request, gettext("%(title)s is on the list %(name)s.") % values)
    return _back(request, reverse("portal:record", args=[record.pk]), f"#keep-{record.pk}")


@open_to_all
@require_safe
def shared_list(request: PageRequest, key: str) -> HttpResponse:
    """Show a list to whoever has its address, without telling whose it is."""
    shelf = get_shared_shelf(key)
    if shelf is None:
        raise Http404
    context = portal_context(request, "") | {"list": shelf} | _titles(request, shelf)
    answer = render(request, "portal/shared_list.html", context)
    # Whose address can't be guessed isn't to be found by a search either, nor told to the next site.
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def lists_page(request: PageRequest, patron: Any, *, status: int = 200) -> HttpResponse:
    """Return the page of all that she has kept."""
    searches = [{"search": each, "query": query_of(asked_of(each.asked))} for each in searches_of(patron)]
    context = portal_context(request, "lists", patron)
    context |= {"lists": shelves_of(patron), "searches": searches, "longest": LONGEST}
    return render(request, "portal/lists.html", context, status=status)


def for_titles(patron: Any, record_ids: list[int]) -> dict[str, Any]:
    """Return what titles' pages say about her lists: which she has, and on which of them the titles are."""
    if not patron:
        return {"own_lists": [], "kept_on": {}}
    own = shelves_of(patron)
    return {"own_lists": own, "kept_on": shelved_by(patron, record_ids) if own else {}}


def name_in(request: PageRequest) -> str:
    """Return the name that was typed, cut before anybody looks at it."""
    return request.POST.get("name", "")[: 4 * LONGEST]


def status_of(refused: PatronRefused) -> int:
    """Return how a refusal is answered: 404 for what's gone, 422 for a name that's missing, 409 for a limit."""
    if {errors.SHELF_GONE, errors.SEARCH_GONE} & set(refused.codes):
        raise Http404
    return 422 if errors.NAME_MISSING in refused.codes else 409


def tell_refused(request: PageRequest, refused: PatronRefused) -> None:
    """Tell on the next page why something wasn't done."""
    messages.error(request, refusal_text(refused))


def refusal_text(refused: PatronRefused) -> str:
    """Return why a list or search wasn't kept, and what helps."""
    texts = {
        errors.NAME_MISSING: gettext("Write a name."),
        errors.TOO_MANY_SHELVES: gettext("You have %(most)d lists. Remove one first."),
        errors.SHELF_FULL: gettext("A list holds %(most)d titles. Use another one."),
        errors.TOO_MANY_SEARCHES: gettext("You have %(most)d saved searches. Remove one first."),
    }
    return " ".join(texts[each.code] % each.facts for each in refused.reasons if each.code in texts)


def _list_page(request: PageRequest, patron: Any, shelf: Any, *, status: int = 200) -> HttpResponse:
    address = reverse("portal:shared_list", args=[shelf.share_key]) if shelf.share_key else ""
    context = portal_context(request, "lists", patron) | {
        "list": shelf,
        "longest": LONGEST,
        "address": request.build_absolute_uri(address) if address else "",
    }
    return render(request, "portal/list.html", context | _titles(request, shelf), status=status)


def _titles(request: PageRequest, shelf: Any) -> dict[str, Any]:
    """Return a page of a list, in the order that's asked for, with what can be had now."""
    entries = titles_on(shelf)
    records = records_by_ids(each.record_id for each in entries)
    # One that another library has taken back to itself is on the list and isn't shown.
    rows = [records[each.record_id] for each in entries if each.record_id in records]
    by_title = request.GET.get("sort") == "title"
    if by_title:
        language = get_language() or ""
        rows.sort(key=lambda record: sort_key(record.title, language))
    page = Paginator(rows, _PAGE_SIZE).get_page(request.GET.get("page"))
    here = availability([record.pk for record in page])
    shown = [
        {
            "record": record,
            "cover": cover_kind(record.material_type, record.audience),
            "is_home": any(line.home for line in here.get(record.pk, [])),
            "is_owned": any(line.total for line in here.get(record.pk, [])),
            "is_ordered": is_on_order(here.get(record.pk, [])),
        }
        for record in page
    ]
    orders = [
        {"value": "added", "name": gettext("Newest on the list"), "current": not by_title},
        {"value": "title", "name": gettext("Title"), "current": by_title},
    ]
    query = "sort=title&" if by_title else ""
    return {"titles": shown, "total": len(rows), "page": page, "orders": orders, "query": query}


def _own(patron: Any, pk: int) -> Any:
    shelf = get_shelf_of(patron, pk)
    if shelf is None:
        raise Http404
    return shelf


def _wanted_shelf(request: PageRequest, patron: Any) -> Any:
    """Return the list that was named; else the last one used, or the first one is made."""
    if number := _number(request, "list"):
        return _own(patron, number)
    if request.POST.get("list") == "new":
        return add_shelf(patron=patron, name=name_in(request), now=timezone.now())
    own = shelves_of(patron)
    return own[0] if own else add_shelf(patron=patron, name=gettext("To read"), now=timezone.now())


def _back(request: PageRequest, default: str, place: str = "") -> HttpResponse:
    """Go back to where she was, there to the title that it's about."""
    wanted = request.POST.get("next", "")
    is_safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}) and wanted.isprintable()
    return HttpResponseRedirect((wanted.partition("#")[0] if is_safe else default) + place)


def _number(request: PageRequest, name: str) -> int:
    text = request.POST.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else 0
