"""The form for a branch's subscription to a periodical."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from catalogue.rules.issues import issue_name
from circulation.rules.periodicals import next_issue
from circulation.services.subscriptions import SubscriptionPlan
from web.desk.fields import DayField, LineField, PriceField
from web.ui.named import named
from web.ui.stale_forms import GuardedForm

# Days from today.
_FARTHEST = 3660
# Where issues stand, behind the branch; what's said of them.
_STANDS = ("location", "newest_stays", "keeps_years", "note")
_RHYTHM = ("every", "times_a_year", "first_on", "first_number", "runs_on")


class SubscriptionForm(GuardedForm):
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
    ends_on = DayField(
        label=_("The subscription runs until"),
        help_text=_("No issue is expected after this day. Leave it empty while there's no end in sight."),
        required=False,
    )
    supplier = LineField(
        label=_("Supplier"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"list": "suppliers", "autocomplete": "off"}),
    )
    order_number = LineField(label=_("Order number"), max_length=60, required=False)
    price = PriceField(
        label=_("Price of an issue"),
        help_text=_("Every new item gets it: what's asked for a lost one."),
        required=False,
    )
    item_type = forms.ChoiceField(label=_("Item type"))
    location = forms.ChoiceField(label=_("Room"), required=False)
    newest_stays = forms.BooleanField(
        label=_("The newest issue stays in the library until the next one comes"), required=False
    )
    keeps_years = forms.IntegerField(label=_("Years to keep issues"), min_value=0, max_value=200, required=False)
    note = LineField(label=_("Note"), max_length=300, required=False)

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
        if day != self.initial.get("first_on") and abs((day - timezone.localdate()).days) > _FARTHEST:
            raise forms.ValidationError(forms.DateField.default_error_messages["invalid"])
        return day

    def plan(self) -> SubscriptionPlan:
        """Return the checked values as the service takes them."""
        values = {name: self.cleaned_data[name] for name in SubscriptionForm.base_fields}
        values["item_type"] = self._types[values["item_type"]]
        values["location"] = self._rooms.get(values["location"])
        values["price"] = values["price"] or Decimal("0.00")
        return SubscriptionPlan(**values)


class EditSubscriptionForm(SubscriptionForm):
    """What a subscription says from now on: shown is the next issue, and not the first one that ever came."""

    branch = forms.ChoiceField(label=_("Branch"))

    field_order = (*(name for name in SubscriptionForm.base_fields if name not in _STANDS), "branch", *_STANDS)

    def __init__(
        self, *args: Any, subscription: Any, branches: Sequence[Any], rooms: Sequence[tuple[Any, Any]], **kwargs: Any
    ) -> None:
        self._stored_plan = subscription
        kwargs["initial"] = _of(subscription)
        super().__init__(*args, rooms=[room for room, _branch in rooms], **kwargs)
        if subscription.branch_id not in {each.pk for each in branches}:
            branches = [*branches, subscription.branch]
        self._branches = {str(each.pk): each for each in branches}
        self.fields["branch"].choices = [(pk, each.name) for pk, each in self._branches.items()]  # type: ignore[attr-defined]
        choices = [(str(room.pk), f"{branch.name}: {room.name}") for room, branch in rooms]
        self.fields["location"].choices = [("", "–"), *choices]  # type: ignore[attr-defined]

    def chosen_branch(self) -> Any:
        """Return the branch that gets the issues from now on."""
        return self._branches[self.cleaned_data["branch"]]

    def plan(self) -> SubscriptionPlan:
        """Return the checked values; issues are counted as before unless something of it was changed."""
        plan = super().plan()
        if any(getattr(plan, name) != self.initial[name] for name in _RHYTHM):
            return plan
        return replace(plan, **{name: getattr(self._stored_plan, name) for name in _RHYTHM})


def _of(subscription: Any) -> dict[str, Any]:
    values = {name: getattr(subscription, name) for name in SubscriptionForm.base_fields}
    values |= {"item_type": subscription.item_type_id, "location": subscription.location_id}
    values["branch"] = subscription.branch_id
    coming = next_issue(subscription, timezone.localdate())
    if coming is not None:
        name = issue_name(coming.volume)
        number = name.number if name else ""
        values |= {
            "first_on": coming.day,
            "first_number": int(number) if number.isdecimal() else values["first_number"],
        }
    return values
