"""Macros of the editor: the list of one's own and the library's, and the form that writes one."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.rules import Permission
from catalogue.marc.records import Flavour
from catalogue.rules.macro_lines import LONGEST
from staffing.errors import Code, MacroRefused
from staffing.selectors import macro_of, macros_of
from staffing.services import MacroContent, delete_macro, save_macro
from web.account.access import staff_only
from web.account.requests import DeskRequest
from web.desk.areas import desk_areas
from web.desk.record_editing import FLAVOUR_NAMES, default_flavour
from web.desk.scan_inputs import number_in
from web.ui.forms import posted
from web.ui.stale_forms import GuardedForm, edited_in_turn
from web.words.about_macros import macro_problems

_FORM = ("GET", "HEAD", "POST")
_NUMBERS = range(1, 10)


_ADDS = _("adds a field, if it isn't there; an empty subfield waits to be filled in")
_DELETES = _("deletes the fields with a tag; x is any sign")
_DELETES_SOME = _("deletes those with these indicators and this subfield; either is enough")
_DELETES_SUBFIELDS = _("deletes the subfields with a code")
_SETS_POSITIONS = _("sets positions of LDR, 006, 007 or 008")
_SETS_INDICATORS = _("sets the indicators")
_SETS_SUBFIELD = _("sets a subfield, and adds it where it's missing")
_REPLACES = _("replaces a text as it stands, wherever the subfield has it")
_REMARK = ("# …", _("is a remark"))
_EXAMPLES = {
    Flavour.MARC21: (
        ("+ 650 #4 $aHeste", _ADDS),
        ("- 9xx", _DELETES),
        ("- 650 #7 $2fast", _DELETES_SOME),
        ("- 245 $h", _DELETES_SUBFIELDS),
        ("= 008/35-37 dan", _SETS_POSITIONS),
        ("= 245 10", _SETS_INDICATORS),
        ("= 041 $adan", _SETS_SUBFIELD),
        ("~ 260 $a /Kbh./København/", _REPLACES),
        _REMARK,
    ),
    Flavour.DANMARC2: (
        ("+ 666 00 *fheste", _ADDS),
        ("- 9xx", _DELETES),
        ("- 666 00 *fheste", _DELETES_SOME),
        ("- 021 *c", _DELETES_SUBFIELDS),
        ("= 245 00", _SETS_INDICATORS),
        ("= 008 *ldan", _SETS_SUBFIELD),
        ("~ 260 *a /Kbh./København/", _REPLACES),
        _REMARK,
    ),
}


class MacroForm(GuardedForm):
    """A macro."""

    name = forms.CharField(label=_("Name"), max_length=60)
    flavour = forms.ChoiceField(label=_("For records in"), choices=[(each, FLAVOUR_NAMES[each]) for each in Flavour])
    number = forms.TypedChoiceField(
        label=_("Number on its key"),
        help_text=_("Alt and the number apply it in the editor. Your own goes before one that the library shares."),
        coerce=int,
        empty_value=None,
        required=False,
        choices=[("", "–"), *((number, str(number)) for number in _NUMBERS)],
    )
    is_shared = forms.BooleanField(label=_("For all cataloguers of the library"), required=False)
    steps = forms.CharField(
        label=_("Steps, one on each line"),
        max_length=LONGEST,
        strip=False,
        widget=forms.Textarea(
            attrs={"rows": 12, "class": "lines", "spellcheck": "false", "autocapitalize": "off", "autocomplete": "off"}
        ),
    )

    def content(self) -> MacroContent:
        """Return what was filled in."""
        data = self.cleaned_data
        return MacroContent(
            name=data["name"],
            flavour=Flavour(data["flavour"]),
            steps=data["steps"],
            number=data["number"],
            is_shared=data["is_shared"],
        )


@staff_only(Permission.CATALOGUE, needs_branch=True)
@require_safe
def macros(request: DeskRequest) -> HttpResponse:
    """List the macros that the cataloguer has: her own and the library's."""
    rows = [
        {"macro": macro, "flavour": FLAVOUR_NAMES[Flavour(macro.flavour)]} for macro in macros_of(request.staff.account)
    ]
    return render(request, "desk/macros.html", {"areas": desk_areas(request, "search"), "rows": rows})


@staff_only(Permission.CATALOGUE, needs_branch=True)
@require_http_methods(_FORM)
def new_macro(request: DeskRequest) -> HttpResponse:
    """Write a macro."""
    form = MacroForm(posted(request), initial={"flavour": default_flavour()})
    return _filled(request, form, gettext("New macro"))


@staff_only(Permission.CATALOGUE, needs_branch=True)
@require_http_methods(_FORM)
@edited_in_turn("macro")
def change_macro(request: DeskRequest, pk: int) -> HttpResponse:
    """Change one of the cataloguer's own macros, or one that the library shares."""
    macro = macro_of(request.staff.account, pk)
    if macro is None:
        raise Http404
    form = MacroForm(posted(request), initial={name: getattr(macro, name) for name in MacroForm.base_fields})
    return _filled(request, form, macro.name, macro=macro)


@staff_only(Permission.CATALOGUE, needs_branch=True)
@require_POST
def remove_macro(request: DeskRequest, pk: int) -> HttpResponse:
    """Delete a macro as she has read it."""
    version = number_in(request.POST, "version") or 0
    try:
        delete_macro(macro_id=pk, expected_version=version, actor=request.staff.account)
    except MacroRefused as refusal:
        if Code.NO_SUCH_MACRO in refusal.codes:
            raise Http404 from refusal
        for _field, text in macro_problems(refusal.reasons):
            messages.error(request, text)
        return redirect("desk:change_macro", pk=pk)
    messages.success(request, gettext("Deleted."))
    return redirect("desk:macros")


def filled_macro_page(request: DeskRequest, *, steps: str, flavour: Flavour) -> HttpResponse:
    """Answer with the form for a new macro that has its steps already."""
    return _page(request, MacroForm(initial={"steps": steps, "flavour": flavour}), gettext("New macro"))


def _filled(request: DeskRequest, form: MacroForm, heading: str, *, macro: Any = None) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        which = {"macro_id": macro.pk, "expected_version": macro.version} if macro else {}
        try:
            save_macro(content=form.content(), actor=request.staff.account, **which)
        except MacroRefused as refused:
            for field, text in macro_problems(refused.reasons):
                form.add_error(field or None, text)
        else:
            messages.success(request, gettext("Saved."))
            return redirect("desk:macros")
    return _page(request, form, heading, macro=macro)


def _page(request: DeskRequest, form: MacroForm, heading: str, *, macro: Any = None) -> HttpResponse:
    flavour = Flavour(macro.flavour) if macro else Flavour(form.initial["flavour"])
    context = {
        "areas": desk_areas(request, "search"),
        "form": form,
        "heading": heading,
        "macro": macro,
        "examples": [{"step": step, "says": says} for step, says in _EXAMPLES[flavour]],
    }
    return render(request, "desk/macro.html", context, status=form.status)
