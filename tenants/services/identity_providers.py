"""Says where a municipality's people log in by OpenID Connect."""

from collections.abc import Mapping
from typing import Any

from cryptography.fernet import InvalidToken
from django.db import transaction

from common import audit
from common.encryption import decrypt, encrypt
from common.errors import Reason
from tenants.errors import PROVIDER_NOT_COMPLETE, PROVIDER_SECRET_NEEDED, ProviderRefused
from tenants.models import IdentityProvider, Municipality

_NEEDED = ("issuer", "client_id", "subject_claim", "factor_claim", "factor_values")


@transaction.atomic
def change_identity_provider(
    *, municipality: Municipality, kind: str, values: Mapping[str, Any], secret: str, actor: Any
) -> IdentityProvider:
    """Set all that's known of one kind of login.

    :param values: of the model's fields, all but the secret
    :param secret: a new one; empty keeps the one that's there
    :raises ProviderRefused: if it's on and something is missing, or if the secret would go to another address than the
        one that it was entered for
    """
    # Locked by the municipality, for there may be no row yet.
    Municipality.objects.select_for_update().get(pk=municipality.pk)
    known = IdentityProvider.objects.filter(municipality=municipality, kind=kind).first()
    provider = known or IdentityProvider(municipality=municipality, kind=kind)
    before = _facts(provider)
    moved = bool(provider.client_secret) and provider.issuer != values["issuer"]
    for name, value in values.items():
        setattr(provider, name, value)
    if missing := [name for name in _NEEDED if not getattr(provider, name)]:
        if provider.is_on and not provider.follows_consortium:
            raise ProviderRefused([Reason(PROVIDER_NOT_COMPLETE, facts={"fields": missing})])
    if moved and not secret:
        raise ProviderRefused([Reason(PROVIDER_SECRET_NEEDED)])
    if secret:
        provider.client_secret = encrypt(secret).decode()
    provider.save()
    audit.record(
        action="tenants.change_identity_provider",
        actor=actor,
        subject=provider,
        facts={"before": before, "values": _facts(provider), "new_secret": bool(secret)},
    )
    return provider


def secret_of(provider: IdentityProvider) -> str:
    """Return the secret by which a provider knows us; empty where there's none, or none of our keys opens it."""
    try:
        return decrypt(provider.client_secret) if provider.client_secret else ""
    except InvalidToken:
        return ""


def _facts(provider: IdentityProvider) -> dict[str, Any]:
    """Return what the audit log may know: all but the secret."""
    hidden = ("id", "municipality", "client_secret")
    return {each.name: getattr(provider, each.name) for each in provider._meta.fields if each.name not in hidden}
