"""A library's own fields over a common record: written as lines, looked at in the whole, saved or taken back."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.rules import Permission
from catalogue.errors import Code, RecordRefused
from catalogue.marc.field_lines import fields_in, lines_of
from catalogue.marc.records import MarcField, MarcRecord
from catalogue.rules.enrichment import RULES
from catalogue.selectors import get_record
from catalogue.selectors.enrichments import Enriching, enrichment_of, enrichment_versions, merged_fields
from catalogue.selectors.versions import marc_of
from catalogue.services.enrichments import Whose, delete_enrichment, restore_enrichment, save_enrichment
from common.errors import Reason
from tenants.selectors import current_municipality
from web.account.access import staff_only
from web.account.requests import DeskRequest
from web.desk.areas import desk_areas
from web.desk.record_diffs import field_pieces
from web.desk.record_history import author_of
from web.desk.scan_inputs import number_in
from web.words.about_records import KINDS, record_problems

_LONGEST = 100_000


@staff_only(Permission.CATALOGUE, needs_branch=True)
@require_http_methods(["GET", "HEAD", "POST"])
def local_fields(request: DeskRequest, pk: int) -> HttpResponse:
    """Show the library's own fields and the record as it sees it; sent, look at what's typed or save it."""
    record = _record_or_404(pk)
    common = _common(record)
    own = enrichment_of(record.pk, current_municipality().pk)
    if request.method != "POST":
        return _page(request, record, common, own, own.fields)
    text = request.POST.get("lines", "")[:_LONGEST]
    fields, wrong = fields_in(text, common.flavour)
    if wrong:
        problems = record_problems([Reason(Code.NO_FIELD, facts={"lines": wrong})])
        return _page(request, record, common, own, fields, text=text, problems=problems, status=422)
    if request.POST.get("do") == "copy":
        fields = sorted([*fields, *_group(common, fields)], key=lambda field: field.tag)
    if request.POST.get("do") != "save":
        return _page(request, record, common, own, fields)
    try:
        save_enrichment(
            whose=Whose(record.pk, author_of(request)),
            fields=fields,
            expected_version=_expected(request),
            now=timezone.now(),
        )
    except RecordRefused as refusal:
        # The typed lines stay, and so does the version they were made from.
        problems = record_problems(refusal.reasons)
        return _page(request, record, common, own, fields, problems=problems, status=409)
    messages.success(request, gettext("Saved."))
    return redirect("desk:record", pk=pk)


@staff_only(Permission.CATALOGUE, needs_branch=True)
@require_POST
def take_back(request: DeskRequest, pk: int) -> HttpResponse:
    """Have the library see the common record again."""
    record = _record_or_404(pk)
    try:
        delete_enrichment(
            whose=Whose(record.pk, author_of(request)), expected_version=_expected(request), now=timezone.now()
        )
    except RecordRefused as refusal:
        return _refused(request, record, refusal)
    messages.success(request, gettext("Your library sees the common record again."))
    return redirect("desk:local_fields", pk=pk)


@staff_only(Permission.CATALOGUE, needs_branch=True)
@require_POST
def restore(request: DeskRequest, pk: int) -> HttpResponse:
    """Make an old version of the library's fields the newest one."""
    record, number = _record_or_404(pk), number_in(request.POST, "version")
    if number is None:
        raise Http404
    try:
        saved = restore_enrichment(
            whose=Whose(record.pk, author_of(request)),
            number=number,
            expected_version=_expected(request),
            now=timezone.now(),
        )
    except RecordRefused as refusal:
        return _refused(request, record, refusal)
    done = gettext("Version %(number)s is the newest again, as version %(version)s.")
    messages.success(request, done % {"number": number, "version": saved.version})
    return redirect("desk:local_fields", pk=pk)


def _record_or_404(pk: int) -> Any:
    record = get_record(pk)
    if record is None or record.pk != pk:
        raise Http404
    return record


def _common(record: Any) -> MarcRecord:
    found = marc_of(record.pk, record.version)
    if found is None:
        raise Http404
    return found


def _expected(request: DeskRequest) -> int:
    number = number_in(request.POST, "expected")
    if number is None:
        raise Http404
    return number


def _group(common: MarcRecord, own: list[MarcField]) -> list[MarcField]:
    """Return the common fields that one local field of the group would hide, unless there's one already."""
    together = RULES[common.flavour].together
    if any(field.tag in together for field in own):
        return []
    return [field for field in common.fields if field.tag in together]


def _refused(request: DeskRequest, record: Any, refusal: RecordRefused) -> HttpResponse:
    own = enrichment_of(record.pk, current_municipality().pk)
    problems = record_problems(refusal.reasons)
    return _page(request, record, _common(record), own, own.fields, problems=problems, status=409)


def _page(
    request: DeskRequest,
    record: Any,
    common: MarcRecord,
    own: Enriching,
    fields: Any,
    *,
    text: str | None = None,
    problems: Any = (),
    status: int = 200,
) -> HttpResponse:
    expected = number_in(request.POST, "expected")
    context = {
        "areas": desk_areas(request, "search"),
        "record": record,
        "own": own,
        "expected": own.version if expected is None else expected,
        "lines": lines_of(fields, common.flavour) if text is None else text,
        "view": [
            {"tag": each.field.tag, "pieces": field_pieces(each.field, common.flavour), "is_local": each.is_local}
            for each in merged_fields(common, fields)
        ],
        "versions": [
            {"version": each, "kind": KINDS.get(each.kind, each.kind)}
            for each in enrichment_versions(record.pk, current_municipality().pk)
        ],
        "problems": problems,
    }
    return render(request, "desk/local_fields.html", context, status=status)
