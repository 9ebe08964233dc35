"""Which language and time zone a page is in: the person's own choice, else the municipality's."""

import zoneinfo
from collections.abc import Callable

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone, translation

from web.account.requests import StaffRequest


class LanguageMiddleware:
    """Activates language and time zone for the length of a request."""

    def __init__(self, get_response: Callable[[StaffRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: StaffRequest) -> HttpResponse:
        """Answer in the right language, and at the municipality's time."""
        tenant = request.tenant
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = chosen if chosen in dict(settings.LANGUAGES) else tenant.language
        with translation.override(language), timezone.override(zoneinfo.ZoneInfo(tenant.time_zone)):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", language)
        return response
