"""A patron's page: stops, facts, loans with renewals, fees with the rule behind each, holds, messages, family."""

import uuid
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from accounts.rules import Permission
from circulation.selectors.fees import fees_of
from circulation.selectors.holds import holds_of
from circulation.selectors.loans import loans_of
from circulation.services.fees.payments import Method
from holdings.selectors import branch_names
from notices.selectors import notices_of, written_to_for
from patrons.selectors import active_blocks, get_patron, guardians_of, wards_of
from patrons.selectors.desk_page import WITH_CONTACTS, contacts_of
from web.account.access import staff_only
from web.account.requests import DeskRequest
from web.desk.answers import row_words
from web.desk.areas import desk_areas
from web.desk.fee_texts import fee_lines
from web.desk.just_renewed import take_renewed
from web.desk.panels import Panel, panel_of
from web.desk.patron_dialogs import dialog_of
from web.desk.recent import remember
from web.desk.scan_inputs import number_in
from web.ui.addresses import address
from web.ui.days import short_day
from web.ui.due import due_day
from web.ui.sorting import keeps_order, ordered
from web.words.for_staff import ReasonText
from web.words.messages import channel_names


@staff_only(Permission.CIRCULATE, needs_branch=True)
@require_safe
@keeps_order("patron-loans")
def patron(request: DeskRequest, pk: int) -> HttpResponse:
    """Show everything that the desk knows about a patron."""
    found = patron_or_404(pk)
    remember(request, pk)
    return page(request, found)


@staff_only(Permission.CIRCULATE, needs_branch=True)
@require_safe
def dialog(request: DeskRequest, pk: int, name: str) -> HttpResponse:
    """Return one dialog of the page, or without script the page with the dialog open."""
    found = patron_or_404(pk)
    made = dialog_of(request, found, name)
    if request.htmx:
        return render(request, "desk/_form_dialog.html", {"dialog": made})
    return page(request, found, dialog=made)


def patron_or_404(pk: int) -> Any:
    """Return a patron of this municipality.

    :raises Http404: if there's none with this number
    """
    found = get_patron(pk)
    if found is None:
        raise Http404
    return found


def page(request: DeskRequest, patron: Any, *, status: int = 200, **more: Any) -> HttpResponse:
    """Return the patron's page.

    :param more: `problems`, the reasons why something wasn't done, or the `dialog` that's open from the beginning
    """
    now, today = timezone.now(), timezone.localdate()
    panel = panel_of(request, patron.pk, patron=patron)
    if panel is None:
        raise Http404
    facts = panel.facts
    fees = fees_of(patron)
    of_money = {"currency": request.tenant.currency, "patron_id": patron.pk}
    context = {
        "areas": desk_areas(request, "patrons"),
        "panel": panel,
        "patron": patron,
        "card": facts.card,
        "today": today,
        "blocks": list(active_blocks(patron, day=today).select_related("item_type")) if facts.stopped.blocks else [],
        "receipt": number_in(request.GET, "receipt"),
        # What the page itself says more of.
        "stops": [stop for stop in panel.stops if stop.code not in ("PATRON_BLOCKED", "PATRON_LEFT")],
        "loans": list(ordered(request, "patron-loans", loan_rows(request, panel))) if facts.has_loans else [],
        "fees": fee_lines(fees, branches=branch_names() if fees else {}, **of_money),
        "holds": holds_of(patron, now=now) if facts.holds else [],
        "notices": notices_of(patron),
        "guardians": guardians_of(patron) if facts.guardians else [],
        "written_to": _written_to(patron) if facts.guardians else [],
        "wards": wards_of(patron) if facts.wards else [],
        # Only institutions have them.
        "contacts": contacts_of(patron) if patron.category.kind in WITH_CONTACTS else [],
        "form_id": uuid.uuid4().hex,
        "methods": Method.choices,
        **more,
    }
    context["queued"] = sum(1 for line in context["holds"] if line.hold.state == "QUEUED")
    context["renewable"] = sum(1 for row in context["loans"] if row["can_renew"])
    return render(request, "desk/patron.html", context, status=status)


def loan_rows(request: DeskRequest, panel: Panel) -> list[dict[str, Any]]:
    """Return what the page shows of each open loan, the reasons against renewing in words."""
    rows = []
    lines = loans_of(panel.patron, now=panel.now, panel=panel.facts)
    renewed = take_renewed(request, panel.patron.pk)
    for line, reasons in zip(lines, row_words(request, [line.reasons for line in lines]), strict=True):
        can_override = bool(reasons) and all(reason.may_override for reason in reasons)
        row = loan_row(line.loan, reasons, can_renew=line.can_renew, can_override=can_override)
        if entry_id := renewed.get(line.loan.pk):
            row["undo_url"] = address("desk:undo", entry_id)
        rows.append(row)
    return rows


def loan_row(loan: Any, reasons: list[ReasonText], *, can_renew: bool, can_override: bool) -> dict[str, Any]:
    """Return what the page shows of an open loan, as texts: with a hundred loans it's the rows that take the time."""
    item, record = loan.item, loan.item.record
    return {
        "pk": str(loan.pk),
        "title": record.title,
        "author": record.author,
        "barcode": item.barcode,
        "item_url": address("desk:item", item.barcode),
        "renew_url": address("desk:renew", loan.pk),
        "loan": loan,
        "due": due_day(loan),
        "renewals": str(loan.renewals),
        "claim": _claim_text(loan) if loan.claim else "",
        "reasons": reasons,
        "can_renew": can_renew,
        "can_override": can_override,
    }


def _written_to(child: Any) -> list[dict[str, str]]:
    """Return who gets a child's messages, and how: the way without the address, which may be protected."""
    found = written_to_for(child, today=timezone.localdate())
    return [{"name": each.addressee, "way": "–" if each.problem else channel_names([each.channel])} for each in found]


def _claim_text(loan: Any) -> str:
    text = gettext("The patron says since %(day)s that it was returned: no fee grows, no reminder is sent.")
    return text % {"day": short_day(loan.claimed_at)}
