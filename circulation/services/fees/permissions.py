"""Who may book money."""

from accounts.models import StaffAccount
from accounts.rules import Permission, permissions_of
from circulation.errors import Code, FeeRefused
from common.errors import Reason


def require(staff: StaffAccount, permission: Permission) -> None:
    """Let pass who has the permission.

    :raises FeeRefused: NOT_PERMITTED
    """
    if permission not in permissions_of(staff.role):
        raise FeeRefused([Reason(Code.NOT_PERMITTED, permission=permission, facts={"needed": permission})])
