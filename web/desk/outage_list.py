"""Scans of an outage that couldn't be carried out, each with what staff may do about it."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from accounts.rules import Permission
from circulation.errors import Override, SettlingRefused
from circulation.selectors.outages import get_scan_to_settle, scans_to_settle
from circulation.services.outages import reasons_of, settle_by_action, settle_by_note
from common.barcodes import clean_barcode
from patrons.selectors import get_patron_by_card
from web.account.access import staff_only
from web.account.requests import DeskRequest
from web.desk.answers import notice_words
from web.desk.areas import desk_areas
from web.words.for_staff import ReasonText


@staff_only(Permission.CIRCULATE, needs_branch=True)
@require_safe
def listed(request: DeskRequest) -> HttpResponse:
    """List the branch's scans to settle."""
    return _page(request)


@staff_only(Permission.CIRCULATE, needs_branch=True)
@require_POST
def settle(request: DeskRequest, pk: int) -> HttpResponse:
    """Carry a scan out after all, or note what was done instead."""
    scan, now = get_scan_to_settle(pk), timezone.now()
    if scan is None or scan.branch_id != request.staff.branch.pk:
        raise Http404
    account = request.staff.account
    card = clean_barcode(request.POST.get("card", "").replace("\x00", "")[:40])
    patron = get_patron_by_card(card) if card else None
    if card and patron is None:
        unknown = ReasonText("CARD_UNKNOWN", gettext("No patron has this card."))
        return _page(request, refused=(pk, [unknown]), status=404)
    try:
        if request.POST.get("do") == "note":
            settle_by_note(scan=scan, staff=account, note=request.POST.get("note", "").replace("\x00", ""), now=now)
        else:
            at = _moment(request, scan.branch) or now
            settle_by_action(scan=scan, staff=account, at=at, now=now, patron=patron, override=_override(request))
    except SettlingRefused as refused:
        return _page(request, refused=(pk, notice_words(request, refused.reasons)), status=409)
    messages.success(request, gettext("Settled."))
    return redirect("desk:outage")


def _override(request: DeskRequest) -> Override | None:
    codes = request.POST.getlist("code")[:30]
    return Override(codes, request.POST.get("reason", "").replace("\x00", "")[:200]) if codes else None


def _moment(request: DeskRequest, branch: Any) -> datetime | None:
    """Return the time that staff say, which is the branch's."""
    try:
        moment = parse_datetime(request.POST.get("at", "")[:40])
    except ValueError:
        return None
    if moment is None or not 2000 < moment.year < 9000:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(branch.time_zone))


def _page(
    request: DeskRequest, *, refused: tuple[int, list[ReasonText]] | None = None, status: int = 200
) -> HttpResponse:
    branch = request.staff.branch
    context = {
        "areas": desk_areas(request, ""),
        "rows": [_row(request, scan, branch, refused) for scan in scans_to_settle(branch)],
        "now": timezone.now(),
    }
    return render(request, "desk/outage.html", context, status=status)


def _row(request: DeskRequest, scan: Any, branch: Any, refused: tuple[int, list[ReasonText]] | None) -> dict[str, Any]:
    again = refused is not None and refused[0] == scan.pk
    reasons = refused[1] if refused is not None and again else notice_words(request, reasons_of(scan))
    zone = ZoneInfo(branch.time_zone)
    # At its own time it can't be carried out any more when something came later.
    is_late = any(each.code == "SCANNED_SINCE" for each in reasons)
    moment = (timezone.now() if is_late else scan.happened_at or timezone.now()).astimezone(zone)
    typed = request.POST if again else {}
    return {
        "scan": scan,
        "reasons": reasons,
        "was_refused": again,
        "can_carry_out": scan.item is not None,
        "wants_card": scan.kind == "CHECK_OUT" and scan.patron is None,
        "codes": [each.code for each in reasons if each.may_override],
        # A time that was refused for that isn't offered once more.
        "at": (not is_late and typed.get("at")) or moment.strftime("%Y-%m-%dT%H:%M"),
        "typed": typed,
    }
