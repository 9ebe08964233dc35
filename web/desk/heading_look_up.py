"""Beside the editor: the authorities that begin like the field under the cursor, each ready to be put into its line."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from accounts.rules import Permission
from catalogue.marc.authority_fields import AskedFor, asked_for, filled
from catalogue.marc.field_lines import line_of
from catalogue.marc.records import MarcField
from catalogue.selectors.authorities import find_authorities, number_of, scheme_of
from web.account.access import staff_only
from web.account.requests import DeskRequest
from web.desk.record_editing import typed_now
from web.desk.scan_inputs import number_in
from web.desk.typed_records import TypedRecord

_MOST_OFFERED = 12


@staff_only(Permission.CATALOGUE, needs_branch=True)
@require_POST
def look_up_heading(request: DeskRequest) -> HttpResponse:
    """Answer with the headings that the one under the cursor may become."""
    typed = typed_now(request)
    place = typed.place_at(number_in(request.POST, "at") or 1)
    field = typed.record.fields[place] if place is not None else None
    asked = asked_for(field, typed.record.flavour) if field else None
    rows = _rows(typed, field, asked) if field and asked and asked.text else []
    first, last = typed.lines_of_place(place) if place is not None else (1, 1)
    context = {"asked": asked, "tag": field.tag if field else "", "rows": rows, "first": first, "last": last}
    return render(request, "desk/_editor_headings.html", context)


def _rows(typed: TypedRecord, field: MarcField, asked: AskedFor) -> list[dict[str, Any]]:
    flavour = typed.record.flavour
    rows = []
    for found in find_authorities(asked.text, kinds=[asked.kind], scheme=asked.scheme, most=_MOST_OFFERED):
        authority = found.authority
        number = number_of(authority)
        parts = tuple((code, value) for code, value in authority.parts)
        new = filled(field, asked, parts=parts, number=number, scheme=scheme_of(authority), flavour=flavour)
        rows.append({"found": found, "number": number, "line": line_of(new, flavour)})
    return rows
