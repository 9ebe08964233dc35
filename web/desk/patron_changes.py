"""Registers and edits patrons, sets and lifts blocks, and gives new cards and PINs."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.rules import Permission
from circulation.services import new_cards
from holdings.selectors import branches_in_service, item_types
from patrons.errors import PatronRefused
from patrons.selectors import get_block, get_patron_by_card, patron_categories
from patrons.selectors.desk_page import cards_of
from patrons.selectors.duplicates import patrons_alike
from patrons.services import blocks, register
from web.account.access import staff_only
from web.account.requests import DeskRequest
from web.account.throttle import PINS, forgive
from web.desk.areas import desk_areas
from web.desk.forms_patrons import BlockForm, CardForm, NewPatronForm, PatronForm, PinForm
from web.desk.patron_dialogs import dialog_of
from web.desk.patron_page import page, patron_or_404
from web.desk.texts import add_to_form, patron_problems
from web.ui.money import amount_text, with_one_stop
from web.ui.stale_forms import edited_in_turn

_FORM = ("GET", "HEAD", "POST")


@staff_only(Permission.EDIT_PATRONS, needs_branch=True)
@require_http_methods(_FORM)
def new_patron(request: DeskRequest) -> HttpResponse:
    """Register a patron with her first card."""
    staff, tenant = request.staff, request.tenant
    first = {"home_branch": staff.branch.pk, "language": tenant.language, "channel": "EMAIL"}
    form = NewPatronForm(request.POST or None, **_rows(), initial=first)
    if request.method == "POST" and form.is_valid():
        guardian, alike = _guardian(form), _alike(request, form)
        if not form.errors and not alike:
            try:
                patron = register.register_patron(
                    details=register.PatronDetails(**form.details()),
                    card_number=form.cleaned_data["card_number"],
                    pin=form.cleaned_data["pin"],
                    guardians=guardian,
                    staff=staff.account,
                    now=timezone.now(),
                )
            except PatronRefused as refused:
                add_to_form(form, refused)
            else:
                messages.success(request, gettext("%(name)s is registered.") % {"name": patron.display_name})
                return redirect("desk:patron", pk=patron.pk)
        if alike:
            return _form_page(request, form, None, alike=alike)
    return _form_page(request, form, None)


@staff_only(Permission.EDIT_PATRONS, needs_branch=True)
@require_http_methods(_FORM)
@edited_in_turn("patron")
def edit_patron(request: DeskRequest, pk: int) -> HttpResponse:
    """Change what's known about a patron."""
    patron = patron_or_404(pk)
    if patron.is_protected and not request.staff.may(Permission.SEE_PROTECTED):
        raise PermissionDenied(gettext("Name and address are protected. A supervisor can change them."))
    form = PatronForm(request.POST or None, **_rows(), patron=patron)
    if request.method == "POST" and form.is_valid():
        try:
            register.change_patron(
                patron=patron,
                details=register.PatronDetails(**form.details()),
                staff=request.staff.account,
                now=timezone.now(),
            )
        except PatronRefused as refused:
            add_to_form(form, refused)
        else:
            messages.success(request, gettext("Saved."))
            return redirect("desk:patron", pk=pk)
    return _form_page(request, form, patron)


@staff_only(Permission.EDIT_PATRONS, needs_branch=True)
@require_POST
def set_block(request: DeskRequest, pk: int) -> HttpResponse:
    """Keep a patron from borrowing."""
    patron = patron_or_404(pk)
    form = BlockForm(request.POST, item_types=item_types(), today=timezone.localdate())
    if not form.is_valid():
        return page(request, patron, status=422, dialog=dialog_of(request, patron, "block", form=form))
    data = form.cleaned_data
    blocks.set_block(
        patron=patron,
        reason=data["reason"],
        kind=data["kind"] or "OTHER",
        until=data["until"],
        item_type=form.types.get(data["item_type"]),
        staff=request.staff.account,
        now=timezone.now(),
    )
    messages.success(request, gettext("The block is set."))
    return redirect("desk:patron", pk=pk)


