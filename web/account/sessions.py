"""Staff and patrons have different session cookies, so that neither can ever pass for the other."""

from typing import cast

from django.conf import settings
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse
from django_tenants.utils import get_public_schema_name

from tenants.requests import MunicipalityRequest

STAFF_COOKIE = "staff_session"
PATRON_COOKIE = "patron_session"
STAFF_AREAS = ("/desk/", "/school/", "/console/", "/account/")


class AreaSessionMiddleware(SessionMiddleware):
    """Django's sessions, kept under the cookie of the area that the request is for."""

    def process_request(self, request: HttpRequest) -> None:
        """Read the session of the request's own area only."""
        key = request.COOKIES.get(cookie_of(request), "")
        # Django makes keys of letters and digits; anything else was never ours, and the database may refuse to look.
        if key.isascii() and key.isalnum():
            request.COOKIES[settings.SESSION_COOKIE_NAME] = key
        else:
            # Without a session there's no cookie to end either, on pages that caches may keep.
            request.COOKIES.pop(settings.SESSION_COOKIE_NAME, None)
        super().process_request(request)

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Write the session back under the area's cookie."""
        response = super().process_response(request, response)
        if morsel := response.cookies.pop(settings.SESSION_COOKIE_NAME, None):
            response.cookies[cookie_of(request)] = morsel.value
            response.cookies[cookie_of(request)].update(morsel)
        return response


def cookie_of(request: HttpRequest) -> str:
    """Return the name of the cookie that the request's area uses."""
    on_consortium = cast(MunicipalityRequest, request).tenant.schema_name == get_public_schema_name()
    return STAFF_COOKIE if on_consortium or request.path.startswith(STAFF_AREAS) else PATRON_COOKIE
