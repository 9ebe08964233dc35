"""Forms about money: a payment, a waiver, a fee written by hand."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from circulation.services.fees.payments import Method
from web.desk.fields import AmountField, FormIdField, LineField


class PaymentForm(forms.Form):
    """An amount and how it's paid; the oldest fee is paid first."""

    amount = AmountField(label=_("Amount"))
    method = forms.ChoiceField(label=_("Paid by"), choices=Method.choices, initial=Method.CARD)
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


class FeeForm(forms.Form):
    """A fee written by hand."""

    amount = AmountField(label=_("Amount"))
    description = LineField(label=_("What for"), max_length=200)
    form_id = FormIdField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="fee-%s", **kwargs)
