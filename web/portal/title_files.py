"""A title as a file: for reference managers, and for whoever reads MARC."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from catalogue.marc.formats import FILE_FORMATS
from catalogue.selectors import get_record
from catalogue.selectors.enrichments import record_view
from tenants.selectors import current_municipality
from web.account.access import open_to_all

# As a page names them. MARCXML rather than ISO 2709, which has no room for a long record.
OFFERED = {"bibtex": "BibTeX", "ris": "RIS", "marcxml": "MARC"}


@open_to_all
@require_safe
def title_file(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """Return a title in one of the formats that its page offers, as the library sees it."""
    record = get_record(pk) if code in OFFERED else None
    if record is None:
        raise Http404
    record = record_view(record, current_municipality())
    chosen = FILE_FORMATS[code]
    content = b"".join((chosen.head.encode(), chosen.write(record), chosen.tail.encode()))
    name = f"{pk}.{chosen.ending}"
    return HttpResponse(
        content,
        content_type=chosen.content_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
