"""The check-out page: cards, items and names in one box, overrides, and the end of a patron."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from accounts.rules import Permission
from circulation.errors import CheckOutRefused, Override
from circulation.services.check_out import check_out as lend
from web.account.access import staff_only
from web.desk.answers import answer_scan, notice_words, panel_of, words
from web.desk.areas import desk_areas
from web.desk.scan_inputs import Scan, day_in, look_up, number_in, patron_in, read_scan
from web.words.for_staff import ReasonText


@staff_only(Permission.CIRCULATE, needs_branch=True)
@require_safe
def check_out(request: HttpRequest) -> HttpResponse:
    """Show the page, with the patron of the address if there is one."""
    patron_id, due = number_in(request.GET, "patron"), day_in(request.GET, "due")
    panel = panel_of(request, patron_id)
    context = {
        "areas": desk_areas(request, "check-out"),
        "panel": panel,
        "fields": {"patron": patron_id if panel else "", "due": due.isoformat() if due else ""},
        "due": due,
        "today": timezone.localdate(),
    }
    return render(request, "desk/check_out.html", context)


@staff_only(Permission.CIRCULATE, needs_branch=True)
@require_POST
def check_out_scan(request: HttpRequest) -> HttpResponse:
    """Answer one scan: a card or name chooses the patron, an item is lent to her."""
    scan = read_scan(request)
    if scan.command == "end":
        return _answer(request, scan, {"panel": None, "ended": True}, "none", patron_id=None)
    patron = patron_in(scan)
    found = look_up(scan, has_patron=patron is not None)
    if found.patron is not None:
        return _answer(
            request, scan, {"panel": panel_of(request, found.patron.pk)}, "patron", patron_id=found.patron.pk
        )
    if found.patrons:
        return _answer(request, scan, {"candidates": found.patrons}, "notice", patron_id=scan.patron_id)
    if found.item is None:
        return _stop(request, scan, None, [_nothing(scan)], 404)
    if patron is None:
        return _stop(request, scan, found.item, [_no_patron()], 409)
    return _lend(request, scan, found.item, patron, None)


@staff_only(Permission.CIRCULATE, needs_branch=True)
@require_POST
def override(request: HttpRequest) -> HttpResponse:
    """Lend in spite of the reasons that the row named, for this patron and this item only."""
    scan = read_scan(request)
    patron, item = patron_in(scan), look_up(scan, has_patron=True).item
    if patron is None or item is None:
        return _stop(request, scan, item, [_nothing(scan) if item is None else _no_patron()], 404)
    chosen = Override(request.POST.getlist("code"), request.POST.get("reason", "")[:200])
    return _lend(request, scan, item, patron, chosen)


def _lend(request: HttpRequest, scan: Scan, item: Any, patron: Any, chosen: Override | None) -> HttpResponse:
    staff = request.staff  # type: ignore[attr-defined]
    try:
        result = lend(
            item=item,
            patron=patron,
            branch=staff.branch,
            staff=staff.account,
            now=timezone.now(),
            override=chosen,
            due_date=scan.due_date,
            scan_id=f"{scan.id}:override" if chosen else scan.id,
        )
    except CheckOutRefused as refused:
        return _stop(request, scan, item, words(request, refused), 409)
    notices = notice_words(request, result.notices)
    row = {"result": result, "notices": notices, "overridden": chosen is not None}
    kind = "notice" if notices else "ok"
    return _answer(request, scan, row | {"panel": panel_of(request, patron.pk)}, kind, patron_id=patron.pk)


def _stop(request: HttpRequest, scan: Scan, item: Any, reasons: list[ReasonText], status: int) -> HttpResponse:
    can_override = bool(reasons) and all(reason.may_override for reason in reasons if reason.kind == "stop")
    row = {"reasons": reasons, "item": item, "can_override": can_override}
    return _answer(request, scan, row, "stop", patron_id=scan.patron_id, status=status)


def _answer(
    request: HttpRequest, scan: Scan, context: dict[str, Any], kind: str, *, patron_id: int | None, status: int = 200
) -> HttpResponse:
    context |= {
        "scan": scan,
        "patron_id": patron_id,
        "due": scan.due_date,
        "again": request.resolver_match.url_name == "override",  # type: ignore[union-attr]
    }
    back = reverse("desk:check_out") + (f"?patron={patron_id}" if patron_id else "")
    return answer_scan(request, "desk/_check_out_answer.html", context, kind=kind, status=status, back_to=back)


def _nothing(scan: Scan) -> ReasonText:
    if not scan.text:
        return ReasonText("NOTHING_SCANNED", gettext("Nothing was scanned."))
    return ReasonText(
        "UNKNOWN",
        gettext("No item, card or name is “%(text)s”.") % {"text": scan.text},
        next_step=gettext("Check the label, or look the title up in the catalogue."),
    )


def _no_patron() -> ReasonText:
    return ReasonText(
        "NO_PATRON",
        gettext("No patron has been chosen."),
        next_step=gettext("Scan the card first, or type a name, then the item again."),
    )
