"""Form fields of the desk: amounts with comma or point, days as the browser's own picker gives them."""

import uuid
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class PriceField(forms.DecimalField):
    """An amount of money, nothing among them, written as 20,00 or 20.00."""

    lowest = Decimal("0.00")
    # Below the shortest barcode: a scanner that's fired while a dialog is open types into it.
    highest = Decimal("999999.99")

    def __init__(self, **options: Any) -> None:
        super().__init__(
            min_value=self.lowest,
            max_value=self.highest,
            decimal_places=2,
            widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "maxlength": 20}),
            error_messages={
                "invalid": _("This isn't an amount. Write it as 20,00."),
                "max_value": _("This is too much for an amount. Was a barcode scanned here?"),
            },
            **options,
        )

    def to_python(self, value: Any) -> Decimal | None:
        """Return the amount, whichever sign separates its cents."""
        if isinstance(value, str):
            value = "".join(value.split()).replace(",", ".")
        return super().to_python(value)


class AmountField(PriceField):
    """An amount of money above zero."""

    lowest = Decimal("0.01")


class DayField(forms.DateField):
    """A day, chosen in the browser's own calendar."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            input_formats=["%Y-%m-%d", "%d.%m.%Y"],
            widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
            error_messages={"invalid": _("This isn't a day.")},
            **options,
        )


class FormIdField(forms.CharField):
    """The form's own id, so that it counts once however often it's sent."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("initial", lambda: uuid.uuid4().hex)
        super().__init__(max_length=40, required=False, widget=forms.HiddenInput(), **options)


class LineField(forms.CharField):
    """One line of text, without what neither screens nor the database can show."""

    def to_python(self, value: Any) -> str:
        """Return the text without control characters."""
        text = super().to_python(value)
        return "".join(character for character in text if character.isprintable() or character == " ")
