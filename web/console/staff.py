"""Staff accounts: roles, where somebody works, and invitations; a municipality's, and the consortium's own."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.errors import AccountRefused
from accounts.rules import Permission
from accounts.selectors import get_account, identities_of, staff_accounts
from accounts.services.invitations import invite
from accounts.services.sign_on import unlink
from accounts.services.staff_accounts import add_account, change_account, roles_here
from holdings.selectors import branches_in_service
from staffing.selectors import work_places
from staffing.services import set_work_places
from tenants.choice import is_none_chosen
from web.account.access import staff_only
from web.account.requests import StaffRequest
from web.console.areas import areas_of
from web.console.refusals import add_refusals
from web.ui.forms import posted
from web.ui.sorting import keeps_order, ordered
from web.ui.stale_forms import GuardedForm, edited_in_turn


class StaffForm(GuardedForm):
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
        if is_none_chosen():
            del self.fields["branches"]
        else:
            self.fields["branches"].choices = [(each.pk, each.name) for each in branches_in_service()]  # type: ignore[attr-defined]


class NewStaffForm(StaffForm):
    """A new account with its user name."""

    username = forms.CharField(label=_("User name"), max_length=60)
    field_order = ["username"]


class KnownStaffForm(StaffForm):
    """An account that exists."""

    is_active = forms.BooleanField(label=_("Can log in"), required=False)


def _views(permission: Permission) -> tuple[Callable[..., HttpResponse], ...]:
    """Return the five pages for those with a permission: list, add, change, invite again, unlink."""

    @staff_only(permission)
    @require_safe
    @keeps_order("staff")
    def listed(request: StaffRequest) -> HttpResponse:
        """List the accounts."""
        accounts = ordered(request, "staff", list(staff_accounts()))
        return render(request, "console/staff.html", {"areas": areas_of(request, "staff"), "accounts": accounts})

    @staff_only(permission)
    @require_http_methods(["GET", "HEAD", "POST"])
    def add(request: StaffRequest) -> HttpResponse:
        """Add an account and show its invitation."""
        form = NewStaffForm(posted(request))
        if request.method == "POST" and form.is_valid() and (account := _save(request, form, add_account)):
            return _invited(request, account)
        context = {"areas": areas_of(request, "staff"), "form": form, "heading": gettext("Add an account")}
        return render(request, "console/form.html", context, status=form.status)

    @staff_only(permission)
    @require_http_methods(["GET", "HEAD", "POST"])
    @edited_in_turn("staff account")
    def change(request: StaffRequest, pk: int) -> HttpResponse:
        """Change an account."""
        account = _or_404(pk)
        initial = {name: getattr(account, name) for name in ("name", "email", "role", "is_active")}
        if not is_none_chosen():
            initial["branches"] = work_places(account)
        form = KnownStaffForm(posted(request), initial=initial)
        if request.method == "POST" and form.is_valid() and _save(request, form, change_account, account=account):
            messages.success(request, gettext("The account is changed."))
            return redirect("console:staff")
        context = {
            "areas": areas_of(request, "staff"),
            "form": form,
            "account": account,
            "identities": identities_of(account),
        }
        return render(request, "console/staff_account.html", context, status=form.status)

    @staff_only(permission)
    @require_POST
    def invite_again(request: StaffRequest, pk: int) -> HttpResponse:
        """Make a new invitation; the earlier one stops working."""
        return _invited(request, _or_404(pk))

    @staff_only(permission)
    @require_POST
    def unlink_identity(request: StaffRequest, pk: int, identity: int) -> HttpResponse:
        """Take the link to an identity provider away."""
        if not unlink(account=_or_404(pk), identity_id=identity, actor=request.staff.account):
            raise Http404
        messages.success(request, gettext("The account isn't connected there any more."))
        return redirect("console:staff_account", pk=pk)

    return listed, add, change, invite_again, unlink_identity


listed, add, change, invite_again, unlink_one = _views(Permission.ADMINISTER)
operators, add_operator, change_operator, invite_operator, unlink_operator = _views(Permission.OPERATE_CONSORTIUM)


def _save(request: StaffRequest, form: forms.Form, service: Callable[..., Any], **subject: Any) -> Any:
    """Return the saved account, or None with the reasons in the form."""
    actor = request.staff.account
    values = dict(form.cleaned_data)
    branch_ids = values.pop("branches", None)
    try:
        account = service(**subject, **values, actor=actor)
    except AccountRefused as refused:
        add_refusals(form, refused)
        return None
    if branch_ids is not None:
        set_work_places(account=account, branch_ids=branch_ids, actor=actor)
    return account


def _invited(request: StaffRequest, account: Any) -> HttpResponse:
    token = invite(account=account, now=timezone.now(), actor=request.staff.account)
    link = request.build_absolute_uri(reverse("account:invitation", args=[token]))
    context = {"areas": areas_of(request, "staff"), "account": account, "link": link}
    return render(request, "console/invited.html", context)


def _or_404(pk: int) -> Any:
    account = get_account(pk)
    if account is None:
        raise Http404
    return account
