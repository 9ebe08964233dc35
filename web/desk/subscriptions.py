"""Subscriptions at the desk: who subscribes to a title, and what a branch's subscription says."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from accounts.rules import Permission
from catalogue.selectors import get_record
from circulation.errors import Code, PeriodicalRefused
from circulation.rules.reasons import blocking
from circulation.selectors.subscriptions import get_subscription, known_suppliers, subscriptions_of
from circulation.services.subscriptions import change_subscription, subscribe
from holdings.selectors import branches_in_service, item_types, locations_of
from web.account.access import staff_only
from web.account.requests import DeskRequest
from web.desk.answers import words
from web.desk.areas import desk_areas
from web.desk.forms_periodicals import EditSubscriptionForm, SubscriptionForm
from web.ui.forms import posted
from web.ui.stale_forms import edited_in_turn

_FORM = ("GET", "HEAD", "POST")
_FIELDS = {
    Code.ROOM_ELSEWHERE.value: "location",
    Code.SUBSCRIPTION_TOO_SHORT.value: "ends_on",
    Code.NUMBER_BEYOND_YEAR.value: "first_number",
    Code.AMOUNT_NOT_VALID.value: "price",
}


@staff_only(Permission.EDIT_ITEMS, needs_branch=True)
@require_http_methods(_FORM)
def subscription(request: DeskRequest, pk: int) -> HttpResponse:
    """Show who subscribes to a title; a form lets the reader's branch do so."""
    record = get_record(pk)
    if record is None:
        raise Http404
    branch, status = request.staff.branch, 200
    form = SubscriptionForm(posted(request), types=item_types(), rooms=locations_of(branch.pk))
    if form.is_bound:
        status = 422
        if form.is_valid():
            try:
                subscribe(record=record, branch=branch, plan=form.plan(), staff=request.staff.account)
            except PeriodicalRefused as refused:
                status = _add_to_form(request, form, refused)
            else:
                return _saved(request)
    subscriptions = subscriptions_of(record_id=record.pk)
    context = {
        "areas": desk_areas(request, "search"),
        "record": record,
        "form": form,
        "subscriptions": subscriptions,
        "suppliers": known_suppliers(),
        "own": next((each for each in subscriptions if each.branch_id == branch.pk), None),
    }
    return render(request, "desk/subscription.html", context, status=status)


@staff_only(Permission.EDIT_ITEMS, needs_branch=True)
@require_http_methods(_FORM)
@edited_in_turn("subscription")
def edit_subscription(request: DeskRequest, pk: int) -> HttpResponse:
    """Change what a subscription of the reader's branch says from now on."""
    found = get_subscription(pk, branch_id=request.staff.branch.pk)
    if found is None:
        raise Http404
    if found.ended_on is not None:
        _add_to_messages(request, PeriodicalRefused([blocking(Code.SUBSCRIPTION_GONE)]))
        return redirect("desk:periodicals")
    branches = branches_in_service()
    of_all = {each.pk: each for each in (*branches, found.branch)}
    rooms = [(room, branch) for branch in of_all.values() for room in locations_of(branch.pk)]
    form = EditSubscriptionForm(posted(request), subscription=found, types=item_types(), branches=branches, rooms=rooms)
    status = form.status if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            change_subscription(
                subscription_id=found.pk,
                branch=form.chosen_branch(),
                plan=form.plan(),
                staff=request.staff.account,
                now=timezone.now(),
            )
        except PeriodicalRefused as refused:
            status = _add_to_form(request, form, refused)
        else:
            return _saved(request)
    context = {
        "areas": desk_areas(request, "search"),
        "subscription": found,
        "form": form,
        "suppliers": known_suppliers(),
    }
    return render(request, "desk/edit_subscription.html", context, status=status)


def _saved(request: DeskRequest) -> HttpResponse:
    messages.success(request, gettext("Saved."))
    return redirect("desk:periodicals")


def _add_to_form(request: DeskRequest, form: Any, refused: PeriodicalRefused) -> int:
    for reason, said in zip(refused.reasons, words(request, refused), strict=True):
        form.add_error(_FIELDS.get(reason.code), " ".join(filter(None, (said.text, said.about, said.next_step))))
    return 409


def _add_to_messages(request: DeskRequest, refused: PeriodicalRefused) -> None:
    for said in words(request, refused):
        messages.error(request, " ".join(filter(None, (said.text, said.next_step))))