@staff_only(Permission.LIFT_BLOCKS, needs_branch=True)
@require_POST
def lift_block(request: DeskRequest, pk: int) -> HttpResponse:
    """Let a patron borrow again."""
    block = get_block(pk)
    if block is None:
        raise Http404
    try:
        blocks.lift_block(block=block, staff=request.staff.account, now=timezone.now())
    except PatronRefused as refused:
        return page(request, patron_or_404(block.patron_id), status=403, problems=patron_problems(refused.reasons))
    messages.success(request, gettext("The block is lifted."))
    return redirect("desk:patron", pk=block.patron_id)


@staff_only(Permission.EDIT_PATRONS, needs_branch=True)
@require_POST
def new_card(request: DeskRequest, pk: int) -> HttpResponse:
    """Give a patron a new card; the old ones stop working, and a lost one costs what the rules say."""
    patron, form = patron_or_404(pk), CardForm(request.POST)
    if form.is_valid():
        try:
            fee = new_cards.replace_card(
                patron=patron,
                number=form.cleaned_data["card_number"],
                reason=form.cleaned_data["reason"],
                free_because=form.cleaned_data["free_because"],
                branch=request.staff.branch,
                staff=request.staff.account,
                now=timezone.now(),
            )
        except PatronRefused as refused:
            add_to_form(form, refused)
        else:
            messages.success(request, gettext("The new card works from now on; the old one doesn't."))
            if fee:
                amount = amount_text(fee.balance, request.tenant.currency)
                messages.warning(request, with_one_stop(gettext("The fee for it is %(amount)s.") % {"amount": amount}))
            return redirect("desk:patron", pk=pk)
    return page(request, patron, status=422, dialog=dialog_of(request, patron, "card", form=form))


@staff_only(Permission.EDIT_PATRONS, needs_branch=True)
@require_POST
def new_pin(request: DeskRequest, pk: int) -> HttpResponse:
    """Give a patron a new PIN, which she types herself."""
    patron, form = patron_or_404(pk), PinForm(request.POST)
    if form.is_valid():
        try:
            register.set_pin(
                patron=patron,
                pin=form.cleaned_data["pin"],
                staff=request.staff.account,
            )
        except PatronRefused as refused:
            add_to_form(form, refused)
        else:
            for card in cards_of(patron):
                forgive(PINS, card.number)
            messages.success(request, gettext("The new PIN works from now on."))
            return redirect("desk:patron", pk=pk)
    return page(request, patron, status=422, dialog=dialog_of(request, patron, "pin", form=form))


def _rows() -> dict[str, Any]:
    return {"categories": patron_categories(), "branches": branches_in_service()}


def _guardian(form: NewPatronForm) -> list[Any]:
    number = form.cleaned_data["guardian_card"]
    guardian = get_patron_by_card(number) if number else None
    if number and guardian is None:
        form.add_error("guardian_card", gettext("No patron has this card."))
    return [guardian] if guardian else []


def _alike(request: DeskRequest, form: NewPatronForm) -> list[Any]:
    """Return who may be the same person, unless staff have looked and say that she isn't."""
    if request.POST.get("register_anyway"):
        return []
    names = {name: form.cleaned_data[name] for name in ("given_name", "family_name", "birth_date")}
    return patrons_alike(**names)


def _form_page(request: DeskRequest, form: PatronForm, patron: Any, *, alike: Sequence[Any] = ()) -> HttpResponse:
    if alike:
        form.add_error(None, gettext("A patron with this name and birth date is registered already."))
    if form.data.get("pin") and "pin" in form.fields and "pin" not in form.errors:
        # It's never sent back to a page.
        form.add_error("pin", gettext("Type the PIN again: it isn't kept in a form."))
    context = {"areas": desk_areas(request, "patrons"), "form": form, "patron": patron, "alike": alike}
    return render(request, "desk/patron_form.html", context, status=form.status)
