"""Addresses that only take a form, opened by themselves: after logging in anew, from the history, or typed."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import is_valid_path
from django.utils.encoding import escape_uri_path

from libsys.error_pages import form_only


class FormAddressMiddleware:
    """Answers with a page, and the way back, where Django answers 405 without a word."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Give an empty 405 its page, if somebody opened the address; machines read the status."""
        response = self.get_response(request)
        if request.method != "GET" or not isinstance(response, HttpResponseNotAllowed) or response.content:
            return response
        page = form_only(request, back=page_above(request.path, getattr(request, "urlconf", None)))
        page.headers["Allow"] = response.headers["Allow"]
        return page


def page_above(path: str, urlconf: str | None = None) -> str:
    """Return the nearest address above a path that's there: of a button's address mostly the page that has the button.

    :param urlconf: whose addresses; those of the request that's being answered unless told
    """
    parts = [part for part in path.split("/") if part]
    for length in range(len(parts) - 1, 0, -1):
        above = "/" + "/".join(parts[:length])
        for address in (above, f"{above}/"):
            if is_valid_path(address, urlconf):
                return escape_uri_path(address)
    return "/"
