"""Macros in the editor: which there are, what one changes, the lines as it leaves them, and one made of changes."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from accounts.rules import Permission
from catalogue.marc.record_lines import lines_of_record
from catalogue.marc.records import Flavour, MarcField, MarcRecord
from catalogue.rules.macro_lines import steps_for, steps_in
from catalogue.rules.macros import MacroOverflows, applied
from catalogue.rules.record_diff import record_diff
from staffing.selectors import macro_of, macros_of
from web.account.access import staff_only
from web.account.requests import DeskRequest
from web.desk.macros import filled_macro_page
from web.desk.record_diffs import diff_rows
from web.desk.record_editing import opened_record, typed_now
from web.desk.typed_records import TypedRecord


@staff_only(Permission.CATALOGUE, needs_branch=True)
@require_POST
def editor_macros(request: DeskRequest) -> HttpResponse:
    """Answer with the macros for records of this family, each to apply or to look at first."""
    flavour = typed_now(request).record.flavour
    return render(request, "desk/_editor_macros.html", {"macros": macros_of(request.staff.account, flavour=flavour)})


@staff_only(Permission.CATALOGUE, needs_branch=True)
@require_POST
def apply_macro(request: DeskRequest, pk: int) -> HttpResponse:
    """Answer with the lines as a macro leaves them, or with `preview` what it would change; nothing is saved."""
    typed = typed_now(request)
    macro = macro_of(request.staff.account, pk)
    if macro is None or macro.flavour != typed.record.flavour:
        raise Http404
    context = {**_outcome(typed, macro.steps), "macro": macro, "is_preview": "preview" in request.GET}
    return render(request, "desk/_editor_macro.html", context)


@staff_only(Permission.CATALOGUE, needs_branch=True)
@require_POST
def macro_of_changes(request: DeskRequest) -> HttpResponse:
    """Answer with the form for a macro that does again what was changed in the editor; of a new record, all of it."""
    typed, opened = typed_now(request), opened_record(request)
    flavour = typed.record.flavour
    now = typed.record
    if opened is None:
        written = [field for field in now.fields if _is_filled(field)]
        opened, now = MarcRecord(flavour, now.leader, []), MarcRecord(flavour, now.leader, written)
    return filled_macro_page(request, steps=steps_for(record_diff(opened, now), flavour), flavour=flavour)


def _outcome(typed: TypedRecord, steps_text: str) -> dict[str, Any]:
    if typed.faults:
        return {"problem": gettext("There are lines that can't be read. Put them right, then apply the macro.")}
    steps, faults = steps_in(steps_text, Flavour(typed.record.flavour))
    if faults:
        return {"problem": gettext("This macro can't be read. Open it and put it right.")}
    try:
        record = applied(steps, typed.record)
    except MacroOverflows as stopped:
        text = gettext("Line %(line)s of the macro would make the record too large. Nothing is changed.")
        return {"problem": text % {"line": stopped.line}}
    changes = diff_rows(record_diff(typed.record, record))
    return {"changes": changes, "count": len(changes), "lines": lines_of_record(record) if changes else ""}


def _is_filled(field: MarcField) -> bool:
    return field.is_control or any(value.strip() for _, value in field.subfields)
