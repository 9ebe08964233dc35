"""Notes about patrons: written, read, taken away."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from accounts.rules import Permission
from patrons.errors import PatronRefused
from patrons.selectors.desk_page import get_note
from patrons.services import notes
from web.account.access import staff_only
from web.account.requests import DeskRequest
from web.desk.forms_patron_details import NoteForm
from web.desk.patron_details import refused
from web.desk.patron_page import patron_or_404
from web.desk.texts import add_to_form


@staff_only(Permission.CIRCULATE, needs_branch=True)
@require_POST
def write_note(request: DeskRequest, pk: int) -> HttpResponse:
    """Leave a note for colleagues."""
    patron, form = patron_or_404(pk), NoteForm(request.POST, today=timezone.localdate())
    if form.is_valid():
        staff = request.staff.account
        try:
            notes.write_note(patron=patron, **form.cleaned_data, staff=staff, now=timezone.now())
        except PatronRefused as why:
            add_to_form(form, why)
        else:
            messages.success(request, gettext("The note is saved."))
            return redirect("desk:patron", pk=pk)
    return refused(request, patron, "note", form)


@staff_only(Permission.CIRCULATE, needs_branch=True)
@require_POST
def read_note(request: DeskRequest, pk: int) -> HttpResponse:
    """Say that a note that stands out has been read."""
    note = _note_or_404(pk)
    notes.acknowledge_note(note=note, staff=request.staff.account, now=timezone.now())
    return redirect("desk:patron", pk=note.patron_id)


@staff_only(Permission.CIRCULATE, needs_branch=True)
@require_POST
def end_note(request: DeskRequest, pk: int) -> HttpResponse:
    """Take a note away."""
    note = _note_or_404(pk)
    notes.end_note(note=note, staff=request.staff.account, now=timezone.now())
    messages.success(request, gettext("The note is taken away."))
    return redirect("desk:patron_details", pk=note.patron_id)


def _note_or_404(pk: int) -> Any:
    note = get_note(pk)
    if note is None:
        raise Http404
    return note
