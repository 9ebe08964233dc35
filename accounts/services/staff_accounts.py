"""Makes and changes staff accounts."""

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.errors import LAST_ADMIN, ROLE_NOT_POSSIBLE, USERNAME_TAKEN, WEAK_PASSWORD, AccountRefused
from accounts.models import StaffAccount
from common.audit import record
from common.errors import Reason
from tenants.keys import tenant_name

ADMIN_ROLES = (StaffAccount.Role.IT_ADMIN, StaffAccount.Role.OPERATOR)


def roles_here() -> tuple[StaffAccount.Role, ...]:
    """Return the roles that accounts of the current schema can have: operators only at the consortium."""
    if tenant_name() == "public":
        return (StaffAccount.Role.OPERATOR,)
    return tuple(role for role in StaffAccount.Role if role != StaffAccount.Role.OPERATOR)


@transaction.atomic
def add_account(
    *, username: str, name: str, email: str, role: str, actor: StaffAccount | None, password: str | None = None
) -> StaffAccount:
    """Make an account; without a password it can log in only after an invitation.

    :raises AccountRefused: with every reason found
    """
    reasons = []
    if StaffAccount.objects.filter(username__iexact=username).exists():
        reasons.append(Reason(USERNAME_TAKEN, facts={"username": username}))
    if role not in roles_here():
        reasons.append(Reason(ROLE_NOT_POSSIBLE, facts={"role": role}))
    account = StaffAccount(username=username, name=name, email=email, role=role)
    if password is not None:
        try:
            validate_password(password, account)
        except ValidationError as problem:
            reasons.append(Reason(WEAK_PASSWORD, facts={"rules": problem.messages}))
    if reasons:
        raise AccountRefused(reasons)
    account.set_password(password)
    try:
        account.save()
    except IntegrityError as taken:
        raise AccountRefused([Reason(USERNAME_TAKEN, facts={"username": username})]) from taken
    record(action="accounts.add_account", actor=actor, subject=account, facts={"role": role})
    return account


@transaction.atomic
def change_account(
    *, account: StaffAccount, name: str, email: str, role: str, is_active: bool, actor: StaffAccount
) -> StaffAccount:
    """Change what an account is; the last active administrator stays one.

    :raises AccountRefused: ROLE_NOT_POSSIBLE or LAST_ADMIN
    """
    admins = list(StaffAccount.objects.select_for_update().filter(role__in=ADMIN_ROLES, is_active=True).order_by("pk"))
    account = StaffAccount.objects.select_for_update().get(pk=account.pk)
    if role not in roles_here():
        raise AccountRefused([Reason(ROLE_NOT_POSSIBLE, facts={"role": role})])
    if admins == [account] and not (is_active and role in ADMIN_ROLES):
        raise AccountRefused([Reason(LAST_ADMIN)])
    before = {"role": account.role, "is_active": account.is_active}
    account.name, account.email, account.role, account.is_active = name, email, role, is_active
    account.save(update_fields=["name", "email", "role", "is_active"])
    record(
        action="accounts.change_account",
        actor=actor,
        subject=account,
        facts={"before": before, "role": role, "is_active": is_active},
    )
    return account
