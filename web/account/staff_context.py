"""Who of the staff is here, at which branch and with which keys: `request.staff`, read once when first asked for."""

from collections.abc import Callable
from typing import cast

from django.contrib.auth.middleware import get_user
from django.http import HttpResponse
from django.utils.functional import SimpleLazyObject

from staffing.selectors import LoggedIn, StaffMember, staff_member
from web.account.requests import StaffRequest


class StaffContextMiddleware:
    """Puts `request.staff` on the request; it's falsy for anybody who isn't logged in as staff."""

    def __init__(self, get_response: Callable[[StaffRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: StaffRequest) -> HttpResponse:
        """Attach and go on."""
        request.staff = cast(LoggedIn, SimpleLazyObject(lambda: staff_of(request)))
        return self.get_response(request)


def staff_of(request: StaffRequest) -> StaffMember:
    """Return who's here, read once for all who ask: herself, without the proxies that look her up when she's needed.

    A desk asks for her name, branch and keys a hundred times, and each time a proxy takes longer than the answer.
    """
    if not hasattr(request, "_staff_member"):
        member = staff_member(get_user(request), session_branch_id=request.session.get("branch_id"))
        request._staff_member = member  # type: ignore[attr-defined]
    return request._staff_member  # type: ignore[attr-defined,no-any-return]
