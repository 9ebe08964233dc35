"""The municipality's schools: their numbers in the register, uploaded exports, and what waits for a decision."""

from functools import partial
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.rules import Permission
from holdings.selectors import branches_in_service
from patrons.selectors import patron_categories
from schools.errors import SchoolRefused
from schools.selectors.schools import get_school, latest_applied, newest_files, schools, updates_of, waiting_updates
from schools.services.roster_files import keep_file
from schools.services.schools import add_school, change_school
from schools.tasks import read_roster_file
from web.account.access import staff_only
from web.account.requests import StaffRequest
from web.console.areas import municipality_areas
from web.ui.forms import posted
from web.ui.named import named
from web.ui.stale_forms import GuardedForm, edited_in_turn
from web.words.about_rosters import OUTCOMES, SOURCES, STATES, counted, roster_refusal, why_unreadable

ASKING = "ASKING"
_NEWEST_UPDATES = 20


class UploadForm(forms.Form):
    """An export to read."""

    file = forms.FileField(
        label=_("Export of the school register"),
        help_text=_(
            "STIL's XML, or a ZIP archive of OneRoster's CSV or SS12000's JSON, of one school or all of them. "
            "Or a table (CSV) of one school, of which you say what its columns are."
        ),
        max_length=200,
        error_messages={"required": _("Choose a file.")},
    )

    def clean_file(self) -> Any:
        """Refuse a file that's too large for an upload."""
        file = self.cleaned_data["file"]
        if file.size > settings.ROSTER_UPLOAD_MAX_BYTES:
            largest = filesizeformat(settings.ROSTER_UPLOAD_MAX_BYTES)
            raise forms.ValidationError(gettext("At most %(largest)s.") % {"largest": largest})
        return file


class SchoolForm(GuardedForm):
    """A school."""

    number = forms.CharField(
        label=_("Number in the register"),
        max_length=40,
        help_text=_("In Denmark the institution's six digits, in Sweden the school unit's code."),
    )
    pupil_category = forms.TypedChoiceField(label=_("Pupils become"), coerce=int)
    staff_category = forms.TypedChoiceField(label=_("Teachers and other staff become"), coerce=int)

    def __init__(self, *arguments: Any, **values: Any) -> None:
        super().__init__(*arguments, **values)
        self.categories = {each.pk: each for each in patron_categories()}
        choices = [(pk, named(each)) for pk, each in self.categories.items()]
        for name in ("pupil_category", "staff_category"):
            self.fields[name].choices = choices  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        """Return what was filled in, as the service takes it."""
        data = self.cleaned_data
        return {
            "number": data["number"],
            "pupil_category": self.categories[data["pupil_category"]],
            "staff_category": self.categories[data["staff_category"]],
        }


class NewSchoolForm(SchoolForm):
    """A branch that becomes a school."""

    branch = forms.TypedChoiceField(label=_("School library"), coerce=int)
    field_order = ["branch"]

    def __init__(self, *arguments: Any, **values: Any) -> None:
        super().__init__(*arguments, **values)
        known = {each.branch_id for each in schools()}
        self.branches = {each.pk: each for each in branches_in_service() if each.pk not in known}
        # Those that say they're a school's stand first.
        listed = sorted(self.branches.values(), key=lambda each: each.kind != "SCHOOL")
        self.fields["branch"].choices = [(each.pk, each.name) for each in listed]  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        """Return what was filled in, with the branch."""
        return super().values() | {"branch": self.branches[self.cleaned_data["branch"]]}


@staff_only(Permission.ADMINISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def listed(request: StaffRequest) -> HttpResponse:
    """List the schools and what waits, and take an export."""
    form = UploadForm(posted(request), request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file, staff = form.cleaned_data["file"], request.staff.account
        with transaction.atomic():
            kept = keep_file(file=file, file_name=file.name, staff=staff, now=timezone.now())
            message = {"schema_name": request.tenant.schema_name, "file_id": kept.pk, "actor_id": staff.pk}
            if kept.state == ASKING:
                return redirect("console:roster_table", pk=kept.pk)
            transaction.on_commit(partial(read_roster_file.delay, **message))
        messages.success(request, gettext("The file is being read. Nothing changes before you have said so."))
        return redirect("console:schools")
    files = [_file_row(file) for file in newest_files()]
    context = {
        "areas": municipality_areas(request, "schools"),
        "form": form,
        "schools": schools(),
        "waiting": [(update, counted(update.counts)) for update in waiting_updates()],
        "files": files,
        "goes_on": any(row["is_waiting"] for row in files),
    }
    if request.htmx:
        return render(request, "console/_rosters.html", context)
    return render(request, "console/schools.html", context, status=422 if form.errors else 200)


@staff_only(Permission.ADMINISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: StaffRequest) -> HttpResponse:
    """Make a branch a school."""
    codes = {each.code: each.pk for each in patron_categories()}
    number = request.GET.get("number", "")[:40]
    initial = {"number": number, "pupil_category": codes.get("pupil"), "staff_category": codes.get("teacher")}
    form = NewSchoolForm(posted(request), initial={name: value for name, value in initial.items() if value})
    if request.method == "POST" and form.is_valid():
        try:
            school = add_school(**form.values(), staff=request.staff.account)
        except SchoolRefused as refused:
            _add_refusals(form, refused)
        else:
            text = gettext("%(name)s is a school now. Upload an export to bring its classes and pupils.")
            messages.success(request, text % {"name": school.branch.name})
            return redirect("console:schools")
    context = {"areas": municipality_areas(request, "schools"), "form": form, "heading": gettext("Add a school")}
    return render(request, "console/form.html", context, status=form.status)


@staff_only(Permission.ADMINISTER)
@require_http_methods(["GET", "HEAD", "POST"])
@edited_in_turn("school")
def change(request: StaffRequest, pk: int) -> HttpResponse:
    """Show a school with its latest changes, and change its number or categories."""
    school = get_school(pk)
    if school is None:
        raise Http404
    initial = {"number": school.number}
    initial |= {name: getattr(school, f"{name}_id") for name in ("pupil_category", "staff_category")}
    form = SchoolForm(posted(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            change_school(school=school, **form.values(), staff=request.staff.account)
        except SchoolRefused as refused:
            _add_refusals(form, refused)
        else:
            messages.success(request, gettext("Saved."))
            return redirect("console:school", pk=pk)
    updates = [
        {"update": each, "counts": counted(each.counts), "state": STATES[each.state], "source": SOURCES[each.source]}
        for each in updates_of(school)[:_NEWEST_UPDATES]
    ]
    context = {
        "areas": municipality_areas(request, "schools"),
        "form": form,
        "school": school,
        "updates": updates,
        "latest": latest_applied(school),
    }
    return render(request, "console/school.html", context, status=form.status)


def _add_refusals(form: SchoolForm, refused: SchoolRefused) -> None:
    for reason in refused.reasons:
        form.add_error("number" if reason.code.startswith("NUMBER_") else None, roster_refusal(reason))


def _file_row(file: Any) -> dict[str, Any]:
    outcomes = [{**school, "outcome": OUTCOMES[school["what"]]} for school in file.schools]
    return {
        "file": file,
        "is_waiting": file.state == "WAITING",
        "is_asking": file.state == ASKING,
        "problem": why_unreadable(file) if file.problem else "",
        "schools": outcomes,
    }
