"""Who is guardian for a child, and whom to talk to at an institution."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from accounts.rules import Permission
from patrons.errors import PatronRefused
from patrons.selectors import get_patron_by_card
from patrons.selectors.desk_page import get_contact
from patrons.services import family
from web.account.access import staff_only
from web.account.requests import DeskRequest
from web.desk.forms_patron_details import ContactForm, GuardianForm
from web.desk.patron_details import refused
from web.desk.patron_page import patron_or_404
from web.desk.scan_inputs import number_in
from web.desk.texts import add_to_form


@staff_only(Permission.EDIT_PATRONS, needs_branch=True)
@require_POST
def add_guardian(request: DeskRequest, pk: int) -> HttpResponse:
    """Make somebody guardian, or change what's agreed with her."""
    child, form = patron_or_404(pk), GuardianForm(request.POST)
    if not form.is_valid():
        return refused(request, child, "guardian", form)
    data = form.cleaned_data
    guardian = get_patron_by_card(data["guardian_card"])
    if guardian is None:
        form.add_error("guardian_card", gettext("No patron has this card."))
        return refused(request, child, "guardian", form)
    agreed = {"has_consented": data["has_consented"], "shows_loans": data["shows_loans"]}
    staff = request.staff.account
    try:
        family.add_guardian(child=child, guardian=guardian, **agreed, staff=staff, now=timezone.now())
    except PatronRefused as why:
        add_to_form(form, why)
        return refused(request, child, "guardian", form)
    messages.success(request, gettext("%(name)s is guardian now.") % {"name": guardian.display_name})
    return redirect("desk:patron_details", pk=pk)


@staff_only(Permission.EDIT_PATRONS, needs_branch=True)
@require_POST
def remove_guardian(request: DeskRequest, pk: int) -> HttpResponse:
    """Let somebody be guardian no more."""
    child, number = patron_or_404(pk), number_in(request.POST, "guardian")
    staff = request.staff.account
    if number is None or not family.remove_guardian(child=child, guardian_id=number, staff=staff):
        raise Http404
    messages.success(request, gettext("They aren't guardian any more."))
    return redirect("desk:patron_details", pk=pk)


@staff_only(Permission.EDIT_PATRONS, needs_branch=True)
@require_POST
def add_contact(request: DeskRequest, pk: int) -> HttpResponse:
    """Add a contact person."""
    patron, form = patron_or_404(pk), ContactForm(request.POST)
    if form.is_valid():
        try:
            family.add_contact(patron=patron, **form.cleaned_data, staff=request.staff.account)
        except PatronRefused as why:
            add_to_form(form, why)
        else:
            messages.success(request, gettext("The contact person is added."))
            return redirect("desk:patron_details", pk=pk)
    return refused(request, patron, "contact", form)


@staff_only(Permission.EDIT_PATRONS, needs_branch=True)
@require_POST
def remove_contact(request: DeskRequest, pk: int) -> HttpResponse:
    """Remove a contact person."""
    contact = get_contact(pk)
    if contact is None:
        raise Http404
    family.remove_contact(contact=contact, staff=request.staff.account)
    messages.success(request, gettext("The contact person is removed."))
    return redirect("desk:patron_details", pk=contact.patron_id)
