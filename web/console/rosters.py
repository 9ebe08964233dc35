"""What an export would change at a school: shown, confirmed, declined, taken back."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from accounts.rules import Permission
from schools.errors import RosterRefused
from schools.selectors.proposals import proposal
from schools.selectors.schools import get_update, latest_applied
from schools.services.roster_undo import undo_roster
from schools.services.rosters import confirm as confirm_roster
from schools.services.rosters import decline as decline_roster
from web.account.access import staff_only
from web.account.requests import StaffRequest
from web.console.areas import municipality_areas
from web.words.about_rosters import DOUBTS, SOURCES, STATES, WAYS, counted, roster_refusal, slips_told

_ANSWER = "becomes:"
_ENDS = "-"


@staff_only(Permission.ADMINISTER)
@require_safe
def one(request: StaffRequest, pk: int) -> HttpResponse:
    """Show what an export says: before the decision with names, afterwards in numbers."""
    return _page(request, _update_or_404(pk))


@staff_only(Permission.ADMINISTER)
@require_POST
def confirm(request: StaffRequest, pk: int) -> HttpResponse:
    """Take it over."""
    update, staff = _update_or_404(pk), request.staff.account
    answers = {
        name.removeprefix(_ANSWER): "" if value == _ENDS else value
        for name, value in request.POST.items()
        if name.startswith(_ANSWER) and value
    }
    try:
        confirm_roster(update=update, answers=answers, staff=staff, now=timezone.now())
    except RosterRefused as refused:
        return _page(request, _update_or_404(pk), refused=refused, answers=answers)
    text = gettext("%(school)s is up to date. Until the next change you can take this back.")
    messages.success(request, text % {"school": update.school.branch.name})
    return redirect("console:schools")


@staff_only(Permission.ADMINISTER)
@require_POST
def decline(request: StaffRequest, pk: int) -> HttpResponse:
    """Decide against it."""
    try:
        decline_roster(update=_update_or_404(pk), staff=request.staff.account, now=timezone.now())
    except RosterRefused as refused:
        return _page(request, _update_or_404(pk), refused=refused)
    messages.success(request, gettext("Declined. Nothing has changed."))
    return redirect("console:schools")


@staff_only(Permission.ADMINISTER)
@require_POST
def undo(request: StaffRequest, pk: int) -> HttpResponse:
    """Take it back."""
    update = _update_or_404(pk)
    try:
        undo_roster(update=update, staff=request.staff.account, now=timezone.now())
    except RosterRefused as refused:
        return _page(request, _update_or_404(pk), refused=refused)
    messages.success(request, gettext("Taken back. Classes, pupils and leavers are as they were before."))
    return redirect("console:school", pk=update.school_id)


def _page(
    request: StaffRequest, update: Any, *, refused: RosterRefused | None = None, answers: dict[str, str] | None = None
) -> HttpResponse:
    is_waiting = update.state == "PROPOSED"
    context = {
        "areas": municipality_areas(request, "schools"),
        "update": update,
        "state": STATES[update.state],
        "source": SOURCES[update.source],
        "counts": counted(update.counts),
        "doubts": [DOUBTS[code] for code in update.doubts],
        "slips": slips_told(update.slips),
        "may_undo": latest_applied(update.school) == update.pk,
        "problems": [roster_refusal(reason) for reason in refused.reasons] if refused else [],
    }
    if is_waiting:
        shown = proposal(update)
        context |= {"proposal": shown, "moves": [_move_row(move, to, answers or {}) for move, to in shown.moves]}
    return render(request, "console/roster.html", context, status=409 if refused else 200)


def _move_row(move: Any, to: str, answers: dict[str, str]) -> dict[str, Any]:
    answer = answers.get(move.before.key)
    return {
        "move": move,
        "to": to,
        "way": WAYS[move.way],
        "is_asked": move.way == "ASK",
        "field": f"{_ANSWER}{move.before.key}",
        "chosen": _ENDS if answer == "" else answer or "",
        "percent": round(100 * move.together),
    }


def _update_or_404(pk: int) -> Any:
    update = get_update(pk)
    if update is None:
        raise Http404
    return update
