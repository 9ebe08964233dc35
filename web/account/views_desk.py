"""Where she works, and the keys of her desk."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from accounts.errors import AccountRefused
from staffing import services
from staffing.selectors import branches_of
from web.account.access import staff_only
from web.account.areas import account_areas
from web.account.forms import BranchForm
from web.account.requests import StaffRequest
from web.account.texts import refusal_texts
from web.ui.forms import posted
from web.ui.keys import ACTIONS, AREAS, DEFAULT_KEYS, key_problems, keys_of


@staff_only()
@require_http_methods(["GET", "HEAD", "POST"])
def branch(request: StaffRequest) -> HttpResponse:
    """Choose the branch once; it stays chosen until she changes it."""
    staff = request.staff
    branches = branches_of(staff.account)
    form = BranchForm(posted(request), branches=branches, initial={"branch": staff.branch and staff.branch.pk})
    if request.method == "POST" and form.is_valid():
        try:
            chosen = services.choose_branch(account=staff.account, branch_id=form.cleaned_data["branch"])
        except AccountRefused as refused:
            form.add_error("branch", refusal_texts(refused)[0])
        else:
            request.session["branch_id"] = chosen.pk
            wanted = request.GET.get("next", "")
            safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()})
            return HttpResponseRedirect(wanted if safe else reverse("desk:start"))
    context = {"form": form, "areas": account_areas(request)}
    return render(request, "account/branch.html", context, status=422 if form.errors else 200)


@staff_only()
@require_http_methods(["GET", "HEAD", "POST"])
def keys(request: StaffRequest) -> HttpResponse:
    """Change the keys of the desk; a key that a browser keeps for itself is refused with the reason."""
    staff = request.staff
    own, problems = dict(staff.keys), {}
    if request.method == "POST":
        typed = {action: request.POST.get(action, "").strip() for action in ACTIONS if action in request.POST}
        own = {action: key for action, key in typed.items() if key and key != DEFAULT_KEYS[action]}
        problems = {problem.action: problem.message for problem in key_problems(own)}
        if not problems:
            services.change_keys(account=staff.account, keys=own)
            messages.success(request, gettext("Your keys are saved."))
            return redirect("account:keys")
    context = {"areas": account_areas(request), "groups": _groups(own, problems), "problems": problems}
    return render(request, "account/keys.html", context, status=422 if problems else 200)


def _groups(own: dict[str, str], problems: dict[str, str]) -> list[dict[str, Any]]:
    table = keys_of(own)
    rows = [
        {"action": action, "key": own.get(action.id, table[action.id]), "problem": problems.get(action.id, "")}
        for action in ACTIONS.values()
    ]
    return [
        {"id": area, "name": name, "rows": [row for row in rows if row["action"].area == area]}
        for area, name in AREAS.items()
    ]
