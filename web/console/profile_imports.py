"""An import by a profile: looked at beforehand, begun, paused, gone on with, its questions answered, undone."""

import re
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.rules import Permission
from catalogue.errors import RecordRefused
from catalogue.marc.problems import describe
from catalogue.rules.import_decisions import Action
from catalogue.selectors import get_import_run
from catalogue.selectors.import_reports import entries_not_in, entries_not_undone, report_lines, report_rows
from catalogue.selectors.visibility import viewer
from catalogue.services.import_answers import answer_question
from catalogue.services.import_by_profile import pause_import, resume_import
from catalogue.services.import_undo import begin_undo
from catalogue.tasks import (
    import_by_profile,
    import_common_by_profile,
    undo_common_import,
    undo_profile_import,
)
from web.account.requests import StaffRequest
from web.console.areas import areas_of
from web.console.import_questions import asked, foreseen, summed_up
from web.console.importing import author_of, importers_only, send
from web.ui.list_files import is_asked, list_file
from web.words.about_imports import ACTIONS, OUTCOMES, why_not
from web.words.about_records import record_problems

KINDS = {
    "WAITING": "wait",
    "RUNNING": "wait",
    "PAUSED": "notice",
    "DONE": "ok",
    "FAILED": "stop",
    "UNDOING": "wait",
    "UNDONE": "none",
}
GOES_ON = ("WAITING", "RUNNING", "UNDOING")
_LISTED = 50


def page(request: StaffRequest, run: Any) -> HttpResponse:
    """Show what would become of a file's first records, how far an import is, or what became of them."""
    context = {
        "areas": areas_of(request, "imports"),
        "run": run,
        "kind": KINDS[run.state],
        "at_desk": request.staff.may(Permission.CIRCULATE),
        "goes_on": run.state in GOES_ON,
        "percent": min(100, 100 * run.bytes_read // run.bytes_total) if run.bytes_total else 0,
        "counts": [(text, run.counts[name]) for name, text in OUTCOMES.items() if run.counts.get(name)],
        "problem": describe(run.problem) if run.problem else "",
        "may_begin": run.state == "PAUSED",
        # A run whose worker died says that it runs, one whose message got lost waits: a second worker does no harm.
        "may_go_on": run.state in ("FAILED", "RUNNING", "WAITING"),
        "may_go_on_undoing": run.state == "UNDOING",
        "may_pause": run.state in ("WAITING", "RUNNING"),
        "may_undo": run.state in ("DONE", "FAILED", "PAUSED") and run.position > 0,
    }
    if run.state == "PAUSED" and not run.position:
        context["foreseen"] = foreseen(run)
        context["foreseen_counts"] = summed_up(context["foreseen"])
    if not context["goes_on"]:
        context["questions"], context["asked"] = asked(run, request.GET.get("page"))
        context["failed"] = [(entry, why_not(entry.reasons)) for entry in entries_not_in(run.pk, _LISTED)]
        context["kept"] = [(entry, why_not(entry.kept_because)) for entry in entries_not_undone(run.pk, _LISTED)]
        context["enriches"] = bool(run.settings["enriches"])
        context["brings_items"] = run.settings["on_match"] == Action.ITEMS
        context["most"] = _LISTED
    return render(request, f"console/{'_profile_import_state' if request.htmx else 'profile_import'}.html", context)


@importers_only
@require_POST
def go_on(request: StaffRequest, pk: int) -> HttpResponse:
    """Begin an import that was looked at, or go on with one that stopped."""
    return _do(request, pk, resume_import, import_by_profile, import_common_by_profile)


@importers_only
@require_POST
def pause(request: StaffRequest, pk: int) -> HttpResponse:
    """Let an import stop after the records that it's at."""
    return _do(request, pk, pause_import)


@importers_only
@require_POST
def undo(request: StaffRequest, pk: int) -> HttpResponse:
    """Take a whole import back."""
    return _do(request, pk, begin_undo, undo_profile_import, undo_common_import)


@importers_only
@require_POST
def answer(request: StaffRequest, pk: int, position: int) -> HttpResponse:
    """Say what a record is that the import asks about."""
    run = _own(pk)
    # "OVERLAY 17": over the record with this id.
    action, _blank, record_id = request.POST.get("action", "").partition(" ")
    if action not in ACTIONS or action == "ASK":
        raise Http404
    try:
        answer_question(
            run_id=run.pk,
            position=position,
            action=Action(action),
            record_id=int(record_id) if re.fullmatch("[0-9]{1,18}", record_id) else None,
            author=author_of(request),
            now=timezone.now(),
        )
    except RecordRefused as refused:
        for text in record_problems(refused.reasons):
            messages.error(request, text)
    page = request.POST.get("page", "")
    query = f"?page={page}" if re.fullmatch("[0-9]{1,9}", page) else ""
    return redirect(f"{reverse('console:import', args=[run.pk])}{query}#h-asked")


@importers_only
@require_safe
def report(request: StaffRequest, pk: int) -> HttpResponse | StreamingHttpResponse:
    """Give what became of each record as a list for spreadsheets: as Excel if that's asked for, else as CSV."""
    run = _own(pk)
    name = f"import-{run.pk:06d}"
    if is_asked(request, "import-lines"):
        return list_file(request, "import-lines", report_rows(run.pk), called=name)
    lines = (line.encode() for line in report_lines(run.pk))
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _do(request: StaffRequest, pk: int, change: Callable[..., None], *tasks: Any) -> HttpResponse:
    """Change a run's state and send the task that follows from it, the municipality's or the consortium's."""
    run = _own(pk)
    try:
        with transaction.atomic():
            change(run_id=run.pk, author=author_of(request))
            if tasks:
                send(request, *tasks, run_id=run.pk)
    except RecordRefused as refused:
        for text in record_problems(refused.reasons):
            messages.error(request, text)
    return redirect("console:import", pk=run.pk)


def _own(pk: int) -> Any:
    run = get_import_run(pk, municipality_id=viewer())
    if run is None or run.settings is None:
        raise Http404
    return run
