"""The dialogs of the page with a patron's cards, notes and family."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from accounts.rules import Permission
from web.desk.dialogs import Dialog
from web.desk.forms_patron_details import (
    ContactForm,
    GuardianForm,
    LeaveForm,
    MoreCardForm,
    NoteForm,
    ProtectedForm,
)


def _note(patron: Any, _number: int, form: forms.Form | None) -> Dialog:
    url = reverse("desk:write_note", args=[patron.pk])
    form = form or NoteForm(today=timezone.localdate())
    return Dialog("note", gettext("Write a note"), url, gettext("Save the note"), form)


def _more_card(patron: Any, _number: int, form: forms.Form | None) -> Dialog:
    url = reverse("desk:add_card", args=[patron.pk])
    return Dialog(
        "morecard", gettext("One more card"), url, gettext("Give the patron this card"), form or MoreCardForm()
    )


def _guardian(patron: Any, _number: int, form: forms.Form | None) -> Dialog:
    url = reverse("desk:add_guardian", args=[patron.pk])
    return Dialog("guardian", gettext("Guardian"), url, gettext("Save"), form or GuardianForm())


def _contact(patron: Any, _number: int, form: forms.Form | None) -> Dialog:
    url = reverse("desk:add_contact", args=[patron.pk])
    return Dialog("contact", gettext("Contact person"), url, gettext("Add"), form or ContactForm())


def _leave(patron: Any, _number: int, form: forms.Form | None) -> Dialog:
    url = reverse("desk:leave", args=[patron.pk])
    return Dialog("leave", gettext("End the membership"), url, gettext("End the membership"), form or LeaveForm())


def _protected(patron: Any, _number: int, form: forms.Form | None) -> Dialog:
    url = reverse("desk:see_protected", args=[patron.pk])
    heading = gettext("See the protected name and address")
    return Dialog("protected", heading, url, gettext("Show it"), form or ProtectedForm())


DETAILS_DIALOGS: Mapping[str, tuple[Permission, Callable[[Any, int, forms.Form | None], Dialog]]] = {
    "note": (Permission.CIRCULATE, _note),
    "morecard": (Permission.EDIT_PATRONS, _more_card),
    "guardian": (Permission.EDIT_PATRONS, _guardian),
    "contact": (Permission.EDIT_PATRONS, _contact),
    "leave": (Permission.EDIT_PATRONS, _leave),
    "protected": (Permission.SEE_PROTECTED, _protected),
}
