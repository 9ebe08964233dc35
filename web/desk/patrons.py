"""Looking patrons up: by card, name, birth date, phone or e-mail, and, logged, by national identity number."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from accounts.rules import Permission
from patrons.errors import PatronRefused
from patrons.selectors import MOST_FOUND, find_patron_by_national_id, find_patrons, get_patron_by_card
from web.account.access import staff_only
from web.desk.areas import desk_areas
from web.desk.forms_patrons import NationalIdForm
from web.desk.recent import seen_lately
from web.desk.texts import add_to_form

LONGEST = 100
FEWEST_LETTERS = 3


@staff_only(Permission.CIRCULATE, needs_branch=True)
@require_safe
def patrons(request: HttpRequest) -> HttpResponse:
    """Find patrons; a card's number goes straight to its patron."""
    text = request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST]
    if text and (patron := get_patron_by_card(text)):
        return redirect("desk:patron", pk=patron.pk)
    return _page(request, text, find_patrons(text))


@staff_only(Permission.CIRCULATE, needs_branch=True)
@require_safe
def suggestions(request: HttpRequest) -> HttpResponse:
    """Suggest patrons while a name is being typed."""
    text = request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST]
    return render(request, "desk/_patron_suggestions.html", {"patrons": find_patrons(text)[:8]})


@staff_only(Permission.EDIT_PATRONS, needs_branch=True)
@require_POST
def by_national_id(request: HttpRequest) -> HttpResponse:
    """Find a patron by her national identity number: by POST, so that it stands in no address and no log."""
    form = NationalIdForm(request.POST)
    if not form.is_valid():
        return _page(request, "", [], form=form, status=422)
    try:
        patron = find_patron_by_national_id(
            form.cleaned_data["national_id"],
            staff=request.staff.account,  # type: ignore[attr-defined]
        )
    except PatronRefused as refused:
        add_to_form(form, refused)
        return _page(request, "", [], form=form, status=403)
    if patron is None:
        form.add_error("national_id", gettext("No patron has this number."))
        return _page(request, "", [], form=form, status=404)
    return redirect("desk:patron", pk=patron.pk)


def _page(
    request: HttpRequest, text: str, found: list[Any], *, form: NationalIdForm | None = None, status: int = 200
) -> HttpResponse:
    context = {
        "areas": desk_areas(request, "patrons"),
        "text": text,
        "found": found,
        "has_more": len(found) == MOST_FOUND,
        "too_short": 0 < len(text) < FEWEST_LETTERS,
        "recent": [] if text else seen_lately(request),
        "form": form or NationalIdForm(),
    }
    return render(request, "desk/patrons.html", context, status=status)
