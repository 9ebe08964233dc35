"""Who of the staff is here, at which branch and with which keys: `request.staff`, read once when first asked for."""

from collections.abc import Callable
from typing import cast

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
        request.staff = cast(LoggedIn, SimpleLazyObject(lambda: _staff_of(request)))
        return self.get_response(request)


def _staff_of(request: StaffRequest) -> StaffMember:
    return staff_member(request.user, session_branch_id=request.session.get("branch_id"))
