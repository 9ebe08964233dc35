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

from accounts.rules import Permission
from catalogue.marc.problems import describe
from catalogue.selectors import get_import_run, import_runs
from catalogue.services.import_marc import plan_import
from catalogue.tasks import import_uploaded_file
from tenants.selectors import current_municipality
from web.account.access import staff_only
from web.account.requests import StaffRequest
from web.console.areas import municipality_areas
from web.ui.forms import posted

_KINDS = {"WAITING": "wait", "RUNNING": "wait", "DONE": "ok", "FAILED": "stop"}


class UploadForm(forms.Form):
    """A file of MARC records."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("MARC 21, MARCXML, danMARC2, MarcXchange or Aleph sequential; format and letters are found out."),
        max_length=200,
        allow_empty_file=False,
    )

    def clean_file(self) -> Any:
        """Refuse a file that's too large for an upload."""
        file = self.cleaned_data["file"]
        if file.size > settings.MARC_UPLOAD_MAX_BYTES:
            largest = filesizeformat(settings.MARC_UPLOAD_MAX_BYTES)
            raise forms.ValidationError(
                gettext("At most %(largest)s. Larger files go in with “manage.py import_marc”.") % {"largest": largest}
            )
        return file


@staff_only(Permission.ADMINISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def imports(request: StaffRequest) -> HttpResponse:
    """Take a file, and list the newest imports."""
    form = UploadForm(posted(request), request.FILES or None)
    if request.method == "POST" and form.is_valid():
        return redirect("console:import", pk=_start(request, form.cleaned_data["file"]))
    runs = [_row(run) for run in import_runs(current_municipality().pk)]
    context = {
        "areas": municipality_areas(request, "imports"),
        "form": form,
        "runs": runs,
        "goes_on": any(not row["is_over"] for row in runs),
    }
    if request.htmx:
        return render(request, "console/_import_runs.html", context)
    return render(request, "console/imports.html", context, status=422 if form.errors else 200)


@staff_only(Permission.ADMINISTER)
@require_safe
def one(request: StaffRequest, pk: int) -> HttpResponse:
    """Show how far an import is, or its report."""
    run = get_import_run(pk, municipality_id=current_municipality().pk)
    if run is None:
        raise Http404
    failures = [{**failure, "reason": describe(failure["code"])} for failure in run.failures]
    context = {
        "areas": municipality_areas(request, "imports"),
        "row": _row(run),
        "failures": failures,
        "problem": describe(run.problem) if run.problem else "",
    }
    template = "console/_import_state.html" if request.htmx else "console/import.html"
    return render(request, template, context)


def _start(request: StaffRequest, file: Any) -> int:
    municipality, staff = current_municipality(), request.staff.account
    stored_as = default_storage.save(f"imports/{timezone.now():%Y%m%d-%H%M%S}.marc", file)
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


def _row(run: Any) -> dict[str, Any]:
    return {
        "run": run,
        "kind": _KINDS.get(run.state, "none"),
        "word": run.get_state_display(),
        "is_over": run.state in ("DONE", "FAILED"),
        "percent": min(100, 100 * run.bytes_read // run.bytes_total) if run.bytes_total else 0,
    }
