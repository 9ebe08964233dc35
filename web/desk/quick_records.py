"""The simple form: from the few facts that a school or a busy desk knows, a right record of the library's own."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.rules import Permission
from catalogue.errors import RecordRefused
from catalogue.marc.identifiers import isbn13
from catalogue.marc.new_records import Facts, simple_record
from catalogue.marc.validation.findings import Breach, Finding
from catalogue.services.cataloguing import add_typed_record
from tenants.selectors import current_municipality
from web.account.access import staff_only
from web.account.requests import DeskRequest
from web.desk.areas import desk_areas
from web.desk.double_records import doubles_in
from web.desk.fields import LineField
from web.desk.record_editing import default_flavour
from web.desk.record_history import author_of
from web.titles.names import AUDIENCES, LANGUAGES, MATERIALS
from web.words.about_fields import breach_text
from web.words.about_records import record_problems

_LANGUAGES = {"da": "dan", "sv": "swe", "fi": "fin", "nb": "nob", "en": "eng"}
_MOST_SUBJECTS = 20


class QuickRecordForm(forms.Form):
    """What is asked of a title."""

    isbn = LineField(label="ISBN", max_length=20, required=False, widget=forms.TextInput(attrs={"autofocus": True}))
    title = LineField(label=_("Title"), help_text=_("A subtitle stands behind “ : ”."), max_length=500)
    author = LineField(label=_("Author"), help_text=_("Surname, forename"), max_length=200, required=False)
    year = forms.IntegerField(label=_("Year"), min_value=1000, max_value=2099, required=False)
    material = forms.ChoiceField(
        label=pgettext_lazy("place in MARC", "Type of material"), choices=list(MATERIALS.items())
    )
    audience = forms.ChoiceField(label=_("For"), choices=[("", "–"), *AUDIENCES.items()], required=False)
    language = forms.ChoiceField(label=_("Language"), choices=list(LANGUAGES.items()))
    subjects = LineField(label=_("Subjects"), help_text=_("With commas between them."), max_length=500, required=False)

    def clean_isbn(self) -> str:
        """Return the number in thirteen digits.

        :raises ValidationError: if it can't be one
        """
        text = self.cleaned_data["isbn"]
        number = isbn13(text)
        if text and number is None:
            raise ValidationError(breach_text(Finding(Breach.WRONG_ISBN, "", facts={"value": text})))
        return number or ""

    def facts(self) -> Facts:
        """Return what was filled in."""
        data = self.cleaned_data
        subjects = tuple(filter(None, (word.strip() for word in data["subjects"].split(","))))
        return Facts(**{**data, "subjects": subjects[:_MOST_SUBJECTS]})


@staff_only(Permission.CATALOGUE, needs_branch=True)
@require_http_methods(["GET", "HEAD", "POST"])
def quick_record(request: DeskRequest) -> HttpResponse:
    """Ask for a title's few facts and make the library's own record of them."""
    initial = {"language": _LANGUAGES.get(current_municipality().language, "und"), "material": "BOOK"}
    form = QuickRecordForm(request.POST or None, initial=initial)
    if request.method != "POST":
        return _page(request, form)
    if not form.is_valid():
        return _page(request, form, status=422)
    facts = form.facts()
    try:
        added = add_typed_record(
            record=simple_record(facts, default_flavour()),
            author=author_of(request),
            now=timezone.now(),
            is_local=True,
            double_key=request.POST.get("double_key", ""),
        )
    except RecordRefused as refusal:
        doubles, others = doubles_in(refusal.reasons)
        return _page(request, form, problems=record_problems(others), doubles=doubles, status=409)
    messages.success(request, gettext("Saved."))
    return redirect("desk:record", pk=added.pk)


def _page(
    request: DeskRequest, form: QuickRecordForm, *, problems: Any = (), doubles: Any = None, status: int = 200
) -> HttpResponse:
    context = {
        "areas": desk_areas(request, "search"),
        "form": form,
        "problems": problems,
        "doubles": doubles,
    }
    return render(request, "desk/quick_record.html", context, status=status)
