"""Answers to scans at check-out: the row of each, and what changes beside it."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext

from web.account.requests import DeskRequest
from web.desk.answers import answer_scan
from web.desk.panels import Panel
from web.desk.scan_inputs import Scan
from web.words.for_staff import ReasonText


def answer(
    request: DeskRequest, scan: Scan, context: dict[str, Any], kind: str, *, patron_id: int | None, status: int = 200
) -> HttpResponse:
    """Return the fragment of a scan's result.

    :param patron_id: whom the desk serves from now on
    """
    again = request.resolver_match is not None and request.resolver_match.url_name == "override"
    context |= {"scan": scan, "patron_id": patron_id, "again": again}
    context.setdefault("due", scan.due_date)
    back = reverse("desk:check_out") + (f"?patron={patron_id}" if patron_id else "")
    return answer_scan(request, "desk/_check_out_answer.html", context, kind=kind, status=status, back_to=back)


def stop(request: DeskRequest, scan: Scan, item: Any, reasons: list[ReasonText], status: int) -> HttpResponse:
    """Return the row of a refusal, with all reasons and what she may do about them."""
    stopping = [reason for reason in reasons if reason.kind == "stop"]
    can_override = bool(stopping) and all(reason.may_override for reason in stopping)
    row = {"reasons": reasons, "item": item, "can_override": can_override, "why_not": _why_not(stopping)}
    return answer(request, scan, row, "stop", patron_id=scan.patron_id, status=status)


def _why_not(stopping: list[ReasonText]) -> str:
    """Say why there's no button to go on, when some of the reasons could be overridden."""
    others = [reason for reason in stopping if not reason.may_override and reason.leave]
    if not others or len(others) == len(stopping):
        return ""
    named = "; ".join(f"{reason.text} {reason.leave}" for reason in others)
    return gettext("You may override only a part of these reasons. In the way stays: %(reasons)s") % {"reasons": named}


def card_of(panel: Panel | None) -> str:
    """Return the number of the card that works, for the head of the panel."""
    return panel.facts.card if panel else ""


def nothing(scan: Scan) -> ReasonText:
    """Say that nothing has what was scanned."""
    if not scan.text:
        return ReasonText("NOTHING_SCANNED", gettext("Nothing was scanned."))
    return ReasonText(
        "UNKNOWN",
        gettext("No item, card or name is “%(text)s”.") % {"text": scan.text},
        next_step=gettext("Check the label, or look the title up in the catalogue."),
    )


def no_patron() -> ReasonText:
    """Say that an item was scanned before a card."""
    return ReasonText(
        "NO_PATRON",
        gettext("No patron has been chosen."),
        next_step=gettext("Scan the card first, or type a name, then the item again."),
    )
