"""Forms about what goes with a patron: notes, further cards, guardians, contact persons, the end of a membership."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from web.desk.fields import DayField, LineField

LEAVING = [("MOVED", _("Moved away")), ("DECEASED", _("Deceased")), ("OWN_WISH", _("Wants to be no patron any more"))]


class NoteForm(forms.Form):
    """A note that colleagues read."""

    text = LineField(label=_("Note"), max_length=500, help_text=_("The patron may ask to read it."))
    pops_up = forms.BooleanField(label=_("Stands out at check-out until somebody has read it"), required=False)
    only_once = forms.BooleanField(label=_("Is over once it's been read"), required=False)
    until = DayField(label=_("Until"), help_text=_("Empty: until it's taken away."), required=False)

    def __init__(self, *args: Any, today: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="note-%s", **kwargs)
        self.today = today

    def clean_until(self) -> Any:
        """Refuse a day that's over."""
        until = self.cleaned_data["until"]
        if until and until < self.today:
            raise forms.ValidationError(_("This day has passed."))
        return until


class MoreCardForm(forms.Form):
    """One more card."""

    card_number = LineField(label=_("Card"), max_length=32, help_text=_("The cards that the patron has go on working."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="more-card-%s", **kwargs)


class GuardianForm(forms.Form):
    """Who's liable for a child."""

    guardian_card = LineField(label=_("Guardian's card"), max_length=32)
    has_consented = forms.BooleanField(label=_("Has consented to the child's membership"), required=False)
    shows_loans = forms.BooleanField(label=_("Sees the child's loans on their own pages"), required=False, initial=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="guardian-%s", **kwargs)


class ContactForm(forms.Form):
    """Whom to talk to at an institution."""

    name = LineField(label=_("Name"), max_length=100)
    role = LineField(label=_("Role"), max_length=60, required=False)
    email = forms.EmailField(label=_("E-mail"), required=False)
    phone = LineField(label=_("Phone"), max_length=20, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="contact-%s", **kwargs)


class LeaveForm(forms.Form):
    """Why a membership ends."""

    reason = forms.ChoiceField(label=_("Why"), choices=LEAVING)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="leave-%s", **kwargs)


class ProtectedForm(forms.Form):
    """Why somebody needs to see what's protected."""

    reason = LineField(label=_("Why you need it"), max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="protected-%s", **kwargs)


class BirthDateForm(forms.Form):
    """What somebody without a card answers."""

    birth_date = DayField(label=_("Birth date as told"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="identity-%s", **kwargs)


class OtherEntryForm(forms.Form):
    """The entry that turned out to be the same person."""

    card = LineField(label=_("A card of the other entry"), max_length=32)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="other-%s", **kwargs)
