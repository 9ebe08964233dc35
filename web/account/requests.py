"""A request as pages of staff get it: the guard `staff_only` has seen to what these types promise."""

from staffing.selectors import AtBranch, LoggedIn
from web.ui.requests import PageRequest


class StaffRequest(PageRequest):
    """A request behind `staff_only`.

    :ivar staff: who, with which permissions; falsy for nobody, before the guard
    """

    staff: LoggedIn


class DeskRequest(StaffRequest):
    """A request behind `staff_only(…, needs_branch=True)`.

    :ivar staff: who, at which branch and with which permissions
    """

    staff: AtBranch
