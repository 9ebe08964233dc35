"""The patrons whom a member of staff has seen lately: kept beside her session, and out of reach when it ends."""

from typing import Any

from django.conf import settings
from django.core.cache import cache

from patrons.selectors import patrons_by_ids
from web.account.requests import DeskRequest

_MOST = 10


def remember(request: DeskRequest, patron_id: int) -> None:
    """Put a patron first among those seen lately.

    They aren't in the session itself, which would be written to the database for each patron at the desk.
    """
    seen = _seen(request)
    if seen[:1] != [patron_id]:
        newest = [patron_id, *(number for number in seen if number != patron_id)][:_MOST]
        cache.set(_key(request), newest, settings.SESSION_COOKIE_AGE)


def seen_lately(request: DeskRequest) -> list[Any]:
    """Return the patrons seen lately, the newest first; those who are gone since are left out."""
    seen = _seen(request)
    return patrons_by_ids(seen) if seen else []


def _seen(request: DeskRequest) -> list[int]:
    return cache.get(_key(request), [])


def _key(request: DeskRequest) -> str:
    return f"recent-patrons:{request.session.session_key}"
