"""Commands of the check-out page. They go through the scan queue, so that each comes after the scans before it."""

from collections.abc import Callable, Mapping

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext, ngettext

from circulation.selectors.visits import loans_since
from circulation.services.receipts import email_receipt
from circulation.services.renew import renew_all
from patrons.selectors import get_patron, get_patron_by_card
from patrons.selectors.desk_page import get_note
from patrons.services.notes import acknowledge_note
from web.account.requests import DeskRequest
from web.desk.answers import row_words
from web.desk.check_out_answers import answer, card_of, no_patron, nothing, stop
from web.desk.panels import panel_of
from web.desk.recent import remember
from web.desk.scan_inputs import Scan, day_in, number_in, patron_in
from web.words.for_staff import ReasonText

_CHOOSE, _READ_NOTE = "choose-", "read-note-"


def carry_out(request: DeskRequest, scan: Scan) -> HttpResponse:
    """Do what a command says; an unknown one changes nothing."""
    if scan.command.startswith(_CHOOSE):
        return _choose(request, scan)
    if scan.command.startswith(_READ_NOTE):
        return _read_note(request, scan)
    command = _COMMANDS.get(scan.command)
    if command is None:
        unknown = ReasonText("COMMAND_UNKNOWN", gettext("This page is stale. Load it again."))
        return stop(request, scan, None, [unknown], 409)
    return command(request, scan)


def _choose(request: DeskRequest, scan: Scan) -> HttpResponse:
    panel = panel_of(request, _number_after(_CHOOSE, scan))
    if panel is None:
        return stop(request, scan, None, [no_patron()], 404)
    remember(request, panel.patron.pk)
    context = {"panel": panel, "card": card_of(panel), "begins": True, "since": timezone.now().isoformat()}
    return answer(request, scan, context | {"without_card": True}, "patron", patron_id=panel.patron.pk)


def _read_note(request: DeskRequest, scan: Scan) -> HttpResponse:
    number = _number_after(_READ_NOTE, scan)
    note = get_note(number) if number else None
    if note is None or note.patron_id != scan.patron_id:
        return stop(request, scan, None, [no_patron()], 404)
    acknowledge_note(note=note, staff=request.staff.account, now=timezone.now())
    return answer(request, scan, {"panel": panel_of(request, note.patron_id)}, "none", patron_id=note.patron_id)


def _number_after(prefix: str, scan: Scan) -> int | None:
    return number_in({"number": scan.command.removeprefix(prefix)}, "number")


def _end(request: DeskRequest, scan: Scan) -> HttpResponse:
    context = {"ended": True, "begins": True, "due": None}
    return answer(request, scan, context, "none", patron_id=None)


def _resume(request: DeskRequest, scan: Scan) -> HttpResponse:
    """Show anew whom the desk serves: by the card that was scanned during an outage, or by number as before it."""
    found = get_patron_by_card(scan.barcode) if scan.barcode else patron_in(scan)
    if scan.barcode and found is None:
        return stop(request, scan, None, [nothing(scan)], 404)
    panel = panel_of(request, found.pk) if found else None
    if panel:
        remember(request, panel.patron.pk)
    since = (scan.since or timezone.now()).isoformat() if panel else ""
    context = {"panel": panel, "card": card_of(panel), "resumes": True, "since": since, "due": scan.due_date}
    return answer(request, scan, context, "none", patron_id=panel.patron.pk if panel else None)


def _finish(request: DeskRequest, scan: Scan) -> HttpResponse:
    patron = patron_in(scan)
    has_loans = patron is not None and scan.since is not None and bool(loans_since(patron, since=scan.since))
    return _finished(request, scan, receipt=_paper(scan) if has_loans else "")


def _finish_by_email(request: DeskRequest, scan: Scan) -> HttpResponse:
    """End the visit with its receipt by e-mail; on paper it can be had all the same."""
    patron = get_patron(scan.patron_id) if scan.patron_id else None
    staff = request.staff
    is_sent = (
        patron is not None
        and scan.since is not None
        and email_receipt(patron=patron, branch=staff.branch, since=scan.since, staff=staff.account, now=timezone.now())
    )
    return _finished(request, scan, receipt=_paper(scan) if is_sent else "", by_email=is_sent)


def _paper(scan: Scan) -> str:
    since = scan.since.isoformat() if scan.since else ""
    return reverse("desk:receipt", args=[scan.patron_id]) + "?" + urlencode({"since": since})


def _finished(request: DeskRequest, scan: Scan, *, receipt: str, by_email: bool = False) -> HttpResponse:
    context = {"ended": True, "begins": True, "due": None, "receipt": receipt, "by_email": by_email}
    return answer(request, scan, context, "none", patron_id=None)


def _other_due_date(request: DeskRequest, scan: Scan) -> HttpResponse:
    due = day_in(request.POST, "new_due")
    if due is not None and due < timezone.localdate():
        past = ReasonText("DUE_DATE_PAST", gettext("A due date can't lie in the past."))
        return stop(request, scan, None, [past], 422)
    return answer(request, scan, {"due": due, "due_changed": True}, "none", patron_id=scan.patron_id)


def _on_site(request: DeskRequest, scan: Scan) -> HttpResponse:
    on_site = bool(request.POST.get("new_on_site"))
    return answer(request, scan, {"on_site": on_site, "on_site_changed": True}, "none", patron_id=scan.patron_id)


def _renew_all(request: DeskRequest, scan: Scan) -> HttpResponse:
    patron = patron_in(scan)
    if patron is None:
        return stop(request, scan, None, [no_patron()], 409)
    answers = renew_all(patron=patron, staff=request.staff.account, now=timezone.now())
    renewed = [each.result for each in answers if each.result]
    stopped = [(each.loan.item, each.refused.reasons) for each in answers if each.refused]
    told = row_words(request, [reasons for _, reasons in stopped])
    refused = [{"item": item, "reasons": words} for (item, _), words in zip(stopped, told, strict=True)]
    text = ngettext("%(count)d loan", "%(count)d loans", len(renewed)) % {"count": len(renewed)}
    if not answers:
        text = gettext("No loans to renew.")
    context = {
        "renewed": text,
        "renewed_loans": renewed,
        "not_renewed": refused,
        "word": gettext("Renewed") if renewed else gettext("Nothing renewed"),
        "kind": "notice" if refused else "ok" if renewed else "none",
        "panel": panel_of(request, patron.pk),
    }
    return answer(request, scan, context, context["kind"], patron_id=patron.pk)


_COMMANDS: Mapping[str, Callable[[DeskRequest, Scan], HttpResponse]] = {
    "end": _end,
    "finish": _finish,
    "finish-by-email": _finish_by_email,
    "due": _other_due_date,
    "on-site": _on_site,
    "resume": _resume,
    "renew-all": _renew_all,
}
