"""Who stands at the desk without a card, and what's protected for those who may see it."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from accounts.rules import Permission
from patrons.services.identity import check_birth_date
from patrons.services.identity import see_protected as look
from web.account.access import staff_only
from web.account.requests import DeskRequest
from web.desk.forms_patron_details import BirthDateForm, ProtectedForm
from web.desk.patron_details import details_page, refused
from web.desk.patron_page import page, patron_or_404


@staff_only(Permission.CIRCULATE, needs_branch=True)
@require_POST
def identify(request: DeskRequest, pk: int) -> HttpResponse:
    """Compare the birth date that somebody tells with the one that's known."""
    patron, form = patron_or_404(pk), BirthDateForm(request.POST)
    if form.is_valid():
        staff = request.staff.account
        is_right = check_birth_date(patron=patron, told=form.cleaned_data["birth_date"], staff=staff)
        kind, status = ("ok", 200) if is_right else ("stop", 409)
        text = (
            gettext("The birth date is right.")
            if is_right
            else gettext("That isn't the patron's birth date. Ask for papers.")
        )
    else:
        kind, status, text = "notice", 422, gettext("Write the birth date as day, month and year.")
    if request.htmx:
        context = {"patron": patron, "kind": kind, "text": text}
        # A fragment is shown whatever it says; only whole pages tell by their status.
        return render(request, "desk/_identity.html", context)
    return page(request, patron, status=status, identity={"kind": kind, "text": text})


@staff_only(Permission.SEE_PROTECTED, needs_branch=True)
@require_POST
def see_protected(request: DeskRequest, pk: int) -> HttpResponse:
    """Show a protected name and address once; the look is logged with its reason."""
    patron, form = patron_or_404(pk), ProtectedForm(request.POST)
    if not form.is_valid():
        return refused(request, patron, "protected", form)
    seen = look(patron=patron, reason=form.cleaned_data["reason"], staff=request.staff.account)
    return details_page(request, seen, shown=True)
