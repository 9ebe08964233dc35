"""Scans at a class's door: each is one service call and one row, with the class beside it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.rules import Permission
from circulation.errors import CheckInRefused, CheckOutRefused, Override
from circulation.services.check_in import check_in
from holdings.selectors import get_item_by_barcode
from schools.errors import ClassRefused
from schools.selectors.classes import class_sheet, open_loans_of_class
from schools.services.lending import lend_to_pupil, lend_to_teacher
from web.account.access import staff_only
from web.account.requests import DeskRequest
from web.schools.answers import answer_lending, answer_return
from web.schools.context import TO_TEACHER, Lending, Scanned, class_or_404
from web.schools.words import second_of_title, unknown, words

_LONGEST_REASON = 200
_MOST_CODES = 30


@staff_only(Permission.LEND_TO_CLASSES, needs_branch=True)
@require_POST
def lend_scan(request: DeskRequest, pk: int) -> HttpResponse:
    """Lend the scanned item to the pupil whose turn it is, or obey a command such as "pupil after"."""
    school_class, lending = class_or_404(pk), Lending.of(request.POST)
    if command := request.POST.get("command"):
        return answer_lending(request, school_class, _obey(school_class, lending, command), None, "none")
    return _lend(request, school_class, lending, None)


@staff_only(Permission.LEND_TO_CLASSES, needs_branch=True)
@require_POST
def override_scan(request: DeskRequest, pk: int) -> HttpResponse:
    """Lend in spite of the reasons that the row named, for this pupil and this item only."""
    reason = request.POST.get("reason", "")[:_LONGEST_REASON]
    chosen = Override(request.POST.getlist("code")[:_MOST_CODES], reason)
    return _lend(request, class_or_404(pk), Lending.of(request.POST), chosen)


@staff_only(Permission.LEND_TO_CLASSES, needs_branch=True)
@require_POST
def return_scan(request: DeskRequest, pk: int) -> HttpResponse:
    """Take one item of the pile back and say where it goes."""
    school_class, scan, staff = class_or_404(pk), Scanned.of(request.POST), request.staff
    item = get_item_by_barcode(scan.barcode)
    row: dict[str, Any] = {"scan": scan, "item": item}
    if item is None:
        return answer_return(request, school_class, row | {"reasons": [unknown(scan.barcode)]}, "stop", status=404)
    loans, now = open_loans_of_class(school_class), timezone.now()
    who = {loan.item_id: loan.patron for loan in loans}.get(item.pk)
    # Nobody has scanned what's taken out of the page's list: since it was read, another may have borrowed it.
    having = [loan.patron_id for loan in loans if loan.patron_id] if "listed" in request.POST else None
    try:
        result = check_in(item=item, branch=staff.branch, staff=staff.account, now=now, scan_id=scan.id, lent_to=having)
    except CheckInRefused as refused:
        return answer_return(request, school_class, row | {"reasons": words(request, refused)}, "stop", status=409)
    kind = {"HOLD_SHELF": "hold", "TRANSIT": "transit"}.get(result.goes_to, "notice" if result.is_late else "ok")
    return answer_return(request, school_class, row | {"result": result, "pupil": who}, kind)


def _lend(request: DeskRequest, school_class: Any, lending: Lending, override: Override | None) -> HttpResponse:
    scan = Scanned.of(request.POST)
    item = get_item_by_barcode(scan.barcode)
    row: dict[str, Any] = {"scan": scan, "item": item, "again": override is not None}
    if item is None:
        reasons = [unknown(scan.barcode)]
        return answer_lending(request, school_class, lending, row | {"reasons": reasons}, "stop", status=404)
    try:
        result = _service(request, school_class, lending, item, scan, override)
    except (CheckOutRefused, ClassRefused) as refused:
        row |= {"reasons": words(request, refused), "whom": lending}
        return answer_lending(request, school_class, lending, row, "stop", status=409)
    other_title = lending.record_id not in (None, result.item.record_id)
    notices = second_of_title(request, result.notices)
    row |= {"result": result, "other_title": other_title, "notices": notices}
    lending = replace(lending, record_id=lending.record_id or result.item.record_id)
    # An item of another title doesn't serve the pupil's turn, and an override serves an earlier one.
    served = lending.pupil_id if not other_title else None
    kind = "notice" if other_title or notices else "ok"
    return answer_lending(request, school_class, lending, row, kind, after=served)


def _service(
    request: DeskRequest,
    school_class: Any,
    lending: Lending,
    item: Any,
    scan: Scanned,
    override: Override | None,
) -> Any:
    staff = request.staff
    values: Mapping[str, Any] = {
        "school_class": school_class,
        "item": item,
        "branch": staff.branch,
        "staff": staff.account,
        "now": timezone.now(),
        "due_date": lending.due_date,
        "override": override,
        "scan_id": f"{scan.id}:override" if override else scan.id,
    }
    if lending.to == TO_TEACHER:
        return lend_to_teacher(**values)
    return lend_to_pupil(pupil_id=lending.pupil_id or 0, **values)


def _obey(school_class: Any, lending: Lending, command: str) -> Lending:
    """Return what the next scan means after a command; an unknown one changes nothing."""
    if command == "another-title":
        return replace(lending, record_id=None, pupil_id=None)
    if command.startswith("pupil:") and command[6:].isascii() and command[6:].isdecimal() and len(command) < 24:
        return replace(lending, pupil_id=int(command[6:]))
    sheet = class_sheet(
        school_class,
        record_id=lending.record_id,
        now=timezone.now(),
        by_family_name=lending.by_family_name,
    )
    pupils = [line.pupil.pk for line in sheet.pupils]
    if not pupils:
        return lending
    if command == "skip-pupil":
        following = sheet.next_pupil(after=lending.pupil_id)
        return replace(lending, pupil_id=following.pupil.pk if following else None)
    step = {"pupil-before": -1, "pupil-after": 1}.get(command, 0)
    place = pupils.index(lending.pupil_id) if lending.pupil_id in pupils else 0
    return replace(lending, pupil_id=pupils[(place + step) % len(pupils)])
