"""The bar on the pages of one's own account: the way back to where she works."""

from typing import Any

from accounts.rules import Permission
from web.account.requests import StaffRequest
from web.console.areas import areas_of
from web.desk.areas import desk_areas


def account_areas(request: StaffRequest) -> list[dict[str, Any]]:
    """Return the areas of the desk for whoever works there, else those of the console."""
    if request.staff.may(Permission.CIRCULATE):
        return desk_areas(request, "")
    return areas_of(request, "")
