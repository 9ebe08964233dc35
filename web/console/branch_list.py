"""The list of branches, and the order in which they stand wherever branches are listed."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from accounts.rules import Permission
from common.stale_forms import changed_since, marks_of
from holdings.selectors import all_branches, branch_groups, week_of
from holdings.services.branches import move_branch
from web.account.access import staff_only
from web.account.requests import StaffRequest
from web.console.areas import municipality_areas
from web.ui.stale_forms import FIELD as AS_READ
from web.ui.stale_forms import edited_in_turn, saved_meanwhile


@staff_only(Permission.ADMINISTER)
@require_safe
def listed(request: StaffRequest) -> HttpResponse:
    """List the branches."""
    return _page(request, status=200)


@staff_only(Permission.ADMINISTER)
@require_POST
@edited_in_turn("order of branches")
def move(request: StaffRequest) -> HttpResponse:
    """Move a branch up or down by one; not in an order that somebody else has changed since it was shown."""
    up = "up" in request.POST
    branches = all_branches()
    wanted = request.POST.get("up" if up else "down", "")
    branch = next((each for each in branches if str(each.pk) == wanted), None)
    if branch is None:
        raise Http404
    if changed_since(request.POST.get(AS_READ, ""), _order(branches)):
        messages.error(request, saved_meanwhile())
        return _page(request, status=409)
    move_branch(branch=branch, up=up, actor=request.staff.account)
    messages.success(request, gettext("Saved."))
    return redirect(f"{reverse('console:branches')}#{_button(all_branches(), branch.pk, up=up)}")


def _button(branches: Sequence[Any], pk: int, *, up: bool) -> str:
    """Return the button that whoever has moved a branch goes on with: the same one; the other at an end."""
    if up and branches[0].pk == pk:
        return f"down-{pk}"
    return f"down-{pk}" if not up and branches[-1].pk != pk else f"up-{pk}"


def _order(branches: Sequence[Any]) -> Mapping[str, str]:
    return {"order": " ".join(str(each.pk) for each in branches)}


def _page(request: StaffRequest, *, status: int) -> HttpResponse:
    groups, branches = {group.pk: group for group in branch_groups()}, all_branches()
    rows = [
        {"branch": branch, "group": groups.get(branch.group_id), "open_days": len(week_of(branch))}
        for branch in branches
    ]
    context = {
        "areas": municipality_areas(request, "branches"),
        "rows": rows,
        "as_read": marks_of(_order(branches)),
    }
    return render(request, "console/branches.html", context, status=status)
