"""Today's work at the branch as lists to print: holds to fetch, the hold shelf to clear, overdue, transits."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from accounts.rules import Permission
from accounts.selectors import newest_about
from circulation.selectors.hopeless import hopeless_holds
from circulation.selectors.item_lists import late_transits, transit_days
from circulation.selectors.lists import overdue_loans, ready_holds, shelf_to_clear, transits_to
from circulation.services import undo_holds
from circulation.services.undo import UNDOABLE_FOR
from web.account.access import staff_only
from web.account.requests import DeskRequest
from web.desk.areas import desk_areas
from web.ui.kept_filters import keeps_filters
from web.ui.list_files import is_asked, list_file
from web.ui.sorting import keeps_order, ordered

# On the page; the file has them all.
_MOST_OVERDUE = 500


@staff_only(Permission.CIRCULATE, needs_branch=True)
@require_safe
@keeps_order("shelf-to-clear", "shelf-ready")
def shelf(request: DeskRequest) -> HttpResponse:
    """List what's to be taken off the hold shelf, and what stands on it."""
    branch = request.staff.branch
    lines = shelf_to_clear(branch, today=timezone.localdate())
    why = {
        "NOT_COLLECTED": gettext("not collected"),
        "BY_PATRON": gettext("cancelled by the patron"),
        "BY_STAFF": gettext("cancelled by staff"),
        "INTEREST_OVER": gettext("not wanted any more"),
        "HAS_ANOTHER": gettext("another item was lent"),
        "OTHER_FILLED": gettext("another of the patron's holds was enough"),
    }
    ended = [line.hold.pk for line in lines if line.why in undo_holds.UNDOABLE and line.hold.state != "READY"]
    since = timezone.now() - UNDOABLE_FOR
    entries = newest_about("circulation.hold", ended, actions=undo_holds.ACTIONS, since=since)
    rows = [
        {"line": line, "why": why.get(line.why, gettext("the hold has ended")), "undo": entries.get(line.hold.pk)}
        for line in lines
    ]
    lists = {
        "lines": ordered(request, "shelf-to-clear", rows),
        "ready": ordered(request, "shelf-ready", ready_holds(branch, today=timezone.localdate())),
    }
    for name, those in (("shelf-to-clear", lists["lines"]), ("shelf-ready", lists["ready"])):
        if file := list_file(request, name, those):
            return file
    return list_page(request, "shelf", lists)


@staff_only(Permission.CIRCULATE, needs_branch=True)
@require_safe
@keeps_order("hopeless")
def hopeless(request: DeskRequest) -> HttpResponse:
    """List the holds to be picked up here that nothing there is could ever fill."""
    branch = request.staff.branch
    lines = ordered(request, "hopeless", hopeless_holds(branch, now=timezone.now()))
    return list_file(request, "hopeless", lines) or list_page(request, "hopeless", {"lines": lines})


@staff_only(Permission.CIRCULATE, needs_branch=True)
@require_safe
@keeps_order("overdue")
def overdue(request: DeskRequest) -> HttpResponse:
    """List the branch's loans that are overdue, the longest first."""
    branch = request.staff.branch
    limit = None if is_asked(request, "overdue") else _MOST_OVERDUE
    lines = ordered(request, "overdue", overdue_loans(branch, now=timezone.now(), limit=limit))
    return list_file(request, "overdue", lines) or list_page(request, "overdue", {"lines": lines})


@staff_only(Permission.CIRCULATE, needs_branch=True)
@require_safe
@keeps_filters("transits", "late")
@keeps_order("transits", "late-transits")
def transits(request: DeskRequest) -> HttpResponse:
    """List what's on its way here, the longest first; or what's late, from and to this branch."""
    branch = request.staff.branch
    late = request.GET.get("late") == "1"
    lines = late_transits(branch, now=timezone.now()) if late else transits_to(branch)
    table = "late-transits" if late else "transits"
    lines = list(ordered(request, table, lines))
    if file := list_file(request, table, lines):
        return file
    context = {"lines": lines, "late": late, "late_days": transit_days(), "table": table}
    return list_page(request, "transits", context)


def list_page(request: DeskRequest, name: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """Return one of the lists, with the way to the others."""
    context |= {
        "areas": desk_areas(request, "holds"),
        "choices": [
            {"text": text, "url": reverse(f"desk:{each}"), "current": each == name}
            for each, text in (
                ("holds", gettext("Holds to fetch")),
                ("shelf", gettext("Hold shelf")),
                ("hopeless", gettext("Hopeless holds")),
                ("overdue", gettext("Overdue")),
                ("transits", gettext("On their way here")),
            )
        ],
        "today": timezone.localdate(),
        "now": timezone.now(),
    }
    return render(request, f"desk/list_{name}.html", context, status=status)
