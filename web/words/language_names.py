"""What the languages of MARC's list are called, as the Unicode project's tables say in the reader's own language."""

from functools import cache

from babel import Locale
from babel.core import get_global
from django.utils.translation import get_language

from catalogue.marc.headings import comparable_heading
from catalogue.marc.language_codes import LANGUAGE_CODES
from web.words.code_names import beginning_like


def languages_like(text: str, *, most: int) -> list[tuple[str, str]]:
    """Return the languages whose code is the text, or whose code or name begins with it, as code and name; by name."""
    return beginning_like(languages(), text, most=most)


def languages() -> list[tuple[str, str]]:
    """Return every language's code and name; by name."""
    return _names(get_language() or "en")


@cache
def _names(language: str) -> list[tuple[str, str]]:
    names = Locale.parse(language, sep="-").languages
    aliases = get_global("language_aliases")
    # The tables know no groups of languages; of those the code alone is offered.
    found = [(code, str(names.get(aliases.get(code, code), code))) for code in LANGUAGE_CODES]
    return sorted(found, key=lambda each: comparable_heading(each[1]))
