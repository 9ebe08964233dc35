"""Patrons log in with card and PIN, and out again."""

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from common.barcodes import clean_barcode
from patrons.errors import PatronLogInRefused
from patrons.services.log_in import prove_patron
from tenants.selectors import identity_provider
from web.account.access import open_to_all
from web.account.sign_on_trips import going_on, way_out_of
from web.account.throttle import PINS, count_failure, seconds_to_wait
from web.portal import sessions
from web.ui.forms import posted
from web.ui.requests import PageRequest

_LONG_WAIT_MINUTES = 60
UNILOGIN = "UNILOGIN"


class CardForm(forms.Form):
    """Card and PIN."""

    card = forms.CharField(
        label=_("Card number"),
        help_text=_("On the back of your card; with or without blanks."),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "username", "inputmode": "numeric"}),
    )
    pin = forms.CharField(
        label=_("PIN"),
        max_length=20,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "inputmode": "numeric"}),
    )


@open_to_all
@require_http_methods(["GET", "HEAD", "POST"])
def log_in(request: PageRequest) -> HttpResponse:
    """Log a patron in and send her to where she wanted to go."""
    form = CardForm(posted(request))
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            card = clean_barcode(form.cleaned_data["card"])
            if wait := seconds_to_wait(request, PINS, card):
                form.add_error(None, _wait_text(wait))
                status = 429
            else:
                try:
                    patron = prove_patron(card_number=card, pin=form.cleaned_data["pin"])
                except PatronLogInRefused:
                    count_failure(request, PINS, card)
                    form.add_error(None, gettext("Card number and PIN don't belong together."))
                else:
                    sessions.begin(request, patron, card=card)
                    return HttpResponseRedirect(where_to(request, request.GET.get("next", "")))
    school = identity_provider(request.tenant, UNILOGIN)
    context = sessions.portal_context(request, "me") | {
        "form": form,
        "next": request.GET.get("next", ""),
        "school": school,
    }
    return render(request, "portal/log_in.html", context, status=status)


@open_to_all
@require_POST
def log_out(request: PageRequest) -> HttpResponse:
    """End the session, and the one at Unilogin where she logged in there."""
    out = way_out_of(request, back=reverse("portal:search"))
    sessions.end(request)
    around = sessions.portal_context(request, "") | {"frame": "ui/portal_base.html"}
    return going_on(request, out, around=around) if out else redirect("portal:search")


def _wait_text(seconds: int) -> str:
    minutes = -(-seconds // 60)
    if minutes > _LONG_WAIT_MINUTES:
        return gettext("Too many wrong tries. Try again tomorrow, or get a new PIN at the library.")
    return gettext("Too many wrong tries. Wait %(minutes)d minutes.") % {"minutes": minutes}


def where_to(request: PageRequest, wanted: str) -> str:
    """Return the address that she wanted to see, if it's on this host, else her own page's."""
    safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()})
    return wanted if safe else reverse("portal:me")
