"""A new school year begun by hand: what each class becomes, a preview, doing it, taking it back; and who has left."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.rules import Permission
from schools.errors import ClassRefused
from schools.rules import is_last_grade, name_a_grade_up, year_after
from schools.selectors.classes import classes, year_at
from schools.selectors.leavers import leavers_with_loans
from schools.selectors.years import latest_roll_over, loans_of_classes
from schools.services.roll_over import ClassStep, begin_year, undo_year
from web.account.access import staff_only
from web.account.requests import DeskRequest
from web.desk.areas import desk_areas
from web.schools.words import class_text

MOVES, LEAVES, STAYS = "moves", "leaves", "stays"
_LONGEST_NAME = 60


@dataclass(frozen=True)
class ClassLine:
    """A class in the form, and what's chosen for it."""

    school_class: Any
    what: str
    name: str

    @property
    def problem(self) -> str:
        """What's wrong with the choice."""
        return gettext("It needs a name.") if self.what == MOVES and not self.name else ""

    @property
    def step(self) -> ClassStep:
        """The choice as the service takes it."""
        grade = self.school_class.grade
        goes_on = self.what == MOVES
        return ClassStep(self.school_class, self.name if goes_on else "", grade + 1 if grade is not None else None)


@staff_only(Permission.LEND_TO_CLASSES, needs_branch=True)
@require_http_methods(["GET", "HEAD", "POST"])
def new_year(request: DeskRequest) -> HttpResponse:
    """Show what each class becomes, then what would happen, then do it."""
    branch = request.staff.branch
    year = year_at(branch.pk, timezone.localdate())
    asked = request.POST if request.method == "POST" and request.POST.get("year") == year else None
    found = [each for each in classes(branch_id=branch.pk, school_year=year) if each.pupils and not each.register_key]
    lines = [_line(each, asked) for each in found]
    is_whole = asked is not None and not any(line.problem for line in lines)
    problem = ""
    if is_whole and "confirmed" in request.POST:
        steps = [line.step for line in lines if line.what != STAYS]
        try:
            begin_year(branch=branch, from_year=year, steps=steps, staff=request.staff.account, now=timezone.now())
        except ClassRefused as refused:
            problem = " ".join(class_text(code) for code in refused.codes)
        else:
            messages.success(request, gettext("The school year %(year)s has begun.") % {"year": year_after(year)})
            return redirect("school:start")
    elif request.method == "POST" and asked is None:
        problem = gettext("Somebody else has begun the year meanwhile. What's shown is how it is now.")
    context = {
        "areas": desk_areas(request, "school"),
        "branch": branch,
        "year": year,
        "next_year": year_after(year),
        "lines": lines,
        "is_preview": is_whole and not problem,
        "summary": _summary(lines),
        "problem": problem,
        "latest": latest_roll_over(branch.pk),
    }
    is_wrong = problem or (asked is not None and not is_whole)
    return render(request, "school/new_year.html", context, status=422 if is_wrong else 200)


@staff_only(Permission.LEND_TO_CLASSES, needs_branch=True)
@require_POST
def undo(request: DeskRequest) -> HttpResponse:
    """Take the latest new year of the branch back."""
    latest = latest_roll_over(request.staff.branch.pk)
    if latest is None or str(latest.pk) != request.POST.get("roll_over"):
        messages.error(request, class_text("NOT_THE_LATEST"))
        return redirect("school:new_year")
    try:
        undo_year(roll_over=latest, staff=request.staff.account, now=timezone.now())
    except ClassRefused as refused:
        messages.error(request, " ".join(class_text(code) for code in refused.codes))
        return redirect("school:new_year")
    messages.success(request, gettext("Taken back. The classes are in %(year)s again.") % {"year": latest.from_year})
    return redirect("school:start")


@staff_only(Permission.LEND_TO_CLASSES, needs_branch=True)
@require_safe
def leavers(request: DeskRequest) -> HttpResponse:
    """List who has left the school and still has something, each with what it is."""
    branch = request.staff.branch
    context = {
        "areas": desk_areas(request, "school"),
        "branch": branch,
        "leavers": list(leavers_with_loans(branch.pk)),
        "today": timezone.localdate(),
    }
    return render(request, "school/leavers.html", context)


def _line(school_class: Any, asked: Any) -> ClassLine:
    if asked is None:
        leaves = is_last_grade(school_class.grade)
        return ClassLine(school_class, LEAVES if leaves else MOVES, name_a_grade_up(school_class.name))
    what = asked.get(f"what:{school_class.pk}", STAYS)
    name = asked.get(f"name:{school_class.pk}", "").strip()[:_LONGEST_NAME]
    return ClassLine(school_class, what if what in (MOVES, LEAVES) else STAYS, name)


def _summary(lines: list[ClassLine]) -> dict[str, Any]:
    leaving = [line.school_class for line in lines if line.what == LEAVES]
    return {
        "moved": sum(line.school_class.pupils for line in lines if line.what == MOVES),
        "left": sum(each.pupils for each in leaving),
        "loans": loans_of_classes(each.pk for each in leaving),
    }
