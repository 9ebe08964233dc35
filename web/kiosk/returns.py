"""Returns at the self-check machine: whoever brings it, and where it's to be put."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from circulation.errors import CheckInRefused
from circulation.services.check_in import check_in
from circulation.services.results import GoesTo
from common import audit
from holdings.selectors import get_item_by_barcode
from web.kiosk.answers import answer, posted_scan
from web.kiosk.device import IDLE_SECONDS, kiosk_only
from web.ui.requests import PageRequest
from web.words.for_patrons import patron_texts

_BACK = "kiosk:returns"


@kiosk_only
@require_safe
def returns(request: PageRequest, kiosk: Any) -> HttpResponse:
    """Show the scan box for returns; nobody needs a card for it."""
    context = {"kiosk": kiosk, "idle_seconds": IDLE_SECONDS, "fields": {}}
    return render(request, "kiosk/returns.html", context)


@kiosk_only
@require_POST
def take_back(request: PageRequest, kiosk: Any) -> HttpResponse:
    """Take an item back; at a machine nothing stays where it doesn't belong."""
    scan = posted_scan(request)
    item = get_item_by_barcode(scan.barcode)
    if item is None:
        problem = [gettext("We don't know this barcode.")]
        return answer(request, scan, problems=problem, kind="stop", status=404, back_to=_BACK)
    try:
        with audit.along_with(kiosk_id=kiosk.pk):
            result = check_in(
                item=item, branch=kiosk.branch, staff=None, now=timezone.now(), scan_id=scan.id, is_self_service=True
            )
    except CheckInRefused as refused:
        texts = patron_texts(refused.reasons, currency=request.tenant.currency)
        return answer(request, scan, title=item.record.title, problems=texts, kind="stop", status=409, back_to=_BACK)
    on_shelf = result.goes_to == GoesTo.SHELF
    about = gettext("Put it on the trolley.") if on_shelf else gettext("Put it into the box for the staff.")
    word = gettext("Returned") if result.changed else gettext("Returned already")
    return answer(
        request,
        scan,
        title=item.record.title,
        word=word,
        about=about,
        kind="ok" if on_shelf else "hold",
        back_to=_BACK,
        counts=result.changed,
    )
