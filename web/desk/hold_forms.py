"""Forms about holds: what's asked for when one is placed, and what can be changed afterwards."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from web.desk.fields import DayField, LineField

_PRIORITIES = [
    ("0", pgettext_lazy("priority of a hold", "in its turn")),
    ("1", pgettext_lazy("priority of a hold", "before all others")),
    ("-1", pgettext_lazy("priority of a hold", "after all others")),
]


class HoldForm(forms.Form):
    """What a hold may say beyond its title, patron and pick-up branch."""

    volume = forms.ChoiceField(label=_("Volume or issue"), required=False)
    any_edition = forms.BooleanField(label=_("Another edition will do as well"), required=False)
    needed_by = DayField(label=_("Needed by"), required=False)
    priority = forms.ChoiceField(label=_("Goes"), choices=_PRIORITIES, required=False)
    parallel_to = forms.ChoiceField(label=_("One of the two is enough"), required=False)
    note = LineField(label=_("Note"), max_length=200, required=False)
    staff_note = LineField(label=_("Note for staff"), max_length=200, required=False)

    def __init__(self, *args: Any, volumes: Sequence[str], holds: Sequence[Any], **kwargs: Any) -> None:
        super().__init__(*args, auto_id="hold-%s", **kwargs)
        self.holds = {str(hold.pk): hold for hold in holds}
        self._offer("volume", _("any"), [(volume, volume) for volume in volumes])
        self._offer("parallel_to", _("no other hold"), [(pk, hold.record.title) for pk, hold in self.holds.items()])

    def _offer(self, name: str, none: Any, choices: list[tuple[str, Any]]) -> None:
        if choices:
            self.fields[name].choices = [("", none), *choices]  # type: ignore[attr-defined]
        else:
            del self.fields[name]

    def wish(self) -> dict[str, Any]:
        """Return the checked values as the service takes them."""
        values = self.cleaned_data
        return {
            "volume": values.get("volume", ""),
            "any_edition": values["any_edition"],
            "needed_by": values["needed_by"],
            "priority": int(values["priority"] or 0),
            "parallel_to": self.holds.get(values.get("parallel_to", "")),
            "note": values["note"],
            "staff_note": values["staff_note"],
        }


class EitherForm(forms.Form):
    """Which of a patron's holds stand for each other."""

    def __init__(self, *args: Any, holds: Sequence[Any], **kwargs: Any) -> None:
        super().__init__(*args, auto_id="either-%s", **kwargs)
        self.fields["hold"] = forms.MultipleChoiceField(
            label=_("Mark at least two. When one of them is lent, the others end."),
            choices=[(hold.pk, " · ".join(filter(None, (hold.record.title, hold.record.author)))) for hold in holds],
            widget=forms.CheckboxSelectMultiple,
            error_messages={"required": _("Choose at least two of them.")},
        )


class HoldChangeForm(forms.Form):
    """What can be changed of a hold that waits."""

    needed_by = DayField(label=_("Needed by"), required=False)
    suspended_until = DayField(
        label=_("Paused until"), required=False, help_text=_("Until then others go past; the place stays.")
    )
    note = LineField(label=_("Note"), max_length=200, required=False)
    staff_note = LineField(label=_("Note for staff"), max_length=200, required=False)

    def __init__(self, *args: Any, hold: Any, **kwargs: Any) -> None:
        names = ("needed_by", "suspended_until", "note", "staff_note")
        kwargs.setdefault("initial", {name: getattr(hold, name) for name in names})
        super().__init__(*args, auto_id="change-%s", **kwargs)
