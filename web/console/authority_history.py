"""What an authority said before and who changed it: brought back, merges undone, and one that nothing uses deleted.

Only the consortium changes authorities, so that whoever stands here is staff of its own.
"""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from accounts.rules import Permission
from catalogue.errors import RecordRefused
from catalogue.rules.authorities import as_typed
from catalogue.selectors.authorities import get_authority, number_of
from catalogue.selectors.authority_versions import merges_into, versions_of_authority
from catalogue.services.authority_merges import undo_authority_merge
from catalogue.services.authority_versions import delete_authority, restore_authority
from catalogue.services.records import Author
from web.account.access import staff_only
from web.account.requests import StaffRequest
from web.console.areas import consortium_areas
from web.words.about_records import KINDS, record_problems

_NAMES = {
    "parts": _("Heading"),
    "variants": _("Other headings that lead here"),
    "see_also": _("See also"),
    "caption": _("What the class is about"),
    "note": _("Note"),
}


@staff_only(Permission.OPERATE_CONSORTIUM)
@require_safe
def history(request: StaffRequest, pk: int) -> HttpResponse:
    """List an authority's versions with what each changed, and the authorities that were merged into it."""
    return _page(request, _or_404(pk))


@staff_only(Permission.OPERATE_CONSORTIUM)
@require_POST
def restore(request: StaffRequest, pk: int) -> HttpResponse:
    """Make an old version the newest one."""
    row, number = _or_404(pk), _number(request, "version")
    try:
        saved = restore_authority(
            authority_id=row.pk,
            number=number,
            expected_version=_number(request, "expected"),
            author=_author(request),
            now=timezone.now(),
        )
    except RecordRefused as refused:
        return _page(request, row, refused)
    done = gettext("Version %(number)s is the newest again, as version %(version)s.")
    messages.success(request, done % {"number": number, "version": saved.version})
    return redirect("console:authority_history", pk=pk)


@staff_only(Permission.OPERATE_CONSORTIUM)
@require_POST
def undo_merge(request: StaffRequest, pk: int, merge_pk: int) -> HttpResponse:
    """Let an authority that was merged into this one stand by itself again."""
    row = _or_404(pk)
    if merge_pk not in {merge.pk for merge in merges_into(row)}:
        raise Http404
    try:
        undone = undo_authority_merge(merge_id=merge_pk, author=_author(request), now=timezone.now())
    except RecordRefused as refused:
        return _page(request, row, refused)
    messages.success(request, gettext("Taken back."))
    return redirect("console:authority", pk=undone.pk)


@staff_only(Permission.OPERATE_CONSORTIUM)
@require_POST
def delete(request: StaffRequest, pk: int) -> HttpResponse:
    """Delete an authority that no record has."""
    row = _or_404(pk)
    try:
        delete_authority(authority_id=row.pk, expected_version=_number(request, "expected"), author=_author(request))
    except RecordRefused as refused:
        return _page(request, row, refused)
    messages.success(request, gettext("Deleted."))
    return redirect("console:authorities")


def _page(request: StaffRequest, row: Any, refused: RecordRefused | None = None) -> HttpResponse:
    versions = versions_of_authority(row)
    context = {
        "areas": consortium_areas("authorities"),
        "authority": row,
        "versions": [
            {"version": each, "kind": KINDS.get(each.kind, ""), "changes": [_change(*one) for one in each.changes]}
            for each in versions
        ],
        "merges": [{"merge": each, "number": number_of(each.loser)} for each in merges_into(row)],
        "problems": record_problems(refused.reasons) if refused else [],
    }
    return render(request, "console/authority_history.html", context, status=409 if refused else 200)


def _change(name: str, went: Any, came: Any) -> dict[str, Any]:
    return {"name": _NAMES[name], "went": _as_text(name, went), "came": _as_text(name, came)}


def _as_text(name: str, value: Any) -> str:
    if name == "parts":
        return as_typed(value)
    if name in ("variants", "see_also"):
        return "; ".join(as_typed(parts) for parts in value)
    return str(value)


def _author(request: StaffRequest) -> Author:
    return Author(request.staff.account, None)


def _number(request: StaffRequest, name: str) -> int:
    text = request.POST.get(name, "")
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise Http404
    return int(text)


def _or_404(pk: int) -> Any:
    row = get_authority(pk)
    if row is None or row.merged_into_id is not None:
        raise Http404
    return row
