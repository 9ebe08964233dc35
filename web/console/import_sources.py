"""Sources of records that are asked every night, and what came of it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalogue.errors import RecordRefused
from catalogue.import_folders import has_folders
from catalogue.selectors.import_profiles import profiles_for
from catalogue.selectors.import_sources import harvested_runs, own_source, sources_for
from catalogue.selectors.visibility import viewer
from catalogue.services.import_sources import delete_source, save_source
from catalogue.tasks import harvest_common_source, harvest_source
from web.account.requests import StaffRequest
from web.console import imports
from web.console.areas import areas_of
from web.console.importing import author_of, importers_only, send
from web.ui.forms import posted
from web.ui.stale_forms import GuardedForm, edited_in_turn
from web.words.about_records import SOURCE_PROBLEMS, record_problems


class SourceForm(GuardedForm):
    """A source."""

    name = forms.CharField(label=_("Name"), max_length=80)
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[("OAI_PMH", "OAI-PMH"), ("FOLDER", pgettext_lazy("on a disk", "Folder"))],
        initial="OAI_PMH",
    )
    folder = forms.CharField(
        label=pgettext_lazy("on a disk", "Folder"),
        max_length=200,
        required=False,
        help_text=_("Within the library's own folder on the server. It's looked into every half hour."),
    )
    address = forms.CharField(label=_("Address of OAI-PMH"), max_length=500, required=False)
    set_name = forms.CharField(label=pgettext_lazy("of records", "Set"), max_length=200, required=False)
    prefix = forms.RegexField(
        r"^[A-Za-z0-9\-_.!~*'()]+$",
        label=_("Format"),
        max_length=40,
        required=False,
        initial="marcxml",
        help_text=_("As the source calls it: marcxml, marc21, marcxchange."),
    )
    profile = forms.TypedChoiceField(label=_("Import profile"), coerce=int)
    is_active = forms.BooleanField(label=_("Ask it every night"), required=False, initial=True)

    def __init__(self, *arguments: Any, **values: Any) -> None:
        super().__init__(*arguments, **values)
        profiles = profiles_for(viewer())
        self.fields["profile"].choices = [(each.pk, each.name) for each in profiles]  # type: ignore[attr-defined]
        if not has_folders():
            del self.fields["kind"], self.fields["folder"]

    def values(self) -> dict[str, Any]:
        """Return what was filled in, as the service takes it."""
        values = dict(self.cleaned_data)
        values["profile_id"] = values.pop("profile")
        values["prefix"] = values["prefix"] or "marcxml"
        return values


@importers_only
@require_safe
def listed(request: StaffRequest) -> HttpResponse:
    """List the library's sources, and the newest imports from them."""
    here = viewer()
    context = {
        "areas": areas_of(request, "imports"),
        "sources": [(each, SOURCE_PROBLEMS.get(each.problem, "")) for each in sources_for(here)],
        "runs": [imports.row_of(run) for run in harvested_runs(here)],
    }
    return render(request, "console/import_sources.html", context)


@importers_only
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: StaffRequest) -> HttpResponse:
    """Make a source."""
    return _filled(request, SourceForm(posted(request)), gettext("Add a source"))


@importers_only
@require_http_methods(["GET", "HEAD", "POST"])
@edited_in_turn("import source")
def change(request: StaffRequest, pk: int) -> HttpResponse:
    """Change one of the library's own sources."""
    source = own_source(pk, viewer())
    if source is None:
        raise Http404
    initial = {name: getattr(source, name) for name in SourceForm.base_fields if name != "profile"}
    form = SourceForm(posted(request), initial=initial | {"profile": source.profile_id})
    return _filled(request, form, source.name, source_id=source.pk, expected_version=source.version)


@importers_only
@require_POST
def delete(request: StaffRequest, pk: int) -> HttpResponse:
    """Delete one of the library's own sources."""
    try:
        delete_source(source_id=pk, author=author_of(request))
    except RecordRefused as refusal:
        raise Http404 from refusal
    return redirect("console:import_sources")


@importers_only
@require_POST
def fetch(request: StaffRequest, pk: int) -> HttpResponse:
    """Ask one of the library's own sources now."""
    if own_source(pk, viewer()) is None:
        raise Http404
    send(request, harvest_source, harvest_common_source, source_id=pk)
    messages.success(request, gettext("The source is being asked. What comes stands below in a while."))
    return redirect("console:import_sources")


def _filled(request: StaffRequest, form: SourceForm, heading: str, **which: Any) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            save_source(values=form.values(), author=author_of(request), **which)
        except RecordRefused as refused:
            for text in record_problems(refused.reasons):
                form.add_error(None, text)
        else:
            messages.success(request, gettext("Saved."))
            return redirect("console:import_sources")
    context = {"areas": areas_of(request, "imports"), "form": form, "heading": heading}
    return render(request, "console/form.html", context, status=form.status)
