"""A title's page at the desk: every item with where it is now, the queue, and a hold for whoever's card is scanned."""

import uuid
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.rules import Permission
from catalogue.selectors import get_record
from catalogue.selectors.enrichments import record_view
from circulation.selectors.holds import queue_length, queued_holds_of
from circulation.selectors.loans import open_loans_of
from holdings.selectors import items_of, orders_of, pickup_branches, volumes_of
from patrons.selectors import get_patron
from tenants.selectors import current_municipality
from web.account.access import staff_only
from web.account.requests import DeskRequest
from web.desk.areas import desk_areas
from web.desk.hold_forms import HoldForm
from web.desk.item_texts import status_kind
from web.desk.record_sharing import may_unshare
from web.desk.scan_inputs import number_in
from web.titles.family import family_of, series_of
from web.titles.issues import issues_shown
from web.titles.names import audience_name, cover_kind, language_name, material_name


@staff_only(Permission.EDIT_ITEMS, needs_branch=True)
@require_safe
def record(request: DeskRequest, pk: int) -> HttpResponse:
    """Show a title; a patron in the address is whom a hold would be for."""
    found = get_record(pk)
    if found is None:
        raise Http404
    if found.pk != pk:
        return redirect("desk:record", pk=found.pk)
    number = number_in(request.GET, "patron")
    return record_page(request, found, patron=get_patron(number) if number else None)


def record_page(request: DeskRequest, record: Any, *, status: int = 200, **more: Any) -> HttpResponse:
    """Return the title's page.

    :param more: what the page says of a hold that was refused: `hold_problem` or `hold_reasons`, `patron`, `pickup`
    """
    seen = record_view(record, current_municipality())
    items = items_of(record.pk)
    loans = open_loans_of([item.pk for item in items])
    orders = orders_of([item.pk for item in items if item.is_on_order])
    may_have_issues = record.material_type == "MAGAZINE" or any(item.volume for item in items)
    reasons = more.get("hold_reasons", [])
    family = family_of(record, current_municipality().schema_name)
    context = {
        "areas": desk_areas(request, "search"),
        "record": seen,
        "family": family,
        "all_series": series_of(seen, record),
        "years": issues_shown(record, family["parts"], today=timezone.localdate()) if may_have_issues else [],
        "material": material_name(seen.material_type),
        "cover": cover_kind(seen.material_type, seen.audience),
        "language_name": language_name(seen.language),
        "audience_name": audience_name(seen.audience),
        "items": [
            {"item": item, "kind": status_kind(item), "order": orders.get(item.pk), **loans.get(item.pk, {})}
            for item in items
        ],
        "waiting": queue_length([record.pk]).get(record.pk, 0),
        "pickup_branches": pickup_branches(),
        "pickup": request.staff.branch.pk,
        "today": timezone.localdate(),
        "form_id": uuid.uuid4().hex,
        "may_catalogue": request.staff.may(Permission.CATALOGUE),
        "may_unshare": may_unshare(request, record),
        "may_circulate": request.staff.may(Permission.CIRCULATE),
        "can_override": bool(reasons) and all(each.may_override for each in reasons if each.kind == "stop"),
        **more,
    }
    volume = request.GET.get("volume", "").replace("\x00", "")
    context.setdefault("form", hold_form(record, more.get("patron"), volume=volume))
    return render(request, "desk/record.html", context, status=status)


def hold_form(record: Any, patron: Any, data: Any = None, *, volume: str = "") -> HoldForm:
    """Return the form for what a hold may say; a patron's other holds are offered once she's known.

    :param volume: the volume or issue that was chosen on the page
    """
    others = queued_holds_of(patron) if patron else []
    return HoldForm(data, volumes=volumes_of(record.pk), holds=others, initial={"volume": volume})
