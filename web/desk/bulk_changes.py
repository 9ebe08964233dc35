"""Many items changed at once: chosen by a list or by another page's search, looked at, changed, undone."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.rules import Permission
from circulation.errors import BulkRefused
from circulation.rules.bulk_changes import has_broken_off
from circulation.selectors.bulk_changes import (
    bulk_changes,
    get_bulk_change,
    lines_not_changed,
    lines_of,
    lines_to_change,
    progress_of,
    what_changes,
)
from circulation.services.bulk_changes import begin_change, begin_undo, propose_change, takes_up_again
from circulation.tasks import change_in_bulk, undo_bulk_change
from common.errors import Reason
from holdings.selectors import branches_in_service, item_statuses, item_types
from web.account.access import staff_only
from web.account.requests import DeskRequest
from web.desk.answers import row_words
from web.desk.areas import desk_areas
from web.desk.forms_bulk import BulkForm
from web.desk.item_areas import item_pages
from web.desk.item_searches import barcodes_asked, weeding_asked
from web.desk.item_texts import item_reason
from web.ui.forms import posted
from web.ui.list_files import is_asked, list_file

_PAGE, _NEWEST, _READ_AT_ONCE = 50, 10, 500
_KINDS = {"PROPOSED": "notice", "RUNNING": "wait", "DONE": "ok", "UNDOING": "wait", "UNDONE": "none"}
_GOES_ON = ("RUNNING", "UNDOING")


@staff_only(Permission.EDIT_ITEMS, needs_branch=True)
@require_http_methods(("GET", "HEAD", "POST"))
def new_bulk_change(request: DeskRequest) -> HttpResponse:
    """Choose items and what's to become of them; the next page shows what it would do."""
    form = BulkForm(
        posted(request),
        request.FILES if request.method == "POST" else None,
        types=item_types(),
        branches=branches_in_service(),
        initial=_initial(request) if request.method != "POST" else None,
    )
    if form.is_bound and form.is_valid():
        values = form.cleaned_data
        try:
            bulk = propose_change(
                barcodes=values["barcodes"],
                changes=form.changes(values),
                reason=values["reason"],
                copies_kept=values["copies_kept"],
                keeps_last_anywhere=values["keeps_last_anywhere"],
                staff=request.staff.account,
                now=timezone.now(),
            )
        except BulkRefused as refused:
            for text in _told(request, [refused.reasons])[0]:
                form.add_error(None, text)
        else:
            return redirect("desk:bulk_change", pk=bulk.pk)
    context = {
        "areas": desk_areas(request, "search"),
        "choices": item_pages(request, "new_bulk_change"),
        "form": form,
        "made": bulk_changes()[:_NEWEST],
    }
    return render(request, "desk/new_bulk_change.html", context, status=form.status)


@staff_only(Permission.EDIT_ITEMS, needs_branch=True)
@require_safe
def bulk_change(request: DeskRequest, pk: int) -> HttpResponse:
    """Show what a change would do, how far it is, or what became of each item."""
    bulk = _or_404(pk)
    if is_asked(request, "bulk-lines"):
        return list_file(request, "bulk-lines", _lines(request, bulk))
    progress = progress_of(bulk)
    goes_on = bulk.state in _GOES_ON
    broke_off = goes_on and has_broken_off(bulk.worked_at, timezone.now())
    context: dict[str, Any] = {
        "areas": desk_areas(request, "search"),
        "choices": item_pages(request, "new_bulk_change"),
        "bulk": bulk,
        "kind": _KINDS[bulk.state],
        "counts": [(text, progress.counts[name]) for name, text in _outcomes(bulk) if progress.counts.get(name)],
        "to_do": progress.counts.get("TO_DO", 0),
        "may_undo": bulk.state == "RUNNING" or (bulk.state == "DONE" and progress.counts.get("CHANGED", 0)),
        "percent": progress.percent,
        "goes_on": goes_on,
        "broke_off": broke_off,
        # What the page's buttons depend on: while it's the same, they stay.
        "seen": f"{bulk.state}{'-broke-off' if broke_off else ''}",
        "what": what_changes(bulk),
        "state_name": dict(item_statuses()).get(bulk.changes.get("status", ""), ""),
    }
    if not goes_on:
        page = Paginator(lines_not_changed(bulk), _PAGE).get_page(request.GET.get("page"))
        told = _told(request, [_reasons(line) for line in page])
        context["page"], context["rows"] = page, list(zip(page, told, strict=True))
        context["changed"] = lines_to_change(bulk)[:_PAGE]
        context["most"] = _PAGE
    if not request.htmx:
        return render(request, "desk/bulk_change.html", context)
    if request.GET.get("seen") == context["seen"]:
        return render(request, "desk/_bulk_progress.html", context)
    answer = render(request, "desk/_bulk_news.html", context)
    answer.headers["HX-Retarget"], answer.headers["HX-Reswap"] = "#bulk-state", "outerHTML"
    return answer


