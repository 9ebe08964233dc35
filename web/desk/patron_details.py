"""What goes with a patron: membership, cards, notes, family, contact persons, past blocks."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.rules import Permission
from patrons.rules import age_on
from patrons.selectors import wards_of
from patrons.selectors.desk_page import WITH_CONTACTS, cards_of, contacts_of, guardianships_of, notes_of, over_blocks
from patrons.selectors.duplicates import patrons_alike
from web.account.access import staff_only
from web.account.requests import DeskRequest
from web.desk.areas import desk_areas
from web.desk.patron_dialogs import dialog_of
from web.desk.patron_page import patron_or_404
from web.desk.recent import remember


@staff_only(Permission.CIRCULATE, needs_branch=True)
@require_safe
def details(request: DeskRequest, pk: int) -> HttpResponse:
    """Show what goes with a patron."""
    found = patron_or_404(pk)
    remember(request, pk)
    return details_page(request, found)


def details_page(request: DeskRequest, patron: Any, *, status: int = 200, **more: Any) -> HttpResponse:
    """Return the page.

    :param more: `problems`, the reasons why something wasn't done, the `dialog` that's open, or what's `shown` of a
        protected patron
    """
    today = timezone.localdate()
    may_see = not patron.is_protected
    context = {
        "areas": desk_areas(request, "patrons"),
        "patron": patron,
        "today": today,
        "age": age_on(patron.birth_date, today),
        "cards": cards_of(patron),
        "notes": notes_of(patron, day=today),
        "over_blocks": over_blocks(patron, day=today),
        "guardianships": guardianships_of(patron),
        "wards": wards_of(patron),
        "is_institution": patron.category.kind in WITH_CONTACTS,
        "contacts": contacts_of(patron),
        "alike": _alike(patron) if may_see and not patron.left_at else [],
        "can_renew": not patron.left_at and not patron.category.temporary_days,
        **more,
    }
    return render(request, "desk/patron_details.html", context, status=status)


def refused(request: DeskRequest, patron: Any, dialog: str, form: forms.Form, *, status: int = 422) -> HttpResponse:
    """Return the page with the dialog whose form was refused."""
    return details_page(request, patron, status=status, dialog=dialog_of(request, patron, dialog, form=form))


def _alike(patron: Any) -> list[Any]:
    names = {"given_name": patron.given_name, "family_name": patron.family_name}
    return patrons_alike(**names, birth_date=patron.birth_date, but=patron.pk)
