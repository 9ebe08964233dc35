"""Which column of an uploaded table is what: asked beside the table's first rows."""

from functools import partial
from typing import Any, BinaryIO, cast

from django import forms
from django.contrib import messages
from django.core.files.storage import default_storage
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.rules import Permission
from schools.register.people import RegisterUnreadable
from schools.register.tables import COLUMNS, first_rows, guess_columns
from schools.rules import school_year_of, year_after
from schools.selectors.schools import get_asking_file, latest_plan, schools
from schools.services.roster_files import plan_table
from schools.tasks import read_roster_file
from web.account.access import staff_only
from web.account.requests import StaffRequest
from web.console.areas import municipality_areas
from web.ui.forms import posted
from web.words.about_rosters import TABLE_COLUMNS

_SHOWN = 5


class TableForm(forms.Form):
    """Which school and year a table is of, and what each of its columns is."""

    school = forms.TypedChoiceField(label=_("School"), coerce=int)
    school_year = forms.ChoiceField(label=_("School year"))

    def __init__(self, *arguments: Any, head: list[str], **values: Any) -> None:
        super().__init__(*arguments, **values)
        self.schools = {each.pk: each for each in schools()}
        self.fields["school"].choices = [(pk, each.branch.name) for pk, each in self.schools.items()]  # type: ignore[attr-defined]
        year = school_year_of(timezone.localdate())
        self.fields["school_year"].choices = [(each, each) for each in (year, year_after(year))]  # type: ignore[attr-defined]
        choices = [("", gettext("not used")), *((name, TABLE_COLUMNS[name]) for name in COLUMNS)]
        for place, title in enumerate(head):
            label = title or gettext("Column %(number)d") % {"number": place + 1}
            self.fields[f"column-{place}"] = forms.ChoiceField(label=label, choices=choices, required=False)
        self._places = range(len(head))

    @property
    def columns(self) -> dict[str, int]:
        """What was chosen, as the service takes it."""
        chosen = {self.cleaned_data.get(f"column-{place}", ""): place for place in reversed(self._places)}
        return {name: place for name, place in chosen.items() if name}

    def clean(self) -> dict[str, Any]:
        """Refuse two columns for one thing, and a table without names."""
        data = super().clean() or {}
        seen: set[str] = set()
        for place in self._places:
            name = data.get(f"column-{place}", "")
            if name and name in seen:
                self.add_error(f"column-{place}", gettext("Another column is that already."))
            seen.add(name)
        if not {"given_name", "name"} & seen:
            self.add_error(None, gettext("Say which column has the names."))
        return data


@staff_only(Permission.ADMINISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def columns(request: StaffRequest, pk: int) -> HttpResponse:
    """Show the first rows, ask what the columns are, and have the table read."""
    kept = get_asking_file(pk)
    if kept is None or not default_storage.exists(kept.stored_as):
        raise Http404
    try:
        with default_storage.open(kept.stored_as) as file:
            rows = first_rows(cast(BinaryIO, file), _SHOWN)
    except RegisterUnreadable:
        rows = [[""]]
    form = TableForm(posted(request), head=rows[0], initial=_initial(rows[0]))
    if request.method == "POST" and form.is_valid():
        school, staff = form.schools[form.cleaned_data["school"]], request.staff.account
        year = form.cleaned_data["school_year"]
        with transaction.atomic():
            planned = plan_table(file_id=pk, school=school, school_year=year, columns=form.columns, staff=staff)
            message = {"schema_name": request.tenant.schema_name, "file_id": pk, "actor_id": staff.pk}
            if planned is not None:
                transaction.on_commit(partial(read_roster_file.delay, **message))
        messages.success(request, gettext("The file is being read. Nothing changes before you have said so."))
        return redirect("console:schools")
    fields = [form[f"column-{place}"] for place in range(len(rows[0]))]
    context = {
        "areas": municipality_areas(request, "schools"),
        "file": kept,
        "form": form,
        "lines": [
            (field, [row[place] if place < len(row) else "" for row in rows[1:]]) for place, field in enumerate(fields)
        ],
    }
    return render(request, "console/roster_table.html", context, status=422 if form.errors else 200)


def _initial(head: list[str]) -> dict[str, Any]:
    """Return what the columns probably are: as they're called, else as the last table's were."""
    last = latest_plan()
    guessed = guess_columns(head) or {
        name: place for name, place in last.get("columns", {}).items() if place < len(head)
    }
    return {"school": last.get("school")} | {f"column-{place}": name for name, place in guessed.items()}