@staff_only(Permission.EDIT_ITEMS, needs_branch=True)
@require_POST
def make_bulk_change(request: DeskRequest, pk: int) -> HttpResponse:
    """Begin a change that was looked at, or go on with one whose worker died."""
    bulk = _or_404(pk)
    with transaction.atomic():
        try:
            if bulk.state != "RUNNING":
                begin_change(bulk_id=bulk.pk, staff=request.staff.account, now=timezone.now())
            elif not takes_up_again(bulk_id=bulk.pk, now=timezone.now()):
                return redirect("desk:bulk_change", pk=pk)
        except BulkRefused as refused:
            return _back(request, pk, refused)
        _send(request, change_in_bulk, pk)
    return redirect("desk:bulk_change", pk=pk)


@staff_only(Permission.EDIT_ITEMS, needs_branch=True)
@require_POST
def take_back_bulk_change(request: DeskRequest, pk: int) -> HttpResponse:
    """Give each item back what it was, also of a change that's still running; or go on with that when it broke off."""
    bulk = _or_404(pk)
    with transaction.atomic():
        try:
            if bulk.state != "UNDOING":
                begin_undo(bulk_id=bulk.pk, staff=request.staff.account, now=timezone.now())
            elif not takes_up_again(bulk_id=bulk.pk, now=timezone.now()):
                return redirect("desk:bulk_change", pk=pk)
        except BulkRefused as refused:
            return _back(request, pk, refused)
        _send(request, undo_bulk_change, pk)
    return redirect("desk:bulk_change", pk=pk)


def _lines(request: DeskRequest, bulk: Any) -> Iterator[dict[str, Any]]:
    """Yield what became of each line of a change, some hundreds read at a time."""
    outcomes = dict(_outcomes(bulk))
    rows = lines_of(bulk).iterator(chunk_size=_READ_AT_ONCE)
    while lines := list(islice(rows, _READ_AT_ONCE)):
        told = _told(request, [_reasons(line) for line in lines])
        for line, texts in zip(lines, told, strict=True):
            yield {"line": line, "outcome": outcomes.get(line.outcome, line.outcome), "why": texts}


def _initial(request: DeskRequest) -> dict[str, Any]:
    values: dict[str, Any] = {"barcodes": "\n".join(barcodes_asked(request))}
    if request.GET.get("status") == "WITHDRAWN" and request.GET.get("from") == "weeding":
        rules = weeding_asked(request.GET, request)[1]
        values |= {"status": "WITHDRAWN", "copies_kept": rules.copies_kept}
        values["keeps_last_anywhere"] = rules.keeps_last_anywhere
    return values


def _outcomes(bulk: Any) -> list[tuple[str, str]]:
    is_taken_back = bulk.state in ("UNDOING", "UNDONE")
    return [
        ("TO_DO", gettext("Not changed") if is_taken_back else gettext("To be changed")),
        ("CHANGED", gettext("Changed")),
        ("SAME", gettext("So already")),
        ("REFUSED", gettext("Can't be changed")),
        ("UNDONE", gettext("Undone")),
        ("KEPT", gettext("Changed since, so not undone")),
    ]


def _reasons(line: Any) -> list[Reason]:
    return [Reason(code, facts=facts) for code, facts in line.reasons]


def _told(request: DeskRequest, rows: list[Any]) -> list[list[str]]:
    """Return the reasons of each row in words."""
    return [
        [item_reason(reason) or _sentence(words) for reason, words in zip(reasons, texts, strict=True)]
        for reasons, texts in zip(rows, row_words(request, rows), strict=True)
    ]


def _sentence(words: Any) -> str:
    return " ".join(filter(None, (words.text, words.about)))


def _or_404(pk: int) -> Any:
    bulk = get_bulk_change(pk)
    if bulk is None:
        raise Http404
    return bulk


def _back(request: DeskRequest, pk: int, refused: BulkRefused) -> HttpResponse:
    said: Iterable[str] = _told(request, [list(refused.reasons)])[0]
    for text in said:
        messages.error(request, text)
    return redirect("desk:bulk_change", pk=pk)


def _send(request: DeskRequest, task: Any, pk: int) -> None:
    message = {"schema_name": request.tenant.schema_name, "bulk_id": pk, "actor_id": request.staff.account.pk}
    transaction.on_commit(lambda: task.delay(**message))
