"""What happens once a member of staff has proven who she is: her session begins, and she goes where she wanted to."""

from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.rules import Permission, permissions_of
from web.account.access import LOCKED
from web.account.requests import StaffRequest


def let_in(request: StaffRequest, account: Any, *, wanted: str) -> HttpResponse:
    """Begin her session and send her on.

    :param wanted: the address that she wanted to see; followed only on this host
    """
    login(request, account, backend=settings.AUTHENTICATION_BACKENDS[0])
    request.session.pop(LOCKED, None)
    return HttpResponseRedirect(_where_to(request, account, wanted))


def _where_to(request: StaffRequest, account: Any, wanted: str) -> str:
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}):
        return wanted
    if request.tenant.is_consortium:
        return "/"
    if Permission.CIRCULATE in permissions_of(account.role):
        return reverse("desk:start")
    return reverse("console:start")
