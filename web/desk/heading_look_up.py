"""Beside the editor: the authorities, or the languages, that begin like the field under the cursor.

Each is ready to be put into its line.
"""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from accounts.rules import Permission
from catalogue.marc.authority_fields import AskedFor, asked_for, filled
from catalogue.marc.field_lines import line_of
from catalogue.marc.language_fields import asked_language, with_language
from catalogue.marc.records import MarcField
from catalogue.selectors.authorities import find_authorities, number_of, scheme_of
from web.account.access import staff_only
from web.account.requests import DeskRequest
from web.desk.record_editing import typed_now
from web.desk.scan_inputs import number_in
from web.desk.typed_records import TypedRecord
from web.words.language_names import languages_like

_MOST_OFFERED = 12


@staff_only(Permission.CATALOGUE, needs_branch=True)
@require_POST
def look_up_heading(request: DeskRequest) -> HttpResponse:
    """Answer with the headings that the one under the cursor may become."""
    typed = typed_now(request)
    place = typed.place_at(number_in(request.POST, "at") or 1)
    field = typed.record.fields[place] if place is not None else None
    first, last = typed.lines_of_place(place) if place is not None else (1, 1)
    language = asked_language(field, typed.record.flavour) if field else None
    if field and language:
        languages = _languages(typed, field, *language)
        return render(request, "desk/_editor_languages.html", {"languages": languages, "first": first, "last": last})
    asked = asked_for(field, typed.record.flavour) if field else None
    rows = _rows(typed, field, asked) if field and asked and asked.text else []
    context = {"asked": asked, "tag": field.tag if field else "", "rows": rows, "first": first, "last": last}
    return render(request, "desk/_editor_headings.html", context)


def _languages(typed: TypedRecord, field: MarcField, place: int, text: str) -> list[dict[str, str]]:
    return [
        {"code": code, "name": name, "line": line_of(with_language(field, place, code), typed.record.flavour)}
        for code, name in languages_like(text, most=_MOST_OFFERED)
    ]


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
