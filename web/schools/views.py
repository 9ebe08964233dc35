"""The school librarian's pages: classes, lending a title to a class, taking a pile back, the list for the teacher."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.rules import Permission
from schools.rules import school_year_of
from schools.selectors.classes import classes
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
@keeps_order("classes")
def start(request: DeskRequest) -> HttpResponse:
    """List the school year's classes, those of her own branch first."""
    year = school_year_of(timezone.localdate())
    branch = request.staff.branch
    found = list(classes(school_year=year))
    # Each branch has its table; only what's in it is in the order that she chose.
    places = {pk: place for place, pk in enumerate(dict.fromkeys(each.branch_id for each in found))}
    listed = sorted(
        ordered(request, "classes", found),
        key=lambda each: (each.branch_id != branch.pk, places[each.branch_id]),
    )
    context = {"areas": desk_areas(request, "school"), "classes": listed, "school_year": year}
    return render(request, "school/start.html", context)


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
