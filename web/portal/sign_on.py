"""Pupils and school staff log in at Unilogin; see docs/how-to/log-in-elsewhere.md."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from common.errors import Refused
from common.open_id import unilogin
from common.open_id.errors import SignOnFailed
from patrons import errors
from patrons.services.sign_on import prove_school_patron
from tenants.selectors import identity_provider
from web.account import sign_on_trips
from web.account.access import open_to_all
from web.account.sign_on_texts import is_fault_of_provider, lost_text, sign_on_texts
from web.account.throttle import SIGN_ON, count_failure, seconds_to_wait
from web.portal import sessions
from web.portal.log_in import UNILOGIN, where_to
from web.ui.requests import PageRequest

BACK = "portal:sign_on_back"
_STRONGER = "factors"


@open_to_all
@never_cache
@require_safe
def begin(request: PageRequest, kind: str) -> HttpResponse:
    """Send her to Unilogin; school staff who came with one factor are asked for two the second time."""
    provider = identity_provider(request.tenant, UNILOGIN)
    if provider is None or kind.upper() != UNILOGIN:
        return redirect("portal:log_in")
    wanted = request.GET.get("next", "")
    if wait := seconds_to_wait(request, SIGN_ON, None):
        text = gettext("Too many wrong tries. Wait %(minutes)d minutes.") % {"minutes": -(-wait // 60)}
        return _refused(request, [text], status=429)
    try:
        address = sign_on_trips.begin(
            request,
            provider,
            back=BACK,
            purpose={"what": "portal", "next": wanted},
            acr_values=provider.acr_values if _STRONGER in request.GET else "",
            asks_again="again" in request.GET,
        )
    except Refused as refused:
        count_failure(request, SIGN_ON, None)
        return _refused(request, sign_on_texts(refused), status=502)
    return HttpResponseRedirect(address)


@open_to_all
@never_cache
@require_safe
def back(request: PageRequest, kind: str) -> HttpResponse:
    """Take Unilogin's answer."""
    if kind.upper() != UNILOGIN:
        return redirect("portal:log_in")
    try:
        trip = sign_on_trips.end(request, UNILOGIN, back=BACK, needs=unilogin.CLAIMS)
        patron, key = prove_school_patron(provider=trip.provider, claims=trip.claims)
    except sign_on_trips.TripLost as lost:
        return _refused(request, [lost_text(was_broken_off=lost.was_broken_off)], wanted=lost.purpose.get("next", ""))
    except SignOnFailed as failed:
        count_failure(request, SIGN_ON, None)
        return _refused(request, sign_on_texts(failed), status=502 if is_fault_of_provider(failed) else 422)
    except Refused as refused:
        return _refused(request, _texts(refused), stronger=errors.TWO_FACTORS_NEEDED in refused.codes)
    sessions.begin_from_school(request, patron, key=key)
    sign_on_trips.remember(request, trip.provider, back=BACK)
    return HttpResponseRedirect(where_to(request, trip.purpose["next"]))


def _texts(refused: Refused) -> list[str]:
    sentences = {
        errors.NOT_AT_SCHOOL: gettext("Pupils and school staff log in here. Parents log in with card and PIN."),
        errors.TWO_FACTORS_NEEDED: gettext("School staff need two factors. Try again, and use both."),
        errors.OTHER_SCHOOL: gettext("Your school isn't one of those that take part here."),
        errors.NO_LICENCE: gettext("Your school has no licence for the library. Its office can say more."),
        errors.NOT_IN_REGISTER: gettext(
            "We don't know you from school yet. Ask at the school library, or log in with card and PIN."
        ),
    }
    return [sentences.get(code, code) for code in refused.codes]


def _refused(
    request: PageRequest, texts: list[str], *, status: int = 422, wanted: str = "", stronger: bool = False
) -> HttpResponse:
    asked: dict[str, Any] = {_STRONGER: "2"} if stronger else {"again": "1"}
    asked |= {"next": wanted} if wanted else {}
    context = sessions.portal_context(request, "me") | {
        "frame": "ui/portal_base.html",
        "texts": texts,
        "again": f"{reverse('portal:sign_on', args=['unilogin'])}?{urlencode(asked)}",
        "log_in": reverse("portal:log_in"),
        "next": wanted,
    }
    return render(request, "account/sign_on_refused.html", context, status=status)
