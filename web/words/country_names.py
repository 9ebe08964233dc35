"""What countries are called, by their MARC or ISO codes, as the Unicode project's tables say in the reader's language.

Parts of a country stand behind its name, most as they call themselves.
"""

from functools import cache

from babel import Locale
from django.utils.translation import get_language, gettext

from catalogue.marc.country_codes import COUNTRY_CODES, ISO_CODES, NO_PLACE, PART_CODES, VARIOUS_PLACES
from catalogue.marc.headings import comparable_heading
from catalogue.marc.records import Flavour
from web.words.code_names import beginning_like


def countries_like(text: str, *, flavour: Flavour, most: int) -> list[tuple[str, str]]:
    """Return the countries whose code is the text, or whose code or name begins with it, as code and name; by name."""
    return beginning_like(countries(flavour), text, most=most)


def countries(flavour: Flavour) -> list[tuple[str, str]]:
    """Return every country's code and name; by name."""
    return _names(get_language() or "en", flavour)


@cache
def _names(language: str, flavour: Flavour) -> list[tuple[str, str]]:
    """Return codes and names in the language that's chosen now, by which they're kept."""
    names = Locale.parse(language, sep="-").territories
    if flavour == Flavour.DANMARC2:
        found = {code: names.get(code.upper(), code) for code in ISO_CODES}
    else:
        found = {code: names.get(territory, code) for code, territory in COUNTRY_CODES.items()}
        found |= {code: _part(names, code) for code in PART_CODES}
        found[VARIOUS_PLACES] = gettext("Various places")
    found[NO_PLACE] = gettext("No place, or none known")
    return sorted(found.items(), key=lambda each: comparable_heading(each[1]))


def _part(names: dict[str, str], code: str) -> str:
    territory, own_name = PART_CODES[code]
    translated = {
        "enk": gettext("England"),
        "nik": gettext("Northern Ireland"),
        "stk": gettext("Scotland"),
        "wlk": gettext("Wales"),
    }
    name = translated.get(code, own_name)
    return f"{names.get(territory, territory)}: {name}" if territory else name
