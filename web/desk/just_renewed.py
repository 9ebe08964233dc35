"""What was renewed with one button, kept for the one page that follows: each of its rows can be taken back there."""

from collections.abc import Mapping

from django.core.cache import cache

from web.account.requests import DeskRequest

_SECONDS = 60


def keep_renewed(request: DeskRequest, patron_id: int, entries: Mapping[int, int]) -> None:
    """Keep the audit entries of a patron's renewals beside the session.

    :param entries: by the numbers of the loans
    """
    cache.set(_key(request, patron_id), dict(entries), _SECONDS)


def take_renewed(request: DeskRequest, patron_id: int) -> dict[int, int]:
    """Return the audit entries of what has just been renewed by the numbers of the loans, once."""
    key = _key(request, patron_id)
    entries: dict[int, int] = cache.get(key, {})
    if entries:
        cache.delete(key)
    return entries


def _key(request: DeskRequest, patron_id: int) -> str:
    return f"just-renewed:{request.session.session_key}:{patron_id}"
