"""Entries that may be one person: found, compared, and merged by a supervisor."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from accounts.rules import Permission
from patrons.errors import PatronRefused
from patrons.selectors import get_patron, get_patron_by_card
from patrons.selectors.duplicates import possible_duplicates
from patrons.services.merge import cards_that_move, merge_patrons, what_moves
from web.account.access import staff_only
from web.account.requests import DeskRequest
from web.desk.areas import desk_areas
from web.desk.forms_patron_details import OtherEntryForm
from web.desk.merging_words import moving_words
from web.desk.patron_page import patron_or_404
from web.desk.scan_inputs import number_in
from web.desk.texts import patron_problems


@staff_only(Permission.MERGE_PATRONS, needs_branch=True)
@require_safe
def duplicates(request: DeskRequest) -> HttpResponse:
    """List entries of one name and birth date."""
    context = {"areas": desk_areas(request, "patrons"), "groups": possible_duplicates()}
    return render(request, "desk/duplicates.html", context)


@staff_only(Permission.MERGE_PATRONS, needs_branch=True)
@require_safe
def compare(request: DeskRequest, pk: int) -> HttpResponse:
    """Show what would move to this patron from another entry; nothing is changed."""
    stays = patron_or_404(pk)
    card = request.GET.get("card", "").replace("\x00", "")[:40]
    number = number_in(request.GET, "other")
    goes = get_patron(number) if number else get_patron_by_card(card) if card else None
    form = OtherEntryForm({"card": card} if card else None)
    if (card or number) and goes is None:
        form.add_error("card", gettext("No patron has this card.")) if card else None
        return _page(request, stays, None, form, status=404)
    return _page(request, stays, goes, form)


@staff_only(Permission.MERGE_PATRONS, needs_branch=True)
@require_POST
def merge(request: DeskRequest, pk: int) -> HttpResponse:
    """Merge the other entry into this patron."""
    stays, number = patron_or_404(pk), number_in(request.POST, "other")
    goes = get_patron(number) if number else None
    if goes is None:
        raise Http404
    try:
        merge_patrons(goes=goes, stays=stays, staff=request.staff.account, now=timezone.now())
    except PatronRefused:
        return _page(request, stays, goes, OtherEntryForm(), status=409)
    messages.success(request, gettext("Both entries are one now. Each card finds the patron."))
    return redirect("desk:patron", pk=pk)


def _page(request: DeskRequest, stays: Any, goes: Any, form: OtherEntryForm, *, status: int = 200) -> HttpResponse:
    context = {"areas": desk_areas(request, "patrons"), "stays": stays, "goes": goes, "form": form}
    if goes is not None:
        counts, reasons = what_moves(goes=goes, stays=stays)
        context |= {
            "moving": moving_words(counts),
            "problems": patron_problems(reasons),
            "cards": cards_that_move(goes),
        }
    return render(request, "desk/merge.html", context, status=status)
