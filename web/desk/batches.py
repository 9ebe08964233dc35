"""Lists of barcodes, pasted or uploaded: checked in or out line by line, with a result for each."""

import uuid
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from accounts.rules import Permission
from circulation.services.batches import LONGEST_BATCH, BatchLine, barcodes_in, check_in_batch, check_out_batch
from patrons.selectors import get_patron_by_card
from web.account.access import staff_only
from web.account.requests import DeskRequest
from web.desk.answers import notice_words
from web.desk.areas import desk_areas
from web.desk.item_areas import item_pages
from web.desk.scan_inputs import LONGEST_ID, day_in
from web.ui.uploaded_lists import ListRefusedError, text_of


@staff_only(Permission.CIRCULATE, needs_branch=True)
@require_http_methods(("GET", "HEAD", "POST"))
def batch(request: DeskRequest) -> HttpResponse:
    """Show the form; with a list, work it off and show what became of each line."""
    if request.method != "POST":
        return _page(request, {"does": "check-in"})
    values = {name: request.POST.get(name, "").replace("\x00", "") for name in ("does", "card", "barcodes", "day")}
    text, problem, status = _text(request, values["barcodes"])
    barcodes = barcodes_in(text)
    patron = get_patron_by_card(values["card"]) if values["does"] == "check-out" else None
    problem = problem or _problem(values, barcodes, patron)
    if problem:
        return _page(request, {**values, "problem": problem}, status=status if status != 200 else 422)
    lines = _work_off(request, values, barcodes, patron)
    rows = [{"line": line, "reasons": _reasons(request, line)} for line in lines]
    done = sum(1 for line in lines if line.result)
    return _page(request, {**values, "barcodes": "", "rows": rows, "done": done, "refused": len(lines) - done})


def _text(request: DeskRequest, typed: str) -> tuple[str, str, int]:
    """Return the list, from the file if there's one, what's wrong with the file, and the status that says so."""
    upload = request.FILES.get("file")
    if upload is None:
        return typed, "", 200
    try:
        return text_of(upload), "", 200
    except ListRefusedError as refused:
        return "", refused.text, refused.status


def _problem(values: dict[str, str], barcodes: list[str], patron: Any) -> str:
    if values["does"] not in ("check-in", "check-out"):
        return gettext("Choose whether they're checked in or out.")
    if values["does"] == "check-out" and patron is None:
        return gettext("No patron has this card.")
    if not barcodes:
        return gettext("There's no barcode in the list.")
    if len(barcodes) > LONGEST_BATCH:
        return gettext("A list may have %(limit)d barcodes; this one has %(count)d.") % {
            "limit": LONGEST_BATCH,
            "count": len(barcodes),
        }
    return ""


def _work_off(request: DeskRequest, values: dict[str, str], barcodes: list[str], patron: Any) -> list[BatchLine]:
    staff = request.staff
    # Room for the line's number behind it.
    form_id = request.POST.get("form_id", "").replace("\x00", "")[:LONGEST_ID] or uuid.uuid4().hex
    common: dict[str, Any] = {
        "barcodes": barcodes,
        "branch": staff.branch,
        "staff": staff.account,
        "now": timezone.now(),
        "form_id": form_id,
    }
    day = day_in(values, "day")
    if values["does"] == "check-out":
        return check_out_batch(patron=patron, due_date=day, **common)
    return check_in_batch(back_dated_to=day, **common)


def _reasons(request: DeskRequest, line: BatchLine) -> Any:
    return notice_words(request, line.refused.reasons if line.refused else line.result.notices if line.result else ())


def _page(request: DeskRequest, values: dict[str, Any], *, status: int = 200) -> HttpResponse:
    context = {
        **values,
        "areas": desk_areas(request, "check-in"),
        "choices": item_pages(request, "batch"),
        "form_id": uuid.uuid4().hex,
        "today": timezone.localdate(),
        "limit": LONGEST_BATCH,
    }
    return render(request, "desk/batch.html", context, status=status)
