"""Locks a screen and unlocks it by PIN. The page stays where it is; until then nothing answers in her name."""

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.errors import AccountRefused
from staffing import services
from web.account.access import LOCKED, staff_only
from web.account.areas import account_areas
from web.account.forms import LockPinForm
from web.account.requests import StaffRequest
from web.account.sign_on_trips import has_just_come
from web.account.texts import refusal_texts
from web.account.throttle import count_failure, seconds_to_wait
from web.ui.forms import posted

_TRIES = "unlock_tries"
# After these the whole log-in is asked for again.
MOST_TRIES = 5


@staff_only(while_locked=True)
@require_http_methods(["GET", "HEAD", "POST"])
def lock(request: StaffRequest) -> HttpResponse:
    """Lock the screen, or say whether it's locked and whose it is; without a PIN there's nothing to unlock it by."""
    staff = request.staff
    if request.method == "POST" and not staff.lock_minutes:
        return JsonResponse({"locked": False, "set_pin": reverse("account:lock_pin")}, status=409)
    if request.method == "POST":
        request.session[LOCKED] = True
    return JsonResponse({"locked": bool(request.session.get(LOCKED)), "who": staff.account.username})


@staff_only(while_locked=True)
@require_POST
def unlock(request: StaffRequest) -> HttpResponse:
    """Unlock the screen by PIN; after some wrong ones the session ends."""
    account, typed = request.staff.account, request.POST.get("pin", "")
    if not request.session.get(LOCKED):
        return _unlocked(request)
    # A scan that hits the field is no try at the PIN.
    if not services.looks_like_pin(typed):
        return _still_locked(request, gettext("A PIN has four to eight digits."), 422)
    if seconds_to_wait(request, "unlock", account.username) or request.session.get(_TRIES, 0) >= MOST_TRIES:
        return _ended(request)
    if services.unlock(account=account, pin=typed):
        request.session.pop(_TRIES, None)
        request.session[LOCKED] = False
        return _unlocked(request)
    count_failure(request, "unlock", account.username)
    request.session[_TRIES] = request.session.get(_TRIES, 0) + 1
    if request.session[_TRIES] >= MOST_TRIES:
        return _ended(request)
    return _still_locked(request, gettext("That isn't your PIN."), 422)


@staff_only()
@require_http_methods(["GET", "HEAD", "POST"])
def lock_pin(request: StaffRequest) -> HttpResponse:
    """Set or remove the PIN."""
    staff = request.staff
    form = LockPinForm(
        posted(request),
        minutes=services.LOCK_MINUTES,
        has_password=staff.account.has_usable_password(),
        initial={"minutes": staff.lock_minutes or services.LOCK_MINUTES[2]},
    )
    if request.method == "POST" and "remove" in request.POST:
        services.remove_lock_pin(account=staff.account)
        messages.success(request, gettext("Your screen doesn't lock any more."))
        return redirect("account:overview")
    if request.method == "POST" and form.is_valid():
        if problem := _not_proven(request, form):
            form.add_error(*problem)
        else:
            try:
                services.set_lock_pin(
                    account=staff.account, pin=form.cleaned_data["pin"], minutes=form.cleaned_data["minutes"]
                )
            except AccountRefused as refused:
                form.add_error("pin", refusal_texts(refused)[0])
            else:
                messages.success(request, gettext("Your screen locks from now on, and this PIN unlocks it."))
                return redirect("account:overview")
    context = {"form": form, "areas": account_areas(request), "is_set": bool(staff.lock_minutes)}
    return render(request, "account/lock_pin.html", context, status=422 if form.errors else 200)


def _not_proven(request: StaffRequest, form: LockPinForm) -> tuple[str | None, str] | None:
    """Return the field and what's wrong with it, unless she has proven that it's she who sets the PIN."""
    if "password" in form.fields:
        is_hers = request.staff.account.check_password(form.cleaned_data["password"])
        return None if is_hers else ("password", gettext("That isn't your password."))
    if has_just_come(request):
        return None
    return None, gettext("Log out and in again, and then set the PIN within ten minutes: that proves it's you.")


def _unlocked(request: StaffRequest) -> HttpResponse:
    if _is_page(request):
        wanted = request.POST.get("next", "")
        safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()})
        return HttpResponseRedirect(wanted if safe else "/account/")
    return JsonResponse({"locked": False})


def _still_locked(request: StaffRequest, problem: str, status: int) -> HttpResponse:
    if _is_page(request):
        context = {"next": request.POST.get("next", ""), "problem": problem}
        return render(request, "account/locked.html", context, status=status)
    return JsonResponse({"locked": True, "problem": problem}, status=status)


def _ended(request: StaffRequest) -> HttpResponse:
    logout(request)
    if _is_page(request):
        return redirect("account:log_in")
    return JsonResponse({"locked": True, "problem": gettext("Too many wrong PINs. Log in again.")}, status=401)


def _is_page(request: StaffRequest) -> bool:
    return not request.headers.get("X-Lock")
