"""Forms about orders: what an order says, and how many copies each branch gets."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common.errors import Reason
from holdings.selectors import locations_of
from holdings.services.orders import MOST_COPIES, BranchCopies, Copies, OrderFacts
from web.desk.fields import DayField, LineField, PriceField
from web.desk.item_texts import item_reason
from web.ui.named import named
from web.ui.stale_forms import GuardedForm
from web.words.about_orders import order_reason

_FACTS = ("supplier", "number", "ordered_on", "expected_on", "note")


class OrderForm(GuardedForm):
    """What an order says."""

    supplier = LineField(
        label=_("Supplier"),
        max_length=80,
        widget=forms.TextInput(attrs={"list": "suppliers", "autocomplete": "off"}),
    )
    number = LineField(label=_("Order number"), max_length=40, required=False)
    ordered_on = DayField(label=_("Ordered"))
    expected_on = DayField(label=_("Expected"), required=False)
    note = LineField(label=_("Note"), max_length=200, required=False)

    def __init__(self, *args: Any, order: Any = None, **kwargs: Any) -> None:
        kwargs["initial"] = (
            {name: getattr(order, name) for name in _FACTS} if order else {"ordered_on": timezone.localdate()}
        )
        super().__init__(*args, **kwargs)

    def facts(self) -> OrderFacts:
        """Return the checked values as the service takes them."""
        return OrderFacts(**{name: self.cleaned_data[name] for name in _FACTS})


class CopiesForm(forms.Form):
    """What's ordered: an item type and a price, and for each branch how many copies and their room."""

    item_type = forms.ChoiceField(label=_("Item type"))
    price = PriceField(label=pgettext_lazy("of each copy", "Price each"), required=False)

    def __init__(
        self, *args: Any, types: Sequence[Any], branches: Sequence[Any], here: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._types, self._branches = {str(each.pk): each for each in types}, branches
        self._rooms = {branch.pk: {str(room.pk): room for room in locations_of(branch.pk)} for branch in branches}
        self.fields["item_type"].choices = [(pk, named(each)) for pk, each in self._types.items()]  # type: ignore[attr-defined]
        for branch in branches:
            self.fields[f"copies-{branch.pk}"] = forms.IntegerField(
                label=_("%(branch)s: copies") % {"branch": branch.name},
                min_value=0,
                max_value=MOST_COPIES,
                required=False,
                initial=1 if here is not None and branch.pk == here.pk else None,
                widget=forms.TextInput(
                    attrs={"inputmode": "numeric", "autocomplete": "off", "size": 4, "maxlength": 6}
                ),
            )
            rooms = self._rooms[branch.pk]
            self.fields[f"room-{branch.pk}"] = forms.ChoiceField(
                label=_("%(branch)s: room") % {"branch": branch.name},
                choices=[("", "–"), *((pk, room.name) for pk, room in rooms.items())],
                required=False,
            )

    @property
    def lines(self) -> Iterable[dict[str, Any]]:
        """Each branch with its two fields."""
        for branch in self._branches:
            yield {
                "branch": branch,
                "copies": self[f"copies-{branch.pk}"],
                "room": self[f"room-{branch.pk}"] if self._rooms[branch.pk] else None,
            }

    def copies(self) -> Copies:
        """Return the checked values as the service takes them."""
        values = self.cleaned_data
        shares = [
            BranchCopies(branch, count, self._rooms[branch.pk].get(values[f"room-{branch.pk}"]))
            for branch in self._branches
            if (count := values[f"copies-{branch.pk}"])
        ]
        return Copies(self._types[values["item_type"]], shares, values["price"] or Decimal("0.00"))


def tell_reasons(reasons: Iterable[Reason], *given: forms.Form) -> None:
    """Put each reason beside its field in one of the forms, or above the last when none has such a field."""
    for reason in reasons:
        field, text = order_reason(reason)
        form = next((each for each in given if field in each.fields), given[-1])
        form.add_error(field if field in form.fields else None, text or item_reason(reason))
