"""Staff log in at their identity provider, and connect their account to it; see docs/how-to/log-in-elsewhere.md."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.selectors import get_account
from accounts.services import invitations, sign_on
from common.errors import Refused
from common.open_id import unilogin
from common.open_id.errors import SignOnFailed
from tenants.selectors import identity_provider
from web.account import sign_on_trips
from web.account.access import LOCKED, open_to_all, staff_only
from web.account.arriving import let_in
from web.account.requests import StaffRequest
from web.account.sign_on_texts import is_fault_of_provider, lost_text, sign_on_texts
from web.account.throttle import SIGN_ON, count_failure, seconds_to_wait

BACK = "account:sign_on_back"


@open_to_all
@never_cache
@require_safe
def begin(request: StaffRequest, kind: str) -> HttpResponse:
    """Send her to her provider. Whoever finds a locked screen doesn't get round its PIN like that."""
    provider = _provider(request, kind)
    if request.session.get(LOCKED) or provider is None:
        return redirect("account:overview" if provider else "account:log_in")
    purpose = {"what": "log in", "next": request.GET.get("next", "")}
    return _set_out(request, provider, purpose, asks_again="again" in request.GET)


@open_to_all
@require_POST
def accept_invitation(request: StaffRequest, token: str, kind: str) -> HttpResponse:
    """Let somebody who was invited connect her account instead of choosing a password."""
    if invitations.invited_account(token, now=timezone.now()) is None:
        return render(request, "account/invitation_ended.html", status=410)
    provider = _provider(request, kind)
    if provider is None:
        return redirect("account:invitation", token=token)
    return _set_out(request, provider, {"what": "invitation", "mark": invitations.mark_of(token)})


@staff_only()
@require_POST
def connect(request: StaffRequest, kind: str) -> HttpResponse:
    """Let her connect her own account; somebody who finds her desk unlocked can't, for it asks for her password."""
    provider, account = _provider(request, kind), request.staff.account
    if provider is None:
        return redirect("account:overview")
    wait = seconds_to_wait(request, "staff", account.username)
    if wait or not account.check_password(request.POST.get("password", "")):
        if not wait:
            count_failure(request, "staff", account.username)
        messages.error(request, gettext("That isn't your password, so nothing is connected."))
        return redirect("account:overview")
    return _set_out(request, provider, {"what": "connect", "account": account.pk})


@open_to_all
@never_cache
@require_safe
def back(request: StaffRequest, kind: str) -> HttpResponse:
    """Take the provider's answer."""
    try:
        trip = sign_on_trips.end(request, kind.upper(), back=BACK, needs=unilogin.CLAIMS)
        return _arrive(request, trip)
    except sign_on_trips.TripLost as lost:
        text = lost_text(was_broken_off=lost.was_broken_off)
        return _refused(request, kind, [text], wanted=lost.purpose.get("next", ""))
    except Refused as refused:
        # Whoever has proven who she is guesses nothing, and a whole school may come from one address.
        if isinstance(refused, SignOnFailed):
            count_failure(request, SIGN_ON, None)
        return _refused(request, kind, sign_on_texts(refused), status=502 if is_fault_of_provider(refused) else 422)


def _arrive(request: StaffRequest, trip: sign_on_trips.Trip) -> HttpResponse:
    """Do what she set out for.

    :raises Refused: with the reasons why not
    """
    known: dict[str, Any] = {"provider": trip.provider, "claims": trip.claims, "now": timezone.now()}
    what = trip.purpose["what"]
    if what == "connect":
        return _connected(request, trip, known)
    if what == "invitation":
        account = sign_on.accept_with(mark=trip.purpose["mark"], **known)
    else:
        account = sign_on.log_in_with(**known)
    answer = let_in(request, account, wanted=trip.purpose.get("next", ""))
    sign_on_trips.remember(request, trip.provider, back=BACK)
    return answer


def _connected(request: StaffRequest, trip: sign_on_trips.Trip, known: dict[str, Any]) -> HttpResponse:
    account = get_account(trip.purpose["account"])
    if account is None or request.staff.account != account or request.session.get(LOCKED):
        raise sign_on_trips.TripLost
    sign_on.link_own(account=account, **known)
    text = gettext("From now on you can log in with %(provider)s.") % {"provider": trip.provider.label}
    messages.success(request, text)
    return redirect("account:overview")


def _set_out(
    request: StaffRequest, provider: Any, purpose: dict[str, Any], *, asks_again: bool = False
) -> HttpResponse:
    kind = provider.kind.lower()
    if wait := seconds_to_wait(request, SIGN_ON, None):
        text = gettext("Too many wrong tries. Wait %(minutes)d minutes.") % {"minutes": -(-wait // 60)}
        return _refused(request, kind, [text], status=429)
    try:
        address = sign_on_trips.begin(
            request,
            provider,
            back=BACK,
            purpose=purpose,
            acr_values=provider.acr_values,
            asks_again=asks_again,
        )
    except Refused as refused:
        count_failure(request, SIGN_ON, None)
        return _refused(request, kind, sign_on_texts(refused), status=502)
    return sign_on_trips.going_on(request, address) if request.method == "POST" else HttpResponseRedirect(address)


def _refused(
    request: StaffRequest, kind: str, texts: list[str], *, status: int = 422, wanted: str = ""
) -> HttpResponse:
    asked = {"again": "1"} | ({"next": wanted} if wanted else {})
    again = f"{reverse('account:sign_on', args=[kind])}?{urlencode(asked)}"
    context = {
        "frame": "ui/console_base.html",
        "texts": texts,
        "again": again,
        "log_in": reverse("account:log_in"),
        "next": wanted,
    }
    return render(request, "account/sign_on_refused.html", context, status=status)


def _provider(request: StaffRequest, kind: str) -> Any:
    return identity_provider(request.tenant, kind.upper())
