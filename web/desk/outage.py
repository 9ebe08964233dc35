"""The desk without network or server: what the browser keeps for it, and the scans that it sends when they're back."""

from typing import Any

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.rules import Permission
from circulation.services.outages import Recorded, Replayed, replay_scan
from common.barcodes import clean_barcode
from holdings.selectors import get_branch
from staffing.selectors import branches_of
from tenants.selectors import current_municipality
from web.account.access import staff_only
from web.account.requests import DeskRequest, StaffRequest
from web.desk.answers import notice_words
from web.desk.areas import desk_areas
from web.desk.scan_inputs import LONGEST_ID, LONGEST_SCAN, day_in, moment_in, number_in

_WORKER = "desk/worker.js"
_KINDS = {"check-out": "CHECK_OUT", "check-in": "CHECK_IN"}


def outage_context(request: DeskRequest, name: str, *, is_copy: bool = False) -> dict[str, Any]:
    """Return what the script on a scan page needs to go on alone.

    :param name: check-out or check-in
    :param is_copy: whether the page is the one that the browser keeps
    """
    schemes = current_municipality().barcode_schemes
    staff = request.staff
    return {
        "kind": _KINDS[name],
        "is_copy": is_copy,
        "branch": staff.branch.pk,
        # The kept page is nobody's.
        "by": "" if is_copy else staff.account.username,
        "card": schemes.get("card", {}),
        "item": schemes.get("item", {}),
        "copies": " ".join(reverse("desk:kept_page", args=[each]) for each in _KINDS),
    }


@staff_only(Permission.CIRCULATE)
@require_safe
def worker(request: StaffRequest) -> HttpResponse:
    """Serve the service worker; its address decides that it's for the desk only."""
    path = finders.find(_WORKER)
    if path:
        with open(path, encoding="utf-8") as source:
            text = source.read()
    else:
        with staticfiles_storage.open(_WORKER) as source:
            text = source.read().decode()
    return HttpResponse(text, content_type="text/javascript; charset=utf-8")


@staff_only(Permission.CIRCULATE, needs_branch=True)
@require_safe
def kept_page(request: DeskRequest, name: str) -> HttpResponse:
    """Show the scan page that the browser keeps for bad days: the branch's, with nobody's name on it."""
    if name not in _KINDS:
        raise Http404
    context = {
        "areas": [area for area in desk_areas(request, name) if area["action"] in _KINDS],
        "staff": None,
        "staff_name": "",
        "panel": None,
        "card": "",
        "fields": {"patron": "", "due": "", "since": "", "new_due": "", "returned": "", "new_returned": ""},
        "today": timezone.localdate(),
        "outage": outage_context(request, name, is_copy=True),
    }
    template = "desk/check_out.html" if name == "check-out" else "desk/check_in.html"
    return render(request, template, context)


@staff_only(Permission.CIRCULATE, needs_branch=True)
@require_safe
def pulse(request: DeskRequest) -> HttpResponse:
    """Say that server and database are there; who's logged in has been read from it."""
    return HttpResponse(status=204)


@staff_only(Permission.CIRCULATE, needs_branch=True)
@require_POST
def replay(request: DeskRequest) -> HttpResponse:
    """Carry out one recorded scan and answer with its row; whatever was sent, it's done or kept for staff."""
    staff, values = request.staff, request.POST
    hers = {branch.pk: branch for branch in branches_of(staff.account)}
    number = number_in(values, "branch")
    branch = hers.get(number or 0) or get_branch(number or 0) or staff.branch
    kind = values.get("kind", "")
    recorded = Recorded(
        scan_id=_line(request, "scan_id", LONGEST_ID) or "?",
        kind=kind if kind in _KINDS.values() else "CHECK_IN",
        text=_line(request, "scan", LONGEST_SCAN),
        said=_line(request, "at", 40),
        happened_at=moment_in(values, "at"),
        sent_at=moment_in(values, "clock"),
        card=clean_barcode(_line(request, "card", 40)),
        patron_id=number_in(values, "patron"),
        due_date=day_in(values, "due"),
        returned_on=day_in(values, "returned"),
        recorded_by=_line(request, "by", 60),
    )
    replayed = replay_scan(
        recorded=recorded, branch=branch, is_hers=branch.pk in hers, staff=staff.account, now=timezone.now()
    )
    return _answer(request, replayed)


def _answer(request: DeskRequest, replayed: Replayed) -> HttpResponse:
    scan = replayed.scan
    context = {"scan": scan, "result": replayed.result, "reasons": notice_words(request, replayed.reasons)}
    response = render(request, "desk/_outage_row.html", context)
    response.headers["X-Scan-Kind"] = "stop" if scan.state == "OPEN" else "ok"
    return response


def _line(request: DeskRequest, name: str, longest: int) -> str:
    text = request.POST.get(name, "")
    return "".join(character for character in text if character.isprintable()).strip()[:longest]
