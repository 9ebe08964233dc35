"""Where each field of a record comes from, as the library sees the record: whose it is, and who brought it when."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_safe

from accounts.rules import Permission
from catalogue.rules.rights import Level
from catalogue.selectors import get_record
from catalogue.selectors.provenance import FieldOrigin, Layer, field_origins
from catalogue.selectors.rights import owned
from catalogue.selectors.versions import Version
from tenants.selectors import current_municipality
from web.account.access import staff_only
from web.account.requests import DeskRequest
from web.desk.areas import desk_areas
from web.desk.record_diffs import field_pieces
from web.words.about_records import KINDS

_LOCAL = pgettext_lazy("a field", "Local")
_SCHOOLS = pgettext_lazy("a field", "School libraries'")
_LEVELS = {Level.COMMON: pgettext_lazy("a field", "Common"), Level.SCHOOL_COMMON: _SCHOOLS, Level.LOCAL: _LOCAL}


@staff_only(Permission.CATALOGUE, needs_branch=True)
@require_safe
def provenance(request: DeskRequest, pk: int) -> HttpResponse:
    """List the fields of the record as the library sees it, each with where it comes from."""
    record = get_record(pk)
    if record is None or record.pk != pk:
        raise Http404
    own = current_municipality()
    words = {Layer.RECORD: _LEVELS[owned(record).level], Layer.SCHOOLS: _SCHOOLS, Layer.OWN: _LOCAL}
    context = {
        "areas": desk_areas(request, "search"),
        "record": record,
        "fields": [_row(origin, own.name) | {"whose": words[origin.layer]} for origin in field_origins(record, own)],
    }
    return render(request, "desk/record_provenance.html", context)


def _row(origin: FieldOrigin, own: str) -> dict[str, Any]:
    version = origin.version
    row = {
        "tag": origin.field.tag,
        "is_local": origin.layer == Layer.OWN,
        "pieces": field_pieces(origin.field, origin.flavour),
        "kind": KINDS.get(version.kind, version.kind),
        "at": version.at,
        "number": version.number,
    }
    if not isinstance(version, Version):
        # What schools share was laid there by any of them; her name is her own library's business.
        return row | {"who": version.by if origin.layer == Layer.OWN else "", "file_name": ""}
    # Another municipality's staff and files are nobody's business here; what came for all has no municipality.
    is_ours = version.municipality == own
    file_name = version.file_name if is_ours or not version.municipality else ""
    return row | {"who": version.by if is_ours else version.municipality, "file_name": file_name}
