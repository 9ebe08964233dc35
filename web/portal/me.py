"""A patron's own page: what's ready, her loans with the reason when one can't be renewed, her holds and fees."""

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from catalogue.selectors import get_record
from circulation.errors import HoldRefused, RenewalRefused
from circulation.selectors.fees import fees_for_wards
from circulation.selectors.fees_today import fees_today
from circulation.selectors.holds import get_hold, holds_of, queued_holds_of
from circulation.selectors.loans import get_open_loan, loans_of
from circulation.services.holds import (
    cancel_hold,
    extend_hold,
    make_parallel,
    move_hold,
    place_hold,
    resume_hold,
    stand_alone,
    suspend_hold,
)
from circulation.services.renew import renew_all, renew_loan
from common.money import ZERO
from holdings.selectors import get_branch, pickup_branches
from patrons.selectors import active_blocks
from patrons.selectors.desk_page import wards_shown_to
from web.portal.catalogue import show_record
from web.portal.money import fee_line
from web.portal.renewals import loan_line, refusal_text, tell_answers, tell_renewed
from web.portal.sessions import patron_only, portal_context
from web.titles.covers import cover_address
from web.titles.names import cover_kind
from web.ui.days import long_day
from web.ui.requests import PageRequest
from web.words.for_patrons import patron_texts

_NOT_A_DAY = object()


@patron_only
@require_safe
def me(request: PageRequest, patron: Any) -> HttpResponse:
    """Show everything that's hers."""
    return _page(request, patron)


@patron_only
@require_POST
def renew(request: PageRequest, patron: Any, pk: int) -> HttpResponse:
    """Renew one of her loans."""
    loan = get_open_loan(pk)
    if loan is None or loan.patron_id != patron.pk:
        raise Http404
    try:
        result = renew_loan(loan=loan, staff=None, now=timezone.now())
    except RenewalRefused as refused:
        return _refused(request, patron, loan.item.record.title, refused)
    tell_renewed(request, loan.item.record.title, result)
    return redirect("portal:me")


@patron_only
@require_POST
def renew_every(request: PageRequest, patron: Any) -> HttpResponse:
    """Renew all of her loans that can be; the others say why not."""
    tell_answers(request, renew_all(patron=patron, staff=None, now=timezone.now()))
    return redirect("portal:me")


@patron_only
@require_POST
def place(request: PageRequest, patron: Any, pk: int) -> HttpResponse:
    """Place a hold on a title."""
    record, branch = get_record(pk), _branch(request)
    if record is None:
        raise Http404
    if branch is None:
        messages.error(request, gettext("Choose where you want to pick it up."))
        return show_record(request, record, status=422)
    volume, needed_by = request.POST.get("volume", "").replace("\x00", "")[:60], _day(request, "needed_by")
    if needed_by is _NOT_A_DAY:
        messages.error(request, gettext("This isn't a day."))
        return show_record(request, record, status=422)
    try:
        place_hold(
            record=record,
            patron=patron,
            pickup_branch=branch,
            volume=volume,
            any_edition="any_edition" in request.POST,
            needed_by=needed_by,
            parallel_to=_hold_beside(request, patron),
            staff=None,
            now=timezone.now(),
        )
    except HoldRefused as refused:
        messages.error(request, refusal_text(request, record.title, refused))
        return show_record(request, record, status=409)
    values = {"title": record.title, "branch": branch.name}
    messages.success(request, gettext("You have a hold on %(title)s, to be picked up at %(branch)s.") % values)
    return redirect("portal:me")


@patron_only
@require_POST
def move(request: PageRequest, patron: Any, pk: int) -> HttpResponse:
    """Pick a hold up somewhere else."""
    hold, branch = _own_hold(patron, pk), _branch(request)
    if branch is None:
        messages.error(request, gettext("Choose where you want to pick it up."))
        return _page(request, patron, status=422)
    try:
        move_hold(hold=hold, pickup_branch=branch, staff=None, now=timezone.now())
    except HoldRefused as refused:
        return _refused(request, patron, hold.record.title, refused)
    values = {"title": hold.record.title, "branch": branch.name}
    messages.success(request, gettext("You pick %(title)s up at %(branch)s.") % values)
    return redirect("portal:me")


@patron_only
@require_POST
def cancel(request: PageRequest, patron: Any, pk: int) -> HttpResponse:
    """Give a hold up."""
    hold = _own_hold(patron, pk)
    try:
        cancel_hold(hold=hold, staff=None, now=timezone.now(), reason="BY_PATRON")
    except HoldRefused as refused:
        return _refused(request, patron, hold.record.title, refused)
    messages.success(request, gettext("Your hold on %(title)s is cancelled.") % {"title": hold.record.title})
    return redirect("portal:me")


