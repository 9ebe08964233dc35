"""Answers to scans: a fragment with its kind in a header, and what a page without script gets instead."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.selectors import entries_about
from circulation.rules.resolution import Level
from common.errors import Reason, Refused
from holdings.selectors import branch_names
from web.account.requests import StaffRequest
from web.words.for_staff import ReasonText, reason_texts


def answer_scan(
    request: StaffRequest, template: str, context: dict[str, Any], *, kind: str, status: int = 200, back_to: str
) -> HttpResponse:
    """Return a scan's fragment; a browser without script goes back to the page instead.

    :param kind: ok, notice, stop, wait, hold, transit, patron or none: the sound, and what the tally counts
    :param back_to: the page's address
    """
    if not (request.headers.get("X-Scan") or getattr(request, "htmx", False)):
        _say(request, context)
        return redirect(back_to)
    response = render(request, template, context, status=status)
    response.headers["X-Scan-Kind"] = kind
    return response


def _say(request: StaffRequest, context: dict[str, Any]) -> None:
    """Leave what came of a scan for the page that a browser without script sees next."""
    for reason in context.get("reasons", ()):
        messages.error(request, " ".join(filter(None, (reason.text, reason.about, reason.next_step))))
    if result := context.get("result"):
        what = " ".join(filter(None, (result.item.barcode if result.item else "", _title(result))))
        messages.success(request, ": ".join(filter(None, (context.get("said"), what))))


def _title(result: Any) -> str:
    return result.item.record.title if result.item else result.title


def say_with_undo(
    request: StaffRequest, said: str, about: tuple[str, int], action: str, *, page: str = "desk:undo"
) -> None:
    """Leave what was done for the next page, with a button that takes it back.

    :param about: what it was done to: a type as the audit log has it, and a number
    :param page: that takes it back
    """
    entry = next((entry for entry in entries_about(*about, limit=3) if entry.action == action), None)
    messages.success(request, said, extra_tags=reverse(page, args=[entry.pk]) if entry else "")


def words(request: StaffRequest, refused: Refused) -> list[ReasonText]:
    """Return a refusal's reasons for the person who reads them."""
    return notice_words(request, refused.reasons)


def notice_words(request: StaffRequest, reasons: Sequence[Reason]) -> list[ReasonText]:
    """Return reasons, or the news that came with an action, for the person who reads them."""
    return row_words(request, [reasons])[0] if reasons else []


def row_words(request: StaffRequest, rows: Sequence[Sequence[Reason]]) -> list[list[ReasonText]]:
    """Return the reasons of each of a list's rows: the names of branches are read once for all of them."""
    staff, tenant = request.staff, request.tenant
    # Few reasons name a branch, so the names are asked for only then.
    branches = branch_names() if any(_names_a_branch(reason) for reasons in rows for reason in reasons) else {}
    return [
        reason_texts(tuple(reasons), permissions=staff.permissions, currency=tenant.currency, branches=branches)
        for reasons in rows
    ]


def _names_a_branch(reason: Reason) -> bool:
    origin = reason.facts.get("origin") or {}
    return bool({"branch_id", "to_branch_id"} & set(reason.facts)) or origin.get("level") == Level.BRANCH
