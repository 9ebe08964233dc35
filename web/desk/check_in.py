"""The check-in page: what comes back, and where each item goes now."""

from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from accounts.rules import Permission
from circulation.errors import CheckInRefused, Code
from circulation.selectors import rule_book
from circulation.services.check_in import check_in as take_back
from circulation.services.results import CheckInResult, GoesTo
from common.errors import Reason
from holdings.rules.calendars import NeverOpen
from holdings.selectors import get_item_by_barcode
from patrons.selectors import get_patron_by_card
from web.account.access import staff_only
from web.account.requests import DeskRequest
from web.desk.answers import answer_scan, notice_words, words
from web.desk.areas import desk_areas
from web.desk.outage import outage_context
from web.desk.scan_inputs import Scan, day_in, read_scan
from web.words.for_staff import ReasonText


@staff_only(Permission.CIRCULATE, needs_branch=True)
@require_safe
def check_in(request: DeskRequest) -> HttpResponse:
    """Show the page; a day in the address dates the check-ins back until that's ended."""
    today = timezone.localdate()
    returned = day_in(request.GET, "returned") or day_in(request.GET, "new_returned")
    if returned and returned >= today:
        returned = None
    context = {
        "areas": desk_areas(request, "check-in"),
        "fields": {
            "returned": returned.isoformat() if returned else "",
            "new_returned": "",
            "use": "1" if request.GET.get("new_use") else "",
            "new_use": "",
        },
        "returned": returned,
        "counts_use": bool(request.GET.get("new_use")),
        "today": today,
        "drop_box": _drop_box_day(request, today),
        "outage": outage_context(request, "check-in"),
    }
    return render(request, "desk/check_in.html", context)


@staff_only(Permission.CIRCULATE, needs_branch=True)
@require_POST
def check_in_scan(request: DeskRequest) -> HttpResponse:
    """Answer one scan: take the item back and say where it goes."""
    scan = read_scan(request)
    if scan.command:
        return (_count_use if scan.command == "use" else _date_back)(request, scan)
    item = get_item_by_barcode(scan.barcode)
    if item is None:
        return _answer(request, scan, {"reasons": [_unknown(scan)]}, "stop", 404)
    staff = request.staff
    try:
        result = take_back(
            item=item,
            branch=staff.branch,
            staff=staff.account,
            now=timezone.now(),
            scan_id=scan.id,
            back_dated_to=scan.back_dated_to,
            counts_use=bool(request.POST.get("use")),
        )
    except CheckInRefused as refused:
        return _answer(request, scan, {"reasons": words(request, refused), "item": item}, "stop", 409)
    news = _news(result)
    kind = _kind(result, news)
    context = {"result": result, "notices": notice_words(request, news), "tally_as": _tally_as(result, news)}
    return _answer(request, scan, context, kind, 200)


def _drop_box_day(request: DeskRequest, today: date) -> date | None:
    """Return the day to which a drop box that's emptied in the morning is dated: the last one that was open."""
    branch = request.staff.branch
    try:
        return rule_book().calendar(branch.pk).last_open_day(today - timedelta(days=1))
    except NeverOpen:
        return None


def _date_back(request: DeskRequest, scan: Scan) -> HttpResponse:
    """Date what follows back to a day, or today again."""
    returned = day_in(request.POST, "new_returned")
    if returned and returned > timezone.localdate():
        ahead = ReasonText("RETURN_DAY_AHEAD", gettext("That day is still to come."))
        return _answer(request, scan, {"reasons": [ahead]}, "stop", 422)
    context = {"returned": returned if returned != timezone.localdate() else None, "dated": True}
    return _answer(request, scan, context, "none", 200)


def _count_use(request: DeskRequest, scan: Scan) -> HttpResponse:
    """Count what follows as used in the house, or no longer."""
    context = {"counts_use": bool(request.POST.get("new_use")), "use_changed": True}
    return _answer(request, scan, context, "none", 200)


def _news(result: CheckInResult) -> list[Reason]:
    """Return what's worth reading: that it wasn't on loan isn't, where it arrives, travels or lies."""
    if result.changed and result.hold is None and result.arrived_from is None:
        return list(result.notices)
    return [notice for notice in result.notices if notice.code != Code.NOT_ON_LOAN]


def _kind(result: CheckInResult, news: list[Reason]) -> str:
    if result.goes_to == GoesTo.HOLD_SHELF:
        return "hold"
    if result.goes_to == GoesTo.TRANSIT:
        return "transit"
    if not result.changed:
        return "notice"
    return "notice" if result.is_late or news else "ok"


def _tally_as(result: CheckInResult, news: list[Reason]) -> str:
    """Return what the row counts as above the list: what it says, wherever the item goes."""
    if not result.changed:
        return "none"
    return "notice" if result.is_late or news else "ok"


def _answer(request: DeskRequest, scan: Scan, context: dict[str, Any], kind: str, status: int) -> HttpResponse:
    context |= {"scan": scan, "kind": kind}
    back = reverse("desk:check_in")
    return answer_scan(request, "desk/_check_in_answer.html", context, kind=kind, status=status, back_to=back)


def _unknown(scan: Scan) -> ReasonText:
    if not scan.barcode:
        return ReasonText("NOTHING_SCANNED", gettext("Nothing was scanned."))
    if get_patron_by_card(scan.barcode) is not None:
        return ReasonText(
            "CARD_SCANNED",
            gettext("This is a patron's card."),
            next_step=gettext("Scan an item here, and the card at check-out."),
        )
    return ReasonText(
        "ITEM_UNKNOWN",
        gettext("No item has the barcode %(barcode)s.") % {"barcode": scan.barcode},
        next_step=gettext("Is it another library's? Check the label."),
    )
