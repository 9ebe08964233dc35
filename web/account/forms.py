"""The forms of staff accounts."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext


class LogInForm(forms.Form):
    """User name and password, and a code when the account asks for one."""

    username = forms.CharField(
        label=_("User name"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}, render_value=False),
    )
    code = forms.CharField(
        label=_("Code from your app"),
        help_text=_("Six digits; only if you have switched on the second factor."),
        max_length=10,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


class NewPasswordForm(forms.Form):
    """A new password, twice."""

    password = forms.CharField(
        label=_("New password"),
        help_text=_("At least 10 characters, not only digits, and not a common password."),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "autofocus": True}),
    )
    again = forms.CharField(
        label=_("The same once more"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        """Refuse two different passwords."""
        data = super().clean() or {}
        if data.get("password") and data.get("again") and data["password"] != data["again"]:
            self.add_error("again", _("The two passwords differ."))
        return data


class CodeForm(forms.Form):
    """A code that proves that the app has the secret."""

    code = forms.CharField(
        label=_("Code from your app"),
        max_length=10,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}),
    )


class LockPinForm(forms.Form):
    """The PIN that unlocks her screen, and when it locks; her password proves that it's she who sets it."""

    pin = forms.CharField(
        label=_("PIN"),
        help_text=_("Four to eight digits. It unlocks your screen and nothing else."),
        max_length=8,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "inputmode": "numeric", "autofocus": True}),
    )
    minutes = forms.TypedChoiceField(label=_("Lock after"), coerce=int)
    password = forms.CharField(
        label=_("Your password"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args: Any, minutes: Sequence[int], has_password: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_password:
            del self.fields["password"]
        texts = [
            (count, ngettext("%(count)d minute", "%(count)d minutes", count) % {"count": count}) for count in minutes
        ]
        self.fields["minutes"].choices = texts  # type: ignore[attr-defined]


class BranchForm(forms.Form):
    """The branch that she works at."""

    branch = forms.TypedChoiceField(label=_("I work at"), coerce=int, widget=forms.RadioSelect)

    def __init__(self, *args: Any, branches: Sequence[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["branch"].choices = [(branch.pk, branch.name) for branch in branches]  # type: ignore[attr-defined]
        if len(branches) == 1:
            self.initial["branch"] = branches[0].pk
        # Nothing chosen yet: the arrow keys choose at once. Otherwise Enter confirms; the page puts the cursor there.
        if not self.initial.get("branch"):
            self.fields["branch"].widget.attrs["autofocus"] = True
