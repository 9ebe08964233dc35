"""The pages on which copies are ordered, an order is changed or extended, and what won't come is cancelled."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods

from accounts.rules import Permission
from catalogue.selectors import get_record
from circulation.selectors.subscriptions import known_suppliers
from holdings.errors import ItemRefused, OrderRefused
from holdings.selectors import branches_in_service, copies_of, item_types
from holdings.services.orders import cancel_copies, change_order, order_copies, order_more
from web.account.access import staff_only
from web.account.requests import DeskRequest
from web.desk.areas import desk_areas
from web.desk.forms_orders import CopiesForm, OrderForm, tell_reasons
from web.desk.orders import order_or_404, say_refused
from web.ui.forms import posted
from web.ui.stale_forms import edited_in_turn

_FORM = ("GET", "HEAD", "POST")
# What a page lists at most is what one order may have at once; a form of more is nobody's.
_MOST_TICKS = 1000


@staff_only(Permission.EDIT_ITEMS, needs_branch=True)
@require_http_methods(_FORM)
def new_order(request: DeskRequest, pk: int) -> HttpResponse:
    """Order copies of a title for one branch or several."""
    record = get_record(pk)
    if record is None:
        raise Http404
    form, copies = OrderForm(posted(request)), _copies_form(request)
    if form.is_bound and form.is_valid() and copies.is_valid():
        try:
            made = order_copies(
                record=record,
                facts=form.facts(),
                copies=copies.copies(),
                actor=request.staff.account,
                now=timezone.now(),
            )
        except (OrderRefused, ItemRefused) as refused:
            tell_reasons(refused.reasons, form, copies)
        else:
            messages.success(request, gettext("Ordered."))
            return redirect("desk:order", pk=made.pk)
    return _page(request, title=record.title, back=("desk:record", pk), form=form, copies=copies)


@staff_only(Permission.EDIT_ITEMS, needs_branch=True)
@require_http_methods(_FORM)
@edited_in_turn("order")
def edit_order(request: DeskRequest, pk: int) -> HttpResponse:
    """Change what an order says."""
    found = order_or_404(pk)
    form = OrderForm(posted(request), order=found)
    if form.is_bound and form.is_valid():
        try:
            change_order(order_id=pk, facts=form.facts(), actor=request.staff.account, now=timezone.now())
        except OrderRefused as refused:
            tell_reasons(refused.reasons, form)
        else:
            messages.success(request, gettext("Saved."))
            return redirect("desk:order", pk=pk)
    return _page(request, title=found.title, back=("desk:order", pk), form=form, order=found)


@staff_only(Permission.EDIT_ITEMS, needs_branch=True)
@require_http_methods(_FORM)
def more_copies(request: DeskRequest, pk: int) -> HttpResponse:
    """Add copies to an order."""
    found = order_or_404(pk)
    copies = _copies_form(request)
    if copies.is_bound and copies.is_valid():
        try:
            order_more(order_id=pk, copies=copies.copies(), actor=request.staff.account, now=timezone.now())
        except (OrderRefused, ItemRefused) as refused:
            tell_reasons(refused.reasons, copies)
        else:
            messages.success(request, gettext("Ordered."))
            return redirect("desk:order", pk=pk)
    return _page(request, title=found.title, back=("desk:order", pk), copies=copies, order=found)


@staff_only(Permission.EDIT_ITEMS, needs_branch=True)
@require_http_methods(_FORM)
def cancel_order(request: DeskRequest, pk: int) -> HttpResponse:
    """Ask which copies won't come, and cancel them."""
    found, status, ticked = order_or_404(pk), 200, None
    if request.method == "POST":
        sent = request.POST.getlist("item")[:_MOST_TICKS]
        ticked = [int(each) for each in sent if each.isascii() and each.isdecimal() and len(each) < 18]
        try:
            count = cancel_copies(order_id=pk, item_ids=ticked, actor=request.staff.account, now=timezone.now())
        except OrderRefused as refused:
            say_refused(request, refused)
            status = 409
        else:
            said = ngettext("%(count)s copy is cancelled.", "%(count)s copies are cancelled.", count)
            messages.success(request, said % {"count": count})
            return redirect("desk:order", pk=pk)
    context = {
        "areas": desk_areas(request, "search"),
        "order": found,
        # Refused, nothing is ticked that she hadn't.
        "copies": [(item, ticked is None or item.pk in ticked) for item in copies_of(pk) if item.is_on_order],
    }
    return render(request, "desk/order_cancel.html", context, status=status)


def _copies_form(request: DeskRequest) -> CopiesForm:
    return CopiesForm(posted(request), types=item_types(), branches=branches_in_service(), here=request.staff.branch)


def _page(request: DeskRequest, **context: Any) -> HttpResponse:
    form, copies = context.get("form"), context.get("copies")
    status = form.status if form is not None else 200
    if status == 200 and copies is not None and copies.errors:
        status = 422
    context |= {"areas": desk_areas(request, "search"), "suppliers": known_suppliers()}
    return render(request, "desk/order_form.html", context, status=status)
