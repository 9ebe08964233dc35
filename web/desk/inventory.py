"""Inventory of a shelf: choose it, scan what stands there, and confirm what's missing."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.rules import Permission
from circulation.selectors.inventory import ShelfRange, count_expected, not_seen, out_of_place, who_saw
from circulation.services.inventory import confirm_missing, see_item
from holdings.selectors import get_item_by_barcode, locations_of
from web.account.access import staff_only
from web.account.requests import DeskRequest
from web.desk.answers import answer_scan, notice_words
from web.desk.areas import desk_areas
from web.desk.item_areas import item_pages
from web.desk.scan_inputs import moment_in, number_in, read_scan
from web.ui.list_files import MOST_IN_EXCEL, is_asked, list_file
from web.ui.sorting import keeps_order, ordered
from web.words.for_staff import ReasonText

_LONGEST_LIST, _LONGEST_NUMBER = 500, 20


@staff_only(Permission.EDIT_ITEMS, needs_branch=True)
@require_safe
@keeps_order("not-seen")
def inventory(request: DeskRequest) -> Any:
    """Show the choice of a shelf; once begun, the scan box, and what hasn't been seen when that's asked for."""
    branch, since = request.staff.branch, moment_in(request.GET, "since")
    shelf = _shelf(request, request.GET)
    compares = since is not None and "compare" in request.GET
    missing = None
    if compares and since:
        unseen = ordered(request, "not-seen", not_seen(shelf, since=since))
        if file := list_file(request, "not-seen", unseen):
            return file
        if is_asked(request, "out-of-place"):
            rows = out_of_place(shelf, since=since, most=MOST_IN_EXCEL)
            return list_file(request, "out-of-place", rows)
        missing = list(unseen[:_LONGEST_LIST])
    context = {
        "areas": desk_areas(request, "search"),
        "choices": item_pages(request, "inventory"),
        "rooms": locations_of(branch.pk),
        "shelf": shelf,
        "since": since,
        "now": timezone.now(),
        "expected": count_expected(shelf) if since else None,
        "missing": missing,
        "misplaced": out_of_place(shelf, since=since, most=_LONGEST_LIST) if compares and since else [],
        # What she has taken off the list, when she only asks for another order.
        "but": set(_numbers(request.GET.get("but", "").split(","))),
        "seen_by": who_saw(missing) if missing else {},
        "longest": _LONGEST_LIST,
        "again": _address(shelf, since) if since else "",
        "fields": {"room": shelf.location_id or "", "first": shelf.first, "last": shelf.last},
    }
    return render(request, "desk/inventory.html", context)


@staff_only(Permission.EDIT_ITEMS, needs_branch=True)
@require_POST
def inventory_scan(request: DeskRequest) -> HttpResponse:
    """Answer one scan: it has been seen, and whether it stands where it should."""
    scan = read_scan(request)
    staff = request.staff
    item = get_item_by_barcode(scan.barcode)
    context: dict[str, Any] = {"scan": scan}
    if item is None:
        text = gettext("No item has the barcode %(barcode)s.") % {"barcode": scan.barcode}
        context["reasons"] = [ReasonText("ITEM_UNKNOWN", text)]
        return _answer(request, context, "stop", 404)
    shelf = _shelf(request, request.POST)
    result = see_item(item=item, branch=staff.branch, staff=staff.account, now=timezone.now(), shelf=shelf)
    context |= {"result": result, "notices": notice_words(request, result.notices)}
    return _answer(request, context, "notice" if result.notices else "ok", 200)


@staff_only(Permission.EDIT_ITEMS, needs_branch=True)
@require_POST
def inventory_missing(request: DeskRequest) -> HttpResponse:
    """Mark what was ticked as missing, unless it has been seen meanwhile."""
    since = moment_in(request.POST, "since")
    shelf = _shelf(request, request.POST)
    if since is None:
        return redirect("desk:inventory")
    results = confirm_missing(
        item_ids=_numbers(request.POST.getlist("item")),
        since=since,
        staff=request.staff.account,
        now=timezone.now(),
    )
    count = len(results)
    text = ngettext("%(count)d item is marked as missing.", "%(count)d items are marked as missing.", count)
    messages.success(request, text % {"count": count})
    return redirect(_address(shelf, since) + "&compare=1")


def _shelf(request: DeskRequest, values: Any) -> ShelfRange:
    branch = request.staff.branch
    marks = [" ".join(values.get(name, "").replace("\x00", "").split())[:60] for name in ("first", "last")]
    return ShelfRange(branch.pk, number_in(values, "room"), *marks)


def _numbers(texts: list[str]) -> list[int]:
    ticked = [int(pk) for pk in texts[:_LONGEST_LIST] if pk.isascii() and pk.isdecimal() and len(pk) < _LONGEST_NUMBER]
    return [pk for pk in ticked if pk < 2**62]


def _address(shelf: ShelfRange, since: datetime) -> str:
    values = {"room": shelf.location_id or "", "first": shelf.first, "last": shelf.last, "since": since.isoformat()}
    return reverse("desk:inventory") + "?" + urlencode(values)


def _answer(request: DeskRequest, context: dict[str, Any], kind: str, status: int) -> HttpResponse:
    back = reverse("desk:inventory")
    return answer_scan(request, "desk/_inventory_answer.html", context, kind=kind, status=status, back_to=back)
