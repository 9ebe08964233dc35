"""Places, moves and cancels holds for patrons, from a title's page and from the patron's."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from accounts.rules import Permission
from catalogue.selectors import get_record
from circulation.errors import HoldRefused, Override
from circulation.selectors.holds import get_hold, queued_holds_of
from circulation.services.holds import (
    cancel_hold,
    change_hold,
    expire_shelf_hold,
    extend_hold,
    make_parallel,
    move_hold,
    place_hold,
    resume_hold,
    stand_alone,
    suspend_hold,
)
from holdings.selectors import get_branch, get_item
from patrons.selectors import get_patron, get_patron_by_card
from web.account.access import staff_only
from web.account.requests import DeskRequest
from web.desk.answers import say_with_undo, words
from web.desk.hold_forms import EitherForm, HoldChangeForm
from web.desk.patron_dialogs import dialog_of
from web.desk.patron_page import page, patron_or_404
from web.desk.record_page import hold_form, record_page
from web.desk.scan_inputs import number_in
from web.ui.days import short_day


@staff_only(Permission.CIRCULATE, needs_branch=True)
@require_POST
def place(request: DeskRequest, pk: int) -> HttpResponse:
    """Place a hold on a title, or on one item of it, for the patron whose card was scanned."""
    record = get_record(pk)
    if record is None:
        raise Http404
    patron, branch, item = _patron_of(request), _branch_of(request), _item_of(request, pk)
    if patron is None:
        return record_page(request, record, status=404, hold_problem=gettext("No patron has this card."))
    form = hold_form(record, patron, request.POST)
    if branch is None or not form.is_valid():
        problem = gettext("Choose where it's picked up.") if branch is None else gettext("Look at what's marked.")
        return record_page(request, record, status=422, hold_problem=problem, form=form, patron=patron)
    codes = request.POST.getlist("code")[:30]
    override = Override(codes, request.POST.get("reason", "").replace("\x00", "")[:200]) if codes else None
    try:
        place_hold(
            record=record,
            patron=patron,
            pickup_branch=branch,
            item=item,
            override=override,
            **form.wish(),
            **_by(request),
        )
    except HoldRefused as refused:
        reasons = words(request, refused)
        return record_page(
            request, record, status=409, hold_reasons=reasons, form=form, patron=patron, pickup=branch.pk
        )
    values = {"title": record.title, "name": patron.display_name, "branch": branch.name}
    messages.success(request, gettext("%(title)s is on hold for %(name)s, to be picked up at %(branch)s.") % values)
    return redirect(reverse("desk:patron", args=[patron.pk]) + "#holds")


@staff_only(Permission.CIRCULATE, needs_branch=True)
@require_POST
def move(request: DeskRequest, pk: int) -> HttpResponse:
    """Let a hold be picked up at another branch."""
    hold, branch = _hold_or_404(pk), _branch_of(request)
    if branch is None:
        problem = gettext("Choose where it's picked up.")
        return page(request, patron_or_404(hold.patron_id), status=422, problems=[problem])
    try:
        move_hold(hold=hold, pickup_branch=branch, **_by(request))
    except HoldRefused as refused:
        return _refused(request, hold, refused)
    values = {"title": hold.record.title, "branch": branch.name}
    messages.success(request, gettext("%(title)s is picked up at %(branch)s.") % values)
    return redirect(reverse("desk:patron", args=[hold.patron_id]) + "#holds")


@staff_only(Permission.CIRCULATE, needs_branch=True)
@require_POST
def change(request: DeskRequest, pk: int) -> HttpResponse:
    """Change until when a hold is wanted or paused, and its notes."""
    hold = _hold_or_404(pk)
    form = HoldChangeForm(request.POST, hold=hold)
    if not form.is_valid():
        patron = patron_or_404(hold.patron_id)
        return page(request, patron, status=422, dialog=dialog_of(request, patron, f"hold-{pk}", form=form))
    values = form.cleaned_data
    until = values.pop("suspended_until")
    try:
        change_hold(hold=hold, **values, **_by(request))
        if until is None:
            resume_hold(hold=hold, **_by(request))
        elif until != hold.suspended_until:
            suspend_hold(hold=hold, until=until, **_by(request))
    except HoldRefused as refused:
        return _refused(request, hold, refused)
    messages.success(request, gettext("The hold on %(title)s is changed.") % _title(hold))
    return redirect(reverse("desk:patron", args=[hold.patron_id]) + "#holds")


@staff_only(Permission.CIRCULATE, needs_branch=True)
@require_POST
def extend(request: DeskRequest, pk: int) -> HttpResponse:
    """Keep a hold as long from today as a new one."""
    hold = _hold_or_404(pk)
    try:
        extended = extend_hold(hold=hold, **_by(request))
    except HoldRefused as refused:
        return _refused(request, hold, refused)
    if extended.interest_until:
        values = _title(hold) | {"day": short_day(extended.interest_until)}
        messages.success(request, gettext("The hold on %(title)s is kept until %(day)s.") % values)
    else:
        messages.success(request, gettext("The hold on %(title)s is kept without end.") % _title(hold))
    return redirect(reverse("desk:patron", args=[hold.patron_id]) + "#holds")


@staff_only(Permission.CIRCULATE, needs_branch=True)
@require_POST
def either(request: DeskRequest, pk: int) -> HttpResponse:
    """Say that one of the holds that are marked is enough for a patron."""
    patron = patron_or_404(pk)
    form, status = EitherForm(request.POST, holds=queued_holds_of(patron)), 422
    if form.is_valid():
        try:
            make_parallel(hold_ids=[int(number) for number in form.cleaned_data["hold"]], **_by(request))
        except HoldRefused as refused:
            status = 409
            for reason in words(request, refused):
                form.add_error(None, " ".join(filter(None, (reason.text, reason.about, reason.next_step))))
        else:
            messages.success(request, gettext("When one of them is lent, the others end."))
            return redirect(reverse("desk:patron", args=[pk]) + "#holds")
    return page(request, patron, status=status, dialog=dialog_of(request, patron, "either", form=form))


@staff_only(Permission.CIRCULATE, needs_branch=True)
@require_POST
def alone(request: DeskRequest, pk: int) -> HttpResponse:
    """Let a hold go on whatever becomes of those that it was marked together with."""
    hold = _hold_or_404(pk)
    try:
        stand_alone(hold=hold, **_by(request))
    except HoldRefused as refused:
        return _refused(request, hold, refused)
    messages.success(request, gettext("The hold on %(title)s goes on in any case.") % _title(hold))
    return redirect(reverse("desk:patron", args=[hold.patron_id]) + "#holds")


@staff_only(Permission.CIRCULATE, needs_branch=True)
@require_POST
def cancel(request: DeskRequest, pk: int) -> HttpResponse:
    """End a hold; what lies ready for it stays on the shelf until it's scanned."""
    hold = _hold_or_404(pk)
    try:
        cancel_hold(hold=hold, reason="BY_STAFF", **_by(request))
    except HoldRefused as refused:
        return _refused(request, hold, refused)
    said = gettext("The hold on %(title)s is cancelled.") % _title(hold)
    say_with_undo(request, said, ("circulation.hold", pk), "circulation.cancel_hold")
    return redirect(reverse("desk:patron", args=[hold.patron_id]) + "#holds")


