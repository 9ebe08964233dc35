"""Orders at the desk: what's awaited and late, and an order's page, where its copies arrive and it's claimed."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.rules import Permission
from accounts.selectors import entries_about
from circulation.errors import CheckInRefused
from circulation.services.orders import receive_copy
from circulation.services.results import CheckInResult, GoesTo
from common.errors import Refused
from holdings.errors import ItemRefused, OrderRefused
from holdings.selectors import OrderFilter, all_branches, copies_of, get_order, orders_like, suppliers
from holdings.services.orders import claim_order
from web.account.access import staff_only
from web.account.requests import DeskRequest
from web.desk.answers import words
from web.desk.areas import desk_areas
from web.desk.item_areas import item_pages
from web.desk.item_texts import item_reason, status_kind
from web.desk.scan_inputs import number_in
from web.ui.kept_filters import keeps_filters
from web.ui.list_files import list_file
from web.ui.sorting import keeps_order, ordered
from web.words.about_orders import ORDER_ACTIONS, order_reason

_FORM = ("GET", "HEAD", "POST")
_PAGE = 50
_LATE, _ALL = "late", "all"


@staff_only(Permission.EDIT_ITEMS, needs_branch=True)
@require_safe
@keeps_filters("orders", "which", "supplier", "branch")
@keeps_order("orders")
def orders(request: DeskRequest) -> HttpResponse:
    """List the orders of which something is awaited, the late ones of them, or all."""
    today = timezone.localdate()
    asked, wanted = _asked(request)
    rows: Any = ordered(request, "orders", orders_like(wanted))
    if file := list_file(request, "orders", rows):
        return file
    page = Paginator(rows, _PAGE).get_page(request.GET.get("page"))
    context = {
        "areas": desk_areas(request, "search"),
        "choices": item_pages(request, "orders"),
        "asked": asked,
        "page": page,
        "query": f"{urlencode({name: value for name, value in asked.items() if value})}&",
        "suppliers": suppliers(),
        "branches": all_branches(),
        "today": today,
    }
    return render(request, "desk/orders.html", context)


@staff_only(Permission.EDIT_ITEMS, needs_branch=True)
@require_http_methods(_FORM)
def order(request: DeskRequest, pk: int) -> HttpResponse:
    """Show an order and its copies; a button at each says that it has arrived, another that the order was claimed."""
    status, typed = 200, dict[int, str]()
    if request.method == "POST":
        act = _ACTS.get(request.POST.get("what", ""))
        if act is None or get_order(pk) is None:
            raise Http404
        try:
            act(request, pk)
        except (OrderRefused, ItemRefused, CheckInRefused) as refused:
            say_refused(request, refused)
            status, typed = 409, {number_in(request.POST, "item") or 0: request.POST.get("barcode", "")[:100]}
        else:
            return redirect("desk:order", pk=pk)
    return render(request, "desk/order.html", _context(request, pk, typed), status=status)


def order_or_404(pk: int) -> Any:
    """Return an order, or answer that there's none."""
    found = get_order(pk)
    if found is None:
        raise Http404
    return found


def say_refused(request: DeskRequest, refused: Refused) -> None:
    """Leave why something can't be done for the next page."""
    for reason in refused.reasons:
        if text := order_reason(reason)[1] or item_reason(reason):
            messages.error(request, text)
    if isinstance(refused, CheckInRefused):
        for each in words(request, refused):
            messages.error(request, " ".join(filter(None, (each.text, each.about, each.next_step))))


def _asked(request: DeskRequest) -> tuple[dict[str, Any], OrderFilter]:
    values = request.GET
    which = values.get("which", "")
    asked = {
        "which": which if which in (_LATE, _ALL) else "",
        "supplier": values.get("supplier", "").replace("\x00", "")[:80],
        "branch": number_in(values, "branch"),
    }
    return asked, OrderFilter(
        supplier=asked["supplier"],
        branch_id=asked["branch"],
        late_on=timezone.localdate() if asked["which"] == _LATE else None,
        with_closed=asked["which"] == _ALL,
    )


def _context(request: DeskRequest, pk: int, typed: Mapping[int, str]) -> dict[str, Any]:
    found, copies, today = order_or_404(pk), copies_of(pk), timezone.localdate()
    awaited = [item.pk for item in copies if item.is_on_order]
    # A scanner's next label belongs to the copy whose label was refused, or to the first that's awaited.
    focused = next((each for each in awaited if each in typed), awaited[0] if awaited else None)
    return {
        "areas": desk_areas(request, "search"),
        "choices": item_pages(request, "orders"),
        "order": found,
        "record": copies[0].record if copies else None,
        "is_late": bool(awaited and found.expected_on and found.expected_on < today),
        "awaited": len(awaited),
        "lines": [
            {
                "item": item,
                "kind": status_kind(item),
                "is_awaited": item.pk in awaited,
                "is_focused": item.pk == focused,
                "typed": typed.get(item.pk),
            }
            for item in copies
        ],
        "history": [
            {
                "at": entry.at,
                "text": ORDER_ACTIONS.get(entry.action, entry.action),
                "who": entry.actor.name if entry.actor else "",
            }
            for entry in entries_about("holdings.order", pk)
        ],
    }


def _receive(request: DeskRequest, pk: int) -> None:
    item_id, staff = number_in(request.POST, "item"), request.staff
    if item_id not in {item.pk for item in copies_of(pk)}:
        raise Http404
    result = receive_copy(
        item_id=item_id,
        barcode=request.POST.get("barcode", "").replace("\x00", "")[:100],
        branch=staff.branch,
        staff=staff.account,
        now=timezone.now(),
    )
    may_undo = staff.may(Permission.CIRCULATE) and result.entry_id
    undo = reverse("desk:undo", args=[result.entry_id]) if may_undo else ""
    messages.success(request, _arrived(result), extra_tags=undo)


def _arrived(result: CheckInResult) -> str:
    """Say that a copy has arrived, and where it goes in the words of check-in."""
    text = gettext("Item %(barcode)s has arrived.") % {"barcode": result.item.barcode}
    if result.goes_to == GoesTo.HOLD_SHELF:
        goes = f"{gettext('Hold shelf')} {result.shelf_number:03d}"
    elif result.goes_to == GoesTo.TRANSIT:
        goes = f"{capfirst(gettext('in transit'))}: {result.branch.name}"
    elif result.goes_to == GoesTo.ASIDE:
        goes = gettext("Set aside")
    else:
        goes = f"{gettext('Shelf')} {result.item.call_number}".strip()
    return f"{text} {goes}"


def _claim(request: DeskRequest, pk: int) -> None:
    claim_order(order_id=pk, actor=request.staff.account, now=timezone.now())
    messages.success(request, gettext("Saved."))


_ACTS: Mapping[str, Callable[[DeskRequest, int], None]] = {"arrived": _receive, "claimed": _claim}
