"""Staff who have proven at an identity provider who they are: whose account that is, and how the two are linked."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from accounts.errors import (
    LINKED_ACCOUNT_OFF,
    LINKED_TO_ANOTHER,
    NO_SUBJECT,
    NOT_LINKED,
    NOT_SCHOOL_STAFF,
    ONE_FACTOR,
    OTHER_INSTITUTION,
    LogInRefused,
)
from accounts.models import StaffAccount, StaffIdentity
from accounts.services.invitations import use_up
from common.audit import record
from common.errors import Reason
from common.open_id import unilogin
from common.open_id.claims import proven_email, says_one_of, subject_of
from tenants.models import IdentityProvider


@transaction.atomic
def log_in_with(*, provider: IdentityProvider, claims: Mapping[str, Any], now: datetime) -> StaffAccount:
    """Return the account of whoever the claims are about, and leave an audit entry.

    Where the municipality wants it, an account is linked by its e-mail address the first time: only one that the
    provider says it has proven, and only if a single account has it.

    :param claims: as `common.open_id` has checked them
    :raises LogInRefused: with the reason
    """
    issuer, subject = _proven(provider, claims)
    identity = StaffIdentity.objects.select_related("account").filter(issuer=issuer, subject=subject).first()
    if identity is None:
        account = (
            _account_with_email(proven_email(claims), issuer=issuer, subject=subject)
            if provider.links_by_email
            else None
        )
        if account is None:
            raise LogInRefused([Reason(NOT_LINKED, facts={"provider": provider.label})])
        _link(account, issuer=issuer, subject=subject, now=now, actor=account, how="email")
    else:
        account = identity.account
    if not account.is_active:
        raise LogInRefused([Reason(LINKED_ACCOUNT_OFF)])
    record(action="accounts.log_in", actor=account, subject=account, facts={"issuer": issuer})
    return account


@transaction.atomic
def link_own(
    *, account: StaffAccount, provider: IdentityProvider, claims: Mapping[str, Any], now: datetime
) -> StaffAccount:
    """Link the account of somebody who's logged in to who she is at the provider.

    :raises LogInRefused: with the reason
    """
    issuer, subject = _proven(provider, claims)
    account = StaffAccount.objects.select_for_update(of=("self",)).get(pk=account.pk)
    _link(account, issuer=issuer, subject=subject, now=now, actor=account, how="own")
    return account


@transaction.atomic
def accept_with(*, mark: str, provider: IdentityProvider, claims: Mapping[str, Any], now: datetime) -> StaffAccount:
    """Link the invited account instead of setting a password, end the invitation, and log her in.

    :param mark: the invitation's, see `mark_of`
    :raises LogInRefused: with the reason; the invitation is good for another try then
    :raises AccountRefused: LINK_ENDED
    """
    issuer, subject = _proven(provider, claims)
    account = StaffAccount.objects.select_for_update(of=("self",)).get(pk=use_up(mark, now=now).pk)
    _link(account, issuer=issuer, subject=subject, now=now, actor=account, how="invitation")
    record(action="accounts.log_in", actor=account, subject=account, facts={"issuer": issuer})
    return account


@transaction.atomic
def unlink(*, account: StaffAccount, identity_id: int, actor: StaffAccount) -> bool:
    """Take the link to a provider away, and return whether there was one; she logs in by password then."""
    identity = StaffIdentity.objects.select_for_update().filter(account=account, pk=identity_id).first()
    if identity is None:
        return False
    record(action="accounts.unlink_identity", actor=actor, subject=account, facts={"issuer": identity.issuer})
    identity.delete()
    return True


def _proven(provider: IdentityProvider, claims: Mapping[str, Any]) -> tuple[str, str]:
    """Return the pair that names her, once the provider has said enough to let staff in."""
    reasons = []
    if not says_one_of(claims, provider.factor_claim, provider.factor_values):
        reasons.append(Reason(ONE_FACTOR, facts={"provider": provider.label}))
    if provider.kind == IdentityProvider.Kind.UNILOGIN:
        if unilogin.part_of(claims) != unilogin.EMPLOYEE:
            reasons.append(Reason(NOT_SCHOOL_STAFF))
        if not unilogin.is_of_one(claims, provider.institutions):
            reasons.append(Reason(OTHER_INSTITUTION))
    subject = subject_of(claims, provider.subject_claim)
    if not subject:
        reasons.append(Reason(NO_SUBJECT, facts={"claim": provider.subject_claim}))
    if reasons:
        raise LogInRefused(reasons)
    return str(claims["iss"]), subject


def _account_with_email(email: str, *, issuer: str, subject: str) -> StaffAccount | None:
    """Return the one account with this address that isn't linked to anybody else at the provider yet."""
    if not email:
        return None
    # Locked, for two browsers may come back at once.
    found = list(StaffAccount.objects.select_for_update(of=("self",)).filter(email__iexact=email, is_active=True))
    if len(found) != 1 or _others(found[0], issuer, subject).exists():
        return None
    return found[0]


def _others(account: StaffAccount, issuer: str, subject: str) -> QuerySet[StaffIdentity]:
    return StaffIdentity.objects.filter(account=account, issuer=issuer).exclude(subject=subject)


def _link(account: StaffAccount, *, issuer: str, subject: str, now: datetime, actor: StaffAccount, how: str) -> None:
    """Link an account, whose row is locked; who it was at this provider before, it isn't any more."""
    _others(account, issuer, subject).delete()
    # Two accounts at once: the second waits for the first one's row, and finds it.
    identity, _is_new = StaffIdentity.objects.get_or_create(
        issuer=issuer, subject=subject, defaults={"account": account, "linked_at": now}
    )
    if identity.account_id != account.pk:
        raise LogInRefused([Reason(LINKED_TO_ANOTHER)])
    record(action="accounts.link_identity", actor=actor, subject=account, facts={"issuer": issuer, "how": how})
