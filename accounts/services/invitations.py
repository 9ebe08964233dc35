"""Invitations: a link by which somebody chooses her first password, or a new one."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.errors import LINK_ENDED, WEAK_PASSWORD, AccountRefused
from accounts.models import Invitation, StaffAccount
from common.audit import record
from common.errors import Reason

VALID_FOR = timedelta(days=7)


@transaction.atomic
def invite(*, account: StaffAccount, now: datetime, actor: StaffAccount | None = None) -> str:
    """Return the token of a new invitation; earlier ones stop working.

    Only the token's hash is kept, so this is the one time that it can be shown.
    """
    Invitation.objects.filter(account=account, used_at__isnull=True).delete()
    token = secrets.token_urlsafe(32)
    Invitation.objects.create(account=account, token_sha256=mark_of(token), expires_at=now + VALID_FOR)
    record(action="accounts.invite", actor=actor, subject=account)
    return token


def invited_account(token: str, *, now: datetime) -> StaffAccount | None:
    """Return whose invitation this is, or None when it's unknown, used or too old."""
    return account_of_mark(mark_of(token), now=now)


def account_of_mark(mark: str, *, now: datetime) -> StaffAccount | None:
    """Return whose invitation a mark stands for, or None when it's unknown, used or too old."""
    invitation = Invitation.objects.select_related("account").filter(token_sha256=mark).first()
    if invitation is None or invitation.used_at or invitation.expires_at < now or not invitation.account.is_active:
        return None
    return invitation.account


@transaction.atomic
def accept(*, token: str, password: str, now: datetime) -> StaffAccount:
    """Set the invited account's password and end the invitation.

    :raises AccountRefused: LINK_ENDED, or WEAK_PASSWORD with the sentences of the password rules
    """
    account = use_up(mark_of(token), now=now)
    try:
        validate_password(password, account)
    except ValidationError as problem:
        raise AccountRefused([Reason(WEAK_PASSWORD, facts={"rules": problem.messages})]) from problem
    account.set_password(password)
    account.save(update_fields=["password"])
    record(action="accounts.accept_invitation", actor=account, subject=account)
    return account


def use_up(mark: str, *, now: datetime) -> StaffAccount:
    """End an invitation and return whose it is, within the caller's transaction.

    :raises AccountRefused: LINK_ENDED
    """
    invitation = Invitation.objects.select_for_update().filter(token_sha256=mark).first()
    account = account_of_mark(mark, now=now)
    if invitation is None or account is None:
        raise AccountRefused([Reason(LINK_ENDED)])
    invitation.used_at = now
    invitation.save(update_fields=["used_at"])
    return account


def mark_of(token: str) -> str:
    """Return what's kept of an invitation's token, by which nobody can use it."""
    return hashlib.sha256(token.encode()).hexdigest()
