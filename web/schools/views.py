"""The school librarian's pages: classes, lending a title to a class, taking a pile back, the list for the teacher."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.rules import Permission
from schools.rules import school_year_of
from schools.selectors.classes import classes, schools_with_classes, year_at
from schools.selectors.leavers import leavers_with_loans
from web.account.access import staff_only
from web.account.requests import DeskRequest
from web.desk.areas import desk_areas
from web.schools.context import Lending, class_or_404, sheet_context, still_out
from web.schools.lists import listed_items
from web.ui.kept_filters import keeps_filters
from web.ui.sorting import keeps_order, ordered

_FORM = ("GET", "HEAD", "POST")


@staff_only(Permission.LEND_TO_CLASSES, needs_branch=True)
@require_safe
@keeps_filters("school", "school")
@keeps_order("classes")
def start(request: DeskRequest) -> HttpResponse:
    """List a school's classes and groups: her own branch's, or the one's that she chose."""
    branch, today = request.staff.branch, timezone.localdate()
    schools = {each.pk: each for each in schools_with_classes()}
    school = _chosen(request.GET.get("school"), schools, branch)
    year = year_at(school.pk, today) if school else school_year_of(today)
    found = ordered(request, "classes", list(classes(branch_id=school.pk, school_year=year))) if school else []
    context = {
        "areas": desk_areas(request, "school"),
        "school": school,
        "schools": schools.values(),
        "classes": [each for each in found if each.kind == "CLASS"],
        "groups": [each for each in found if each.kind != "CLASS"],
        "school_year": year,
        "is_over": year < school_year_of(today),
        "is_own": school is not None and school.pk == branch.pk,
        "leavers": leavers_with_loans(school.pk).count() if school else 0,
    }
    return render(request, "school/start.html", context)


def _chosen(asked: str | None, schools: Mapping[int, Any], branch: Any) -> Any:
    """Return the school that's asked for, else her own, else the only one; None where there are several to choose."""
    if asked and asked.isascii() and asked.isdecimal() and len(asked) < 18 and int(asked) in schools:
        return schools[int(asked)]
    return schools.get(branch.pk) or (next(iter(schools.values())) if len(schools) == 1 else None)


@staff_only(Permission.LEND_TO_CLASSES, needs_branch=True)
@require_http_methods(_FORM)
@keeps_filters("class", "sort")
def lend(request: DeskRequest, pk: int) -> HttpResponse:
    """Show a class with a title: who has it, who lacks it, and whose item is scanned next; and an uploaded list."""
    school_class, listed = class_or_404(pk), listed_items(request)
    context = sheet_context(request, school_class, Lending.of(request.GET)) | {"listed": listed}
    return render(request, "school/class.html", context, status=listed.status if listed else 200)


@staff_only(Permission.LEND_TO_CLASSES, needs_branch=True)
@require_http_methods(_FORM)
def take_back(request: DeskRequest, pk: int) -> HttpResponse:
    """Show everything that a class has on loan, and take a pile of it back, or what an uploaded list names."""
    school_class, listed = class_or_404(pk), listed_items(request)
    context = {
        "areas": desk_areas(request, "school"),
        "class": school_class,
        "today": timezone.localdate(),
        "listed": listed,
    } | still_out(school_class)
    return render(request, "school/return.html", context, status=listed.status if listed else 200)


@staff_only(Permission.LEND_TO_CLASSES, needs_branch=True)
@require_safe
def class_list(request: DeskRequest, pk: int) -> HttpResponse:
    """Show the list that the teacher gets on paper: who has the title, who lacks it, and until when."""
    school_class = class_or_404(pk)
    return render(request, "school/list.html", sheet_context(request, school_class, Lending.of(request.GET)))
