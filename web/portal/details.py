"""A patron's own details: how she's reached, her PIN, and whether her past loans are kept."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from circulation.selectors.history import PAGE, past_loans
from circulation.services.privacy import choose_history
from patrons import errors
from patrons.errors import PatronRefused
from patrons.services.own_details import OwnDetails, change_own_details, change_own_pin
from web.account.throttle import PINS, count_failure, seconds_to_wait
from web.portal.sessions import go_on_with_new_pin, name_of, patron_only, portal_context
from web.titles.names import cover_kind
from web.ui.requests import PageRequest
from web.words.messages import CHANNELS, channel_choices


class DetailsForm(forms.Form):
    """What she may change herself."""

    email = forms.EmailField(
        label=_("E-mail"), required=False, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    phone = forms.RegexField(
        r"^\+?[0-9 ]{5,19}$",
        label=_("Phone"),
        required=False,
        max_length=20,
        error_messages={"invalid": _("Write a phone number with digits only, for instance +45 12 34 56 78.")},
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )
    language = forms.ChoiceField(label=_("Language of messages"), choices=settings.LANGUAGES)
    channel = forms.ChoiceField(label=_("Messages by"), choices=list(CHANNELS.items()))

    def __init__(self, *args: Any, channel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["channel"].choices = channel_choices(channel)  # type: ignore[attr-defined]

    def clean_phone(self) -> str:
        """Return the number as it's kept and searched, without blanks."""
        return str(self.cleaned_data["phone"]).replace(" ", "")


class OwnPinForm(forms.Form):
    """Another PIN."""

    old = forms.CharField(
        label=_("PIN until now"),
        max_length=20,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "inputmode": "numeric"}),
    )
    new = forms.CharField(
        label=_("New PIN"),
        help_text=_("Four to eight digits."),
        max_length=8,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "inputmode": "numeric"}),
    )


@patron_only
@require_safe
def details(request: PageRequest, patron: Any) -> HttpResponse:
    """Show what the library knows of her."""
    return _page(request, patron)


@patron_only
@require_POST
def change_details(request: PageRequest, patron: Any) -> HttpResponse:
    """Change how she's reached."""
    form = DetailsForm(request.POST, channel=patron.channel)
    if form.is_valid():
        try:
            change_own_details(patron=patron, details=OwnDetails(**form.cleaned_data))
        except PatronRefused:
            form.add_error("channel", gettext("There's no address for that. Fill it in, or choose another way."))
        else:
            messages.success(request, gettext("Your details are saved."))
            return redirect("portal:details")
    return _page(request, patron, form=form, status=422)


@patron_only
@require_POST
def change_pin(request: PageRequest, patron: Any) -> HttpResponse:
    """Change her PIN; wrong tries count like those at log-in."""
    form, card = OwnPinForm(request.POST), name_of(request)
    if seconds_to_wait(request, PINS, card):
        form.add_error(None, gettext("Too many wrong tries. Try again later, or get a new PIN at the library."))
        return _page(request, patron, pin_form=form, status=429)
    if form.is_valid():
        try:
            changed = change_own_pin(patron=patron, **form.cleaned_data)
        except PatronRefused as refused:
            _say_why(request, form, refused, card)
        else:
            go_on_with_new_pin(request, changed)
            messages.success(request, gettext("Your new PIN works from now on."))
            return redirect("portal:details")
    return _page(request, patron, pin_form=form, status=422)


@patron_only
@require_POST
def change_history(request: PageRequest, patron: Any) -> HttpResponse:
    """Keep her past loans from now on, or forget them."""
    keeps = request.POST.get("keeps") == "1"
    choose_history(patron=patron, keeps=keeps, staff=None)
    if keeps:
        messages.success(request, gettext("From now on your past loans are kept for you."))
        return redirect("portal:history")
    messages.success(request, gettext("Your past loans are forgotten, and none are kept any more."))
    return redirect("portal:details")


@patron_only
@require_safe
def history(request: PageRequest, patron: Any) -> HttpResponse:
    """List her past loans, if she wants them kept."""
    text = request.GET.get("before", "")
    before = int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else None
    loans = past_loans(patron, before_id=before) if patron.keeps_history else []
    context = portal_context(request, "details", patron) | {
        "loans": [
            {"loan": loan, "cover": cover_kind(loan.item.record.material_type, loan.item.record.audience)}
            for loan in loans
        ],
        "older": loans[-1].pk if len(loans) == PAGE else None,
    }
    return render(request, "portal/history.html", context)


def _say_why(request: PageRequest, form: OwnPinForm, refused: PatronRefused, card: str) -> None:
    if errors.PIN_WRONG in refused.codes:
        count_failure(request, PINS, card)
        form.add_error("old", gettext("This isn't your PIN."))
    if errors.PIN_MALFORMED in refused.codes:
        form.add_error("new", gettext("A PIN has four to eight digits."))


def _page(
    request: PageRequest,
    patron: Any,
    *,
    form: DetailsForm | None = None,
    pin_form: OwnPinForm | None = None,
    status: int = 200,
) -> HttpResponse:
    known = {name: getattr(patron, name) for name in DetailsForm.base_fields}
    context = portal_context(request, "details", patron) | {
        "form": form or DetailsForm(initial=known, channel=patron.channel),
        "pin_form": pin_form or OwnPinForm(),
        "today": timezone.localdate(),
    }
    return render(request, "portal/details.html", context, status=status)
