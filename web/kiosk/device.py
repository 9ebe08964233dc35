"""Which self-check machine asks: a cookie that its secret link has set, and the patron who stands before it."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import cache_control

from patrons.selectors import get_patron
from staffing.selectors import kiosk_by_token
from web.ui.requests import PageRequest

COOKIE = "kiosk"
COOKIE_SECONDS = 400 * 24 * 3600
# What the page counts down; the server waits a little longer.
IDLE_SECONDS = 60
_KEPT_SECONDS = 3 * IDLE_SECONDS
_PATRON, _SINCE, _SEEN, _KIOSK = "kiosk_patron", "kiosk_since", "kiosk_seen", "kiosk_id"

View = Callable[..., HttpResponse]


def kiosk_only(view: View) -> View:
    """Let only a machine that has been set up open a page; it's given to the view."""

    @wraps(view)
    def guarded(request: PageRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        kiosk = kiosk_by_token(request.COOKIES.get(COOKIE, "")[:200])
        if kiosk is None:
            return render(request, "kiosk/not_set_up.html", status=403)
        return view(request, kiosk, *args, **kwargs)

    # Neither staff's nor patrons' sessions count here.
    guarded.kiosk_only = True  # type: ignore[attr-defined]
    return cache_control(private=True, no_store=True)(guarded)


def with_patron(view: View) -> View:
    """Let only a machine with a patron before it open a page; both are given to the view."""

    @wraps(view)
    def guarded(request: PageRequest, kiosk: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        patron = patron_of(request, kiosk)
        if patron is None:
            # A scan isn't a page: the script says "logged out" and keeps it.
            if request.headers.get("X-Scan"):
                return HttpResponse(status=403, headers={"X-Log-In": reverse("kiosk:start")})
            return redirect("kiosk:start")
        return view(request, kiosk, patron, *args, **kwargs)

    return kiosk_only(guarded)


def begin(request: PageRequest, kiosk: Any, patron: Any, *, since: str) -> None:
    """Begin a visit under a new session; it opens no page of the portal."""
    request.session.flush()
    request.session.update({_PATRON: patron.pk, _SINCE: since, _SEEN: int(time.time()), _KIOSK: kiosk.pk})
    request.session.set_expiry(_KEPT_SECONDS)


def end(request: PageRequest, answer: HttpResponse) -> HttpResponse:
    """End the visit, and with it the language that she had chosen."""
    request.session.flush()
    answer.delete_cookie(settings.LANGUAGE_COOKIE_NAME, samesite=settings.LANGUAGE_COOKIE_SAMESITE)
    return answer


def patron_of(request: PageRequest, kiosk: Any) -> Any:
    """Return the patron whose visit this is, or None."""
    pk, now = request.session.get(_PATRON), int(time.time())
    if not isinstance(pk, int) or request.session.get(_KIOSK) != kiosk.pk:
        return None
    if now - request.session.get(_SEEN, 0) > _KEPT_SECONDS:
        return None
    patron = get_patron(pk)
    if patron is None or patron.left_at:
        return None
    request.session[_SEEN] = now
    return patron


def since_of(request: PageRequest) -> str:
    """Return when the visit began, as text."""
    return str(request.session.get(_SINCE, ""))
