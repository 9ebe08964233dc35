"""The form for a branch's subscription to a periodical."""

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from circulation.services.periodicals import SubscriptionPlan
from web.desk.fields import DayField
from web.ui.named import named

# Days from today.
_FARTHEST = 3660


class SubscriptionForm(forms.Form):
    """How often issues come, from which one on, and what each becomes."""

    every = forms.ChoiceField(
        label=_("Issues come"),
        choices=[
            ("TIMES", _("so often a year")),
            ("WEEK", _("every week")),
            ("WORKDAY", _("every day but Sunday")),
            ("NO_PLAN", pgettext_lazy("how often issues come", "irregularly")),
        ],
    )
    times_a_year = forms.IntegerField(label=_("Issues a year"), min_value=1, max_value=366, initial=12)
    first_on = DayField(label=_("The next issue comes on"))
    first_number = forms.IntegerField(label=_("Its number"), min_value=1, max_value=99_999, initial=1)
    runs_on = forms.BooleanField(label=_("Numbers go on over the new year"), required=False)
    item_type = forms.ChoiceField(label=_("Item type"))
    location = forms.ChoiceField(label=_("Room"), required=False)
    newest_stays = forms.BooleanField(
        label=_("The newest issue stays in the library until the next one comes"), required=False
    )
    keeps_years = forms.IntegerField(label=_("Years to keep issues"), min_value=0, max_value=200, required=False)

    def __init__(self, *args: Any, types: Any, rooms: Any, **kwargs: Any) -> None:
        kwargs["auto_id"] = "subscription-%s"
        super().__init__(*args, **kwargs)
        self._types = {str(each.pk): each for each in types}
        self._rooms = {str(each.pk): each for each in rooms}
        self.fields["item_type"].choices = [(pk, named(each)) for pk, each in self._types.items()]  # type: ignore[attr-defined]
        self.fields["location"].choices = [("", "–"), *((pk, each.name) for pk, each in self._rooms.items())]  # type: ignore[attr-defined]

    def clean_first_on(self) -> date:
        """Refuse a slip of the key: issues are counted from this day on."""
        day: date = self.cleaned_data["first_on"]
        if abs((day - timezone.localdate()).days) > _FARTHEST:
            raise forms.ValidationError(forms.DateField.default_error_messages["invalid"])
        return day

    def plan(self) -> SubscriptionPlan:
        """Return the checked values as the service takes them."""
        values = dict(self.cleaned_data)
        values["item_type"] = self._types[values["item_type"]]
        values["location"] = self._rooms.get(values["location"])
        return SubscriptionPlan(**values)
