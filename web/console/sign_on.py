"""Where people log in by OpenID Connect: the municipality's own provider for its staff, and Unilogin; tried here.

The consortium's page keeps what its members can follow, and where its own operators log in.
"""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.rules import Permission
from common.errors import Refused
from common.open_id.provider import is_secure, keys_of, provider_of
from tenants.errors import PROVIDER_NOT_COMPLETE, ProviderRefused
from tenants.selectors import identity_provider, identity_provider_kinds, stored_identity_provider
from tenants.services.identity_providers import change_identity_provider
from web.account.access import staff_only
from web.account.requests import StaffRequest
from web.account.sign_on import BACK
from web.account.sign_on_trips import back_address
from web.console.areas import areas_of
from web.portal.sign_on import BACK as PORTAL_BACK
from web.ui.forms import posted
from web.ui.stale_forms import GuardedForm, edited_in_turn
from web.words.about_sign_on import fault_texts

_STAFF, _UNILOGIN = "STAFF", "UNILOGIN"
_OFF, _SHARED, _OWN = "off", "shared", "own"
# What each kind of provider usually says; the form begins with it.
_USUAL = {
    _STAFF: {"subject_claim": "sub", "factor_claim": "acr"},
    _UNILOGIN: {
        "subject_claim": "uniid",
        "acr_values": "To_Faktor",
        "factor_claim": "unilogin_loa",
        "factor_values": ["ToFaktor"],
    },
}
_PLAIN = ("name", "issuer", "client_id", "subject_claim", "acr_values", "factor_claim", "links_by_email")
_LISTS = ("factor_values", "institutions")
_NEEDED = ("issuer", "client_id", "client_secret", "subject_claim", "factor_claim", "factor_values")


