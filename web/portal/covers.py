"""Pictures of covers for readers, from our own host: their browsers ask nobody else, so nobody else learns of them."""

import base64

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from catalogue.marc.identifiers import isbn13
from catalogue.selectors import records_by_identifier
from catalogue.selectors.covers import cover_of
from catalogue.services.covers import ask_for_cover
from web.account.access import open_to_all

# Nothing to see: the drawn cover below it shows.
_CLEAR = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNgYGBgAAAABQABeqhXUAAAAABJRU5ErkJggg=="
)
_A_WEEK, _TEN_MINUTES = 7 * 24 * 60 * 60, 10 * 60


@open_to_all
@require_safe
def cover(request: HttpRequest, isbn: str) -> HttpResponse:
    """Send an edition's cover, or a clear picture; the source is asked afterwards, and for titles of ours only."""
    if not settings.COVER_SOURCE or isbn13(isbn) != isbn:
        raise Http404
    known = cover_of(isbn)
    if (known is None or known.ask_again_at <= timezone.now()) and records_by_identifier(isbn, limit=1):
        ask_for_cover(isbn)
    if known is None or not known.content:
        response = HttpResponse(_CLEAR, content_type="image/png")
        patch_cache_control(response, public=True, max_age=_TEN_MINUTES)
        return response
    response = HttpResponse(bytes(known.content), content_type=known.content_type)
    patch_cache_control(response, public=True, max_age=_A_WEEK)
    return response
