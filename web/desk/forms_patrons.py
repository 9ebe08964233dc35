"""Forms about patrons: who she is, her card and PIN, blocks, and the look-up by national identity number."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from web.desk.fields import DayField, LineField
from web.ui.named import named
from web.ui.stale_forms import GuardedForm
from web.words.messages import CHANNELS, channel_choices

_BLOCK_KINDS = [
    ("OTHER", _("Other")),
    ("UNPAID", _("Unpaid claim")),
    ("ADDRESS", _("Address unknown")),
    ("CONDUCT", _("Conduct")),
    ("CARD_MISUSE", _("Card used by somebody else")),
    ("NO_CONSENT", _("Guardian's consent is missing")),
]


class _Chosen(forms.TypedChoiceField):
    """One of the rows that the form was given, by its number."""

    def __init__(self, **options: Any) -> None:
        super().__init__(coerce=int, **options)

    def offer(self, rows: Sequence[Any], *, empty: str | None = None) -> None:
        """Set what there is to choose from."""
        first = [("", empty)] if empty is not None else []
        self.choices = first + [(row.pk, named(row)) for row in rows]


class PatronForm(GuardedForm):
    """What staff fill in about a patron."""

    given_name = LineField(label=_("Given name"), max_length=80)
    family_name = LineField(label=_("Family name"), max_length=80, required=False)
    alias = LineField(
        label=_("Shown instead of the name"),
        help_text=_("For patrons whose name and address are protected."),
        max_length=80,
        required=False,
    )
    category = _Chosen(label=_("Category"))
    home_branch = _Chosen(label=_("Picks up at"))
    birth_date = DayField(label=_("Born"), required=False)
    email = forms.EmailField(label=_("E-mail"), required=False)
    phone = LineField(label=_("Phone"), max_length=20, required=False)
    address = LineField(label=_("Address"), max_length=200, required=False)
    postal_code = LineField(label=_("Postal code"), max_length=10, required=False)
    city = LineField(label=_("City"), max_length=60, required=False)
    municipality_code = LineField(
        label=_("Municipality where the patron lives"),
        help_text=_("Its number; empty is here."),
        max_length=10,
        required=False,
    )
    language = forms.ChoiceField(label=_("Language of messages"), choices=settings.LANGUAGES)
    channel = forms.ChoiceField(label=_("Messages by"), choices=list(CHANNELS.items()))
    expires_on = DayField(label=_("Card ends"), required=False)
    national_id = LineField(
        label=_("National identity number"),
        help_text=_("Kept encrypted and never shown. Leave it empty to keep what's stored."),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    # Three to a row: who she is, where she lives, how she's reached, what she is here, the rest.
    field_order = (
        "given_name family_name birth_date address postal_code city email phone channel "
        "category home_branch expires_on language municipality_code national_id alias"
    ).split()

    def __init__(
        self, *args: Any, categories: Sequence[Any], branches: Sequence[Any], patron: Any = None, **kwargs: Any
    ) -> None:
        if patron is not None:
            names = set(self.base_fields) - {"national_id", "category", "home_branch"}
            kwargs["initial"] = {name: getattr(patron, name, "") for name in names} | {
                "category": patron.category_id,
                "home_branch": patron.home_branch_id,
            }
        super().__init__(*args, **kwargs)
        self.rows = {
            "category": {row.pk: row for row in categories},
            "home_branch": {row.pk: row for row in branches},
        }
        self.fields["category"].offer(categories)  # type: ignore[attr-defined]
        self.fields["home_branch"].offer(branches)  # type: ignore[attr-defined]
        self.fields["channel"].choices = channel_choices(patron.channel if patron else "")  # type: ignore[attr-defined]

    def details(self) -> dict[str, Any]:
        """Return the checked values as the service takes them."""
        values = {name: self.cleaned_data[name] for name in PatronForm.base_fields}
        for name, rows in self.rows.items():
            values[name] = rows[values[name]]
        return values


class NewPatronForm(PatronForm):
    """A new patron with her first card."""

    card_number = LineField(label=_("Card"), max_length=32, widget=forms.TextInput(attrs={"autofocus": True}))
    pin = forms.CharField(
        label=_("PIN"),
        help_text=_("Four to eight digits, chosen by the patron."),
        max_length=8,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "inputmode": "numeric"}),
    )
    guardian_card = LineField(
        label=_("Guardian's card"), help_text=_("For a child: who is liable."), max_length=32, required=False
    )

    field_order = ["card_number", "pin", "guardian_card", *PatronForm.field_order]


class NationalIdForm(forms.Form):
    """The look-up that is logged."""

    national_id = LineField(
        label=_("National identity number"), max_length=20, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )


class BlockForm(forms.Form):
    """Why a patron may not borrow, what, and for how long."""

    kind = forms.ChoiceField(label=_("What it's about"), choices=_BLOCK_KINDS, required=False)
    reason = LineField(label=_("Why"), max_length=200, help_text=_("The patron reads this."))
    until = DayField(label=_("Until"), help_text=_("Empty: until it's lifted."), required=False)
    item_type = _Chosen(label=_("For"), required=False, empty_value=None)

    def __init__(self, *args: Any, item_types: Sequence[Any], today: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="block-%s", **kwargs)
        self.today = today
        self.types = {row.pk: row for row in item_types}
        self.fields["item_type"].offer(item_types, empty=_("Everything"))  # type: ignore[attr-defined]

    def clean_until(self) -> Any:
        """Refuse a day that's over."""
        until = self.cleaned_data["until"]
        if until and until < self.today:
            raise forms.ValidationError(_("This day has passed."))
        return until


class CardForm(forms.Form):
    """A new card instead of the old ones."""

    card_number = LineField(label=_("New card"), max_length=32)
    reason = forms.ChoiceField(
        label=_("The old card"), choices=[("LOST", _("is lost")), ("REPLACED", _("is handed in"))]
    )
    is_free = forms.BooleanField(label=_("No fee for a lost card this time"), required=False)
    free_because = LineField(label=_("Why no fee"), max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="card-%s", **kwargs)

    def clean(self) -> dict[str, Any]:
        """Ask why a lost card is to cost nothing."""
        data = super().clean() or self.cleaned_data
        if not data.get("is_free"):
            data["free_because"] = ""
        elif not data.get("free_because") and "free_because" not in self.errors:
            self.add_error("free_because", _("Write why."))
        return data


class PinForm(forms.Form):
    """A new PIN, typed by the patron."""

    pin = forms.CharField(
        label=_("New PIN"),
        help_text=_("Four to eight digits."),
        max_length=8,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "inputmode": "numeric"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="pin-%s", **kwargs)


class MoveForm(forms.Form):
    """Where a hold is to be picked up."""

    pickup = _Chosen(label=_("Pick up at"))

    def __init__(self, *args: Any, branches: Sequence[Any], **kwargs: Any) -> None:
        super().__init__(*args, auto_id="move-%s", **kwargs)
        self.fields["pickup"].offer(branches)  # type: ignore[attr-defined]
