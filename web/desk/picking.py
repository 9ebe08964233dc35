"""The pick list: what to fetch from the shelves, who is at it, and what isn't there."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.rules import Permission
from circulation.errors import HoldRefused
from circulation.selectors.holds import get_hold
from circulation.selectors.picks import PickLine, holds_to_pick
from circulation.services.picks import not_on_shelf, start_fetching, start_fetching_all, stop_fetching
from holdings.selectors import get_item, locations_of
from web.account.access import staff_only
from web.account.requests import DeskRequest
from web.desk.answers import say_with_undo, words
from web.desk.lists import list_page
from web.desk.scan_inputs import number_in
from web.ui.kept_filters import keeps_filters
from web.ui.list_files import list_file
from web.ui.sorting import keeps_order, ordered


@staff_only(Permission.CIRCULATE, needs_branch=True)
@require_safe
@keeps_filters("picks", "room")
@keeps_order("picks")
def holds(request: DeskRequest) -> HttpResponse:
    """List what to fetch from the shelves for holds, in the order of the shelves; of one room, if one is chosen."""
    return _page(request)


@staff_only(Permission.CIRCULATE, needs_branch=True)
@require_POST
def fetch_all(request: DeskRequest) -> HttpResponse:
    """Note that she fetches everything on the list that nobody else is at."""
    staff = request.staff.account
    pairs = [(line.item.pk, line.hold.pk) for line in _lines(request, request.POST)]
    started = start_fetching_all(pairs=pairs, staff=staff, now=timezone.now())
    text = ngettext("You're fetching %(count)d item.", "You're fetching %(count)d items.", started)
    messages.success(request, text % {"count": started})
    return redirect(_address(request.POST))


@staff_only(Permission.CIRCULATE, needs_branch=True)
@require_POST
def fetch(request: DeskRequest, pk: int) -> HttpResponse:
    """Note that she fetches an item for a hold."""
    return _act(request, pk, lambda item, hold, by: start_fetching(item=item, hold=hold, **by), "")


@staff_only(Permission.CIRCULATE, needs_branch=True)
@require_POST
def stop(request: DeskRequest, pk: int) -> HttpResponse:
    """Let others fetch an item."""
    return _act(request, pk, lambda item, _hold, by: stop_fetching(item=item, staff=by["staff"]), "")


@staff_only(Permission.CIRCULATE, needs_branch=True)
@require_POST
def not_there(request: DeskRequest, pk: int) -> HttpResponse:
    """Note that an item isn't on its shelf; the hold goes to the next branch."""
    text = gettext("%(title)s isn't on its shelf. The hold is planned anew.")
    return _act(request, pk, lambda item, hold, by: not_on_shelf(item=item, hold=hold, **by), text)


def _act(request: DeskRequest, pk: int, act: Callable[[Any, Any, dict[str, Any]], Any], success: str) -> HttpResponse:
    number = number_in(request.POST, "item")
    hold, item = get_hold(pk), get_item(number) if number else None
    if hold is None or item is None:
        raise Http404
    by = {"staff": request.staff.account, "now": timezone.now()}
    try:
        act(item, hold, by)
    except HoldRefused as refused:
        problems = [f"{hold.record.title}: {reason.text} {reason.about}" for reason in words(request, refused)]
        return _page(request, status=409, problems=problems)
    if success:
        said = success % {"title": hold.record.title}
        say_with_undo(request, said, ("holdings.item", item.pk), "circulation.not_on_shelf")
    return redirect(_address(request.POST))


def _page(request: DeskRequest, *, status: int = 200, problems: Any = ()) -> HttpResponse:
    branch, staff = request.staff.branch, request.staff.account
    asked = request.POST if request.method == "POST" else request.GET
    lines = _lines(request, asked)
    shown = ordered(request, "picks", lines)
    if file := list_file(request, "picks", shown):
        return file
    context = {
        "lines": shown,
        "room": _room(request, asked),
        "rooms": locations_of(branch.pk),
        "problems": problems,
        "account": staff,
        "unclaimed": sum(1 for line in lines if line.fetched_by is None),
    }
    return list_page(request, "holds", context, status=status)


def _lines(request: DeskRequest, asked: Any) -> list[PickLine]:
    branch, room = request.staff.branch, _room(request, asked)
    lines = holds_to_pick(branch, now=timezone.now())
    return [line for line in lines if room is None or line.item.location_id == room]


def _room(request: DeskRequest, asked: Any) -> int | None:
    """Return the room that was asked for; one of a branch where she works no more would hide every hold of this one."""
    room = number_in(asked, "room")
    rooms = locations_of(request.staff.branch.pk) if room else ()
    return room if any(each.pk == room for each in rooms) else None


def _address(asked: Any) -> str:
    room = number_in(asked, "room")
    return reverse("desk:holds") + (f"?room={room}" if room else "")
