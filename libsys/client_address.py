"""Where a request comes from, as the proxy in front tells it: all who guess or ask too much are slowed down by that."""

from collections.abc import Callable
from ipaddress import ip_address

from django.http import HttpRequest, HttpResponse


class ClientAddressMiddleware:
    """Puts the client's address into `REMOTE_ADDR`, where the proxy's would stand; in production only."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Take the last address of the header: our own proxy wrote it, and anybody can write those before it."""
        last = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
        if _is_address(last):
            request.META["REMOTE_ADDR"] = last
        return self.get_response(request)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
