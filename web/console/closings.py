"""Closes branches for some days, after a look at what that moves."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.rules import Permission
from circulation.errors import ClosingRefused
from circulation.services.closings import Closing, close_branches, preview_closing
from holdings.selectors import all_branches
from web.account.access import staff_only
from web.account.requests import StaffRequest
from web.console.areas import municipality_areas
from web.ui.forms import posted
from web.words.for_staff import reason_texts


class ClosingForm(forms.Form):
    """Which branches, from when to when, and why."""

    branches = forms.MultipleChoiceField(label=_("Branches"), widget=forms.CheckboxSelectMultiple)
    first = forms.DateField(label=_("First day"), widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(label=_("Last day"), widget=forms.DateInput(attrs={"type": "date"}))
    reason = forms.CharField(label=_("Reason"), max_length=80, help_text=_("Patrons read it beside the opening hours."))

    def __init__(self, *arguments: Any, branches: Any, **values: Any) -> None:
        super().__init__(*arguments, **values)
        self.fields["branches"].choices = [(str(pk), branch.name) for pk, branch in branches.items()]  # type: ignore[attr-defined]


@staff_only(Permission.ADMINISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def closing(request: StaffRequest) -> HttpResponse:
    """Show what a closing moves, and close when that has been seen."""
    branches = {branch.pk: branch for branch in all_branches() if branch.is_open_for_business}
    initial = {"branches": [str(pk) for pk in branches]}
    form = ClosingForm(posted(request), branches=branches, initial=initial)
    planned: Closing | None = None
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        values["branches"] = [branches[int(pk)] for pk in values["branches"]]
        try:
            if "close" in request.POST:
                return _close(request, values)
            planned = preview_closing(
                branches=values["branches"], first=values["first"], last=values["last"], now=timezone.now()
            )
        except ClosingRefused as refused:
            add_closing_refusals(form, refused)
    context = {
        "areas": municipality_areas(request, "branches"),
        "form": form,
        "planned": planned,
        "rows": closing_rows(planned) if planned else [],
    }
    return render(request, "console/closing.html", context, status=422 if form.errors else 200)


def _close(request: StaffRequest, values: dict[str, Any]) -> HttpResponse:
    done = close_branches(**values, actor=request.staff.account, now=timezone.now())
    messages.success(request, closed_text(done))
    return redirect("console:branches")


def closed_text(done: Closing) -> str:
    """Return what a closing has moved."""
    return gettext("Closed. Due dates moved: %(loans)s, holds on the shelf kept longer: %(holds)s.") % {
        "loans": done.loans,
        "holds": done.holds,
    }


def add_closing_refusals(form: Any, refused: ClosingRefused) -> None:
    """Put above the form why nothing can be closed."""
    for told in reason_texts(refused.reasons, permissions=frozenset(), currency=""):
        form.add_error(None, told.text)


def moved_text(done: Closing) -> str:
    """Return what new opening hours have moved."""
    return gettext("Due dates moved: %(loans)s, holds on the shelf kept longer: %(holds)s.") % {
        "loans": done.loans,
        "holds": done.holds,
    }


def closing_rows(planned: Closing) -> list[dict[str, Any]]:
    """Return what a closing moves, branch by branch, for `console/_moves.html`."""
    return [
        {
            "branch": each.branch,
            "days": each.days,
            "loans": each.loans,
            "holds": each.holds,
            "moves": [{"from": day, "to": new, "count": count} for day, new, count in each.due_dates],
        }
        for each in planned.branches
    ]
