"""A record's versions at the desk: who made them, what differs between two, and an old one brought back."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from accounts.rules import Permission
from catalogue.errors import RecordRefused
from catalogue.selectors import get_record
from catalogue.selectors.merges import merges_of
from catalogue.selectors.versions import Version, version_diff, versions_of
from catalogue.services.records import Author, restore_version
from tenants.selectors import current_municipality
from web.account.access import staff_only
from web.account.requests import DeskRequest
from web.desk.areas import desk_areas
from web.desk.record_diffs import diff_rows
from web.desk.scan_inputs import number_in
from web.words.about_records import KINDS, record_problems


@staff_only(Permission.CATALOGUE, needs_branch=True)
@require_safe
def history(request: DeskRequest, pk: int) -> HttpResponse:
    """List a record's versions; two in the address are compared, the newest two when none are."""
    return _page(request, _record_or_404(pk))


@staff_only(Permission.CATALOGUE, needs_branch=True)
@require_POST
def restore(request: DeskRequest, pk: int) -> HttpResponse:
    """Make an old version the newest one."""
    record = _record_or_404(pk)
    number, expected = number_in(request.POST, "version"), number_in(request.POST, "expected")
    if number is None or expected is None:
        raise Http404
    try:
        saved = restore_version(
            record_id=record.pk, number=number, expected_version=expected, author=author_of(request), now=timezone.now()
        )
    except RecordRefused as refusal:
        return _page(request, record, problems=record_problems(refusal.reasons), status=409)
    if saved.is_changed:
        done = gettext("Version %(number)s is the newest again, as version %(version)s.")
        messages.success(request, done % {"number": number, "version": saved.record.version})
    else:
        messages.info(request, gettext("The newest version says the same already."))
    return redirect("desk:record_history", pk=pk)


def author_of(request: DeskRequest) -> Author:
    """Return who changes records in this request, for her municipality's library."""
    return Author(request.staff.account, current_municipality())


def _record_or_404(pk: int) -> Any:
    record = get_record(pk)
    if record is None or record.pk != pk:
        raise Http404
    return record


def _page(request: DeskRequest, record: Any, *, status: int = 200, problems: Any = ()) -> HttpResponse:
    versions = versions_of(record.pk)
    numbers = [version.number for version in versions]
    old = _chosen(request, "old", numbers, numbers[1] if len(numbers) > 1 else numbers[0])
    new = _chosen(request, "new", numbers, numbers[0])
    own = current_municipality().name
    changes = version_diff(record.pk, old, new) if old != new else []
    context = {
        "areas": desk_areas(request, "search"),
        "record": record,
        "versions": [_row(version, own) for version in versions],
        "newest": numbers[0],
        "old": old,
        "new": new,
        "changes": diff_rows(changes or []),
        "merges": merges_of(record.pk),
        "may_merge": request.staff.may(Permission.MERGE_RECORDS),
        "problems": problems,
    }
    return render(request, "desk/record_history.html", context, status=status)


def _chosen(request: DeskRequest, name: str, numbers: list[int], otherwise: int) -> int:
    number = number_in(request.GET, name)
    return number if number in numbers else otherwise


def _row(version: Version, own: str) -> dict[str, Any]:
    # Colleagues are named; what another municipality's staff are called is nobody's business here.
    is_ours = version.municipality == own
    return {
        "version": version,
        "kind": KINDS.get(version.kind, version.kind),
        "who": version.by if is_ours else "",
        "where": "" if is_ours else version.municipality,
    }