class ProviderForm(GuardedForm):
    """One kind of login."""

    used = forms.ChoiceField(label=_("Connection"), widget=forms.RadioSelect)
    name = forms.CharField(
        label=_("What the button says"),
        max_length=60,
        required=False,
        help_text=_("“Log in with …”: what your staff call it."),
    )
    issuer = forms.CharField(
        label=_("The provider's address (issuer)"),
        max_length=500,
        required=False,
        help_text=_("Begins with https. Its description stands below it, at /.well-known/openid-configuration."),
    )
    client_id = forms.CharField(label=_("Our client ID there"), max_length=200, required=False)
    client_secret = forms.CharField(
        label=_("Our client secret there"),
        max_length=500,
        required=False,
        strip=False,
        help_text=_("Kept encrypted and never shown. Empty keeps the one that's there."),
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}, render_value=False),
    )
    subject_claim = forms.CharField(
        label=_("Claim that names the person"),
        max_length=60,
        required=False,
        help_text=_("One that stays the same for life and is never given to anybody else; usually sub."),
    )
    acr_values = forms.CharField(
        label=_("What to ask for, so that staff use two factors (acr_values)"), max_length=200, required=False
    )
    factor_claim = forms.CharField(
        label=_("Claim that says how somebody has logged in"),
        max_length=60,
        required=False,
        help_text=_("Usually acr or amr."),
    )
    factor_values = forms.CharField(
        label=_("What it says after two factors"),
        max_length=400,
        required=False,
        help_text=_("One or several, with blanks between. Staff come in with one of these only."),
    )
    links_by_email = forms.BooleanField(
        label=_("Connect accounts by e-mail address the first time"),
        help_text=_("Only addresses that the provider says it has proven, and that one account alone has."),
        required=False,
    )
    institutions = forms.CharField(
        label=_("Institution numbers"),
        max_length=4000,
        required=False,
        help_text=_("Only people of these come in; empty for all whom the school register knows here."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, kind: str, is_consortium: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(_OFF, _("not in use")), (_OWN, _("a provider of our own, as below"))]
        if kind == _UNILOGIN and not is_consortium:
            choices.insert(1, (_SHARED, _("the consortium's")))
        self.fields["used"].choices = choices  # type: ignore[attr-defined]
        for name in _NEEDED:
            # Whether they're needed depends on the connection, so they aren't called optional.
            self.fields[name].is_answered = True  # type: ignore[attr-defined]
        for name in ("name", "links_by_email") if kind == _UNILOGIN else ("institutions",):
            del self.fields[name]

    def clean_issuer(self) -> str:
        """Refuse what isn't an address that nobody can listen to on the way."""
        issuer = str(self.cleaned_data["issuer"])
        if issuer and not is_secure(issuer):
            raise forms.ValidationError(gettext("Write the whole address, beginning with https://."))
        return issuer

    def clean_institutions(self) -> str:
        """Refuse what can't be institution numbers."""
        words = str(self.cleaned_data["institutions"]).replace(",", " ").split()
        if any(not (word.isascii() and word.isalnum() and len(word) <= 12) for word in words):
            raise forms.ValidationError(gettext("Institution numbers are letters and digits, with blanks between."))
        return " ".join(words)

    def values(self) -> dict[str, Any]:
        """Return what the model keeps, but for the secret."""
        data = self.cleaned_data
        kept: dict[str, Any] = {name: data[name] for name in _PLAIN if name in data}
        kept |= {name: data[name].split() for name in _LISTS if name in data}
        return kept | {"is_on": data["used"] != _OFF, "follows_consortium": data["used"] == _SHARED}


def _views(permission: Permission) -> tuple[Callable[..., HttpResponse], ...]:
    """Return the two pages for those with a permission: change, try."""

    @staff_only(permission)
    @require_http_methods(["GET", "HEAD", "POST"])
    @edited_in_turn("identity provider")
    def change(request: StaffRequest, login: str) -> HttpResponse:
        """Change where people log in."""
        form = _form(request, _kind_or_404(login), posted(request))
        if request.method == "POST" and form.is_valid() and _save(request, login.upper(), form):
            messages.success(request, gettext("Saved. Try it before you tell anybody."))
            return redirect("console:sign_on", login=login)
        return _page(request, login, form)

    @staff_only(permission)
    @require_http_methods(["GET", "HEAD", "POST"])
    def attempt(request: StaffRequest, login: str) -> HttpResponse:
        """Ask the provider who it is, and say what we found; nothing is saved."""
        found = _tried(request, _kind_or_404(login)) if request.method == "POST" else None
        return _page(request, login, _form(request, _kind_or_404(login), None), found=found)

    return change, attempt


change, attempt = _views(Permission.ADMINISTER)
change_for_all, attempt_for_all = _views(Permission.OPERATE_CONSORTIUM)


def _form(request: StaffRequest, kind: str, sent: Any) -> ProviderForm:
    stored = stored_identity_provider(request.tenant, kind)
    initial: dict[str, Any] = {"used": _OFF, **_USUAL[kind]}
    if stored is not None:
        used = _SHARED if stored.follows_consortium else _OWN
        initial = {name: getattr(stored, name) for name in (*_PLAIN, *_LISTS)}
        initial["used"] = used if stored.is_on else _OFF
    initial |= {name: " ".join(initial.get(name, [])) for name in _LISTS}
    return ProviderForm(sent, initial=initial, kind=kind, is_consortium=request.tenant.is_consortium)


def _save(request: StaffRequest, kind: str, form: ProviderForm) -> bool:
    try:
        change_identity_provider(
            municipality=request.tenant,
            kind=kind,
            values=form.values(),
            secret=form.cleaned_data["client_secret"],
            actor=request.staff.account,
        )
    except ProviderRefused as refused:
        for reason in refused.reasons:
            if reason.code == PROVIDER_NOT_COMPLETE:
                for name in reason.facts["fields"]:
                    form.add_error(name, gettext("It can't be in use without this."))
            else:
                text = gettext("The address is another one, so enter the secret that belongs to it.")
                form.add_error("client_secret", text)
        return False
    return True


def _tried(request: StaffRequest, kind: str) -> dict[str, Any]:
    """Return what the provider says of itself, as lines of the page, or why it can't be used."""
    known = identity_provider(request.tenant, kind)
    if known is None:
        return {"problems": [gettext("It isn't in use. Choose a connection and save it first.")]}
    try:
        provider = provider_of(known.issuer, anew=True)
        keys = keys_of(provider, anew=True)
    except Refused as refused:
        return {"problems": fault_texts(refused)}
    ends = provider.end_session or gettext("none: logging out here leaves people logged in there")
    proves = gettext("yes") if provider.proves_codes else gettext("it doesn't say so")
    return {
        "facts": [
            (gettext("Issuer"), provider.issuer),
            (gettext("Login page"), provider.authorization),
            (gettext("Keys"), str(len(keys))),
            (gettext("Log-out page"), ends),
            (gettext("Checks PKCE (S256)"), proves),
        ]
    }


def _page(request: StaffRequest, kind: str, form: ProviderForm, *, found: dict[str, Any] | None = None) -> HttpResponse:
    kinds = identity_provider_kinds()
    at_portal = kind.upper() == _UNILOGIN and not request.tenant.is_consortium
    backs = [back_address(request, name, kind) for name in (BACK, *([PORTAL_BACK] if at_portal else []))]
    context = {
        "areas": areas_of(request, "staff" if request.tenant.is_consortium else "settings"),
        "form": form,
        "kind": kind,
        "found": found,
        "backs": backs,
        "choices": [
            {
                "text": str(label)[:1].upper() + str(label)[1:],
                "url": reverse("console:sign_on", args=[value.lower()]),
                "current": value == kind.upper(),
            }
            for value, label in kinds
        ],
    }
    return render(request, "console/sign_on.html", context, status=form.status)


def _kind_or_404(kind: str) -> str:
    if kind not in [value.lower() for value, _label in identity_provider_kinds()]:
        raise Http404
    return kind.upper()
