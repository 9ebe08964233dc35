"""Which work a record is an edition of: why, which others are, and that corrected by hand."""

from collections.abc import Callable
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
from catalogue.selectors.works import (
    MOST_EDITIONS,
    corrections_about,
    editions_of,
    facts_of,
    is_key,
    own_key,
    state_of,
    works_of,
)
from catalogue.services.works import join_work, take_out_of_work, undo_work_correction
from web.account.access import staff_only
from web.account.requests import DeskRequest
from web.desk.areas import desk_areas
from web.desk.record_history import author_of
from web.desk.scan_inputs import number_in
from web.titles.names import language_name, material_name
from web.words.about_records import record_problems
from web.words.about_works import what_was_said, why_in_work

_LONGEST = 64


@staff_only(Permission.CATALOGUE, needs_branch=True)
@require_safe
def work(request: DeskRequest, pk: int) -> HttpResponse:
    """Show a record's work; the number in the address is looked up, to put the record to that one's work."""
    record = _record_or_404(pk)
    text = request.GET.get("number", "").replace("\x00", "")[:_LONGEST].strip()
    if not text:
        return _page(request, record)
    found = [each for each in records_by_identifier(text) if each.pk != record.pk]
    if not found:
        return _page(request, record, number=text, problems=[gettext("No other record has this number.")])
    return _page(request, record, number=text, choices=found)


@staff_only(Permission.CATALOGUE, needs_branch=True)
@require_POST
def take_out(request: DeskRequest, pk: int) -> HttpResponse:
    """Say that the record is no edition of this work."""
    record = _record_or_404(pk)
    return _done(request, record, take_out_of_work, gettext("It's a work of its own now."))


@staff_only(Permission.CATALOGUE, needs_branch=True)
@require_POST
def join(request: DeskRequest, pk: int) -> HttpResponse:
    """Say that the record is an edition of the same work as another."""
    record, other = _record_or_404(pk), number_in(request.POST, "other")
    if other is None or get_record(other) is None:
        raise Http404
    done = gettext("They're editions of one work now.")
    with_editions = request.POST.get("with") == "editions"
    return _done(request, record, join_work, done, same_as_id=other, with_editions=with_editions)


@staff_only(Permission.CATALOGUE, needs_branch=True)
@require_POST
def undo(request: DeskRequest, pk: int, correction_pk: int) -> HttpResponse:
    """Take back what was said by hand."""
    record = _record_or_404(pk)
    return _done(request, record, undo_work_correction, gettext("Taken back."), correction_id=correction_pk)


def _record_or_404(pk: int) -> Any:
    record = get_record(pk)
    if record is None or record.pk != pk:
        raise Http404
    return record


def _done(request: DeskRequest, record: Any, service: Callable[..., Any], done: str, **more: Any) -> HttpResponse:
    expected = request.POST.get("expected", "")[:_LONGEST]
    try:
        service(record_id=record.pk, expected=expected, author=author_of(request), now=timezone.now(), **more)
    except RecordRefused as refusal:
        return _page(request, record, problems=record_problems(refusal.reasons), status=409)
    messages.success(request, done)
    return redirect("desk:record_work", pk=record.pk)


def _page(request: DeskRequest, record: Any, *, status: int = 200, **more: Any) -> HttpResponse:
    work = works_of([record])[record.pk]
    said, own = corrections_about(record), request.tenant.name
    editions = editions_of(work)
    by_itself = [each.pk for each in editions if own_key(each) == work]
    context = {
        "areas": desk_areas(request, "search"),
        "record": record,
        "why": why_in_work(facts_of(record.pk), is_corrected=own_key(record) != work and bool(own_key(record))),
        "editions": [
            {
                "record": each,
                "language": language_name(each.language),
                "material": material_name(each.material_type),
                "by_hand": each.pk not in by_itself and len(editions) > 1,
            }
            for each in editions
        ],
        "is_cut": len(editions) >= MOST_EDITIONS,
        # As in a record's history: other libraries' staff are nobody's business here.
        "said": [{"said": each, "what": what_was_said(each), "is_ours": each.made_in == own} for each in said],
        "state": state_of(record),
        "with_editions": is_key(work) and len(editions) > 1 and not record.is_local,
        **more,
    }
    return render(request, "desk/record_work.html", context, status=status)
