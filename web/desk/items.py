"""An item's page by its barcode, and the forms that add an item to a title or change what it is."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.rules import Permission
from accounts.selectors import entries_about
from catalogue.selectors import get_record
from circulation.selectors.item_lists import uses_in_house
from circulation.selectors.loans import open_loan_of
from circulation.selectors.transits import hold_bound_to, open_transit_of
from holdings.errors import ItemRefused
from holdings.selectors import branches_in_service, contents_of, get_item_by_barcode, item_types
from holdings.services.items import ItemDetails, add_item, change_item
from web.account.access import staff_only
from web.account.requests import DeskRequest
from web.desk.areas import desk_areas
from web.desk.forms_items import ItemForm, NewItemForm
from web.desk.item_reports import buttons
from web.desk.item_texts import add_to_form, history, status_kind, undoable
from web.ui.stale_forms import edited_in_turn

_FORM = ("GET", "HEAD", "POST")


@staff_only(Permission.EDIT_ITEMS, needs_branch=True)
@require_safe
def item(request: DeskRequest, barcode: str) -> HttpResponse:
    """Show where an item is, who has it, and what was done to it."""
    found = _item_or_404(barcode)
    staff, now = request.staff, timezone.now()
    may_circulate = staff.may(Permission.CIRCULATE)
    loan, entries = open_loan_of(found.pk), entries_about("holdings.item", found.pk)
    context = {
        "areas": desk_areas(request, "search"),
        "item": found,
        "kind": status_kind(found),
        "loan": loan,
        "transit": open_transit_of(found.pk),
        "hold": hold_bound_to(found.pk),
        "history": history(entries),
        "undoable": undoable(entries, reader_id=staff.account.pk, now=now) if may_circulate else None,
        "reports": buttons(found, loan, may_edit=True) if may_circulate else None,
        "contents": contents_of(found.pk),
        "uses": uses_in_house(found.pk),
        "may_bundle": may_circulate and found.bundle_id is None,
        "may_circulate": may_circulate,
        "today": timezone.localdate(),
    }
    return render(request, "desk/item.html", context)


@staff_only(Permission.EDIT_ITEMS, needs_branch=True)
@require_http_methods(_FORM)
def new_item(request: DeskRequest, pk: int) -> HttpResponse:
    """Add an item to a title, under the next free barcode or one from a roll of labels."""
    record = get_record(pk)
    if record is None:
        raise Http404
    staff = request.staff
    form = NewItemForm(request.POST or None, **_rows(), home_branch=staff.branch)
    if request.method == "POST" and form.is_valid():
        details = ItemDetails(**form.details())
        try:
            added = add_item(
                record=record,
                barcode=form.cleaned_data["barcode"],
                details=details,
                actor=staff.account,
                now=timezone.now(),
            )
        except ItemRefused as refused:
            add_to_form(form, refused)
        else:
            messages.success(request, gettext("Item %(barcode)s is added.") % {"barcode": added.barcode})
            return redirect("desk:record", pk=pk)
    return _form_page(request, form, record, None)


@staff_only(Permission.EDIT_ITEMS, needs_branch=True)
@require_http_methods(_FORM)
@edited_in_turn("item")
def edit_item(request: DeskRequest, barcode: str) -> HttpResponse:
    """Change what an item is; its state as long as no loan, hold or journey decides over it."""
    found = _item_or_404(barcode)
    form = ItemForm(request.POST or None, **_rows(), item=found)
    if request.method == "POST" and form.is_valid():
        try:
            change_item(
                item=found,
                details=ItemDetails(**form.details()),
                actor=request.staff.account,
                now=timezone.now(),
            )
        except ItemRefused as refused:
            add_to_form(form, refused)
        else:
            messages.success(request, gettext("Saved."))
            return redirect("desk:item", barcode=barcode)
    return _form_page(request, form, found.record, found)


def _item_or_404(barcode: str) -> Any:
    found = get_item_by_barcode(barcode[:100])
    if found is None:
        raise Http404
    return found


def _rows() -> dict[str, Any]:
    return {"types": item_types(), "branches": branches_in_service()}


def _form_page(request: DeskRequest, form: ItemForm, record: Any, found: Any) -> HttpResponse:
    context = {"areas": desk_areas(request, "search"), "form": form, "record": record, "item": found}
    return render(request, "desk/item_form.html", context, status=form.status)
