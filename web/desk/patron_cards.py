"""Cards: one more, lost, found again. A new one instead of all others stands on the patron's page."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from accounts.rules import Permission
from patrons.errors import PatronRefused
from patrons.selectors.desk_page import get_card
from patrons.services import cards
from web.account.access import staff_only
from web.account.requests import DeskRequest
from web.desk.forms_patron_details import MoreCardForm
from web.desk.patron_details import refused
from web.desk.patron_page import patron_or_404
from web.desk.texts import add_to_form


@staff_only(Permission.EDIT_PATRONS, needs_branch=True)
@require_POST
def add_card(request: DeskRequest, pk: int) -> HttpResponse:
    """Give a patron one more card."""
    patron, form = patron_or_404(pk), MoreCardForm(request.POST)
    if form.is_valid():
        staff = request.staff.account
        try:
            cards.add_card(patron=patron, number=form.cleaned_data["card_number"], staff=staff, now=timezone.now())
        except PatronRefused as why:
            add_to_form(form, why)
        else:
            messages.success(request, gettext("The card works from now on."))
            return redirect("desk:patron_details", pk=pk)
    return refused(request, patron, "morecard", form)


@staff_only(Permission.EDIT_PATRONS, needs_branch=True)
@require_POST
def end_card(request: DeskRequest, pk: int) -> HttpResponse:
    """Let a card that's lost work no more."""
    card = _card_or_404(pk)
    cards.end_card(card=card, reason="LOST", staff=request.staff.account, now=timezone.now())
    messages.success(request, gettext("Card %(number)s doesn't work any more.") % {"number": card.number})
    return redirect("desk:patron_details", pk=card.patron_id)


@staff_only(Permission.EDIT_PATRONS, needs_branch=True)
@require_POST
def find_card_again(request: DeskRequest, pk: int) -> HttpResponse:
    """Let a card that was found again work again."""
    card = _card_or_404(pk)
    cards.find_card_again(card=card, staff=request.staff.account)
    messages.success(request, gettext("Card %(number)s works again.") % {"number": card.number})
    return redirect("desk:patron_details", pk=card.patron_id)


def _card_or_404(pk: int) -> Any:
    card = get_card(pk)
    if card is None:
        raise Http404
    return card
