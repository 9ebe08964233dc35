"""What the style guide shows: sample data for every part, made of nobody and nothing real."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from web.ui.icons import ICON_NAMES, KINDS

COLOURS = (
    "paper surface sunken ink ink-soft line edge accent accent-soft ok ok-soft notice notice-soft stop stop-soft wait "
    "wait-soft"
).split()
SIZES = (
    ("2xl", _("The page’s one heading")),
    ("xl", _("Scan box, a patron’s name")),
    ("l", _("Section, title of a hit")),
    ("m", _("Text")),
    ("s", _("Reasons, hints, table heads")),
    ("xs", _("Keys")),
)
SPACES = (1, 2, 3, 4, 6, 8, 12, 16)
SOUNDS = ("ok", "patron", "notice", "stop", "wait", "hold", "transit")
COVERS = (
    ("book", _("Book")),
    ("sound", _("Audiobook")),
    ("e", _("E-book")),
    ("film", _("Film")),
    ("young", _("For children")),
)
ROWS = (
    ("Lykke-Per", "Henrik Pontoppidan", "5012345105"),
    ("Gösta Berlings saga", "Selma Lagerlöf", "5012342281"),
    ("Seitsemän veljestä", "Aleksis Kivi", "5012349006"),
)


class SampleForm(forms.Form):
    """One field of each kind, with something wrong in two of them."""

    name = forms.CharField(label=_("Name"), help_text=_("As on the card."))
    days = forms.IntegerField(label=_("Days"), min_value=1)
    branch = forms.ChoiceField(label=_("Pick up at"), choices=[("1", "Hovedbiblioteket"), ("2", "Sønderhavn")])
    expires = forms.DateField(label=_("Card expires"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    channel = forms.ChoiceField(
        label=_("Notices by"),
        choices=[("email", _("E-mail")), ("letter", _("Letter"))],
        widget=forms.RadioSelect,
    )
    history = forms.BooleanField(
        label=_("Keep my loan history"), required=False, help_text=_("You can end it any day.")
    )
    note = forms.CharField(label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 3}))


def styleguide_context() -> dict[str, Any]:
    """Gather everything that the style guide shows."""
    today = timezone.localdate()
    return {
        "areas": [
            {"label": _("Check out"), "url": "#rows", "action": "check-out", "current": True},
            {"label": _("Check in"), "url": "#places", "action": "check-in", "current": False},
            {"label": _("Patrons"), "url": "#panel", "action": "patrons", "current": False},
        ],
        "colours": COLOURS,
        "sizes": SIZES,
        "spaces": SPACES,
        "covers": COVERS,
        "icon_names": ICON_NAMES,
        "kinds": KINDS,
        "sounds": SOUNDS,
        "rows": [{"title": title, "author": author, "barcode": barcode} for title, author, barcode in ROWS],
        "due": today + timedelta(days=28),
        "dues": [today + timedelta(days=days) for days in (-8, 0, 1, 5, 28)],
        "amount": Decimal("120.00"),
        "odd_amount": Decimal("-12.50"),
        "form": SampleForm(_unfinished(today)),
        "scan_fields": {"patron": ""},
        "facts": [
            {"term": _("Loans"), "text": _("%(count)d of %(limit)d") % {"count": 12, "limit": 40}},
            {"term": _("Overdue"), "text": "1", "kind": "stop"},
            {"term": _("Owes"), "text": "120,00 kr.", "about": _("blocks at 200")},
        ],
        "choices": [
            {"text": _("All"), "url": "#fields", "current": True},
            {"text": _("Missing"), "url": "#fields"},
            {"text": _("Has the item"), "url": "#fields"},
        ],
        "page": Paginator(range(240), 20).page(4),
    }


def _unfinished(today: date) -> dict[str, str]:
    return {"name": "", "days": "0", "branch": "1", "expires": today.isoformat(), "channel": "email", "history": "on"}