@staff_only(Permission.CIRCULATE, needs_branch=True)
@require_POST
def not_collected(request: DeskRequest, pk: int) -> HttpResponse:
    """End a hold that wasn't collected in time, without waiting for the night; its item is scanned then."""
    hold = _hold_or_404(pk)
    if expire_shelf_hold(hold=hold, **_by(request)):
        said = gettext("The hold on %(title)s has ended. Check the item in.") % _title(hold)
        say_with_undo(request, said, ("circulation.hold", pk), "circulation.expire_hold")
    else:
        messages.warning(request, gettext("The hold on %(title)s isn't one to end.") % _title(hold))
    return redirect("desk:shelf")


@staff_only(Permission.CIRCULATE, needs_branch=True)
@require_POST
def give_up(request: DeskRequest, pk: int) -> HttpResponse:
    """End a hold that nothing can fill, and send its patron a message."""
    hold = _hold_or_404(pk)
    try:
        cancel_hold(hold=hold, reason="BY_STAFF", tell_patron=True, **_by(request))
    except HoldRefused as refused:
        return _refused(request, hold, refused)
    said = gettext("The hold on %(title)s is cancelled, and the patron is told.") % _title(hold)
    say_with_undo(request, said, ("circulation.hold", pk), "circulation.cancel_hold")
    return redirect("desk:hopeless")


def _title(hold: Any) -> dict[str, str]:
    return {"title": hold.record.title}


def _by(request: DeskRequest) -> dict[str, Any]:
    return {"staff": request.staff.account, "now": timezone.now()}


def _patron_of(request: DeskRequest) -> Any:
    card, number = request.POST.get("card", "")[:100], number_in(request.POST, "patron")
    return get_patron_by_card(card) if card.strip() else get_patron(number) if number else None


def _branch_of(request: DeskRequest) -> Any:
    number = number_in(request.POST, "pickup")
    return get_branch(number) if number else None


def _item_of(request: DeskRequest, record_id: int) -> Any:
    number = number_in(request.POST, "item")
    item = get_item(number) if number else None
    if number and (item is None or item.record_id != record_id):
        raise Http404
    return item


def _hold_or_404(pk: int) -> Any:
    hold = get_hold(pk)
    if hold is None:
        raise Http404
    return hold


def _refused(request: DeskRequest, hold: Any, refused: HoldRefused) -> HttpResponse:
    problems = [f"{hold.record.title}: {reason.text} {reason.about}" for reason in words(request, refused)]
    return page(request, patron_or_404(hold.patron_id), status=409, problems=problems)
