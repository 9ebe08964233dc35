"""The municipality's colours, checked so that everybody can read them; its barcodes; where its debts go."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.rules import Permission
from circulation.services.debts.systems import FILE, choose_debtor_system, chosen_system, debtor_systems
from common.barcodes import BarcodeScheme
from tenants.selectors import current_municipality, stored_municipality
from tenants.services.settings import change_barcodes, change_look
from web.account.access import staff_only
from web.account.requests import StaffRequest
from web.console.areas import municipality_areas
from web.ui.stale_forms import GuardedForm, edited_in_turn
from web.ui.theme import DEFAULTS, contrast_problems

CORNERS = [("0px", _("square")), ("4px", _("slightly rounded")), ("8px", _("rounded")), ("12px", _("very rounded"))]
CHECK_DIGITS = [("none", _("none")), ("mod10", _("modulus 10")), ("mod11", _("modulus 11"))]
LONGEST, SHORTEST = 32, 4
STANDARD_LOOK = {**DEFAULTS, "radius": "4px"}


class _Colour(forms.CharField):
    def __init__(self, label: Any, help_text: Any = "") -> None:
        super().__init__(
            label=label, help_text=help_text, max_length=7, widget=forms.TextInput(attrs={"type": "color"})
        )


class LookForm(GuardedForm):
    """Colours by day and by night, and corners."""

    brand = _Colour(_("Colour by day"), _("Buttons, links and where one is. Text on white has it too."))
    brand_on = _Colour(_("Text on it"))
    brand_night = _Colour(_("Colour by night"), _("The same on a dark screen, so a light one."))
    brand_night_on = _Colour(_("Text on it by night"))
    radius = forms.ChoiceField(label=_("Corners"), choices=CORNERS)

    def clean(self) -> dict[str, Any]:
        """Refuse colours that somebody couldn't read, with the number."""
        data = super().clean() or {}
        if not self.errors:
            for problem in contrast_problems(data):
                self.add_error(problem.key, problem.message)
        return data


class BarcodesForm(GuardedForm):
    """How new items and cards are numbered."""

    item_prefix = forms.RegexField(label=_("Items begin with"), regex=r"^[0-9A-Z]*$", max_length=12, required=False)
    item_length = forms.IntegerField(label=_("Length of an item's barcode"), min_value=SHORTEST, max_value=LONGEST)
    item_check_digit = forms.ChoiceField(label=_("Check digit of items"), choices=CHECK_DIGITS)
    card_prefix = forms.RegexField(label=_("Cards begin with"), regex=r"^[0-9A-Z]*$", max_length=12, required=False)
    card_length = forms.IntegerField(label=_("Length of a card's number"), min_value=SHORTEST, max_value=LONGEST)
    card_check_digit = forms.ChoiceField(label=_("Check digit of cards"), choices=CHECK_DIGITS)

    def clean(self) -> dict[str, Any]:
        """Refuse a number that's all prefix, and items that can't be told from cards."""
        data = super().clean() or {}
        for kind in ("item", "card"):
            if len(data.get(f"{kind}_prefix", "")) > data.get(f"{kind}_length", LONGEST) - 3:
                self.add_error(f"{kind}_prefix", gettext("This leaves no room for a number."))
        if not self.errors and self.scheme("item") == self.scheme("card"):
            self.add_error(None, gettext("Items and cards need different prefixes or lengths, to be told apart."))
        return data

    def scheme(self, kind: str) -> dict[str, Any]:
        """Return one scheme as the municipality keeps it."""
        return {name: self.cleaned_data[f"{kind}_{name}"] for name in ("prefix", "length", "check_digit")}


