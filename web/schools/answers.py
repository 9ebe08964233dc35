"""Answers to scans at a class's door: a row, the class beside it, and what a page without script gets instead."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from web.account.requests import DeskRequest
from web.schools.context import Lending, sheet_context, still_out


def answer_lending(
    request: DeskRequest,
    school_class: Any,
    lending: Lending,
    row: dict[str, Any] | None,
    kind: str,
    *,
    after: int | None = None,
    status: int = 200,
) -> HttpResponse:
    """Return a scan's row and the class as it is now.

    :param after: who got the item; the next who lacks the title takes the next scan
    """
    if not _by_script(request):
        _say(request, row)
        return redirect(f"{reverse('school:class', args=[school_class.pk])}?{urlencode(lending.as_fields())}")
    row = row and _with_leave(row)
    context = sheet_context(request, school_class, lending, after=after) | {"row": row}
    return _fragment(request, "school/_lent.html", context, kind, status)


def answer_return(
    request: DeskRequest, school_class: Any, row: dict[str, Any], kind: str, *, status: int = 200
) -> HttpResponse:
    """Return the row of an item that was scanned out of the pile, and what the class has still."""
    if not _by_script(request):
        _say(request, row)
        return redirect("school:return", pk=school_class.pk)
    context = {
        "row": row,
        "class": school_class,
        "today": timezone.localdate(),
    } | still_out(school_class)
    return _fragment(request, "school/_return_scanned.html", context, kind, status)


def _by_script(request: DeskRequest) -> bool:
    return bool(request.headers.get("X-Scan") or getattr(request, "htmx", False))


def _fragment(request: DeskRequest, template: str, context: dict[str, Any], kind: str, status: int) -> HttpResponse:
    response = render(request, template, context, status=status)
    response.headers["X-Scan-Kind"] = kind
    return response


def _with_leave(row: dict[str, Any]) -> dict[str, Any]:
    """Add whether she may override all that stands in the way."""
    stopping = [reason for reason in row.get("reasons", ()) if reason.kind == "stop"]
    can_override = bool(row.get("item") and stopping) and all(reason.may_override for reason in stopping)
    return row | {"stopping": stopping, "can_override": can_override}


def _say(request: DeskRequest, row: dict[str, Any] | None) -> None:
    """Leave what came of a scan for the page that a browser without script sees next."""
    row = row or {}
    for reason in row.get("reasons", ()):
        messages.error(request, " ".join(filter(None, (reason.text, reason.about, reason.next_step))))
    for notice in row.get("notices", ()):
        messages.warning(request, notice.text)
    if result := row.get("result"):
        messages.success(request, f"{result.item.barcode} {result.item.record.title}")
