"""Slows down whoever guesses passwords and PINs: counts failures per name and per address, in the shared cache."""

import uuid
from collections.abc import Callable
from hashlib import sha256
from ipaddress import IPv6Address, ip_address

from django.core.cache import cache
from django.http import HttpRequest
from django_ratelimit.core import get_usage

PER_NAME = "10/10m"
PER_ADDRESS = "100/10m"
# Four digits are soon tried through: what's guessed slowly is counted over a day.
PIN_PER_NAME = "30/d"
PIN_PER_ADDRESS = "500/d"
PINS = "patron"
SIGN_ON = "sign-on"
_DAY = 24 * 60 * 60
# Whoever has an IPv6 address has all of its network's.
_NETWORK_BITS = 64


def seconds_to_wait(request: HttpRequest, group: str, name: str | None) -> int:
    """Return how long this name or address has to wait, 0 when it needn't.

    :param name: that was typed; None where nobody has named herself, and only the address counts
    """
    waits = [_usage(request, group, rate, key, increment=False) for rate, key in _counters(request, group, name)]
    return max(waits)


def count_failure(request: HttpRequest, group: str, name: str | None) -> None:
    """Count one wrong try."""
    for rate, key in _counters(request, group, name):
        _usage(request, group, rate, key, increment=True)


def forgive(group: str, name: str) -> None:
    """Begin a name's count anew: the desk has given her another PIN."""
    cache.set(_forgiven_key(group, name), uuid.uuid4().hex[:8], 2 * _DAY)


def network_of(address: str) -> str:
    """Return what stands for one household: an IPv4 address, or the first half of an IPv6 address."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    kept = int(parsed) >> (128 - _NETWORK_BITS) << (128 - _NETWORK_BITS)
    return f"{IPv6Address(kept)}/{_NETWORK_BITS}"


def _counters(request: HttpRequest, group: str, name: str | None) -> list[tuple[str, str]]:
    address = f"address:{network_of(request.META.get('REMOTE_ADDR', ''))}"
    if name is None:
        return [(PER_ADDRESS, address)]
    since = cache.get(_forgiven_key(group, name), "")
    # In upper case, as the database compares user names: some letters are the same only there.
    named = f"name:{name.strip().upper()}:{since}"
    counters = [(PER_NAME, named), (PER_ADDRESS, address)]
    return counters + [(PIN_PER_NAME, named), (PIN_PER_ADDRESS, address)] if group == PINS else counters


def _forgiven_key(group: str, name: str) -> str:
    # What somebody typed may hold characters that a cache's key can't.
    return f"forgiven:{group}:{sha256(name.strip().upper().encode(errors='replace')).hexdigest()}"


def _usage(request: HttpRequest, group: str, rate: str, key: str, *, increment: bool) -> int:
    whose: Callable[[str, HttpRequest], str] = lambda _group, _request: key  # noqa: E731 - the library asks for a function
    usage = get_usage(request, group=group, key=whose, rate=rate, method=("GET", "POST"), increment=increment)
    if usage is None or usage["count"] < usage["limit"]:
        return 0
    return max(1, int(usage["time_left"]))
