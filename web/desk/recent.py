"""The patrons whom a member of staff has seen lately: kept in her session only, and gone when she logs out."""

from typing import Any

from patrons.selectors import patrons_by_ids
from web.account.requests import DeskRequest

_KEY = "recent_patrons"
_MOST = 10


def remember(request: DeskRequest, patron_id: int) -> None:
    """Put a patron first among those seen lately."""
    seen = request.session.get(_KEY, [])
    if seen[:1] != [patron_id]:
        request.session[_KEY] = [patron_id, *(number for number in seen if number != patron_id)][:_MOST]


def seen_lately(request: DeskRequest) -> list[Any]:
    """Return the patrons seen lately, the newest first; those who are gone since are left out."""
    seen = request.session.get(_KEY, [])
    return patrons_by_ids(seen) if seen else []
