"""Two people edit one thing: the second to save reads what the first has saved, keeps what she typed, and decides.

A form that's about a stored thing is a `GuardedForm`, its page puts `{% as_read form %}` into the form, and its view is
`@edited_in_turn("patron")` and answers with `form.status`.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext

from common.stale_forms import changed_since, marks_of, same_as_read
from tenants.locks import in_turn

FIELD = "as_read"
_CONFLICT = "changed_meanwhile"


def saved_meanwhile() -> str:
    """Say that somebody else was first, and that nothing is lost."""
    return gettext("Somebody else has saved this meanwhile. Nothing of yours is saved yet; look and save again.")


def saved_value(shown: str) -> str:
    """Say what somebody else has saved of a field that still has what was sent."""
    return gettext("Saved meanwhile: “%(value)s”. What you sent is in the field.") % {"value": shown}


class GuardedForm(forms.Form):
    """A form whose `initial` is what's stored now; what was saved since the page was read is an error beside its field.

    A field that she has left alone takes the new value; in one that she has changed, hers stays.
    """

    @property
    def as_read(self) -> str:
        """What's stored now, in marks for the page."""
        return marks_of(self._stored())

    @property
    def is_stale(self) -> bool:
        """Whether somebody else has saved since the page was read."""
        return self.has_error(NON_FIELD_ERRORS, _CONFLICT)

    @property
    def status(self) -> int:
        """The status of the page's answer: 409 when it's stale, 422 with other errors."""
        if not self.errors:
            return 200
        return 409 if self.is_stale else 422

    def full_clean(self) -> None:
        """Check the fields, and then what was saved meanwhile."""
        super().full_clean()
        if self.is_bound and (changed := self._changed_meanwhile()):
            self._tell(changed)

    def _stored(self) -> dict[str, Any]:
        return {name: self._plain(self.get_initial_for_field(field, name)) for name, field in self.fields.items()}

    @staticmethod
    def _plain(value: Any) -> Any:
        return value.pk if isinstance(value, Model) else value

    def _changed_meanwhile(self) -> list[str]:
        stored = self._stored()
        changed = changed_since(self.data.get(FIELD, ""), stored)
        return [
            name
            for name, field in self.fields.items()
            if name in changed and field.has_changed(stored[name], self._raw(name))
        ]

    def _raw(self, name: str) -> Any:
        return self.fields[name].widget.value_from_datadict(self.data, self.files, self.add_prefix(name))

    def _tell(self, changed: list[str]) -> None:
        untouched = {name for name in changed if self._is_untouched(name)}
        self.add_error(None, forms.ValidationError(saved_meanwhile(), code=_CONFLICT))
        for name in changed:
            if name in untouched:
                self._take_stored(name)
                self.add_error(name, gettext("Changed meanwhile. This is the new value."))
            else:
                self.add_error(name, saved_value(self._shown(name)))

    def _is_untouched(self, name: str) -> bool:
        return name in self.cleaned_data and same_as_read(
            self.data.get(FIELD, ""), name, self._plain(self.cleaned_data[name])
        )

    def _take_stored(self, name: str) -> None:
        """Put what's stored into the field that she has left alone."""
        value, key = self._stored()[name], self.add_prefix(name)
        self.data = self.data.copy()
        if isinstance(value, (list, tuple, set, frozenset)):
            self.data.setlist(key, [str(each) for each in value])
        elif value in (None, "", False):
            self.data.pop(key, None)
        else:
            # The widget of a choice or a tick formats for the drawing, not for what's sent.
            plain = isinstance(self.fields[name], (forms.ChoiceField, forms.BooleanField))
            self.data[key] = str(value) if plain else self._written(name, value)

    def _shown(self, name: str) -> str:
        return self.in_words(name, self.get_initial_for_field(self.fields[name], name))

    def in_words(self, name: str, value: Any) -> str:
        """Return what a value of a field is called."""
        value = self._plain(value)
        choices = getattr(self.fields[name], "choices", None)
        if choices is not None:
            named = {str(key): str(text) for key, text in choices}
            wanted = value if isinstance(value, (list, tuple)) else [value]
            return ", ".join(named.get(str(each), str(each or "–")) for each in wanted)
        if isinstance(self.fields[name], forms.BooleanField):
            return gettext("Yes") if value else gettext("No")
        return self._written(name, value) or "–"

    def _written(self, name: str, value: Any) -> str:
        field = self.fields[name]
        shown = field.widget.format_value(field.prepare_value(value))
        return "" if shown is None else str(shown)


def edited_in_turn(kind: str) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Let one request after the other save a thing, so that the later one sees what the earlier has saved.

    :param kind: what's edited; with the address's own arguments it names the thing
    """

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def in_order(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method != "POST":
                return view(request, *args, **kwargs)
            with in_turn(f"edit {kind} {sorted(kwargs.items())}"):
                return view(request, *args, **kwargs)

        return in_order

    return decorate
