"""Imports of MARC files: upload, progress, and the report of what didn't go in and why."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from catalogue.marc.problems import describe
from catalogue.selectors import get_import_run, import_runs
from catalogue.selectors.import_profiles import profiles_for
from catalogue.selectors.visibility import viewer
from catalogue.services.import_by_profile import plan_profile_import
from catalogue.services.import_marc import plan_import
from catalogue.tasks import import_uploaded_file
from web.account.requests import StaffRequest
from web.console import profile_imports
from web.console.areas import areas_of
from web.console.importing import author_of, importers_only, library_of
from web.ui.forms import posted


class UploadForm(forms.Form):
    """A file of MARC records."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("MARC 21, MARCXML, danMARC2, MarcXchange or Aleph sequential; format and letters are found out."),
        max_length=200,
        allow_empty_file=False,
    )
    profile = forms.ChoiceField(
        label=_("Import profile"),
        required=False,
        help_text=_("With a profile you see first what would become of the first hundred records."),
    )

    def __init__(self, *arguments: Any, **values: Any) -> None:
        super().__init__(*arguments, **values)
        self._profiles = {str(each.pk): each for each in profiles_for(viewer())}
        named = [(pk, each.name) for pk, each in self._profiles.items()]
        # What's brought in for all is always matched.
        is_for_all = viewer() is None
        self.fields["profile"].required = is_for_all
        choices = named if is_for_all else [("", _("None: by number alone")), *named]
        self.fields["profile"].choices = choices  # type: ignore[attr-defined]

    def clean_profile(self) -> Any:
        """Return the profile, or None."""
        return self._profiles.get(self.cleaned_data["profile"])

    def clean_file(self) -> Any:
        """Refuse a file that's too large for an upload."""
        file = self.cleaned_data["file"]
        if file.size > settings.MARC_UPLOAD_MAX_BYTES:
            largest = filesizeformat(settings.MARC_UPLOAD_MAX_BYTES)
            raise forms.ValidationError(
                gettext("At most %(largest)s. Larger files go in with “manage.py import_marc”.") % {"largest": largest}
            )
        return file


@importers_only
@require_http_methods(["GET", "HEAD", "POST"])
def imports(request: StaffRequest) -> HttpResponse:
    """Take a file, and list the newest imports."""
    form = UploadForm(posted(request), request.FILES or None)
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data
        pk = _plan(request, sent["file"], sent["profile"]) if sent["profile"] else _start(request, sent["file"])
        return redirect("console:import", pk=pk)
    runs = [row_of(run) for run in import_runs(viewer())]
    context = {
        "areas": areas_of(request, "imports"),
        "form": form,
        "runs": runs,
        "goes_on": any(not row["is_over"] for row in runs),
    }
    if request.htmx:
        return render(request, "console/_import_runs.html", context)
    return render(request, "console/imports.html", context, status=422 if form.errors else 200)


@importers_only
@require_safe
def one(request: StaffRequest, pk: int) -> HttpResponse:
    """Show how far an import is, or its report."""
    run = get_import_run(pk, municipality_id=viewer())
    if run is None:
        raise Http404
    if run.settings is not None:
        return profile_imports.page(request, run)
    failures = [{**failure, "reason": describe(failure["code"])} for failure in run.failures]
    context = {
        "areas": areas_of(request, "imports"),
        "row": row_of(run),
        "failures": failures,
        "problem": describe(run.problem) if run.problem else "",
    }
    template = "console/_import_state.html" if request.htmx else "console/import.html"
    return render(request, template, context)


def _start(request: StaffRequest, file: Any) -> int:
    municipality, staff = request.tenant, request.staff.account
    stored_as = _stored(file)
    with transaction.atomic():
        run = plan_import(
            file_name=file.name, source=municipality.schema_name, now=timezone.now(), municipality=municipality
        )
        message = {
            "schema_name": municipality.schema_name,
            "run_id": run.pk,
            "stored_as": stored_as,
            "source": municipality.schema_name,
            "owner": municipality.schema_name,
            "actor_id": staff.pk,
        }
        transaction.on_commit(lambda: import_uploaded_file.delay(**message))
    return run.pk


def _plan(request: StaffRequest, file: Any, profile: Any) -> int:
    """Keep the file until somebody has looked at what would become of its records."""
    library = library_of(request)
    run = plan_profile_import(
        profile=profile,
        file_name=file.name,
        source=library.schema_name if library else "import",
        author=author_of(request),
        now=timezone.now(),
        stored_as=_stored(file),
        waits_for_go=True,
    )
    return run.pk


def _stored(file: Any) -> str:
    return default_storage.save(f"imports/{timezone.now():%Y%m%d-%H%M%S}.marc", file)


def row_of(run: Any) -> dict[str, Any]:
    """Return an import as lists of imports show it."""
    return {
        "run": run,
        "kind": profile_imports.KINDS[run.state],
        "word": run.get_state_display(),
        "is_over": run.state not in profile_imports.GOES_ON,
        # An import by a profile counts by its outcomes, in capitals.
        "counts": {name.lower(): count for name, count in run.counts.items()},
        "percent": min(100, 100 * run.bytes_read // run.bytes_total) if run.bytes_total else 0,
    }
