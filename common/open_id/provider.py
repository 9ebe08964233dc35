"""What an identity provider says of itself: where it's talked to, and the keys that it signs with."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.cache import cache

from common.open_id.errors import Fault, SignOnFailed, failed
from common.remote_sources import RemoteFailed, check_address, fetch

_KEPT_SECONDS = 600
# One that doesn't answer keeps somebody waiting, and not everybody after her too.
_SILENT_SECONDS = 20
_MOST_BYTES = 300_000
# Somebody waits for the page.
PATIENCE_SECONDS = 6.0
# Signatures that only the provider can make; never "none", nor those made with a secret that both know.
_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
_DISCOVERY = "/.well-known/openid-configuration"


@dataclass(frozen=True)
class Provider:
    """A provider's addresses.

    :ivar userinfo: where it says more of somebody; empty when nowhere
    :ivar end_session: where its own session is ended; empty when nowhere
    :ivar auth_method: how we prove to it who we are
    :ivar proves_codes: whether it says that it checks PKCE's S256; one that doesn't say so may do it all the same
    """

    issuer: str
    authorization: str
    token: str
    jwks: str
    userinfo: str = ""
    end_session: str = ""
    algorithms: tuple[str, ...] = _ALGORITHMS
    auth_method: str = "client_secret_basic"
    proves_codes: bool = False


def provider_of(issuer: str, *, anew: bool = False) -> Provider:
    """Return what the provider at an issuer's address says of itself.

    :param anew: whether it's asked whatever is remembered
    :raises SignOnFailed: NO_ANSWER, NOT_A_PROVIDER or OTHER_ISSUER
    """
    key = _key("provider", issuer)
    if not anew and (known := cache.get(key)):
        return Provider(**{**known, "algorithms": tuple(known["algorithms"])})
    silent_key = _key("silent", issuer)
    if not anew and (facts := cache.get(silent_key)):
        raise failed(Fault.NO_ANSWER, **facts)
    try:
        told = ask(issuer.rstrip("/") + _DISCOVERY)
    except SignOnFailed as problem:
        if problem.codes == [Fault.NO_ANSWER]:
            cache.set(silent_key, dict(problem.reasons[0].facts), _SILENT_SECONDS)
        raise
    provider = _read(issuer, told)
    cache.set(key, asdict(provider), _KEPT_SECONDS)
    return provider


def keys_of(provider: Provider, *, anew: bool = False) -> list[dict[str, Any]]:
    """Return the public keys that a provider signs with, as JSON Web Keys.

    :raises SignOnFailed: NO_ANSWER or NOT_A_PROVIDER
    """
    key = _key("keys", provider.jwks)
    if not anew and (known := cache.get(key)):
        return list(known)
    told = ask(provider.jwks).get("keys")
    keys = [each for each in told if _signs(each)] if isinstance(told, list) else []
    if not keys:
        raise failed(Fault.NOT_A_PROVIDER, misses="keys")
    cache.set(key, keys, _KEPT_SECONDS)
    return keys


def ask(address: str, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return the JSON object at a provider's address.

    :param headers: that are for this address alone
    :raises SignOnFailed: NO_ANSWER or NOT_A_PROVIDER
    """
    try:
        answer = fetch(
            address, seconds=PATIENCE_SECONDS, most_bytes=_MOST_BYTES, headers=headers, is_secret=bool(headers)
        )
    except RemoteFailed as problem:
        raise no_answer(problem) from problem
    return read_object(answer.body)


def no_answer(problem: RemoteFailed) -> Exception:
    """Return the refusal for a provider that gave no answer."""
    return failed(Fault.NO_ANSWER, trouble=problem.trouble.value, status=problem.status)


def read_object(body: bytes) -> dict[str, Any]:
    """Return a JSON object.

    :raises SignOnFailed: NOT_A_PROVIDER, if it isn't one
    """
    try:
        told = json.loads(body)
    except (ValueError, RecursionError) as problem:
        raise failed(Fault.NOT_A_PROVIDER, misses="JSON") from problem
    if not isinstance(told, dict):
        raise failed(Fault.NOT_A_PROVIDER, misses="JSON")
    return told


def is_secure(address: str) -> bool:
    """Return whether nobody can listen on the way: by TLS, or to a host that the installation itself has named."""
    try:
        check_address(address)
    except RemoteFailed:
        return False
    parts = urlsplit(address)
    return parts.scheme == "https" or parts.hostname in settings.REMOTE_PRIVATE_HOSTS


def _read(issuer: str, told: Mapping[str, Any]) -> Provider:
    if not isinstance(told.get("issuer"), str):
        raise failed(Fault.NOT_A_PROVIDER, misses="issuer")
    if told["issuer"].rstrip("/") != issuer.rstrip("/"):
        raise failed(Fault.OTHER_ISSUER, issuer=told["issuer"][:200])
    offered = _words(told, "id_token_signing_alg_values_supported") or list(_ALGORITHMS)
    algorithms = tuple(each for each in _ALGORITHMS if each in offered)
    if not algorithms:
        raise failed(Fault.NOT_A_PROVIDER, misses="id_token_signing_alg_values_supported")
    methods = _words(told, "token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    return Provider(
        issuer=told["issuer"],
        authorization=_address(told, "authorization_endpoint"),
        token=_address(told, "token_endpoint"),
        jwks=_address(told, "jwks_uri"),
        userinfo=_address(told, "userinfo_endpoint", needed=False),
        end_session=_address(told, "end_session_endpoint", needed=False),
        algorithms=algorithms,
        auth_method="client_secret_basic" if "client_secret_basic" in methods else "client_secret_post",
        proves_codes="S256" in _words(told, "code_challenge_methods_supported"),
    )


def _address(told: Mapping[str, Any], name: str, *, needed: bool = True) -> str:
    address = told.get(name)
    if isinstance(address, str) and is_secure(address):
        return address
    if needed:
        raise failed(Fault.NOT_A_PROVIDER, misses=name)
    return ""


def _words(told: Mapping[str, Any], name: str) -> list[str]:
    words = told.get(name)
    return [each for each in words if isinstance(each, str)] if isinstance(words, list) else []


def _signs(key: Any) -> bool:
    """Return whether a key may have signed: no key for encryption, and none that's a shared secret."""
    return isinstance(key, dict) and key.get("kty") in ("RSA", "EC", "OKP") and key.get("use", "sig") == "sig"


def _key(kind: str, address: str) -> str:
    return f"open-id:{kind}:{sha256(address.encode()).hexdigest()}"
