"""Forms about money: a payment, a waiver, a fee written by hand."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from circulation.selectors.fees import KINDS_OF_CLAIMS
from circulation.services.fees.payments import Method
from circulation.services.fees.settling import BY_HAND
from web.desk.fields import AmountField, DayField, FormIdField, LineField, PriceField

_LONGEST_REVERSAL = 366


class PaymentForm(forms.Form):
    """An amount and how it's paid; the oldest fee is paid first."""

    amount = AmountField(label=_("Amount"))
    method = forms.ChoiceField(label=_("Paid by"), choices=Method.choices, initial=Method.CARD)
    reference = LineField(label=_("Number on the terminal's slip"), max_length=200, required=False)
    keep_rest = forms.BooleanField(label=_("Keep what's beyond as the patron's credit"), required=False)
    form_id = FormIdField()

    def __init__(self, *args: Any, owed: Decimal | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"amount": owed} if owed else {})
        super().__init__(*args, auto_id="payment-%s", **kwargs)


class WaiverForm(forms.Form):
    """How much of a fee is given up, and why."""

    amount = AmountField(label=_("Amount"))
    reason = LineField(label=_("Why"), max_length=200)
    form_id = FormIdField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="waiver-%s", **kwargs)


class WriteOffForm(forms.Form):
    """How much of a fee is written off, and why."""

    amount = AmountField(label=_("Amount"))
    reason = LineField(label=_("Why"), max_length=200)
    form_id = FormIdField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="write-off-%s", **kwargs)


class RefundForm(forms.Form):
    """How much of her credit a patron gets back, and how."""

    amount = AmountField(label=_("Amount"))
    method = forms.ChoiceField(label=_("Paid back by"), choices=Method.choices, initial=Method.CASH)
    form_id = FormIdField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="refund-%s", **kwargs)


class TakeBackForm(forms.Form):
    """Why something is taken back."""

    reason = LineField(label=_("Why"), max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="take-back-%s", **kwargs)


class CreditForm(forms.Form):
    """Pay what's owed from the credit; there's nothing to fill in."""

    form_id = FormIdField()


class TillCountForm(forms.Form):
    """The cash that was counted in a till."""

    counted = PriceField(label=_("Cash counted"))
    note = LineField(label=_("Note"), max_length=200, required=False)
    form_id = FormIdField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="till-%s", **kwargs)


class ReversalForm(forms.Form):
    """Which charges are to be taken back."""

    since = DayField(label=_("Charged from"))
    until = DayField(label=_("to"))
    kind = forms.ChoiceField(label=_("Kind of fee"), choices=KINDS_OF_CLAIMS, initial="OVERDUE")
    branch = forms.ChoiceField(label=_("Branch"), required=False)
    # Unseen until there's something to choose from.
    rule = forms.CharField(label=_("Only by this rule"), required=False, widget=forms.HiddenInput())

    def __init__(self, *args: Any, branches: Mapping[int, str], **kwargs: Any) -> None:
        super().__init__(*args, auto_id="reversal-%s", **kwargs)
        self.fields["branch"].choices = [("", _("All branches")), *branches.items()]  # type: ignore[attr-defined]

    def offer_rules(self, rules: Mapping[str, str]) -> bool:
        """Offer the rules behind the charges of the days, and return whether the chosen one is among them.

        :param rules: each in words, by what stands for it
        """
        chosen = self.cleaned_data["rule"]
        if rules or chosen:
            self.fields["rule"].widget = forms.Select(choices=[("", _("All rules")), *rules.items()])
        if chosen and chosen not in rules:
            self.add_error("rule", _("Choose one of the choices."))
        return not self.errors

    def clean(self) -> dict[str, Any]:
        """Refuse days in the wrong order, and more than a year at once."""
        values = super().clean() or {}
        since, until = values.get("since"), values.get("until")
        if since and until and until < since:
            self.add_error("until", _("The last day is before the first."))
        elif since and until and (until - since).days > _LONGEST_REVERSAL:
            self.add_error("until", _("That's more than a year."))
        return values


class FeeForm(forms.Form):
    """A fee written by hand."""

    kind = forms.ChoiceField(
        label=_("Kind of fee"), choices=[(kind.value, kind.label) for kind in BY_HAND], required=False
    )
    amount = AmountField(label=_("Amount"))
    description = LineField(label=_("What for"), max_length=200)
    form_id = FormIdField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="fee-%s", **kwargs)

    def clean_kind(self) -> str:
        """Return the kind; one that nobody chose is a fee of no special kind."""
        return self.cleaned_data["kind"] or BY_HAND[0]
