"""The check-out page: cards, items and names in one box, overrides, and the end of a patron."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from accounts.rules import Permission
from circulation.errors import CheckOutRefused, Code, Override
from circulation.services.check_out import check_out as lend
from web.account.access import staff_only
from web.account.requests import DeskRequest
from web.desk.answers import notice_words, words
from web.desk.areas import desk_areas
from web.desk.check_out_answers import answer, card_of, no_patron, nothing, stop
from web.desk.check_out_commands import carry_out
from web.desk.outage import outage_context
from web.desk.panels import panel_of
from web.desk.recent import remember
from web.desk.scan_inputs import Found, Scan, day_in, look_up, moment_in, number_in, patron_in, read_scan

# About the patron, not this loan: the panel says it once, or else every row of hers would ask to be read.
_IN_PANEL = frozenset((Code.HAS_OVERDUE, Code.OWES, Code.HOLD_READY_HERE))


@staff_only(Permission.CIRCULATE, needs_branch=True)
@require_safe
def check_out(request: DeskRequest) -> HttpResponse:
    """Show the page, with the patron of the address if there is one."""
    panel, due = panel_of(request, number_in(request.GET, "patron")), day_in(request.GET, "due")
    since = moment_in(request.GET, "since") or timezone.now()
    due = due or day_in(request.GET, "new_due")
    context = {
        "areas": desk_areas(request, "check-out"),
        "panel": panel,
        "card": card_of(panel),
        "fields": {
            "patron": panel.patron.pk if panel else "",
            "due": due.isoformat() if due else "",
            "since": since.isoformat(),
            "new_due": "",
            "on_site": "1" if request.GET.get("new_on_site") else "",
            "new_on_site": "",
        },
        "due": due,
        "on_site": bool(request.GET.get("new_on_site")),
        "today": timezone.localdate(),
        "outage": outage_context(request, "check-out"),
    }
    if panel:
        remember(request, panel.patron.pk)
    return render(request, "desk/check_out.html", context)


@staff_only(Permission.CIRCULATE, needs_branch=True)
@require_POST
def check_out_scan(request: DeskRequest) -> HttpResponse:
    """Answer one scan: a card or name chooses the patron, an item is lent to her."""
    scan = read_scan(request)
    if scan.command:
        return carry_out(request, scan)
    patron = patron_in(scan)
    found = look_up(scan, has_patron=patron is not None)
    if found.patron is not None:
        return _serve(request, scan, found.patron.pk, without_card=found.without_card)
    if found.item is not None and patron is None:
        return stop(request, scan, found.item, [no_patron()], 409)
    if found.item is not None:
        return _lend(request, scan, found.item, patron, None)
    if found.patrons:
        return answer(request, scan, {"candidates": _candidates(scan, found)}, "notice", patron_id=scan.patron_id)
    return stop(request, scan, None, [nothing(scan)], 404)


@staff_only(Permission.CIRCULATE, needs_branch=True)
@require_POST
def override(request: DeskRequest) -> HttpResponse:
    """Lend in spite of the reasons that the row named, for this patron and this item only."""
    scan = read_scan(request)
    patron, item = patron_in(scan), look_up(scan, has_patron=True).item
    if patron is None or item is None:
        return stop(request, scan, item, [nothing(scan) if item is None else no_patron()], 404)
    reason = request.POST.get("reason", "").replace("\x00", "")[:200]
    return _lend(request, scan, item, patron, Override(request.POST.getlist("code")[:30], reason))


def _serve(request: DeskRequest, scan: Scan, patron_id: int, *, without_card: bool) -> HttpResponse:
    remember(request, patron_id)
    panel = panel_of(request, patron_id)
    is_new = scan.patron_id != patron_id
    context = {"panel": panel, "card": card_of(panel), "begins": is_new, "since": timezone.now().isoformat()}
    context["without_card"] = without_card
    return answer(request, scan, context, "patron", patron_id=patron_id)


def _candidates(scan: Scan, found: Found) -> list[dict[str, Any]]:
    """Return who may be meant, and of whom the card that was scanned has been replaced or lost."""
    return [
        {"patron": patron, "ended": any(card.number == scan.barcode for card in patron.cards.all())}
        for patron in found.patrons
    ]


def _lend(request: DeskRequest, scan: Scan, item: Any, patron: Any, chosen: Override | None) -> HttpResponse:
    staff = request.staff
    try:
        result = lend(
            item=item,
            patron=patron,
            branch=staff.branch,
            staff=staff.account,
            now=timezone.now(),
            override=chosen,
            due_date=scan.due_date,
            on_site=scan.on_site,
            scan_id=f"{scan.id}:override" if chosen else scan.id,
        )
    except CheckOutRefused as refused:
        return stop(request, scan, item, words(request, refused), 409)
    notices = notice_words(request, [notice for notice in result.notices if notice.code not in _IN_PANEL])
    row = {"result": result, "notices": notices, "overridden": chosen is not None, "word": _word(result)}
    kind = "notice" if notices else "ok"
    row |= {
        "kind": kind if result.changed else "none",
        "panel": panel_of(request, patron.pk, patron=result.loan.patron, seen=result.seen),
    }
    return answer(request, scan, row, kind, patron_id=patron.pk)


def _word(result: Any) -> str:
    if not result.changed:
        return gettext("Nothing changed")
    return gettext("Renewed") if result.was_renewal else gettext("Checked out")
