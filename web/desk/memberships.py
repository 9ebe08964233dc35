"""Memberships: those that end soon, renewing and ending one, and whether past loans are kept."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from accounts.rules import Permission
from circulation.selectors.estates import open_estates
from circulation.services.patrons_leaving import end_membership
from circulation.services.privacy import choose_history
from patrons.errors import PatronRefused
from patrons.selectors.desk_page import memberships_ending
from patrons.services import membership
from web.account.access import staff_only
from web.account.requests import DeskRequest
from web.desk.areas import desk_areas
from web.desk.forms_patron_details import LeaveForm
from web.desk.patron_details import details_page, refused
from web.desk.patron_page import patron_or_404
from web.desk.texts import patron_problems
from web.ui.days import long_day
from web.ui.list_files import is_asked, list_file
from web.ui.sorting import keeps_order, ordered

BEFORE, AHEAD = timedelta(days=60), timedelta(days=30)
_LONGEST = 500


@staff_only(Permission.CIRCULATE, needs_branch=True)
@require_safe
@keeps_order("memberships")
def ending(request: DeskRequest) -> Any:
    """List the memberships that ended lately or end soon."""
    today = timezone.localdate()
    limit = None if is_asked(request, "memberships") else _LONGEST
    found = memberships_ending(since=today - BEFORE, until=today + AHEAD, limit=limit)
    rows = ordered(request, "memberships", found)
    if file := list_file(request, "memberships", rows):
        return file
    context = {
        "areas": desk_areas(request, "patrons"),
        "patrons": rows,
        "today": today,
    }
    return render(request, "desk/memberships.html", context)


@staff_only(Permission.CIRCULATE, needs_branch=True)
@require_safe
def deceased(request: DeskRequest) -> Any:
    """List the deceased patrons with loans or debts: no letter is written any more, so somebody has to call."""
    estates = open_estates()
    if file := list_file(request, "deceased", estates):
        return file
    context = {
        "areas": desk_areas(request, "patrons"),
        "estates": estates,
        "currency": request.tenant.currency,
    }
    return render(request, "desk/deceased.html", context)


@staff_only(Permission.EDIT_PATRONS, needs_branch=True)
@require_POST
def renew(request: DeskRequest, pk: int) -> HttpResponse:
    """Let a membership run on."""
    patron = patron_or_404(pk)
    try:
        renewed = membership.renew_membership(
            patron=patron,
            staff=request.staff.account,
            today=timezone.localdate(),
        )
    except PatronRefused as why:
        return _problem(request, patron, why)
    text = gettext("The membership has no end now.")
    if renewed.expires_on:
        text = gettext("The membership runs until %(day)s.") % {"day": long_day(renewed.expires_on)}
    messages.success(request, text)
    return redirect("desk:patron_details", pk=pk)


@staff_only(Permission.EDIT_PATRONS, needs_branch=True)
@require_POST
def leave(request: DeskRequest, pk: int) -> HttpResponse:
    """End a membership for good, with the holds that go with it."""
    patron, form = patron_or_404(pk), LeaveForm(request.POST)
    if not form.is_valid():
        return refused(request, patron, "leave", form)
    staff = request.staff.account
    end_membership(patron=patron, reason=form.cleaned_data["reason"], staff=staff, now=timezone.now())
    messages.success(request, gettext("The membership is over. What's on loan or owed stays until it's settled."))
    return redirect("desk:patron_details", pk=pk)


@staff_only(Permission.EDIT_PATRONS, needs_branch=True)
@require_POST
def come_back(request: DeskRequest, pk: int) -> HttpResponse:
    """Take back that a membership ended."""
    patron = patron_or_404(pk)
    try:
        membership.come_back(patron=patron, staff=request.staff.account)
    except PatronRefused as why:
        return _problem(request, patron, why)
    messages.success(request, gettext("The person is a patron again."))
    return redirect("desk:patron_details", pk=pk)


@staff_only(Permission.EDIT_PATRONS, needs_branch=True)
@require_POST
def history(request: DeskRequest, pk: int) -> HttpResponse:
    """Write down whether she wants her past loans kept."""
    patron, keeps = patron_or_404(pk), request.POST.get("keeps") == "1"
    choose_history(patron=patron, keeps=keeps, staff=request.staff.account)
    text = gettext("Past loans are kept from now on.") if keeps else gettext("Past loans are forgotten.")
    messages.success(request, text)
    return redirect("desk:patron_details", pk=pk)


def _problem(request: DeskRequest, patron: Any, why: PatronRefused) -> HttpResponse:
    return details_page(request, patron, status=409, problems=patron_problems(why.reasons))
