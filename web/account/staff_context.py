"""Who of the staff is here, at which branch and with which keys: `request.staff`, read once when first asked for."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from staffing.selectors import StaffMember, staff_member


class StaffContextMiddleware:
    """Puts `request.staff` on the request; it's falsy for anybody who isn't logged in as staff."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Attach and go on."""
        request.staff = SimpleLazyObject(lambda: _staff_of(request))  # type: ignore[attr-defined]
        return self.get_response(request)


def _staff_of(request: HttpRequest) -> StaffMember:
    return staff_member(request.user, session_branch_id=request.session.get("branch_id"))  # type: ignore[attr-defined]
