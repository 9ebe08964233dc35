"""Takes back one desk action, from its row."""

from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from accounts.rules import Permission
from accounts.selectors import get_entry
from circulation.errors import UndoRefused
from circulation.services.rotations import SENT
from circulation.services.undo import undo as take_back
from holdings.selectors import get_item
from web.account.access import staff_only
from web.account.requests import DeskRequest
from web.desk.answers import answer_scan, words
from web.desk.panels import panel_of
from web.desk.scan_inputs import number_in


@staff_only(Permission.CIRCULATE, needs_branch=True)
@require_POST
def undo(request: DeskRequest, entry_id: int) -> HttpResponse:
    """Undo the action and answer with the row that takes its place."""
    entry = get_entry(entry_id)
    if entry is None or entry.action == SENT:
        raise Http404
    return _undone(request, entry)


@staff_only(Permission.EDIT_ITEMS, needs_branch=True)
@require_POST
def undo_sending(request: DeskRequest, entry_id: int) -> HttpResponse:
    """Call a collection back that was sent on: who may send it may do that."""
    entry = get_entry(entry_id)
    if entry is None or entry.action != SENT:
        raise Http404
    return _undone(request, entry)


def _undone(request: DeskRequest, entry: Any) -> HttpResponse:
    staff = request.staff
    back = _page_of(entry)
    # A list's row keeps its number, and has columns of its own.
    context: dict[str, Any] = {"entry": entry, "row": number_in(request.GET, "row")}
    try:
        result = take_back(entry=entry, staff=staff.account, now=timezone.now())
    except UndoRefused as refused:
        context["reasons"] = words(request, refused)
        answer = answer_scan(request, "desk/_undone_row.html", context, kind="stop", status=409, back_to=back)
        # What was done stands, so its row does too.
        answer.headers["HX-Reswap"] = "afterend"
        return answer
    # A check-in's page shows no patron.
    patron_id = None if entry.action == "circulation.check_in" else entry.facts.get("patron_id")
    context |= {"result": result, "panel": panel_of(request, patron_id), "said": gettext("Undone")}
    return answer_scan(request, "desk/_undone_row.html", context, kind="none", back_to=back)


def _page_of(entry: Any) -> str:
    """Return where a browser without script, or the item's own page, goes on."""
    if entry.action == SENT:
        return reverse("desk:rotation", args=[entry.subject_id])
    part, patron_id = _OF_PATRONS.get(entry.action), entry.facts.get("patron_id")
    if part and patron_id:
        return reverse("desk:patron", args=[patron_id]) + part
    page = _PAGES.get(entry.action)
    item = None if page else get_item(entry.facts.get("item_id") or 0)
    return reverse("desk:item", args=[item.barcode]) if item else reverse(page or "desk:check_out")


_PAGES = {
    "circulation.check_in": "desk:check_in",
    "circulation.check_out": "desk:check_out",
    "circulation.renew": "desk:check_out",
    "circulation.expire_hold": "desk:shelf",
    "circulation.not_on_shelf": "desk:holds",
}
_OF_PATRONS = {
    "circulation.cancel_hold": "#holds",
    "circulation.waive_fee": "#fees",
    "circulation.write_off_fee": "#fees",
}
