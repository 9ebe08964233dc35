"""The desk's first page: the day's work at this branch, each with its number and the list behind it."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from accounts.rules import Permission
from circulation.selectors.claims import claimed_loans
from circulation.selectors.item_lists import late_transits
from circulation.selectors.lists import count_overdue, ready_holds, shelf_to_clear
from circulation.selectors.outages import count_to_settle
from circulation.selectors.picks import holds_to_pick
from notices.selectors import count_letters, count_problems, problem_notices
from tenants.selectors import count_failed_jobs
from web.account.access import staff_only
from web.account.requests import DeskRequest
from web.desk.areas import desk_areas
from web.desk.recent import seen_lately


@staff_only(Permission.CIRCULATE, needs_branch=True)
@require_safe
def start(request: DeskRequest) -> HttpResponse:
    """Show what there is to do today."""
    branch = request.staff.branch
    context = {
        "areas": desk_areas(request, ""),
        "branch": branch,
        "today": timezone.localdate(),
        "work": _work(branch),
        "failed_jobs": count_failed_jobs(),
        "ready": len(ready_holds(branch, today=timezone.localdate())),
        "problems": problem_notices(branch=branch, limit=5),
        "problem_count": count_problems(branch),
        "letters": count_letters(branch),
        "recent": seen_lately(request),
    }
    return render(request, "desk/start.html", context)


def _work(branch: Any) -> list[dict[str, Any]]:
    now, today = timezone.now(), timezone.localdate()
    lines: tuple[tuple[str, int, str, str], ...] = (
        (gettext("Holds to fetch from the shelves"), len(holds_to_pick(branch, now=now)), "holds", "notice"),
        (gettext("Hold shelf to clear"), len(shelf_to_clear(branch, today=today)), "shelf", "notice"),
        (gettext("Overdue loans"), count_overdue(branch, now=now), "overdue", "none"),
        (gettext("Late on their way, from and to here"), len(late_transits(branch, now=now)), "transits", "stop"),
        (gettext("Said to be returned, to look for"), len(claimed_loans(branch)), "claims", "notice"),
    )
    if to_settle := count_to_settle(branch):
        text = gettext("Scans of an outage to settle")
        lines = ((text, to_settle, "outage", "stop"), *lines)
    asks = {"transits": {"late": "1"}}
    return [
        {
            "text": text,
            "count": count,
            "url": reverse(f"desk:{name}", query=asks.get(name)),
            "kind": kind if count else "ok",
        }
        for text, count, name, kind in lines
    ]
