"""Slows down whoever guesses passwords and PINs: counts failures per name and per address, in the shared cache."""

from collections.abc import Callable

from django.http import HttpRequest
from django_ratelimit.core import get_usage

PER_NAME = "10/10m"
PER_ADDRESS = "100/10m"


def seconds_to_wait(request: HttpRequest, group: str, name: str) -> int:
    """Return how long this name or address has to wait, 0 when it needn't."""
    waits = [_usage(request, group, rate, key, increment=False) for rate, key in _counters(request, name)]
    return max(waits)


def count_failure(request: HttpRequest, group: str, name: str) -> None:
    """Count one wrong try."""
    for rate, key in _counters(request, name):
        _usage(request, group, rate, key, increment=True)


def _counters(request: HttpRequest, name: str) -> list[tuple[str, str]]:
    address = request.META.get("REMOTE_ADDR", "")
    # In upper case, as the database compares user names: some letters are the same only there.
    return [(PER_NAME, f"name:{name.strip().upper()}"), (PER_ADDRESS, f"address:{address}")]


def _usage(request: HttpRequest, group: str, rate: str, key: str, *, increment: bool) -> int:
    whose: Callable[[str, HttpRequest], str] = lambda _group, _request: key  # noqa: E731 - the library asks for a function
    usage = get_usage(request, group=group, key=whose, rate=rate, method=("GET", "POST"), increment=increment)
    if usage is None or usage["count"] < usage["limit"]:
        return 0
    return max(1, int(usage["time_left"]))
