"""Logging in and out, invitations and the second factor."""

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST
from segno import make_qr

from accounts.errors import CODE_NEEDED, AccountRefused, LogInRefused
from accounts.selectors import identities_of
from accounts.services import invitations
from accounts.services import second_factor as second_factors
from accounts.services.log_in import prove_identity
from tenants.selectors import identity_providers
from web.account.access import open_to_all, staff_only
from web.account.areas import account_areas
from web.account.arriving import let_in
from web.account.forms import CodeForm, LogInForm, NewPasswordForm
from web.account.requests import StaffRequest
from web.account.sign_on_trips import going_on, way_out_of
from web.account.texts import refusal_texts
from web.account.throttle import count_failure, seconds_to_wait
from web.ui.forms import posted

_SECRET = "new_totp_secret"  # noqa: S105 - the session key's name


@open_to_all
@require_http_methods(["GET", "HEAD", "POST"])
def log_in(request: StaffRequest) -> HttpResponse:
    """Log a member of staff in, and send her to where she wanted to go."""
    form = LogInForm(posted(request))
    status = 200
    if request.method == "POST" and form.is_valid():
        name = form.cleaned_data["username"]
        if wait := seconds_to_wait(request, "staff", name):
            form.add_error(
                None, gettext("Too many wrong tries. Wait %(minutes)d minutes.") % {"minutes": -(-wait // 60)}
            )
            status = 429
        else:
            try:
                account = prove_identity(**form.cleaned_data, request=request)
            except LogInRefused as refused:
                if refused.codes != [CODE_NEEDED]:
                    count_failure(request, "staff", name)
                form.add_error("code" if refused.codes == [CODE_NEEDED] else None, refusal_texts(refused)[0])
                status = 422
            else:
                return let_in(request, account, wanted=request.GET.get("next", ""))
    elif request.method == "POST":
        status = 422
    context = {"form": form, "next": request.GET.get("next", ""), "providers": identity_providers(request.tenant)}
    return render(request, "account/log_in.html", context, status=status)


@open_to_all
@require_POST
def log_out(request: StaffRequest) -> HttpResponse:
    """End the session, and the one at her provider where she logged in there."""
    out = way_out_of(request, back=reverse("account:log_in"))
    logout(request)
    return going_on(request, out) if out else redirect("account:log_in")


@open_to_all
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: StaffRequest, token: str) -> HttpResponse:
    """Let somebody who was invited choose her password."""
    now = timezone.now()
    account = invitations.invited_account(token, now=now)
    if account is None:
        return render(request, "account/invitation_ended.html", status=410)
    form = NewPasswordForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            invitations.accept(token=token, password=form.cleaned_data["password"], now=now)
        except AccountRefused as refused:
            for text in refusal_texts(refused):
                form.add_error("password", text)
        else:
            messages.success(request, gettext("Your password is set. Log in with it now."))
            return redirect("account:log_in")
    context = {"form": form, "account": account, "token": token, "providers": identity_providers(request.tenant)}
    return render(request, "account/invitation.html", context, status=422 if form.errors else 200)


@staff_only()
def overview(request: StaffRequest) -> HttpResponse:
    """Show her own account."""
    account = request.staff.account
    linked = {identity.issuer for identity in identities_of(account)}
    providers = [
        {"provider": each, "is_linked": each.issuer in linked or each.issuer.rstrip("/") in linked}
        for each in identity_providers(request.tenant)
    ]
    context = {"account": account, "areas": account_areas(request), "providers": providers}
    return render(request, "account/overview.html", context)


@staff_only()
@require_http_methods(["GET", "HEAD", "POST"])
def second_factor(request: StaffRequest) -> HttpResponse:
    """Switch the second factor on: show the secret, and store it once a code proves that the app has it."""
    account = request.staff.account
    secret = request.session.setdefault(_SECRET, second_factors.new_secret())
    form = CodeForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            second_factors.switch_on(account=account, secret=secret, code=form.cleaned_data["code"])
        except LogInRefused as refused:
            form.add_error("code", refusal_texts(refused)[0])
        else:
            del request.session[_SECRET]
            messages.success(request, gettext("From now on you log in with a code as well."))
            return redirect("account:overview")
    tenant = request.tenant
    address = second_factors.setup_address(account, secret, issuer=f"Libsys {tenant.name}")
    context = {
        "areas": account_areas(request),
        "form": form,
        "secret": secret,
        "qr": make_qr(address).svg_data_uri(scale=5, border=2),
    }
    return render(request, "account/second_factor.html", context, status=422 if form.errors else 200)


@staff_only()
@require_POST
def second_factor_off(request: StaffRequest) -> HttpResponse:
    """Switch her own second factor off; somebody who finds her desk unlocked can't."""
    account = request.staff.account
    if account.check_password(request.POST.get("password", "")):
        second_factors.switch_off(account=account, actor=account)
        messages.success(request, gettext("You log in by password alone now."))
    else:
        messages.error(request, gettext("That isn't your password, so the second factor stays on."))
    return redirect("account:overview")
