"""Beside the editor: the authorities that begin like the field under the cursor, or the codes of a list.

Each is ready to be put into its line.
"""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from accounts.rules import Permission
from catalogue.marc.authority_fields import AskedFor, asked_for, filled
from catalogue.marc.code_fields import CodeList, ListedCode, asked_code, with_code
from catalogue.marc.record_lines import line_of_field
from catalogue.marc.records import Flavour, MarcField
from catalogue.selectors.authorities import find_authorities, number_of, scheme_of
from web.account.access import staff_only
from web.account.requests import DeskRequest
from web.desk.record_editing import typed_now
from web.desk.scan_inputs import number_in
from web.desk.typed_records import TypedRecord
from web.words.country_names import countries_like
from web.words.language_names import languages_like
from web.words.role_names import roles_like

_MOST_OFFERED = 12


@staff_only(Permission.CATALOGUE, needs_branch=True)
@require_POST
def look_up_heading(request: DeskRequest) -> HttpResponse:
    """Answer with the headings that the one under the cursor may become."""
    typed = typed_now(request)
    at = number_in(request.POST, "at") or 1
    place = typed.place_at(at)
    field = typed.record.fields[place] if place is not None else None
    first, last = typed.lines_of_place(place) if place is not None else (1, 1)
    column = number_in(request.POST, "column")
    cursor = typed.cursor_in(place, at, column) if place is not None and column is not None else None
    listed = asked_code(field, typed.record.flavour, cursor) if field else None
    if field and listed:
        context = {**_codes(typed.record.flavour, field, listed), "first": first, "last": last}
        return render(request, "desk/_editor_codes.html", context)
    asked = asked_for(field, typed.record.flavour) if field else None
    rows = _rows(typed, field, asked) if field and asked and asked.text else []
    context = {"asked": asked, "tag": field.tag if field else "", "rows": rows, "first": first, "last": last}
    return render(request, "desk/_editor_headings.html", context)


def _codes(flavour: Flavour, field: MarcField, listed: ListedCode) -> dict[str, Any]:
    """Return what the list is called, and each of its codes that begins like what's there with the line it makes."""
    text = listed.text
    if listed.list == CodeList.LANGUAGE:
        name, none_like_this = gettext("Language"), gettext("No language begins like this.")
        found = languages_like(text, most=_MOST_OFFERED)
    elif listed.list == CodeList.COUNTRY:
        name, none_like_this = gettext("Country"), gettext("No country begins like this.")
        found = countries_like(text, flavour=flavour, most=_MOST_OFFERED)
    else:
        name, none_like_this = gettext("Role"), gettext("No role begins like this.")
        found = roles_like(text, flavour=flavour, most=_MOST_OFFERED)
    rows = [
        {"code": code, "name": shown, "line": _line_with(flavour, field, listed, code, shown)} for code, shown in found
    ]
    return {"codes": rows, "name": name, "none_like_this": none_like_this}


def _line_with(flavour: Flavour, field: MarcField, listed: ListedCode, code: str, name: str) -> str:
    chosen = name if listed.list == CodeList.ROLE_WORD else code
    return line_of_field(with_code(field, listed.place, chosen), flavour)


def _rows(typed: TypedRecord, field: MarcField, asked: AskedFor) -> list[dict[str, Any]]:
    flavour = typed.record.flavour
    rows = []
    for found in find_authorities(asked.text, kinds=[asked.kind], scheme=asked.scheme, most=_MOST_OFFERED):
        authority = found.authority
        number = number_of(authority)
        parts = tuple((code, value) for code, value in authority.parts)
        new = filled(field, asked, parts=parts, number=number, scheme=scheme_of(authority), flavour=flavour)
        rows.append({"found": found, "number": number, "line": line_of_field(new, flavour)})
    return rows
