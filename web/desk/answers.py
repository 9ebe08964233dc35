"""Answers to scans: a fragment with its kind in a header, and what a page without script gets instead."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from circulation.selectors.panels import patron_panel
from common.errors import Refused
from holdings.selectors import branch_names
from web.words.for_staff import ReasonText, reason_texts


def answer_scan(
    request: HttpRequest, template: str, context: dict[str, Any], *, kind: str, status: int = 200, back_to: str
) -> HttpResponse:
    """Return a scan's fragment; a browser without script goes back to the page instead.

    :param kind: ok, notice, stop, wait, hold, transit, patron or none: the sound, and what the tally counts
    :param back_to: the page's address
    """
    if not (request.headers.get("X-Scan") or getattr(request, "htmx", False)):
        return redirect(back_to)
    response = render(request, template, context, status=status)
    response.headers["X-Scan-Kind"] = kind
    return response


def words(request: HttpRequest, refused: Refused) -> list[ReasonText]:
    """Return a refusal's reasons for the person who reads them."""
    staff, tenant = request.staff, request.tenant  # type: ignore[attr-defined]
    return reason_texts(
        refused.reasons, permissions=staff.permissions, currency=tenant.currency, branches=branch_names()
    )


def notice_words(request: HttpRequest, notices: Any) -> list[ReasonText]:
    """Return the news that came with an action."""
    if not notices:
        return []
    staff, tenant = request.staff, request.tenant  # type: ignore[attr-defined]
    return reason_texts(
        tuple(notices), permissions=staff.permissions, currency=tenant.currency, branches=branch_names()
    )


def panel_of(request: HttpRequest, patron_id: int | None) -> Any:
    """Return what the panel shows of a patron, or None."""
    if patron_id is None:
        return None
    staff = request.staff  # type: ignore[attr-defined]
    return patron_panel(patron_id=patron_id, branch=staff.branch, now=timezone.now())
