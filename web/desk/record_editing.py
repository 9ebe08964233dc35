"""The cataloguer's editor: one line a field, checked while she types, saved against the version that she read."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.rules import Permission
from catalogue.errors import Code, RecordRefused, StaleRecord
from catalogue.marc.new_records import TEMPLATES, template
from catalogue.marc.records import Flavour, MarcRecord
from catalogue.rules.record_diff import record_diff
from catalogue.rules.rights import reasons_against_edit
from catalogue.selectors import get_record
from catalogue.selectors.rights import owned
from catalogue.selectors.versions import marc_of
from catalogue.services.cataloguing import add_typed_record, save_typed_record
from common.errors import Reason
from staffing.selectors import keyed_macros
from tenants.selectors import current_municipality
from web.account.access import staff_only
from web.account.requests import DeskRequest
from web.desk.areas import desk_areas
from web.desk.double_records import doubles_in
from web.desk.editor_panel import code_lists, coded_rows, panel
from web.desk.record_diffs import diff_rows
from web.desk.record_history import author_of
from web.desk.scan_inputs import number_in
from web.desk.typed_records import TypedRecord, shown_record, typed_record
from web.titles.names import material_name
from web.words.about_records import record_problems

_FORM = ("GET", "HEAD", "POST")


@dataclass(frozen=True)
class _Editor:
    """What the editor is open on.

    :ivar record: None for a new one
    :ivar base: the version that the lines were made from
    :ivar expected: the version that's the newest as far as she knows
    """

    flavour: Flavour
    record: Any = None
    before: MarcRecord | None = None
    base: int = 0
    expected: int = 0
    is_local: bool = True


@staff_only(Permission.CATALOGUE, needs_branch=True)
@require_http_methods(_FORM)
def new_record(request: DeskRequest) -> HttpResponse:
    """Choose a template, fill it in, save it as the library's own record or as a common one."""
    editor = _new_editor(request)
    if request.method == "POST":
        return _save(request, editor)
    kind = request.GET.get("kind", "")
    if kind not in TEMPLATES:
        return _templates(request)
    return _page(request, editor, shown_record(template(kind, editor.flavour)))


@staff_only(Permission.CATALOGUE, needs_branch=True)
@require_http_methods(_FORM)
def edit_record(request: DeskRequest, pk: int) -> HttpResponse:
    """Show a record in lines; sent, save it unless somebody else has, and then show what either changed."""
    editor = _editor_or_404(request, pk)
    if request.method == "POST":
        return _save(request, editor)
    against = reasons_against_edit(owned(editor.record), author_of(request).library, new_owner="")
    problems = record_problems([Reason(code) for code in against])
    return _page(request, editor, shown_record(editor.before or MarcRecord(editor.flavour, "", [])), problems=problems)


@staff_only(Permission.CATALOGUE, needs_branch=True)
@require_POST
def check_record(request: DeskRequest) -> HttpResponse:
    """Answer what's wrong with what is typed so far, and what the field under the cursor may have."""
    editor = _editor_of(request)
    typed = typed_record(request.POST, editor.flavour, editor.before)
    now = {each.place.key: each.value for each in typed.coded}
    context = {
        **panel(typed, number_in(request.POST, "at") or 1, of=editor.record),
        "typed": typed,
        "coded": coded_rows(typed),
        "has_new_lines": typed.is_recoded,
        "has_new_codes": now.keys() != typed.shown.keys() or (not typed.is_recoded and now != typed.shown),
        "has_new_marks": now != typed.shown,
    }
    return render(request, "desk/_editor_checked.html", context)


def typed_now(request: DeskRequest) -> TypedRecord:
    """Return what is typed so far in a form of the editor."""
    editor = _editor_of(request)
    return typed_record(request.POST, editor.flavour, editor.before)


def opened_record(request: DeskRequest) -> MarcRecord | None:
    """Return the record that a form of the editor was opened on; None for a new one."""
    return _editor_of(request).before


def default_flavour() -> Flavour:
    """Return the family of MARC that the library catalogues in: danMARC2 in Denmark."""
    return Flavour.DANMARC2 if current_municipality().country == "DK" else Flavour.MARC21


def _editor_of(request: DeskRequest) -> _Editor:
    number = number_in(request.POST, "record")
    return _editor_or_404(request, number) if number is not None else _new_editor(request)


def _new_editor(request: DeskRequest) -> _Editor:
    asked = request.POST.get("flavour") or request.GET.get("flavour", "")
    flavour = Flavour(asked) if asked in list(Flavour) else default_flavour()
    return _Editor(flavour, is_local=request.POST.get("whose", "local") != "common")


