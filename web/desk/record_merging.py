"""Two records that describe one title: compared, merged, and parted again."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from accounts.rules import Permission
from catalogue.errors import RecordRefused
from catalogue.selectors import get_record, records_by_identifier
from catalogue.selectors.merges import merge_preview
from catalogue.services.merging import merge_records, undo_merge
from tenants.selectors import current_municipality
from web.account.access import staff_only
from web.account.requests import DeskRequest
from web.desk.areas import desk_areas
from web.desk.record_diffs import diff_rows
from web.desk.record_history import author_of
from web.desk.scan_inputs import number_in
from web.words.about_records import record_problems

_LONGEST = 64


@staff_only(Permission.MERGE_RECORDS, needs_branch=True)
@require_safe
def compare(request: DeskRequest, pk: int) -> HttpResponse:
    """Ask which record goes into this one, then show what differs and what moves; nothing is changed."""
    stays = _standing_or_404(pk)
    text = request.GET.get("number", "").replace("\x00", "")[:_LONGEST].strip()
    number = number_in(request.GET, "other")
    found = [each for each in records_by_identifier(text) if each.pk != stays.pk] if text else []
    goes = _standing(number) if number else found[0] if len(found) == 1 else None
    if goes is not None and goes.pk != stays.pk:
        return _page(request, stays, goes)
    if not text and number is None:
        return _page(request, stays, None)
    if len(found) > 1:
        return _page(request, stays, None, choices=found, text=text)
    problem = gettext("No other record has this number.")
    return _page(request, stays, None, text=text, problems=[problem], status=404)


@staff_only(Permission.MERGE_RECORDS, needs_branch=True)
@require_POST
def merge(request: DeskRequest, pk: int) -> HttpResponse:
    """Let the other record be part of this one."""
    stays, number = _standing_or_404(pk), number_in(request.POST, "other")
    goes = _standing(number) if number else None
    versions = number_in(request.POST, "stays_version"), number_in(request.POST, "goes_version")
    if goes is None or None in versions:
        raise Http404
    try:
        merge_records(
            winner_id=stays.pk,
            winner_version=versions[0] or 0,
            loser_id=goes.pk,
            loser_version=versions[1] or 0,
            author=author_of(request),
            now=timezone.now(),
        )
    except RecordRefused as refusal:
        return _page(request, stays, goes, problems=record_problems(refusal.reasons), status=409)
    messages.success(request, gettext("Both records are one now. Each number finds it."))
    return redirect("desk:record_history", pk=pk)


@staff_only(Permission.MERGE_RECORDS, needs_branch=True)
@require_POST
def undo(request: DeskRequest, pk: int, merge_pk: int) -> HttpResponse:
    """Make two records of one again."""
    _standing_or_404(pk)
    try:
        undo_merge(merge_id=merge_pk, author=author_of(request), now=timezone.now())
    except RecordRefused as refusal:
        for problem in record_problems(refusal.reasons):
            messages.error(request, str(problem))
    else:
        messages.success(request, gettext("They're two records again, each with its own items and holds."))
    return redirect("desk:record_history", pk=pk)


def _standing(pk: int) -> Any:
    record = get_record(pk)
    return record if record is not None and record.pk == pk else None


def _standing_or_404(pk: int) -> Any:
    record = _standing(pk)
    if record is None:
        raise Http404
    return record


def _page(
    request: DeskRequest,
    stays: Any,
    goes: Any,
    *,
    choices: Any = (),
    text: str = "",
    problems: Any = (),
    status: int = 200,
) -> HttpResponse:
    context = {
        "areas": desk_areas(request, "search"),
        "stays": stays,
        "goes": goes,
        "choices": choices,
        "number": text,
        "problems": problems,
    }
    if goes is not None:
        preview = merge_preview(stays, goes, current_municipality())
        against = record_problems(preview.reasons)
        context |= {
            "changes": diff_rows(preview.changes, with_same=True),
            "preview": preview,
            "problems": problems or against,
            "can_merge": not against,
        }
    return render(request, "desk/record_merge.html", context, status=status)
