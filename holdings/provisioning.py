"""What a new municipality starts with here: the template's item types, and a first branch that it can lend from."""

from datetime import time
from zoneinfo import ZoneInfo

from holdings.models import Branch, ItemType, OpeningHours
from holdings.services.calendars import close_public_holidays
from tenants.provisioning_steps import NewMunicipality

_MAIN_LIBRARY = {"da": "Hovedbiblioteket", "sv": "Huvudbiblioteket", "fi": "Pääkirjasto"}
# Monday to Friday, and Saturday; the municipality sets its own on the first day.
_HOURS = {**dict.fromkeys(range(5), (time(10), time(18))), 5: (time(10), time(14))}


def make_item_types(new: NewMunicipality) -> None:
    """Write the template's item types, named in the municipality's language."""
    ItemType.objects.bulk_create(
        ItemType(
            code=wanted["code"],
            name=wanted["name"].get(new.municipality.language) or wanted["name"]["en"],
            names=wanted["name"],
            is_lent=wanted.get("is_lent", True),
            position=position,
        )
        for position, wanted in enumerate(new.template.item_types)
    )


def make_first_branch(new: NewMunicipality) -> None:
    """Write a main library with common hours, closed on this year's and the next two years' holidays."""
    municipality = new.municipality
    branch = Branch.objects.create(
        code="main",
        name=_MAIN_LIBRARY.get(municipality.language, "Main library"),
        time_zone=municipality.time_zone,
    )
    OpeningHours.objects.bulk_create(
        OpeningHours(branch=branch, weekday=weekday, opens=opens, closes=closes)
        for weekday, (opens, closes) in _HOURS.items()
    )
    year = new.now.astimezone(ZoneInfo(municipality.time_zone)).year
    close_public_holidays(branch=branch, country=municipality.country, years=range(year, year + 3))
