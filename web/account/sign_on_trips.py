"""The way to an identity provider and back, for staff and patrons: what the session keeps of it, and the log-out there.

One browser's trip is worth nothing in another, on another host, after ten minutes, or a second time.
"""

import time
from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from common.open_id.flow import Attempt, Registration, come_back, is_ours, set_out, way_out
from tenants.selectors import identity_provider
from tenants.services.identity_providers import secret_of
from web.ui.requests import PageRequest

_TRIP = "sign_on_trip"
_SIGNED_ON = "signed_on_at"
_VALID_SECONDS = 600


@dataclass(frozen=True)
class Trip:
    """A trip that has come back to where it began.

    :ivar purpose: what she wants of it, as `begin` got it
    :ivar claims: what the provider says of her, checked
    """

    provider: Any
    purpose: dict[str, Any]
    claims: dict[str, Any]


class TripLost(Exception):
    """The answer belongs to no trip of this browser, or the person has broken it off.

    :ivar was_broken_off: whether it was the provider that said so
    :ivar purpose: what she wanted, where that's known
    """

    def __init__(self, *, was_broken_off: bool = False, purpose: dict[str, Any] | None = None) -> None:
        self.was_broken_off, self.purpose = was_broken_off, purpose or {}
        super().__init__()


def begin(
    request: PageRequest,
    provider: Any,
    *,
    back: str,
    purpose: dict[str, Any],
    acr_values: str = "",
    asks_again: bool = False,
) -> str:
    """Return the address to send her to, and keep in her session what she must bring back.

    :param back: the name of the page that she comes back to
    :param purpose: what to remember until then; JSON values
    :param acr_values: how strongly she's to prove who she is
    :param asks_again: whether the provider asks who she is even where it knows, for she may be somebody else there
    :raises SignOnFailed: if the provider can't be asked
    """
    address, attempt = set_out(_registration(request, provider, back), acr_values=acr_values, asks_again=asks_again)
    request.session[_TRIP] = {
        **asdict(attempt),
        "kind": provider.kind,
        "issuer": provider.issuer,
        "host": request.get_host(),
        "at": int(time.time()),
        "purpose": purpose,
    }
    return address


def end(request: PageRequest, kind: str, *, back: str, needs: Collection[str]) -> Trip:
    """Return the trip that this answer ends; the same answer isn't taken a second time.

    :param back: the name of this page
    :param needs: claims beside the ones that the provider's settings name
    :raises TripLost: if it belongs to none
    :raises SignOnFailed: if the provider's answer isn't good
    """
    kept = request.session.get(_TRIP)
    if not isinstance(kept, dict):
        raise TripLost
    attempt = Attempt(kept["state"], kept["nonce"], kept["verifier"])
    if kept["kind"] != kind or not is_ours(attempt, request.GET.get("state", "")):
        raise TripLost
    del request.session[_TRIP]
    purpose, provider = kept["purpose"], identity_provider(request.tenant, kind)
    is_late = int(time.time()) - kept["at"] > _VALID_SECONDS
    if is_late or kept["host"] != request.get_host() or provider is None or provider.issuer != kept["issuer"]:
        raise TripLost(purpose=purpose)
    if "error" in request.GET or "code" not in request.GET:
        raise TripLost(was_broken_off=True, purpose=purpose)
    claims = come_back(
        _registration(request, provider, back),
        attempt,
        code=request.GET["code"],
        issuer=request.GET.get("iss", ""),
        needs=[provider.subject_claim, provider.factor_claim, *needs],
    )
    return Trip(provider, purpose, claims)


def remember(request: PageRequest, provider: Any, *, back: str) -> None:
    """Remember in her new session where she logged in, so that logging out ends that too."""
    request.session[_SIGNED_ON] = {
        "kind": provider.kind,
        "issuer": provider.issuer,
        "back": back,
        "at": int(time.time()),
    }


def has_just_come(request: PageRequest) -> bool:
    """Return whether she has proven who she is a short while ago: what stands for a password where there's none."""
    signed_on = request.session.get(_SIGNED_ON)
    return isinstance(signed_on, dict) and int(time.time()) - signed_on.get("at", 0) <= _VALID_SECONDS


def way_out_of(request: PageRequest, *, back: str) -> str:
    """Return the address that ends her session at her provider; empty where there's nothing to end.

    :param back: where she comes out, on this host
    """
    signed_on = request.session.get(_SIGNED_ON)
    provider = identity_provider(request.tenant, signed_on["kind"]) if isinstance(signed_on, dict) else None
    if provider is None or not isinstance(signed_on, dict) or provider.issuer != signed_on["issuer"]:
        return ""
    registration = _registration(request, provider, signed_on["back"])
    return way_out(registration, to=request.build_absolute_uri(back))


def going_on(request: HttpRequest, address: str, *, around: dict[str, Any] | None = None) -> HttpResponse:
    """Answer to a form by sending her to another host: pages let forms lead nowhere but to us, so no redirect does.

    :param around: what the page needs around it, where it isn't one of staff: its frame's name as `frame`
    """
    context = {"frame": "ui/console_base.html", **(around or {})}
    context |= {"address": address, "host": urlsplit(address).hostname}
    answer = render(request, "account/going_on.html", context)
    answer.headers["Refresh"] = f"0; url={address}"
    return answer


def back_address(request: HttpRequest, name: str, kind: str) -> str:
    """Return the address that a provider sends people back to, as it must be registered there."""
    return request.build_absolute_uri(reverse(name, args=[kind.lower()]))


def _registration(request: HttpRequest, provider: Any, back: str) -> Registration:
    return Registration(
        issuer=provider.issuer,
        client_id=provider.client_id,
        client_secret=secret_of(provider),
        back=back_address(request, back, provider.kind),
    )
