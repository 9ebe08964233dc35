"""Scans at a class's door: each is one service call and one row, with the class beside it."""

import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from accounts.rules import Permission
from circulation.errors import CheckInRefused, CheckOutRefused
from circulation.services.check_in import check_in
from common.barcodes import clean_barcode
from common.errors import Refused
from holdings.selectors import get_item_by_barcode
from schools.errors import NO_TEACHER, NOT_IN_CLASS, ClassRefused
from schools.selectors import open_loans_of_class
from schools.services import lend_to_pupil, lend_to_teacher
from web.account.access import staff_only
from web.schools.context import TO_TEACHER, Lending, class_or_404, sheet_context
from web.words.for_staff import ReasonText, reason_texts


@staff_only(Permission.LEND_TO_CLASSES, needs_branch=True)
@require_POST
def lend_scan(request: HttpRequest, pk: int) -> HttpResponse:
    """Lend the scanned item to the pupil whose turn it is, or obey a command such as "pupil after"."""
    school_class, lending = class_or_404(pk), Lending.of(request.POST)
    if command := request.POST.get("command"):
        return _obey(request, school_class, lending, command)
    barcode = clean_barcode(request.POST.get("scan", "")[:200])
    item = get_item_by_barcode(barcode)
    row: dict[str, Any] = {"barcode": barcode, "item": item, "number": request.POST.get("scan_number", "")}
    if item is None:
        return _answer_lend(request, school_class, lending, row | {"reasons": [_unknown(barcode)]}, "stop", status=404)
    try:
        result = _lend(request, school_class, lending, item)
    except (CheckOutRefused, ClassRefused) as refused:
        return _answer_lend(
            request, school_class, lending, row | {"reasons": _words(request, refused)}, "stop", status=409
        )
    other_title = lending.record_id not in (None, result.item.record_id)
    row |= {"item": result.item, "loan": result.loan, "other_title": other_title, "entry_id": result.entry_id}
    lending = replace(lending, record_id=lending.record_id or result.item.record_id)
    kind = "notice" if other_title else "ok"
    return _answer_lend(request, school_class, lending, row, kind, after=None if other_title else lending.pupil_id)


@staff_only(Permission.LEND_TO_CLASSES, needs_branch=True)
@require_POST
def return_scan(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one item of the pile back and say where it goes."""
    school_class = class_or_404(pk)
    barcode = clean_barcode(request.POST.get("scan", "")[:200])
    item = get_item_by_barcode(barcode)
    row: dict[str, Any] = {"barcode": barcode, "item": item, "number": request.POST.get("scan_number", "")}
    kind, status = "ok", 200
    if item is None:
        row["reasons"], kind, status = [_unknown(barcode)], "stop", 404
    else:
        staff = request.staff  # type: ignore[attr-defined]
        who = {loan.item_id: loan.patron for loan in open_loans_of_class(school_class)}.get(item.pk)
        try:
            result = check_in(
                item=item, branch=staff.branch, staff=staff.account, now=timezone.now(), scan_id=_scan_id(request.POST)
            )
        except CheckInRefused as refused:
            row["reasons"], kind, status = _words(request, refused), "stop", 409
        else:
            row |= {"result": result, "pupil": who}
            kind = {"HOLD_SHELF": "hold", "TRANSIT": "transit"}.get(result.goes_to, "ok")
    if not request.headers.get("X-Scan"):
        return redirect("school:return", pk=pk)
    loans = open_loans_of_class(school_class)
    context = {"row": row, "class": school_class, "loans": loans, "today": timezone.localdate()}
    response = render(request, "school/_return_scanned.html", context, status=status)
    response.headers["X-Scan-Kind"] = kind
    return response


def _lend(request: HttpRequest, school_class: Any, lending: Lending, item: Any) -> Any:
    staff = request.staff  # type: ignore[attr-defined]
    values = {
        "school_class": school_class,
        "item": item,
        "branch": staff.branch,
        "staff": staff.account,
        "now": timezone.now(),
        "due_date": lending.due_date,
        "scan_id": _scan_id(request.POST),
    }
    if lending.to == TO_TEACHER:
        return lend_to_teacher(**values)
    return lend_to_pupil(pupil_id=lending.pupil_id or 0, **values)


def _obey(request: HttpRequest, school_class: Any, lending: Lending, command: str) -> HttpResponse:
    pupils = [line.pupil.pk for line in sheet_context(request, school_class, lending)["sheet"].pupils]
    if pupils and command in ("pupil-before", "pupil-after"):
        place = pupils.index(lending.pupil_id) if lending.pupil_id in pupils else 0
        step = -1 if command == "pupil-before" else 1
        lending = replace(lending, pupil_id=pupils[(place + step) % len(pupils)])
    elif command.startswith("pupil:") and command[6:].isdecimal():
        lending = replace(lending, pupil_id=int(command[6:]))
    elif command == "another-title":
        lending = replace(lending, record_id=None, pupil_id=None)
    return _answer_lend(request, school_class, lending, None, "none")


def _answer_lend(
    request: HttpRequest,
    school_class: Any,
    lending: Lending,
    row: dict[str, Any] | None,
    kind: str,
    *,
    after: int | None = None,
    status: int = 200,
) -> HttpResponse:
    if not request.headers.get("X-Scan"):
        return redirect(f"{reverse('school:class', args=[school_class.pk])}?record={lending.record_id or ''}")
    context = sheet_context(request, school_class, lending, after=after) | {"row": row}
    response = render(request, "school/_lent.html", context, status=status)
    response.headers["X-Scan-Kind"] = kind
    return response


def _scan_id(values: Mapping[str, str]) -> str:
    """Return the browser's id of the scan; a form without script gets a fresh one."""
    return values.get("scan_id", "")[:64] or uuid.uuid4().hex


def _unknown(barcode: str) -> ReasonText:
    text = gettext("No item has the barcode %(barcode)s.") % {"barcode": barcode}
    return ReasonText("ITEM_UNKNOWN", text if barcode else gettext("Nothing was scanned."))


def _words(request: HttpRequest, refused: Refused) -> list[ReasonText]:
    own = {
        NOT_IN_CLASS: gettext("This pupil isn't in the class any more."),
        NO_TEACHER: gettext("The class has no teacher to lend to."),
    }
    staff, tenant = request.staff, request.tenant  # type: ignore[attr-defined]
    told = reason_texts(refused.reasons, permissions=staff.permissions, currency=tenant.currency)
    return [replace(each, text=own.get(each.code, each.text)) for each in told]
