"""Staff accounts: roles, where somebody works, and invitations."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.errors import AccountRefused
from accounts.rules import Permission
from accounts.selectors import get_account, staff_accounts
from accounts.services.invitations import invite
from accounts.services.staff_accounts import add_account, change_account, roles_here
from holdings.selectors import branches_in_service
from staffing.selectors import work_places
from staffing.services import set_work_places
from tenants.selectors import address_of, current_municipality
from web.account.access import staff_only
from web.console.areas import municipality_areas
from web.console.refusals import add_refusals


class StaffForm(forms.Form):
    """A staff account."""

    name = forms.CharField(label=_("Name"), max_length=100)
    email = forms.EmailField(label=_("E-mail"), required=False)
    role = forms.ChoiceField(label=_("Role"))
    branches = forms.TypedMultipleChoiceField(
        label=_("Works at"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen means at every branch."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [(role.value, role.label) for role in roles_here()]  # type: ignore[attr-defined]
        self.fields["branches"].choices = [(each.pk, each.name) for each in branches_in_service()]  # type: ignore[attr-defined]


class NewStaffForm(StaffForm):
    """A new account with its user name."""

    username = forms.CharField(label=_("User name"), max_length=60)
    field_order = ["username"]


class KnownStaffForm(StaffForm):
    """An account that exists."""

    is_active = forms.BooleanField(label=_("Can log in"), required=False)


@staff_only(Permission.ADMINISTER)
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """List the accounts."""
    context = {"areas": municipality_areas(request, "staff"), "accounts": staff_accounts()}
    return render(request, "console/staff.html", context)


@staff_only(Permission.ADMINISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """Add an account and show its invitation."""
    form = NewStaffForm(request.POST or None)
    actor = request.staff.account  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        branch_ids = values.pop("branches")
        try:
            account = add_account(**values, actor=actor)
        except AccountRefused as refused:
            add_refusals(form, refused)
        else:
            set_work_places(account=account, branch_ids=branch_ids, actor=actor)
            return _invited(request, account)
    context = {"areas": municipality_areas(request, "staff"), "form": form, "heading": gettext("Add an account")}
    return render(request, "console/form.html", context, status=422 if form.errors else 200)


@staff_only(Permission.ADMINISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Change an account."""
    account, actor = _or_404(pk), request.staff.account  # type: ignore[attr-defined]
    initial = {
        **{name: getattr(account, name) for name in ("name", "email", "role", "is_active")},
        "branches": work_places(account),
    }
    form = KnownStaffForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        branch_ids = values.pop("branches")
        try:
            change_account(account=account, **values, actor=actor)
        except AccountRefused as refused:
            add_refusals(form, refused)
        else:
            set_work_places(account=account, branch_ids=branch_ids, actor=actor)
            messages.success(request, gettext("The account is changed."))
            return redirect("console:staff")
    context = {"areas": municipality_areas(request, "staff"), "form": form, "account": account}
    return render(request, "console/staff_account.html", context, status=422 if form.errors else 200)


@staff_only(Permission.ADMINISTER)
@require_POST
def invite_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a new invitation; the earlier one stops working."""
    return _invited(request, _or_404(pk))


def _invited(request: HttpRequest, account: Any) -> HttpResponse:
    token = invite(account=account, now=timezone.now(), actor=request.staff.account)  # type: ignore[attr-defined]
    link = address_of(current_municipality(), f"/account/invitation/{token}")
    context = {"areas": municipality_areas(request, "staff"), "account": account, "link": link}
    return render(request, "console/invited.html", context)


def _or_404(pk: int) -> Any:
    account = get_account(pk)
    if account is None:
        raise Http404
    return account
