"""The form for changing many items at once."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from circulation.services.batches import barcodes_in
from circulation.services.bulk_changes import LONGEST_LIST
from holdings.selectors import locations_of
from holdings.services.items import STAFF_STATUSES
from web.desk.fields import LineField
from web.ui.named import named
from web.ui.uploaded_lists import ListRefusedError, text_of

# As many barcodes as a list may have, with what a spreadsheet puts beside each.
_LARGEST_FILE = 1_500_000


class BarcodesForm(forms.Form):
    """A list of items by their barcodes: scanned, pasted, put in by another page, or a file.

    :cvar longest: how many barcodes it may have
    """

    longest = LONGEST_LIST

    barcodes = forms.CharField(
        label=_("Barcodes, one on each line"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "autofocus": True}),
    )
    file = forms.FileField(
        label=_("Or a file"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".txt,.csv,text/plain,text/csv"}),
        allow_empty_file=True,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # What's needed is one of the two.
        for name in ("barcodes", "file"):
            self.fields[name].is_answered = True  # type: ignore[attr-defined]
        text = gettext("Up to %(limit)s. What stands behind a comma, semicolon or tab is left out.")
        self.fields["barcodes"].help_text = text % {"limit": self.longest}

    @property
    def status(self) -> int:
        """The status of the page's answer."""
        return 422 if self.errors else 200

    def clean(self) -> dict[str, Any]:
        """Put the list's barcodes, each once, into the place of the text that holds them."""
        values = dict(super().clean() or {})
        text = values.get("barcodes", "")
        if file := values.get("file"):
            try:
                text = text_of(file, largest=_LARGEST_FILE)
            except ListRefusedError as refused:
                self.add_error("file", refused.text)
                return values
        values["barcodes"] = barcodes_in(text)
        if not values["barcodes"]:
            self.add_error("barcodes", gettext("There's no barcode in the list."))
        elif len(values["barcodes"]) > self.longest:
            told = gettext("A list may have %(limit)d barcodes; this one has %(count)d.")
            self.add_error("barcodes", told % {"limit": self.longest, "count": len(values["barcodes"])})
        return values


class BulkForm(BarcodesForm):
    """What becomes of all items of a list; what's left open stays as it is."""

    home_branch_id = forms.TypedChoiceField(label=_("Belongs to"), coerce=int, required=False, empty_value=None)
    location_id = forms.TypedChoiceField(label=_("Room"), coerce=int, required=False, empty_value=None)
    item_type_id = forms.TypedChoiceField(label=_("Item type"), coerce=int, required=False, empty_value=None)
    status = forms.TypedChoiceField(label=_("State"), required=False, empty_value=None)
    fills_own_branch_only = forms.TypedChoiceField(
        label=_("Only for holds picked up at its own branch"),
        coerce=lambda text: text == "1",
        required=False,
        empty_value=None,
    )
    copies_kept = forms.IntegerField(
        label=_("Copies to keep of each title"), required=False, min_value=0, max_value=9999
    )
    keeps_last_anywhere = forms.BooleanField(label=_("Keep the last one of all municipalities"), required=False)
    reason = LineField(label=_("Why they're withdrawn"), max_length=200, required=False)

    def __init__(self, *args: Any, types: Sequence[Any], branches: Sequence[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rooms = [(room.pk, f"{branch.name}: {room.name}") for branch in branches for room in locations_of(branch.pk)]
        self._choices("home_branch_id", [(branch.pk, branch.name) for branch in branches])
        self._choices("location_id", rooms)
        self._choices("item_type_id", [(each.pk, named(each)) for each in types])
        self._choices("status", [(status.value, capfirst(str(status.label))) for status in STAFF_STATUSES])
        self._choices("fills_own_branch_only", [("1", _("Yes")), ("0", _("No"))])
        self.fields["copies_kept"].help_text = gettext(
            "Of what's withdrawn, whatever others withdraw at the same time."
        )
        for name in self.base_fields:
            self.fields[name].is_answered = True  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Check that there's something to change, and why what's withdrawn is."""
        values = super().clean()
        if not self.changes(values):
            self.add_error(None, gettext("Choose the items, and what's to become of them."))
        if values.get("status") == "WITHDRAWN" and not values.get("reason"):
            self.add_error("reason", gettext("This field is required."))
        return values

    def changes(self, values: dict[str, Any]) -> dict[str, Any]:
        """Return what every item gets, as the service takes it."""
        names = ("home_branch_id", "location_id", "item_type_id", "status", "fills_own_branch_only")
        return {name: values[name] for name in names if values.get(name) is not None}

    def _choices(self, name: str, choices: Sequence[Any]) -> None:
        self.fields[name].choices = [("", _("stays as it is")), *choices]  # type: ignore[attr-defined]
