"""What a new municipality starts with here: its first IT administrator, invited."""

from collections.abc import Mapping
from typing import Any

from accounts.models import StaffAccount
from accounts.services.invitations import invite
from accounts.services.staff_accounts import add_account
from tenants.provisioning_steps import NewMunicipality

FIRST_ADMIN = "admin"


def invite_first_admin(new: NewMunicipality) -> Mapping[str, Any]:
    """Make the first administrator's account and return her invitation, shown once and never kept readable."""
    account = add_account(
        username=FIRST_ADMIN,
        name=f"IT {new.municipality.name}"[:100],
        email=new.first_admin_email,
        role=StaffAccount.Role.IT_ADMIN,
        actor=None,
    )
    token = invite(account=account, now=new.now)
    return {"first_admin": FIRST_ADMIN, "invitation": token}
