"""Who of the patrons is here: her session, the guard of her pages, and what the portal's bar shows."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import cache_control
from django_htmx.http import HttpResponseClientRedirect

from patrons.selectors import get_patron_of_working_card
from patrons.services.sign_on import school_patron
from web.ui.requests import PageRequest

# The card that she logged in with: when it ends, so does what it opened.
_KEY = "patron_card"
# Or the key by which her school knows her, as Unilogin said it, and whose it was: when it's hers no more, it's over.
_SCHOOL_KEY, _WHOSE_KEY = "patron_school_key", "patron"
# Of the patron's PIN as it was: another PIN ends the sessions that the old one began.
_PIN_KEY = "patron_pin"
_SEEN_KEY = "seen_at"
# What the page counts down; the server waits a little longer, for a reader who scrolls asks it nothing.
IDLE_SECONDS = 15 * 60
_KEPT_SECONDS = 2 * IDLE_SECONDS
_NOTED_EVERY_SECONDS = 60


def begin(request: PageRequest, patron: Any, *, card: str) -> None:
    """Begin a patron's session under a new key.

    :param card: the number of the card that she has shown
    """
    request.session.flush()
    request.session[_KEY] = card
    request.session[_PIN_KEY] = patron.pin[-16:]
    request.session[_SEEN_KEY] = int(time.time())
    request.session.set_expiry(_KEPT_SECONDS)


def begin_from_school(request: PageRequest, patron: Any, *, key: str) -> None:
    """Begin a patron's session under a new key.

    :param key: the school register's, as Unilogin has said it
    """
    request.session.flush()
    request.session[_SCHOOL_KEY], request.session[_WHOSE_KEY] = key, patron.pk
    request.session[_SEEN_KEY] = int(time.time())
    request.session.set_expiry(_KEPT_SECONDS)


def name_of(request: PageRequest) -> str:
    """Return by what name she has logged in: her card's number, or what stands for her school's key."""
    return str(request.session.get(_KEY) or f"school {request.session.get(_SCHOOL_KEY, '')}")


def end(request: PageRequest) -> None:
    """End it."""
    request.session.flush()


def patron_of(request: PageRequest) -> Any:
    """Return the patron who is logged in, or None."""
    patron = _by_school(request) if _SCHOOL_KEY in request.session else _by_card(request)
    if patron is None:
        return None
    now, seen = int(time.time()), request.session.get(_SEEN_KEY, 0)
    if now - seen > _KEPT_SECONDS:
        return None
    if now - seen > _NOTED_EVERY_SECONDS:
        request.session[_SEEN_KEY] = now
    return patron


def _by_card(request: PageRequest) -> Any:
    card = request.session.get(_KEY)
    if not isinstance(card, str):
        return None
    patron = get_patron_of_working_card(card)
    if patron is None or patron.left_at or patron.pin[-16:] != request.session.get(_PIN_KEY):
        return None
    return patron


def _by_school(request: PageRequest) -> Any:
    patron = school_patron(request.session[_SCHOOL_KEY])
    return patron if patron is not None and patron.pk == request.session.get(_WHOSE_KEY) else None


def patron_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let only a patron who has logged in open a page; she's given to the view."""

    @wraps(view)
    def guarded(request: PageRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        patron = patron_of(request)
        if patron is None:
            back = request.get_full_path() if request.method == "GET" else reverse("portal:me")
            address = reverse("portal:log_in") + "?" + urlencode({"next": back})
            return HttpResponseClientRedirect(address) if request.htmx else HttpResponseRedirect(address)
        return view(request, patron, *args, **kwargs)

    guarded.patron_only = True  # type: ignore[attr-defined]
    return cache_control(private=True, no_store=True)(guarded)


def go_on_with_new_pin(request: PageRequest, patron: Any) -> None:
    """Keep the session in which the PIN was changed; those elsewhere end."""
    request.session.cycle_key()
    request.session[_PIN_KEY] = patron.pin[-16:]


def portal_context(request: PageRequest, current: str, patron: Any = None) -> dict[str, Any]:
    """Return the bar of a portal page.

    :param current: search, me, lists, details or hours; empty for a page that's none of these
    """
    patron = patron or patron_of(request)
    areas = [
        ("search", gettext("Search"), reverse("portal:search")),
        ("me", gettext("My loans"), reverse("portal:me")),
        *([("lists", gettext("My lists"), reverse("portal:lists"))] if patron else []),
        *([("details", gettext("My details"), reverse("portal:details"))] if patron else []),
        ("hours", gettext("Opening hours"), reverse("portal:hours")),
    ]
    return {
        "areas": [{"label": label, "url": url, "current": name == current} for name, label, url in areas],
        "patron": patron,
        "idle_seconds": IDLE_SECONDS,
    }