def _editor_or_404(request: DeskRequest, pk: int) -> _Editor:
    record = get_record(pk)
    if record is None or record.pk != pk:
        raise Http404
    base = number_in(request.POST, "base") or record.version
    expected = number_in(request.POST, "expected") or record.version
    before = marc_of(pk, base)
    if before is None:
        raise Http404
    return _Editor(before.flavour, record, before, base, expected)


def _save(request: DeskRequest, editor: _Editor) -> HttpResponse:
    typed = typed_record(request.POST, editor.flavour, editor.before)
    findings = typed.findings(is_new=editor.record is None)
    is_meant = request.POST.get("do") == "save-anyway"
    is_doubtful = any(finding.is_severe for _, finding in findings)
    if typed.faults or request.POST.get("do") == "check" or (is_doubtful and not is_meant):
        is_asked = request.POST.get("do") == "check"
        return _page(request, editor, typed, can_insist=not typed.faults, status=200 if is_asked else 422)
    try:
        pk = _saved(request, editor, typed)
    except StaleRecord as stale:
        return _conflict(request, editor, typed, stale)
    except RecordRefused as refusal:
        doubles, others = doubles_in(refusal.reasons)
        return _page(request, editor, typed, problems=record_problems(others), doubles=doubles, status=409)
    return redirect("desk:record", pk=pk)


def _saved(request: DeskRequest, editor: _Editor, typed: TypedRecord) -> int:
    author, now = author_of(request), timezone.now()
    if editor.record is None:
        added = add_typed_record(
            record=typed.record,
            author=author,
            now=now,
            is_local=editor.is_local,
            double_key=request.POST.get("double_key", ""),
        )
        messages.success(request, gettext("Saved."))
        return added.pk
    saved = save_typed_record(
        record_id=editor.record.pk, expected_version=editor.expected, record=typed.record, author=author, now=now
    )
    if saved.is_changed:
        messages.success(request, gettext("Saved."))
    else:
        messages.info(request, gettext("The newest version says the same already."))
    return saved.record.pk


def _conflict(request: DeskRequest, editor: _Editor, typed: TypedRecord, stale: StaleRecord) -> HttpResponse:
    """Show what others changed, and what saving would change now; what was typed stays, and can be saved after that."""
    newest = marc_of(editor.record.pk, stale.version) or typed.record
    other = [reason for reason in stale.reasons if reason.code != Code.STALE]
    return _page(
        request,
        _Editor(editor.flavour, editor.record, editor.before, editor.base, stale.version),
        typed,
        problems=record_problems(other),
        conflict={
            "version": stale.version,
            "theirs": diff_rows(stale.changes),
            # The moment of the change is written anew by each save.
            "ours": [row for row in diff_rows(record_diff(newest, typed.record)) if row["tag"] != "005"],
        },
        status=409,
    )


def _templates(request: DeskRequest) -> HttpResponse:
    flavours = sorted(Flavour, key=lambda flavour: flavour != default_flavour())
    context = {
        "areas": desk_areas(request, "search"),
        "flavours": [{"code": flavour.value, "name": FLAVOUR_NAMES[flavour]} for flavour in flavours],
        "kinds": [{"code": kind.value, "name": material_name(kind)} for kind in TEMPLATES],
    }
    return render(request, "desk/new_record.html", context)


FLAVOUR_NAMES = {Flavour.MARC21: "MARC 21", Flavour.DANMARC2: "danMARC2"}


def _page(
    request: DeskRequest,
    editor: _Editor,
    typed: TypedRecord,
    *,
    problems: Any = (),
    conflict: Any = None,
    doubles: Any = None,
    can_insist: bool = False,
    status: int = 200,
) -> HttpResponse:
    at = typed.faults[0][0] if typed.faults else 1
    context = {
        "areas": desk_areas(request, "search"),
        "editor": editor,
        "record": editor.record,
        "flavour_name": FLAVOUR_NAMES[editor.flavour],
        "typed": typed,
        "coded": coded_rows(typed),
        "code_lists": code_lists(editor.flavour),
        "macros": keyed_macros(request.staff.account, editor.flavour),
        "rows": min(max(len(typed.lines.splitlines()) + 2, 16), 40),
        "problems": problems,
        "conflict": conflict,
        "doubles": doubles,
        "can_insist": can_insist,
        "is_unsaved": request.method == "POST",
        **panel(typed, at, of=editor.record),
    }
    return render(request, "desk/edit_record.html", context, status=status)
