"""Looking patrons up: by card, name, birth date, phone or e-mail, and, logged, by national identity number."""

from typing import Any

from cryptography.fernet import InvalidToken
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.rules import Permission
from common.encryption import decrypt, encrypt
from patrons.errors import PatronRefused
from patrons.selectors import MOST_FOUND, find_patron_by_national_id, find_patrons, get_patron_by_card
from web.account.access import staff_only
from web.account.requests import DeskRequest
from web.desk.areas import desk_areas
from web.desk.forms_patrons import NationalIdForm
from web.desk.recent import seen_lately
from web.desk.texts import add_to_form
from web.ui.list_files import list_file

LONGEST = 100
FEWEST_LETTERS = 3


@staff_only(Permission.CIRCULATE, needs_branch=True)
@require_http_methods(["GET", "HEAD", "POST"])
def patrons(request: DeskRequest) -> Any:
    """Find patrons; a card's number goes straight to its patron.

    What's typed comes by POST, and stands in the address of the page with the answer as nobody else can read it: a
    name in an address stays behind in the logs of proxies and the history of browsers. A link may name a card as `q`.
    """
    text = _typed(request) if request.method == "POST" else _unsealed(request.GET.get("found", ""))
    card = text or request.GET.get("q", "")[:LONGEST]
    if card and (patron := get_patron_by_card(card)):
        return redirect("desk:patron", pk=patron.pk)
    if request.method == "POST":
        where = reverse("desk:patrons")
        return redirect(f"{where}?{urlencode({'found': encrypt(text).decode()})}" if text else where)
    found = find_patrons(text)
    return list_file(request, "patrons", found) or _page(request, text, found)


@staff_only(Permission.CIRCULATE, needs_branch=True)
@require_POST
def suggestions(request: DeskRequest) -> HttpResponse:
    """Suggest patrons while a name is being typed."""
    text = _typed(request)
    return render(request, "desk/_patron_suggestions.html", {"patrons": find_patrons(text)[:8]})


@staff_only(Permission.LOOK_UP_NATIONAL_ID, needs_branch=True)
@require_POST
def by_national_id(request: DeskRequest) -> HttpResponse:
    """Find a patron by her national identity number: by POST, so that it stands in no address and no log."""
    form = NationalIdForm(request.POST)
    if not form.is_valid():
        return _page(request, "", [], form=form, status=422)
    try:
        patron = find_patron_by_national_id(
            form.cleaned_data["national_id"],
            staff=request.staff.account,
            today=timezone.localdate(),
        )
    except PatronRefused as refused:
        add_to_form(form, refused)
        return _page(request, "", [], form=form, status=403)
    if patron is None:
        form.add_error("national_id", gettext("No patron has this number."))
        return _page(request, "", [], form=form, status=404)
    return redirect("desk:patron", pk=patron.pk)


def _typed(request: DeskRequest) -> str:
    return request.POST.get("q", "").replace("\x00", "").strip()[:LONGEST]


def _unsealed(token: str) -> str:
    try:
        return decrypt(token) if token.isascii() else ""
    except InvalidToken:
        # An old address, or one that somebody made up: nothing is looked for.
        return ""


def _page(
    request: DeskRequest, text: str, found: list[Any], *, form: NationalIdForm | None = None, status: int = 200
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
