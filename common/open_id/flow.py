"""Sends somebody to her provider and reads what it answers: code flow with PKCE (S256), state, nonce, signed token.

Authlib writes the questions and checks the claims, joserfc the signature; the way out is `remote_sources`, for a
provider's address is one that somebody has typed in.
"""

import hmac
import json
import secrets
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from authlib.oauth2.base import OAuth2Error
from authlib.oauth2.client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import ExpiredTokenError, InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from common.open_id.errors import Fault, SignOnFailed, failed
from common.open_id.provider import PATIENCE_SECONDS, Provider, ask, keys_of, no_answer, provider_of
from common.remote_sources import RemoteFailed, fetch

# Between two machines' clocks.
_LEEWAY_SECONDS = 60
_MOST_BYTES = 300_000
_LONGEST_CODE = 4000


@dataclass(frozen=True)
class Registration:
    """How a provider knows us.

    :ivar client_secret: empty for a client that has none
    :ivar back: the address that people come back to, as it's registered there
    """

    issuer: str
    client_id: str
    client_secret: str
    back: str


@dataclass(frozen=True)
class Attempt:
    """What only the browser that set out knows, and brings back."""

    state: str
    nonce: str
    verifier: str


def set_out(registration: Registration, *, acr_values: str = "", asks_again: bool = False) -> tuple[str, Attempt]:
    """Return the address to send somebody to, and what to keep in her session until she's back.

    :param acr_values: how strongly she's to prove who she is, in the provider's words
    :param asks_again: whether she's asked who she is even where the provider knows
    :raises SignOnFailed: if the provider can't be asked
    """
    provider = provider_of(registration.issuer)
    attempt = Attempt(*(secrets.token_urlsafe(32) for _ in range(3)))
    wishes = {"acr_values": acr_values, "prompt": "login" if asks_again else ""}
    wish = {name: value for name, value in wishes.items() if value}
    address, _state = _client(registration, provider).create_authorization_url(
        provider.authorization, state=attempt.state, nonce=attempt.nonce, code_verifier=attempt.verifier, **wish
    )
    return address, attempt


def is_ours(attempt: Attempt, state: str) -> bool:
    """Return whether an answer belongs to what this browser set out for."""
    return hmac.compare_digest(attempt.state.encode(), state.encode(errors="replace"))


def come_back(
    registration: Registration, attempt: Attempt, *, code: str, needs: Collection[str], issuer: str = ""
) -> dict[str, Any]:
    """Return what the provider says of her, checked.

    :param needs: claims that the signed token may lack; where it does, the provider is asked for more
    :param issuer: who the answer says that it's from, where it says so (RFC 9207)
    :raises SignOnFailed: with what's wrong
    """
    provider = provider_of(registration.issuer)
    if issuer and issuer != provider.issuer:
        raise failed(Fault.OTHER_ISSUER, issuer=issuer[:200])
    if not code or len(code) > _LONGEST_CODE:
        raise failed(Fault.CODE_REFUSED)
    tokens = _tokens(registration, provider, attempt, code)
    signed = _checked(registration, provider, attempt, tokens)
    more = {} if all(each in signed for each in needs) else _told_beside(provider, tokens, signed)
    return {**more, **signed}


def way_out(registration: Registration, *, to: str) -> str:
    """Return the address that ends the provider's own session too; empty where it has none or can't be asked.

    The token isn't sent along as a hint: it would stand in addresses and so in logs.

    :param to: where she comes out
    """
    try:
        provider = provider_of(registration.issuer)
    except SignOnFailed:
        return ""
    if not provider.end_session:
        return ""
    mark = "&" if "?" in provider.end_session else "?"
    asked = urlencode({"client_id": registration.client_id, "post_logout_redirect_uri": to})
    return f"{provider.end_session}{mark}{asked}"


