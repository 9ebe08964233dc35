"""Tries a case against the rules: who, what and where; what comes of it, and which row decided each value."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.rules import Permission
from circulation.errors import RuleRefused
from circulation.rules.values import REGISTER, InvalidValues
from circulation.selectors.rule_books import RuleBook, rule_book
from circulation.services.rule_trials import ExplainedValue, RuleWish, Trial, try_case
from holdings.selectors import get_item_by_barcode
from patrons.selectors import get_patron_by_card
from tenants.selectors import current_municipality
from web.account.access import staff_only
from web.account.requests import StaffRequest
from web.console.areas import municipality_areas
from web.console.rule_scopes import cell_of, name_of, origin_text, place_of, scope_of
from web.console.rule_values import typed_value, value_from_form, value_text
from web.console.rules import told_refusal
from web.words.for_staff import reason_texts

# What the matrix's form says of the value that's to be tried.
_WHERE = ("name", "branch", "home", "from", "until", "category", "type")
_WISH = (*_WHERE, "value", "none")


class CaseForm(forms.Form):
    """Who borrows what, where."""

    card = forms.CharField(label=_("Card"), max_length=32)
    barcode = forms.CharField(label=_("Barcode of an item"), max_length=32)
    desk = forms.ChoiceField(label=_("Lent at"))

    def __init__(self, *arguments: Any, branches: Any, **values: Any) -> None:
        super().__init__(*arguments, **values)
        self.fields["desk"].choices = [(str(each.pk), each.name) for each in branches]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Find the patron and the item."""
        data = super().clean() or {}
        if "card" in data:
            data["patron"] = get_patron_by_card(data["card"])
            if data["patron"] is None:
                self.add_error("card", gettext("No patron has this card."))
        if "barcode" in data:
            data["item"] = get_item_by_barcode(data["barcode"])
            if data["item"] is None:
                self.add_error("barcode", gettext("No item has this barcode."))
        return data


@staff_only(Permission.ADMINISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def rule_case(request: StaffRequest) -> HttpResponse:
    """Show the form, and what comes of the case; with a value that isn't saved yet if the matrix sends one."""
    book = rule_book()
    wish = _wish(request, book)
    is_tried = "card" in request.POST
    form = CaseForm(
        request.POST if is_tried else None, branches=sorted(book.branches.values(), key=lambda b: b.position)
    )
    trial: Trial | None = None
    errors: list[str] = []
    if is_tried and form.is_valid():
        try:
            trial = _try(request, book, form.cleaned_data, wish)
        except (InvalidValues, RuleRefused) as refused:
            errors = told_refusal(refused, book)
            for error in errors:
                messages.error(request, error)
    currency = current_municipality().currency
    context = {
        "areas": municipality_areas(request, "rules"),
        "form": form,
        "carried": [
            (name, request.POST[name]) for name in (_WHERE if errors else _WISH) if wish and name in request.POST
        ],
        # A value that was refused can be put right here.
        "spec": REGISTER[wish.name] if wish and errors else None,
        "cell": typed_value(request.POST, errors),
        "wish": _wish_text(wish) if wish else "",
        "trial": trial,
        "values": _rows(book, trial, currency) if trial else [],
        "against": _texts(trial.reasons, book, currency) if trial else [],
        "news": _texts(trial.notices, book, currency) if trial else [],
    }
    return render(request, "console/rule_case.html", context, status=422 if is_tried and trial is None else 200)


def _wish(request: StaffRequest, book: RuleBook) -> RuleWish | None:
    if not request.POST.get("name"):
        return None
    name, place = name_of(request.POST), place_of(book, request.POST)
    category, item_type = cell_of(book, request.POST)
    scope = scope_of(book, place, category, item_type, request.POST)
    return RuleWish(name, value_from_form(REGISTER[name], request.POST), scope)


def _try(request: StaffRequest, book: RuleBook, data: dict[str, Any], wish: RuleWish | None) -> Trial:
    return try_case(
        patron=data["patron"],
        item=data["item"],
        branch=book.branches[int(data["desk"])],
        actor=request.staff.account,
        now=timezone.now(),
        wish=wish,
    )


def _wish_text(wish: RuleWish) -> str:
    spec = REGISTER[wish.name]
    told = spec.null_means if wish.value is None else wish.value
    if not isinstance(wish.value, list | dict):
        return f"{spec.label}: {told}"
    return str(spec.label)


def _texts(reasons: Any, book: RuleBook, currency: str) -> Any:
    names = {pk: branch.name for pk, branch in book.branches.items()}
    return reason_texts(tuple(reasons), permissions=frozenset(), currency=currency, branches=names)


def _rows(book: RuleBook, trial: Trial, currency: str) -> list[dict[str, Any]]:
    return [_row(book, each, currency) for each in trial.values.values()]


def _row(book: RuleBook, each: ExplainedValue, currency: str) -> dict[str, Any]:
    spec = REGISTER[each.name]
    winner = next((one.row.origin for one in each.candidates if one.wins), None)
    return {
        "label": spec.label,
        "name": each.name,
        "text": value_text(spec, each.value, currency=currency) if each.is_set else gettext("not set"),
        "is_set": each.is_set,
        "origin": origin_text(book, winner) if winner else "",
        "passed_over": [
            gettext("passes over %(origin)s: %(value)s")
            % {
                "origin": origin_text(book, one.row.origin),
                "value": value_text(spec, one.value, currency=currency),
            }
            for one in each.candidates
            if one.passed_over and one.value != each.value
        ],
    }
