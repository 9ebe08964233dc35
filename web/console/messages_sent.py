"""The outbox: what was sent to whom, and what staff must decide on."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from accounts.rules import Permission
from notices.errors import NoticeRefused
from notices.selectors import counts_by_state, get_notice, outbox, problem_notices, whole_outbox
from notices.services.problems import send_again, set_aside
from web.account.access import staff_only
from web.account.requests import StaffRequest
from web.console.areas import municipality_areas
from web.ui.kept_filters import keeps_filters
from web.ui.list_files import is_asked, list_file
from web.words.messages import CHANNELS, NOTICE_KINDS, problem_text

STATES = {
    "QUEUED": "wait",
    "SENDING": "wait",
    "SENT": "ok",
    "FAILED": "stop",
    "UNCERTAIN": "notice",
    "CANCELLED": "none",
}

STATE_NAMES = {
    "QUEUED": _("queued"),
    "SENDING": _("being sent"),
    "SENT": _("sent"),
    "FAILED": _("failed"),
    "UNCERTAIN": _("uncertain"),
    "CANCELLED": _("cancelled"),
}


@staff_only(Permission.ADMINISTER)
@require_safe
@keeps_filters("outbox", "state", "channel")
def outbox_page(request: StaffRequest) -> Any:
    """List the messages, newest first, with those that need somebody above."""
    state, channel = request.GET.get("state", ""), request.GET.get("channel", "")
    before = request.GET.get("before", "")
    before_id = int(before) if before.isascii() and before.isdecimal() and len(before) < 18 else None
    filters = {"state": state if state in STATES else "", "channel": channel if channel in CHANNELS else ""}
    if is_asked(request, "outbox"):
        return list_file(request, "outbox", whole_outbox(**filters))
    page = outbox(**filters, before=before_id)
    context = {
        "areas": municipality_areas(request, "notices"),
        "notices": [_row(notice) for notice in page.notices],
        "problems": [_row(notice) for notice in problem_notices()[:50]],
        "states": [
            {"code": code, "text": STATE_NAMES[code], "count": count, "current": code == state}
            for code, count in counts_by_state().items()
            if count or code == state
        ],
        "state": state,
        "channel": channel,
        "channels": [{"code": code, "text": text, "current": code == channel} for code, text in CHANNELS.items()],
        "next_before": page.next_before,
    }
    return render(request, "console/outbox.html", context)


@staff_only(Permission.ADMINISTER)
@require_safe
def one(request: StaffRequest, pk: int) -> HttpResponse:
    """Show one message as it was written."""
    context = {"areas": municipality_areas(request, "notices"), "row": _row(_or_404(pk))}
    return render(request, "console/outbox_notice.html", context)


@staff_only(Permission.ADMINISTER)
@require_POST
def again(request: StaffRequest, pk: int) -> HttpResponse:
    """Send a message that failed, or may have failed, once more."""
    return _decide(request, pk, send_again, gettext("The message is queued again."))


@staff_only(Permission.ADMINISTER)
@require_POST
def aside(request: StaffRequest, pk: int) -> HttpResponse:
    """Leave a message unsent."""
    return _decide(request, pk, set_aside, gettext("The message is set aside."))


def _decide(request: StaffRequest, pk: int, service: Any, done: str) -> HttpResponse:
    try:
        service(notice=_or_404(pk), staff=request.staff.account, now=timezone.now())
    except NoticeRefused:
        messages.error(request, gettext("The message isn't among the failed ones any more."))
    else:
        messages.success(request, done)
    return redirect("console:outbox")


def _row(notice: Any) -> dict[str, Any]:
    return {
        "notice": notice,
        "kind": STATES.get(notice.state, "none"),
        "word": notice.get_state_display(),
        "name": NOTICE_KINDS.get(notice.kind, notice.kind),
        "why": problem_text(notice.problem),
    }


def _or_404(pk: int) -> Any:
    notice = get_notice(pk)
    if notice is None:
        raise Http404
    return notice
