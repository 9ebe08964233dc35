"""A library's own record shown to all libraries, or to its own alone again: first what that does, then it's done."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from accounts.rules import Permission
from catalogue.errors import RecordRefused
from catalogue.selectors import get_record
from catalogue.selectors.references import others_uses
from catalogue.services.local_records import share_record, unshare_record
from tenants.selectors import current_municipality
from web.account.access import staff_only
from web.account.requests import DeskRequest
from web.desk.areas import desk_areas
from web.desk.record_history import author_of
from web.desk.scan_inputs import number_in
from web.words.about_records import record_problems


@staff_only(Permission.CATALOGUE, needs_branch=True)
@require_http_methods(["GET", "HEAD", "POST"])
def share(request: DeskRequest, pk: int) -> HttpResponse:
    """Say what showing the library's own record to all does, and do it."""
    record = _record_or_404(pk)
    if request.method == "POST":
        return _done(request, record, share_record, gettext("All libraries show this title now."))
    if not record.is_local or record.visible_to_id is None:
        return redirect("desk:record", pk=pk)
    does = [
        gettext("Every library finds the title, shows it to its patrons, and may have items of it and holds on it."),
        gettext("It's in the nation's list, from which other systems fetch records."),
        gettext("Your library alone changes it, as before."),
        gettext("You can take this back for as long as no other library has anything on it."),
    ]
    return _page(request, record, gettext("Show it to all libraries"), does)


@staff_only(Permission.CATALOGUE, needs_branch=True)
@require_http_methods(["GET", "HEAD", "POST"])
def unshare(request: DeskRequest, pk: int) -> HttpResponse:
    """Say what showing the record to its library alone again does, or why it can't be; and do it."""
    record = _record_or_404(pk)
    if request.method == "POST":
        return _done(request, record, unshare_record, gettext("Only your library shows this title."))
    if not may_unshare(request, record):
        return redirect("desk:record", pk=pk)
    does = [
        gettext("No other library finds the title any more; links to it lead nowhere there."),
        gettext("It leaves the nation's list: other systems are told to forget it."),
        gettext("Your items, loans and holds stay as they are."),
    ]
    problems = record_problems(others_uses(record, current_municipality()))
    return _page(request, record, gettext("Show it to your library alone"), does, problems)


def may_unshare(request: DeskRequest, record: Any) -> bool:
    """Return whether a record that all see is the library's own, so that whoever catalogues may ask to take it back."""
    is_shown = record.is_local and record.visible_to_id is None
    return is_shown and request.staff.may(Permission.CATALOGUE) and record.owner in author_of(request).library.names


def _record_or_404(pk: int) -> Any:
    record = get_record(pk)
    if record is None or record.pk != pk:
        raise Http404
    return record


def _done(request: DeskRequest, record: Any, service: Callable[..., Any], done: str) -> HttpResponse:
    expected = number_in(request.POST, "expected")
    if expected is None:
        raise Http404
    try:
        service(record_id=record.pk, expected_version=expected, author=author_of(request), now=timezone.now())
    except RecordRefused as refusal:
        for problem in record_problems(refusal.reasons):
            messages.error(request, str(problem))
    else:
        messages.success(request, done)
    return redirect("desk:record", pk=record.pk)


def _page(request: DeskRequest, record: Any, heading: str, does: list[str], problems: Any = ()) -> HttpResponse:
    context = {
        "areas": desk_areas(request, "search"),
        "record": record,
        "heading": heading,
        "does": does,
        "problems": problems,
    }
    return render(request, "desk/record_sharing.html", context)
