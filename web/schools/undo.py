"""Takes back one scan of a class, from its row."""

from dataclasses import replace
from typing import Any

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.rules import Permission
from accounts.selectors import get_entry
from circulation.errors import UndoRefused
from circulation.services.undo import undo as take_back
from web.account.access import staff_only
from web.account.requests import DeskRequest
from web.schools.answers import answer_lending, answer_return
from web.schools.context import Lending, class_or_404
from web.schools.words import words

_SCANS = ("circulation.check_out", "circulation.check_in", "circulation.renew")


@staff_only(Permission.LEND_TO_CLASSES, needs_branch=True)
@require_POST
def undo(request: DeskRequest, pk: int, entry_id: int) -> HttpResponse:
    """Undo the scan and answer with the row that takes its place; the pupil is the next again."""
    school_class, entry, lending = class_or_404(pk), get_entry(entry_id), Lending.of(request.GET)
    if entry is None or entry.action not in _SCANS:
        raise Http404
    row: dict[str, Any] = {"undone": True}
    kind, status = "none", 200
    try:
        row["result"] = take_back(entry=entry, staff=request.staff.account, now=timezone.now())
    except UndoRefused as refused:
        row["reasons"], kind, status = words(request, refused), "stop", 409
    else:
        lending = replace(lending, pupil_id=entry.facts.get("patron_id") or lending.pupil_id)
    if entry.action == "circulation.check_in":
        return answer_return(request, school_class, row, kind, status=status)
    return answer_lending(request, school_class, lending, row, kind, status=status)
