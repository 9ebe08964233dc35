"""Input that no page can use, refused in one place before it reaches a view: NUL bytes, and bodies beyond the limit.

PostgreSQL keeps no NUL in text, so a form that has one would break in the middle of its action.
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.template.defaultfilters import filesizeformat

from libsys.error_pages import bad_request

# Only here are files sent; a form is a few kilobytes.
UPLOAD_PATHS = ("/console/import", "/import")
# What a multipart body adds to its file.
_WRAPPING = 64 * 1024


class UnreadableInputMiddleware:
    """Answers 413 for a body that's too large, before it's read, and 400 for a NUL byte in address or form."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Look at what can be seen without reading the body."""
        limit = largest_body(request.path)
        if limit > settings.DATA_UPLOAD_MAX_MEMORY_SIZE and SESSION_KEY not in request.session:
            # Whoever hasn't logged in is sent there anyway, and fills no disk before that.
            limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        if _length(request) > limit + _WRAPPING:
            return render(request, "413.html", {"largest": filesizeformat(limit)}, status=413)
        if "\x00" in request.path or _has_nul(request.GET):
            return bad_request(request)
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> HttpResponse | None:
        """Look at the form, which the CSRF check has read by now."""
        return bad_request(request) if request.method == "POST" and _has_nul(request.POST) else None


def largest_body(path: str) -> int:
    """Return how many bytes a request to this path may carry."""
    return settings.MARC_UPLOAD_MAX_BYTES if path in UPLOAD_PATHS else settings.DATA_UPLOAD_MAX_MEMORY_SIZE


def _length(request: HttpRequest) -> int:
    text = request.META.get("CONTENT_LENGTH") or ""
    return int(text) if text.isascii() and text.isdecimal() else 0


def _has_nul(values: QueryDict) -> bool:
    return any("\x00" in name or any("\x00" in value for value in texts) for name, texts in values.lists())
