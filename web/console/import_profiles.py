"""Import profiles: how a library wants a kind of delivery brought in."""

import re
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalogue.errors import Code, RecordRefused
from catalogue.rules.import_decisions import ON_MATCH, ON_NO_MATCH, WITHOUT_OVERLAY, Action
from catalogue.selectors.import_profiles import own_profile, profiles_for
from catalogue.selectors.visibility import viewer
from catalogue.services.import_profiles import delete_profile, save_profile
from web.account.requests import StaffRequest
from web.console.areas import areas_of
from web.console.importing import author_of, importers_only
from web.ui.forms import posted
from web.ui.stale_forms import GuardedForm, edited_in_turn
from web.words.about_imports import ACTIONS
from web.words.about_records import record_problems

_TAGS = ("preserve", "replace", "add", "strip", "enriches")
_ANY_DIGIT = re.compile(r"[0-9][0-9x]{2}")
_BETWEEN = re.compile(r"[\s,;]+")


def _actions(actions: tuple[Action, ...]) -> list[tuple[str, Any]]:
    return [(str(action), ACTIONS[action]) for action in actions]


def _tags(label: Any, help_text: Any = "") -> forms.CharField:
    return forms.CharField(label=label, help_text=help_text, required=False, max_length=400)


class ProfileForm(GuardedForm):
    """A profile."""

    name = forms.CharField(label=_("Name"), max_length=80)
    matches_from = forms.IntegerField(
        label=_("Points that make a match"),
        help_text=_("A shared ISBN gives 75, the same title 50, the same author 20."),
        min_value=60,
        max_value=300,
        initial=90,
    )
    takes_best = forms.BooleanField(label=_("Of several matches, take the best"), required=False, initial=True)
    on_match = forms.ChoiceField(label=_("When we have the record"), choices=_actions(ON_MATCH))
    on_unsure = forms.ChoiceField(
        label=_("When we may have it"), choices=_actions((*ON_NO_MATCH, Action.OVERLAY)), initial="ASK"
    )
    on_no_match = forms.ChoiceField(label=_("When we don't have it"), choices=_actions(ON_NO_MATCH))
    never_worse = forms.BooleanField(label=_("Never lay a poorer record over a better one"), required=False)
    min_quality = forms.IntegerField(
        label=_("It must tell at least this much of what ours tells"),
        help_text=_("Per cent; 0 is any."),
        min_value=0,
        max_value=1000,
        initial=0,
    )
    on_poor = forms.ChoiceField(label=_("When it's too poor"), choices=_actions(WITHOUT_OVERLAY), initial="SKIP")
    preserve = _tags(_("Fields that stay ours"), _("Tags, for instance 505 6XX; X stands for any digit."))
    replace = _tags(_("Only these fields are replaced"))
    add = _tags(_("Only these fields are added"))
    strip = _tags(_("Fields that never come in"))
    enriches = _tags(_("Fields that become local fields"))
    items = forms.CharField(
        label=_("Where its items stand"),
        help_text=_("A field with its subfields, then codes line by line: branch CPL = HB, type * = BOOK."),
        widget=forms.Textarea(attrs={"rows": 4, "placeholder": "952 barcode=p branch=a room=c type=y mark=o price=g"}),
        required=False,
        max_length=20_000,
    )
    makes_local = forms.BooleanField(label=_("New records are our own local records"), required=False)

    def values(self) -> dict[str, Any]:
        """Return what was filled in, as the service takes it."""
        chosen = dict(self.cleaned_data)
        return chosen | {name: [_tag(text) for text in _BETWEEN.split(chosen[name]) if text] for name in _TAGS}


def _tag(text: str) -> str:
    """Take 6xx for 6XX, which it would otherwise never match."""
    return text.upper() if _ANY_DIGIT.fullmatch(text) else text


@importers_only
@require_safe
def listed(request: StaffRequest) -> HttpResponse:
    """List the library's own profiles and those for all."""
    context = {"areas": areas_of(request, "imports"), "profiles": profiles_for(viewer())}
    context["changes_common"] = request.tenant.is_consortium
    return render(request, "console/import_profiles.html", context)


@importers_only
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: StaffRequest) -> HttpResponse:
    """Make a profile."""
    return _filled(request, ProfileForm(posted(request)), gettext("Add an import profile"))


@importers_only
@require_http_methods(["GET", "HEAD", "POST"])
@edited_in_turn("import profile")
def change(request: StaffRequest, pk: int) -> HttpResponse:
    """Change one of the library's own profiles."""
    profile = own_profile(pk, viewer())
    if profile is None:
        raise Http404
    initial = {name: getattr(profile, name) for name in ProfileForm.base_fields}
    initial |= {name: " ".join(initial[name]) for name in _TAGS}
    form = ProfileForm(posted(request), initial=initial)
    return _filled(request, form, profile.name, profile_id=profile.pk, expected_version=profile.version)


@importers_only
@require_POST
def delete(request: StaffRequest, pk: int) -> HttpResponse:
    """Delete one of the library's own profiles."""
    try:
        delete_profile(profile_id=pk, author=author_of(request))
    except RecordRefused as refusal:
        if Code.NO_SUCH_PROFILE in refusal.codes:
            raise Http404 from refusal
        for text in record_problems(refusal.reasons):
            messages.error(request, text)
    return redirect("console:import_profiles")


def _filled(request: StaffRequest, form: ProfileForm, heading: str, **which: Any) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            save_profile(values=form.values(), author=author_of(request), **which)
        except RecordRefused as refused:
            for text in record_problems(refused.reasons):
                form.add_error(None, text)
        else:
            messages.success(request, gettext("Saved."))
            return redirect("console:import_profiles")
    context = {"areas": areas_of(request, "imports"), "form": form, "heading": heading}
    return render(request, "console/form.html", context, status=form.status)
