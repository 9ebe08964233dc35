"""Debt collection: what's ripe for the debtor system, the batches that went there, and the state of each claim."""

import logging
import uuid
from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.rules import Permission
from circulation.errors import FeeRefused
from circulation.selectors.debts import (
    batches,
    claim_states,
    claims,
    get_batch,
    get_claim,
    to_hand_over,
    without_national_id,
)
from circulation.services.debts import accept_claim, book_payment, hand_over, recall_claim, release_claim, send_batch
from circulation.services.debts.batches import lines_of
from circulation.services.debts.systems import as_csv
from web.account.access import staff_only
from web.account.requests import DeskRequest
from web.desk.answers import words
from web.desk.areas import desk_areas, money_choices
from web.desk.scan_inputs import number_in
from web.ui.kept_filters import keeps_filters
from web.ui.list_files import list_file
from web.ui.sorting import keeps_order, ordered

logger = logging.getLogger(__name__)
_MOST_SHOWN, _MOST_NAMED = 100, 20


@staff_only(Permission.WAIVE_FEES, needs_branch=True)
@require_http_methods(["GET", "HEAD", "POST"])
@keeps_filters("debts", "state")
@keeps_order("debts-ripe")
def debts(request: DeskRequest) -> HttpResponse:
    """Show what's ripe, and hand it over as one batch."""
    if request.method != "POST":
        return _page(request)
    form_id = request.POST.get("form_id", "")
    try:
        batch = hand_over(on=timezone.localdate(), form_id=form_id, **_by(request))
    except FeeRefused as refused:
        return _page(request, status=409, problems=[reason.text for reason in words(request, refused)])
    _send(request, batch)
    return redirect("desk:debts")


@staff_only(Permission.WAIVE_FEES, needs_branch=True)
@require_POST
def send(request: DeskRequest, pk: int) -> HttpResponse:
    """Send a batch again that didn't arrive."""
    _send(request, _batch_or_404(pk))
    return redirect("desk:debts")


@staff_only(Permission.WAIVE_FEES, needs_branch=True)
@require_safe
def batch_file(request: DeskRequest, pk: int) -> HttpResponse:
    """Return a batch as the file that the debtor system reads."""
    batch = _batch_or_404(pk)
    response = HttpResponse(as_csv(lines_of(batch)).encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="debts-{batch.pk:06d}.csv"'
    return response


@staff_only(Permission.WAIVE_FEES, needs_branch=True)
@require_POST
def change_claim(request: DeskRequest, pk: int) -> HttpResponse:
    """Note what the debtor system says of a claim: accepted, paid; or take it back."""
    claim = get_claim(pk)
    if claim is None:
        raise Http404
    try:
        _change(request, claim)
    except FeeRefused as refused:
        about = gettext("Claim %(number)s, %(name)s:") % {"number": pk, "name": claim.liable.display_name}
        return _page(request, status=409, problems=[f"{about} {reason.text}" for reason in words(request, refused)])
    messages.success(request, gettext("Claim %(number)s is noted.") % {"number": pk})
    return redirect("desk:debts")


def _change(request: DeskRequest, claim: Any) -> None:
    what, by = request.POST.get("what", ""), _by(request)
    text = "".join(each for each in request.POST.get("text", "") if each.isprintable())
    if what == "accept":
        accept_claim(claim=claim, reference=text, **by)
    elif what == "recall":
        recall_claim(claim=claim, reason=text, **by)
    elif what == "again":
        release_claim(claim=claim, **by)
    elif what == "paid":
        amount = _amount(request.POST.get("amount", ""))
        payment_id = text or request.POST.get("form_id", "")
        book_payment(claim=claim, amount=amount, payment_id=payment_id, reference=text, **by)
    else:
        raise Http404


def _amount(text: str) -> Decimal:
    try:
        return Decimal("".join(text.split())[:20].replace(",", "."))
    except InvalidOperation:
        # Refused by the service, with the words for it.
        return Decimal(0)


def _send(request: DeskRequest, batch: Any) -> None:
    try:
        sent = send_batch(batch=batch, **_by(request))
    except Exception:
        # Whatever the other system's trouble is: the batch is written, and can be sent again.
        logger.exception("batch not sent", extra={"batch": batch.pk})
        text = gettext("Batch %(number)s is written but couldn't be sent. Send it again later.")
        messages.error(request, text % {"number": batch.pk})
    else:
        messages.success(request, gettext("Batch %(number)s is handed over.") % {"number": sent.pk})


def _page(request: DeskRequest, *, status: int = 200, problems: list[str] | None = None) -> HttpResponse:
    found = to_hand_over(timezone.localdate())
    ripe = list(ordered(request, "debts-ripe", found.debts))
    if file := list_file(request, "debts-ripe", ripe):
        return file
    states = claim_states()
    number = request.GET.get("number", "").strip()[:60]
    # A number finds its claim in whatever state it is.
    state = request.GET.get("state", "") if not number and request.GET.get("state", "") in dict(states) else ""
    numberless = without_national_id(found)
    context: dict[str, Any] = {
        "areas": desk_areas(request, "money"),
        "choices": money_choices(request, "debts"),
        "found": found,
        "shown": ripe[:_MOST_SHOWN],
        "hidden": max(0, len(found.debts) - _MOST_SHOWN),
        "batches": batches(),
        "numberless": numberless[:_MOST_NAMED],
        "numberless_count": len(numberless),
        "numberless_hidden": max(0, len(numberless) - _MOST_NAMED),
        "claims": claims(state, number=number, before=number_in(request.GET, "before")),
        "state": state,
        "number": number,
        "states": states,
        "form_id": uuid.uuid4().hex,
        "problems": problems or [],
    }
    return render(request, "desk/debts.html", context, status=status)


def _batch_or_404(pk: int) -> Any:
    batch = get_batch(pk)
    if batch is None:
        raise Http404
    return batch


def _by(request: DeskRequest) -> dict[str, Any]:
    return {"staff": request.staff.account, "now": timezone.now()}
