"""Forms about items: what one is and where it belongs."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from holdings.selectors import locations_of, next_barcode
from holdings.services.items import statuses_to_choose
from web.desk.fields import DayField, LineField, PriceField
from web.ui.named import named
from web.ui.stale_forms import GuardedForm


class ItemForm(GuardedForm):
    """What staff write down of an item."""

    item_type = forms.TypedChoiceField(label=_("Item type"), coerce=int)
    home_branch = forms.TypedChoiceField(label=_("Belongs to"), coerce=int)
    location = forms.TypedChoiceField(label=_("Room"), coerce=int, required=False, empty_value=None)
    call_number = LineField(label=_("Shelf mark"), max_length=60, required=False)
    price = PriceField(label=_("Price"), required=False)
    status = forms.ChoiceField(label=_("State"))
    note = LineField(label=_("Note"), max_length=200, required=False)
    acquired_on = DayField(label=_("Acquired"), required=False)
    volume = LineField(
        label=_("Volume or issue"),
        help_text=_("As holds ask for it: 2, or 2026:3."),
        max_length=60,
        required=False,
    )
    fills_own_branch_only = forms.BooleanField(label=_("Only for holds picked up at its own branch"), required=False)
    parts = forms.IntegerField(
        label=_("Loose parts to count"),
        help_text=_("0 when there are none."),
        min_value=0,
        max_value=999,
        required=False,
    )
    parts_note = LineField(label=_("What the parts are"), max_length=100, required=False)

    def __init__(
        self,
        *args: Any,
        types: Sequence[Any],
        branches: Sequence[Any],
        item: Any = None,
        home_branch: Any = None,
        **kwargs: Any,
    ) -> None:
        kwargs.setdefault("initial", _of(item) if item else {"home_branch": home_branch.pk, "status": "AVAILABLE"})
        super().__init__(*args, **kwargs)
        if item and item.home_branch_id not in {branch.pk for branch in branches}:
            branches = [*branches, item.home_branch]
        rooms = {room.pk: (room, branch) for branch in branches for room in locations_of(branch.pk)}
        self.rows = {
            "item_type": {row.pk: row for row in types},
            "home_branch": {row.pk: row for row in branches},
            "location": {pk: room for pk, (room, _branch) in rooms.items()},
        }
        self._choices("item_type", [(row.pk, named(row)) for row in types])
        self._choices("home_branch", [(row.pk, row.name) for row in branches])
        self._choices(
            "location", [("", "–"), *((pk, f"{branch.name}: {room.name}") for pk, (room, branch) in rooms.items())]
        )
        self._choices("status", _statuses(item))

    def _choices(self, name: str, choices: list[Any]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def details(self) -> dict[str, Any]:
        """Return the checked values as the service takes them."""
        values = {name: self.cleaned_data[name] for name in ItemForm.base_fields}
        for name, rows in self.rows.items():
            values[name] = rows.get(values[name])
        values["price"] = values["price"] or Decimal("0.00")
        values["parts"] = values["parts"] or 0
        return values


class NewItemForm(ItemForm):
    """A new item under the next free barcode, or one from a roll of labels."""

    barcode = LineField(
        label=_("Barcode"),
        help_text=_("Scan a label, or keep the next free number."),
        max_length=64,
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off"}),
    )

    field_order = ("barcode", "item_type")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["barcode"].initial = next_barcode()


def _of(item: Any) -> dict[str, Any]:
    return {
        "item_type": item.item_type_id,
        "home_branch": item.home_branch_id,
        "location": item.location_id,
        "call_number": item.call_number,
        "price": item.price,
        "status": item.status,
        "note": item.note,
        "acquired_on": item.acquired_on,
        "volume": item.volume,
        "fills_own_branch_only": item.fills_own_branch_only,
        "parts": item.parts,
        "parts_note": item.parts_note,
    }


def _statuses(item: Any) -> list[tuple[str, Any]]:
    return [(status.value, status.label) for status in statuses_to_choose(item)]