class DebtsForm(GuardedForm):
    """Which system takes the municipality's debts."""

    system = forms.ChoiceField(label=_("Debtor system"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # One that isn't there any more is shown as what it is.
        names = dict.fromkeys([*debtor_systems(), self.initial["system"]])
        choices = [(name, system_name(name)) for name in names]
        self.fields["system"].choices = choices  # type: ignore[attr-defined]

    def clean_system(self) -> str:
        """Refuse one that isn't there any more."""
        if self.cleaned_data["system"] not in debtor_systems():
            raise forms.ValidationError(gettext("Choose one of the choices."))
        return str(self.cleaned_data["system"])


def system_name(name: str) -> str:
    """Return what a debtor system is called: by its own name, but for the file."""
    return gettext("File") if name == FILE else name


@staff_only(Permission.ADMINISTER)
@require_http_methods(["GET", "HEAD"])
def settings_page(request: StaffRequest) -> HttpResponse:
    """Show the forms."""
    return _page(request)


@staff_only(Permission.ADMINISTER)
@require_POST
@edited_in_turn("look")
def look(request: StaffRequest) -> HttpResponse:
    """Change the colours."""
    form = _look_form(request.POST)
    if not form.is_valid():
        return _page(request, look=form)
    return _saved(request, change_look, gettext("The colours are changed."), colours=form.cleaned_data)


@staff_only(Permission.ADMINISTER)
@require_POST
@edited_in_turn("barcodes")
def barcodes(request: StaffRequest) -> HttpResponse:
    """Change how new items and cards are numbered."""
    form = _barcodes_form(request.POST)
    if not form.is_valid():
        return _page(request, barcodes=form)
    schemes = {kind: form.scheme(kind) for kind in ("item", "card")}
    return _saved(request, change_barcodes, gettext("New items and cards are numbered like this now."), schemes=schemes)


@staff_only(Permission.ADMINISTER)
@require_POST
@edited_in_turn("debts")
def debts(request: StaffRequest) -> HttpResponse:
    """Choose which system takes the debts."""
    form = _debts_form(request.POST)
    if not form.is_valid():
        return _page(request, debts=form)
    choose_debtor_system(
        municipality=current_municipality(), name=form.cleaned_data["system"], actor=request.staff.account
    )
    messages.success(request, gettext("Saved."))
    return redirect("console:settings")


def _saved(request: StaffRequest, service: Callable[..., Any], done: str, **values: Any) -> HttpResponse:
    service(municipality=current_municipality(), actor=request.staff.account, **values)
    messages.success(request, done)
    return redirect("console:settings")


def _page(request: StaffRequest, **refused: GuardedForm) -> HttpResponse:
    """Return the page.

    :param refused: the form that was sent and isn't right, by its name
    """
    makers = {"look": _look_form, "barcodes": _barcodes_form, "debts": _debts_form}
    shown = {name: refused.get(name) or make() for name, make in makers.items()}
    context = {
        **shown,
        "areas": municipality_areas(request, "settings"),
        "system": system_name(chosen_system(stored_municipality().settings)),
        "can_choose_system": len(debtor_systems()) > 1,
        "examples": [{"kind": kind, "text": _example(kind)} for kind in ("item", "card")],
    }
    status = max((form.status for form in shown.values()), key=(200, 422, 409).index)
    return render(request, "console/settings.html", context, status=status)


def _look_form(values: Any = None) -> LookForm:
    theme = stored_municipality().theme
    return LookForm(values, prefix=None, initial={**STANDARD_LOOK, **theme})


def _barcodes_form(values: Any = None) -> BarcodesForm:
    schemes = stored_municipality().barcode_schemes
    return BarcodesForm(values, initial=flat_schemes(schemes))


def _debts_form(values: Any = None) -> DebtsForm:
    return DebtsForm(values, initial={"system": chosen_system(stored_municipality().settings)})


def flat_schemes(schemes: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return both schemes as the form names their parts: `item_prefix`, `card_length` …"""
    return {f"{kind}_{name}": value for kind, scheme in schemes.items() for name, value in scheme.items()}


def _example(kind: str) -> str:
    """Return a number as the scheme makes it; a serial number without a modulus 11 digit is passed over."""
    scheme = current_municipality().barcode_schemes.get(kind)
    for serial in range(1, 12):
        try:
            return BarcodeScheme(**scheme).make(serial) if scheme else ""
        except ValueError:
            continue
    return ""
