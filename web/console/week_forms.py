"""The form of a branch's weekly hours: two times for each weekday, or none when it's closed."""

from collections.abc import Iterator
from datetime import time
from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from web.ui.stale_forms import GuardedForm

_KINDS = {"opens": _("opens"), "closes": _("closes")}


class WeekForm(GuardedForm):
    """A branch's weekly hours; `opens-0` is when it opens on Mondays."""

    def __init__(self, *arguments: Any, **values: Any) -> None:
        super().__init__(*arguments, **values)
        for day, name in WEEKDAYS.items():
            for kind, word in _KINDS.items():
                # The width of a column, so that the day stands beside it only once.
                self.fields[f"{kind}-{day}"] = forms.TimeField(
                    label=f"{capfirst(name)}, {word}",
                    required=False,
                    widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
                )

    def clean(self) -> dict[str, Any]:
        """Refuse a weekday that has one time only."""
        for day, name in WEEKDAYS.items():
            if bool(self.cleaned_data.get(f"opens-{day}")) != bool(self.cleaned_data.get(f"closes-{day}")):
                missing = "closes" if self.cleaned_data.get(f"opens-{day}") else "opens"
                text = gettext("%(day)s needs both times, or neither.") % {"day": capfirst(name)}
                self.add_error(f"{missing}-{day}", text)
        return self.cleaned_data

    def week(self) -> dict[int, tuple[time, time]]:
        """Return opening and closing time by weekday; closed ones are left out."""
        return {
            day: (self.cleaned_data[f"opens-{day}"], self.cleaned_data[f"closes-{day}"])
            for day in WEEKDAYS
            if self.cleaned_data[f"opens-{day}"]
        }

    def rows(self) -> Iterator[dict[str, Any]]:
        """Yield each weekday with its two fields, for the page."""
        for day, name in WEEKDAYS.items():
            yield {"name": name, "times": [self[f"{kind}-{day}"] for kind in _KINDS]}


def stored_week(week: Any) -> dict[str, time | None]:
    """Return a week's hours as the form reads them, None for both times of a closed weekday.

    :param week: the hours by weekday, as the branch has them
    """
    return {f"{kind}-{day}": getattr(week.get(day), kind, None) for day in WEEKDAYS for kind in _KINDS}
