"""Two desks in each other's way: the database has taken one's action back, and the same request once more does it."""

from collections.abc import Callable

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from common.conflicts import RETRY_AFTER, is_conflict


class BusyMiddleware:
    """Answers 503 with `Retry-After` when the database has called a view's action off for another's sake.

    The scan queue sends the scan again by itself, under the same id, so that what was done already isn't done twice.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass everything on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer a deadlock or a conflict between transactions; whatever else broke stays broken."""
        if not isinstance(exception, OperationalError) or not is_conflict(exception):
            return None
        # Without the request, as the page of what broke.
        return HttpResponse(render_to_string("503.html"), status=503, headers={"Retry-After": str(RETRY_AFTER)})
