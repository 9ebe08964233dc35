"""Who may open a page: the decorator that every staff page carries, and that a test looks for on each."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import cache_control
from django_htmx.http import HttpResponseClientRedirect

from staffing.selectors import LoggedIn
from web.account.requests import StaffRequest
from web.account.staff_context import staff_of

View = Callable[..., HttpResponse]
# The session's note that her screen is locked: whatever asks in her name waits for her PIN.
LOCKED = "locked"


def staff_only(
    permission: str | None = None, *, needs_branch: bool = False, while_locked: bool = False
) -> Callable[[View], View]:
    """Let only staff with this permission open a page; others log in first, or read why they may not.

    :param needs_branch: whether she must have chosen the branch that she works at
    :param while_locked: whether the page answers even while her screen is locked
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: StaffRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            staff = staff_of(request)
            if not staff:
                return _go(request, "account:log_in")
            if not while_locked and request.session.get(LOCKED):
                return _locked(request)
            if permission and not staff.may(permission):
                raise PermissionDenied(gettext("Your role doesn't include this. An administrator can change roles."))
            if needs_branch and staff.branch is None:
                return _go(request, "account:branch")
            request.staff = cast(LoggedIn, staff)
            return view(request, *args, **kwargs)

        guarded.staff_permission = permission or "any staff"  # type: ignore[attr-defined]
        return cache_control(private=True, no_store=True)(guarded)

    return decorate


def open_to_all(view: View) -> View:
    """Mark a page that anybody may open, so that the test of all pages knows it's meant."""
    view.open_to_all = True  # type: ignore[attr-defined]
    return view


def _locked(request: StaffRequest) -> HttpResponse:
    """Ask for the PIN; a scan or fragment is told by status alone, for its page asks."""
    if request.headers.get("X-Scan") or getattr(request, "htmx", False):
        return HttpResponse(status=423)
    back = request.get_full_path() if request.method == "GET" else request.headers.get("Referer", "")
    return render(request, "account/locked.html", {"next": back}, status=423)


def _go(request: StaffRequest, name: str) -> HttpResponse:
    """Send the person to a page, and back here after it; a scan is told by status and header, for it isn't a page."""
    back = request.get_full_path() if request.method == "GET" else request.headers.get("Referer", "")
    address = reverse(name) + ("?" + urlencode({"next": back}) if back else "")
    if request.headers.get("X-Scan"):
        return HttpResponse(status=403, headers={"X-Log-In": address})
    if getattr(request, "htmx", False):
        return HttpResponseClientRedirect(address)
    return HttpResponseRedirect(address)