@patron_only
@require_POST
def pause(request: PageRequest, patron: Any, pk: int) -> HttpResponse:
    """Let others go past until a day, or without a day let the hold go on."""
    hold, until = _own_hold(patron, pk), _day(request, "until")
    if until is _NOT_A_DAY:
        messages.error(request, gettext("This isn't a day."))
        return _page(request, patron, status=422)
    try:
        if until is None:
            resume_hold(hold=hold, staff=None, now=timezone.now())
        else:
            suspend_hold(hold=hold, until=until, staff=None, now=timezone.now())
    except HoldRefused as refused:
        return _refused(request, patron, hold.record.title, refused)
    if until is None:
        messages.success(request, gettext("Your hold on %(title)s goes on.") % {"title": hold.record.title})
    else:
        values = {"title": hold.record.title, "day": long_day(until)}
        messages.success(request, gettext("Your hold on %(title)s is paused until %(day)s.") % values)
    return redirect("portal:me")


@patron_only
@require_POST
def extend(request: PageRequest, patron: Any, pk: int) -> HttpResponse:
    """Keep her place in a queue for longer."""
    hold = _own_hold(patron, pk)
    try:
        extended = extend_hold(hold=hold, staff=None, now=timezone.now())
    except HoldRefused as refused:
        return _refused(request, patron, hold.record.title, refused)
    values = {"title": hold.record.title, "day": long_day(extended.interest_until) if extended.interest_until else ""}
    if extended.interest_until:
        messages.success(request, gettext("Your hold on %(title)s is kept until %(day)s.") % values)
    else:
        messages.success(request, gettext("Your hold on %(title)s is kept until it can be filled.") % values)
    return redirect("portal:me")


@patron_only
@require_POST
def either(request: PageRequest, patron: Any) -> HttpResponse:
    """Say that one of the holds she has marked is enough."""
    marked = set(request.POST.getlist("hold"))
    mine = [hold.pk for hold in queued_holds_of(patron) if str(hold.pk) in marked]
    try:
        make_parallel(hold_ids=mine, staff=None, now=timezone.now())
    except HoldRefused as refused:
        for sentence in patron_texts(refused.reasons, currency=request.tenant.currency):
            messages.error(request, sentence)
        return _page(request, patron, status=409)
    messages.success(request, gettext("When you borrow one of them, the other holds end."))
    return redirect("portal:me")


@patron_only
@require_POST
def alone(request: PageRequest, patron: Any, pk: int) -> HttpResponse:
    """Let a hold go on whatever becomes of those that it was marked together with."""
    hold = _own_hold(patron, pk)
    try:
        stand_alone(hold=hold, staff=None, now=timezone.now())
    except HoldRefused as refused:
        return _refused(request, patron, hold.record.title, refused)
    messages.success(request, gettext("You keep your hold on %(title)s in any case.") % {"title": hold.record.title})
    return redirect("portal:me")


def _page(request: PageRequest, patron: Any, *, status: int = 200) -> HttpResponse:
    now, today, currency = timezone.now(), timezone.localdate(), request.tenant.currency
    lines = loans_of(patron, now=now)
    fees = fees_today(patron, [line.loan for line in lines], now=now)
    owed = sum((view.fee.balance for view in fees), ZERO)
    loans = [
        loan_line(line, currency, owed) | {"renew_url": reverse("portal:renew", args=[line.loan.pk])} for line in lines
    ]
    holds = [_hold_line(line) for line in holds_of(patron, now=now)]
    shown = wards_shown_to(patron, day=today)
    context = portal_context(request, "me", patron) | {
        "today": today,
        "tomorrow": today + timedelta(days=1),
        "loans": loans,
        "renew_all_url": reverse("portal:renew_all"),
        "renewable": sum(1 for loan in loans if loan["can_renew"]),
        "ready": [each for each in holds if each["hold"].state == "READY"],
        "holds": [each for each in holds if each["hold"].state != "READY"],
        "markable": [each["hold"] for each in holds if each["hold"].state == "QUEUED"],
        "children": [*shown, *fees_for_wards(patron.pk, shown=[child.pk for child in shown])],
        "blocks": active_blocks(patron, day=today),
        "fees": [fee_line(view, currency) for view in fees],
        "owed": owed,
        "pickup_branches": pickup_branches(),
    }
    return render(request, "portal/me.html", context, status=status)


def _hold_line(line: Any) -> dict[str, Any]:
    record = line.hold.record
    kind = cover_kind(record.material_type, record.audience)
    return vars(line) | {"cover": kind, "picture": cover_address(record.isbns)}


def _refused(request: PageRequest, patron: Any, title: str, refused: Any) -> HttpResponse:
    messages.error(request, refusal_text(request, title, refused))
    return _page(request, patron, status=409)


def _own_hold(patron: Any, pk: int) -> Any:
    hold = get_hold(pk)
    if hold is None or hold.patron_id != patron.pk:
        raise Http404
    return hold


def _hold_beside(request: PageRequest, patron: Any) -> Any:
    """Return the hold of hers that the new one is to be parallel to, None for none."""
    chosen = request.POST.get("parallel_to", "")
    return _own_hold(patron, _number(chosen)) if chosen else None


def _day(request: PageRequest, name: str) -> Any:
    """Return the day that was chosen, None if none was, and _NOT_A_DAY for what isn't one."""
    text = request.POST.get(name, "").strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return _NOT_A_DAY


def _branch(request: PageRequest) -> Any:
    number = _number(request.POST.get("pickup", ""))
    return get_branch(number) if number else None


def _number(text: str) -> int:
    """Return the number that a form names something by, 0 for what is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else 0
