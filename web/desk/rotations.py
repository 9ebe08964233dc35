"""Rotating collections: their plans, what travels with them, and the buttons that send them on and receive them."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods

from accounts.rules import Permission
from circulation.errors import RotationRefused
from circulation.selectors.rotations import (
    count_on_their_way,
    count_to_follow,
    get_rotation,
    items_of_rotation,
    rotations,
)
from circulation.services.batches import LONGEST_BATCH, barcodes_in
from circulation.services.rotations import (
    add_item,
    add_stop,
    end_rotation,
    plan_rotation,
    receive_all,
    remove_item,
    remove_stop,
    send_on,
)
from holdings.selectors import branches_in_service, get_branch, get_item_by_barcode
from web.account.access import staff_only
from web.account.requests import DeskRequest
from web.desk.answers import say_with_undo, words
from web.desk.areas import desk_areas
from web.desk.item_areas import item_pages
from web.desk.scan_inputs import day_in, number_in

_FORM = ("GET", "HEAD", "POST")


@staff_only(Permission.EDIT_ITEMS, needs_branch=True)
@require_http_methods(_FORM)
def rotations_page(request: DeskRequest) -> HttpResponse:
    """List the collections that are on tour or planned; a form begins another."""
    status = 200
    if request.method == "POST":
        name, note = (request.POST.get(key, "").replace("\x00", "") for key in ("name", "note"))
        try:
            begun = plan_rotation(name=name, note=note, staff=request.staff.account)
        except RotationRefused as refused:
            _say(request, refused)
            status = 422
        else:
            return redirect("desk:rotation", pk=begun.pk)
    context = {
        "areas": desk_areas(request, "search"),
        "choices": item_pages(request, "rotations"),
        "rotations": rotations(),
    }
    return render(request, "desk/rotations.html", context, status=status)


@staff_only(Permission.EDIT_ITEMS, needs_branch=True)
@require_http_methods(_FORM)
def rotation(request: DeskRequest, pk: int) -> HttpResponse:
    """Show one collection; its form changes the plan or the items, sends it on, receives it or ends it."""
    found = get_rotation(pk)
    if found is None:
        raise Http404
    if request.method == "POST":
        act = _ACTS.get(request.POST.get("what", ""))
        if act is None:
            raise Http404
        try:
            act(request, found.collection)
        except RotationRefused as refused:
            _say(request, refused)
        return redirect("desk:rotation", pk=pk) if get_rotation(pk) else redirect("desk:rotations")
    branch = request.staff.branch
    context = {
        "areas": desk_areas(request, "search"),
        "choices": item_pages(request, "rotations"),
        "rotation": found,
        "items": items_of_rotation(pk),
        "branches": branches_in_service(),
        "on_their_way": count_on_their_way(pk, branch.pk),
    }
    return render(request, "desk/rotation.html", context)


def _add_stop(request: DeskRequest, collection: Any) -> None:
    branch = get_branch(number_in(request.POST, "branch") or 0)
    if branch is None:
        raise Http404
    planned_on = day_in(request.POST, "planned_on")
    add_stop(collection=collection, branch=branch, planned_on=planned_on, staff=_account(request))


def _remove_stop(request: DeskRequest, collection: Any) -> None:
    remove_stop(collection=collection, stop_id=number_in(request.POST, "stop") or 0, staff=_account(request))


def _add_items(request: DeskRequest, collection: Any) -> None:
    barcodes = barcodes_in(request.POST.get("barcodes", "").replace("\x00", ""))[:LONGEST_BATCH]
    added = 0
    for barcode in barcodes:
        item = get_item_by_barcode(barcode)
        if item is None:
            messages.error(request, gettext("No item has the barcode %(barcode)s.") % {"barcode": barcode[:40]})
            continue
        try:
            added += add_item(collection=collection, item=item, staff=_account(request))
        except RotationRefused as refused:
            _say(request, refused, about=barcode)
    text = ngettext("%(count)d item added.", "%(count)d items added.", added)
    messages.success(request, text % {"count": added})


def _remove_item(request: DeskRequest, collection: Any) -> None:
    remove_item(collection=collection, item_id=number_in(request.POST, "item") or 0, staff=_account(request))


def _send(request: DeskRequest, collection: Any) -> None:
    stop, items = send_on(collection=collection, staff=_account(request), now=timezone.now())
    branch, out = stop.branch.name, count_to_follow(collection.pk, stop.branch_id)
    if items or not out:
        text = ngettext("Pack %(count)d item for %(branch)s.", "Pack %(count)d items for %(branch)s.", len(items))
        about = ("circulation.rotatingcollection", collection.pk)
        said = text % {"count": len(items), "branch": branch}
        say_with_undo(request, said, about, "circulation.send_rotation", page="desk:undo_sending")
    if out:
        text = ngettext(
            "It goes on to %(branch)s without %(count)d item, which follows when it's checked in.",
            "It goes on to %(branch)s without %(count)d items, which follow when they're checked in.",
            out,
        )
        messages.warning(request, text % {"count": out, "branch": branch})


def _receive(request: DeskRequest, collection: Any) -> None:
    staff = request.staff
    results = receive_all(collection=collection, branch=staff.branch, staff=staff.account, now=timezone.now())
    text = ngettext("%(count)d item received.", "%(count)d items received.", len(results)) % {"count": len(results)}
    messages.success(request, text)
    for result in results:
        if result.hold is not None:
            wanted = gettext("%(barcode)s is wanted: check it in to see where it goes.")
            messages.warning(request, wanted % {"barcode": result.item.barcode})


def _end(request: DeskRequest, collection: Any) -> None:
    items = end_rotation(collection=collection, staff=_account(request), now=timezone.now())
    text = ngettext(
        "The tour is over: %(count)d item goes home.", "The tour is over: %(count)d items go home.", len(items)
    )
    messages.success(request, text % {"count": len(items)})


_ACTS: Mapping[str, Callable[[DeskRequest, Any], None]] = {
    "add-stop": _add_stop,
    "remove-stop": _remove_stop,
    "add-items": _add_items,
    "remove-item": _remove_item,
    "send": _send,
    "receive": _receive,
    "end": _end,
}


def _account(request: DeskRequest) -> Any:
    return request.staff.account


def _say(request: DeskRequest, refused: RotationRefused, *, about: str = "") -> None:
    for reason in words(request, refused):
        messages.error(request, " ".join(filter(None, (about, reason.text, reason.about, reason.next_step))))
