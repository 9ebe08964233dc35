"""A title's queue of holds, and loans that are called back for it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from accounts.rules import Permission
from catalogue.selectors import get_record
from circulation.errors import HoldRefused, RecallRefused
from circulation.selectors.holds import get_hold, queue_of_title
from circulation.selectors.loans import get_open_loan
from circulation.services.holds import QueueMove, move_in_queue, set_priority
from circulation.services.recall import recall_loan
from circulation.services.recalls_over import take_back_recall
from web.account.access import staff_only
from web.account.requests import DeskRequest
from web.desk.answers import words
from web.desk.areas import desk_areas
from web.desk.record_page import record_page
from web.ui.due import due_day

_PRIORITIES = {"1": 1, "0": 0, "-1": -1}


@staff_only(Permission.CIRCULATE, needs_branch=True)
@require_safe
def queue(request: DeskRequest, pk: int) -> HttpResponse:
    """Show who waits for a title, in order."""
    record = get_record(pk)
    if record is None:
        raise Http404
    return _page(request, record)


@staff_only(Permission.CIRCULATE, needs_branch=True)
@require_POST
def move(request: DeskRequest, pk: int) -> HttpResponse:
    """Move a hold in its queue, or let it go before or after all others."""
    hold = get_hold(pk)
    if hold is None:
        raise Http404
    to, priority = request.POST.get("to", ""), request.POST.get("priority", "")
    by: dict[str, Any] = {"staff": request.staff.account, "now": timezone.now()}
    try:
        if priority in _PRIORITIES:
            set_priority(hold=hold, priority=_PRIORITIES[priority], **by)
        elif to in set(QueueMove):
            move_in_queue(hold=hold, to=QueueMove(to), **by)
        else:
            return _page(request, hold.record, status=422, problems=[gettext("Choose where the hold goes.")])
    except HoldRefused as refused:
        problems = [f"{reason.text} {reason.about}" for reason in words(request, refused)]
        return _page(request, hold.record, status=409, problems=problems)
    values = {"name": hold.patron.display_name}
    messages.success(request, gettext("The hold of %(name)s has moved.") % values)
    return redirect(reverse("desk:queue", args=[hold.record_id]) + f"#hold-{pk}")


@staff_only(Permission.CIRCULATE, needs_branch=True)
@require_POST
def recall(request: DeskRequest, pk: int) -> HttpResponse:
    """Call a loan back before its time."""
    return _recalling(request, pk, recall_loan, gettext("%(barcode)s is called back, due %(day)s. The patron is told."))


@staff_only(Permission.CIRCULATE, needs_branch=True)
@require_POST
def take_back(request: DeskRequest, pk: int) -> HttpResponse:
    """Take a recall back: the loan is due again when it was before."""
    return _recalling(request, pk, take_back_recall, gettext("%(barcode)s isn't called back any more, due %(day)s."))


def _recalling(request: DeskRequest, pk: int, act: Callable[..., Any], said: str) -> HttpResponse:
    """Call a loan back or take that back, and go to its title.

    :param said: what the desk is told, with the item's barcode and the day on which the loan is due now
    """
    loan = get_open_loan(pk)
    if loan is None:
        raise Http404
    try:
        changed = act(loan=loan, staff=request.staff.account, now=timezone.now())
    except RecallRefused as refused:
        problem = " ".join(f"{reason.text} {reason.about} {reason.next_step}" for reason in words(request, refused))
        record = get_record(loan.item.record_id)
        return record_page(request, record or loan.item.record, status=409, item_problem=problem)
    messages.success(request, said % {"barcode": loan.item.barcode, "day": due_day(changed)})
    return redirect("desk:record", pk=loan.item.record_id)


def _page(request: DeskRequest, record: Any, *, status: int = 200, **more: Any) -> HttpResponse:
    holds = queue_of_title(record.pk)
    place, rows = 0, []
    for hold in holds:
        place += hold.state == "QUEUED"
        rows.append({"hold": hold, "place": place if hold.state == "QUEUED" else None})
    context = {
        "areas": desk_areas(request, "search"),
        "record": record,
        "rows": rows,
        "today": timezone.localdate(),
        "moves": [
            ("TOP", gettext("To the top")),
            ("UP", gettext("Up")),
            ("DOWN", gettext("Down")),
            ("BOTTOM", gettext("To the end")),
        ],
        "priorities": [
            ("1", gettext("before all others")),
            ("0", gettext("in its turn")),
            ("-1", gettext("after all others")),
        ],
        **more,
    }
    return render(request, "desk/queue.html", context, status=status)