def _client(registration: Registration, provider: Provider) -> OAuth2Client:
    return OAuth2Client(
        _Door(),
        client_id=registration.client_id,
        client_secret=registration.client_secret,
        token_endpoint_auth_method=provider.auth_method if registration.client_secret else "none",
        scope="openid profile email",
        redirect_uri=registration.back,
        code_challenge_method="S256",
    )


def _tokens(registration: Registration, provider: Provider, attempt: Attempt, code: str) -> Mapping[str, Any]:
    try:
        tokens: Mapping[str, Any] = _client(registration, provider).fetch_token(
            provider.token,
            grant_type="authorization_code",
            code=code,
            redirect_uri=registration.back,
            code_verifier=attempt.verifier,
        )
    except RemoteFailed as problem:
        if 400 <= problem.status < 500:
            raise failed(Fault.CODE_REFUSED, status=problem.status) from problem
        raise no_answer(problem) from problem
    except OAuth2Error as problem:
        raise failed(Fault.CODE_REFUSED) from problem
    except (ValueError, TypeError, RecursionError) as problem:
        raise failed(Fault.NOT_A_PROVIDER, misses="JSON") from problem
    return tokens


def _checked(
    registration: Registration, provider: Provider, attempt: Attempt, tokens: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the claims of the signed token once all that they stand on holds."""
    token, access = tokens.get("id_token"), tokens.get("access_token")
    if not isinstance(token, str):
        raise failed(Fault.BAD_TOKEN)
    try:
        found = _signed(provider, token)
        claims = CodeIDToken(
            found.claims,
            found.header,
            options={
                "iss": {"essential": True, "value": provider.issuer},
                "aud": {"essential": True, "value": registration.client_id},
            },
            params={"nonce": attempt.nonce, "client_id": registration.client_id, "access_token": access},
        )
        claims.validate(now=int(time.time()), leeway=_LEEWAY_SECONDS)
    except ExpiredTokenError as problem:
        raise failed(Fault.TOKEN_EXPIRED) from problem
    except (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as problem:
        raise failed(Fault.BAD_TOKEN) from problem
    return dict(claims)


def _signed(provider: Provider, token: str) -> jwt.Token:
    """Return the token if one of the provider's keys has signed it; it may have a new one since it was asked."""
    try:
        return _decoded(provider, token, keys_of(provider))
    except InvalidKeyIdError:
        return _decoded(provider, token, keys_of(provider, anew=True))


def _decoded(provider: Provider, token: str, keys: list[dict[str, Any]]) -> jwt.Token:
    return jwt.decode(token, KeySet.import_key_set({"keys": keys}), algorithms=list(provider.algorithms))


def _told_beside(provider: Provider, tokens: Mapping[str, Any], signed: Mapping[str, Any]) -> dict[str, Any]:
    access = tokens.get("access_token")
    if not provider.userinfo or not isinstance(access, str) or not access.isascii() or not access.isprintable():
        return {}
    told = ask(provider.userinfo, {"Authorization": f"Bearer {access}", "Accept": "application/json"})
    # What's told of somebody else is worth nothing (OpenID Connect Core 5.3.2).
    if told.get("sub") != signed["sub"]:
        raise failed(Fault.BAD_TOKEN)
    return told


class _Door:
    """The way out that Authlib's client is given: one POST, through the guard of remote addresses."""

    def post(self, address: str, *, data: Mapping[str, str], headers: Mapping[str, str], auth: Any) -> "_Answer":
        """Send a form."""
        address, sent, form = auth.prepare("POST", address, dict(headers), urlencode(data))
        answer = fetch(
            address, seconds=PATIENCE_SECONDS, most_bytes=_MOST_BYTES, headers=sent, form=form.encode(), is_secret=True
        )
        return _Answer(answer.body)


@dataclass(frozen=True)
class _Answer:
    """An answer as Authlib's client reads it; others than 200 never come so far."""

    body: bytes
    status_code: int = 200

    def json(self) -> Any:
        """Return what the body says."""
        return json.loads(self.body)

    def raise_for_status(self) -> None:
        """Do nothing: the status is good."""
