"""Groups of branches, which share rules: made, renamed and removed here; a branch's own page puts it into one."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.rules import Permission
from circulation.services.branch_groups import remove_group
from common.stale_forms import marks_of
from holdings.errors import BranchRefused
from holdings.selectors import all_branches, branch_groups, get_branch_group
from holdings.services.branch_groups import add_group, rename_group
from web.account.access import staff_only
from web.account.requests import StaffRequest
from web.console.areas import municipality_areas
from web.console.refusals import add_refusals, refusal_text
from web.ui.forms import posted
from web.ui.stale_forms import GuardedForm, edited_in_turn


class GroupForm(GuardedForm):
    """A branch group."""

    name = forms.CharField(label=_("Name"), max_length=60)


@staff_only(Permission.ADMINISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def listed(request: StaffRequest) -> HttpResponse:
    """List the groups with their branches, and make one."""
    form = GroupForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            add_group(name=form.cleaned_data["name"], actor=request.staff.account)
        except BranchRefused as refused:
            add_refusals(form, refused)
        else:
            return _saved(request)
    return _page(request, form, status=form.status)


@staff_only(Permission.ADMINISTER)
@require_POST
@edited_in_turn("branch group")
def rename(request: StaffRequest, pk: int) -> HttpResponse:
    """Give a group another name."""
    group = _or_404(pk)
    form = GroupForm(request.POST, initial={"name": group.name})
    if form.is_valid():
        try:
            rename_group(group=group, name=form.cleaned_data["name"], actor=request.staff.account)
        except BranchRefused as refused:
            add_refusals(form, refused)
        else:
            return _saved(request)
    # What's wrong is about a row of the list; the form beside it makes new groups.
    for error in (text for texts in form.errors.values() for text in texts):
        messages.error(request, error)
    return _page(request, GroupForm(), status=form.status, typed={pk: request.POST.get("name", "")})


@staff_only(Permission.ADMINISTER)
@require_POST
@edited_in_turn("branch group")
def remove(request: StaffRequest, pk: int) -> HttpResponse:
    """Remove a group that nothing needs."""
    try:
        remove_group(group=_or_404(pk), actor=request.staff.account)
    except BranchRefused as refused:
        for reason in refused.reasons:
            messages.error(request, refusal_text(reason))
        return _page(request, GroupForm(), status=422)
    return _saved(request)


def _saved(request: StaffRequest) -> HttpResponse:
    messages.success(request, gettext("Saved."))
    return redirect("console:branch_groups")


def _page(
    request: StaffRequest, form: GroupForm, *, status: int, typed: Mapping[int, str] | None = None
) -> HttpResponse:
    members: dict[int | None, list[Any]] = {}
    for branch in all_branches():
        members.setdefault(branch.group_id, []).append(branch)
    context = {
        "areas": municipality_areas(request, "branches"),
        "heading": gettext("Branch groups"),
        "adding": gettext("Add a branch group"),
        "form": form,
        "groups": [
            {
                "group": group,
                "typed": (typed or {}).get(group.pk, group.name),
                "as_read": marks_of({"name": group.name}),
                "branches": members.get(group.pk, []),
            }
            for group in branch_groups()
        ],
    }
    return render(request, "console/branch_groups.html", context, status=status)


def _or_404(pk: int) -> Any:
    group = get_branch_group(pk)
    if group is None:
        raise Http404
    return group
