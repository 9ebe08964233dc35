"""What item types and patron categories are called in the reader's language."""

from typing import Any

from django.conf import settings
from django.utils.translation import get_language

from tenants.selectors import current_municipality


def named(thing: Any) -> str:
    """Return what a thing is called in the reader's language; its plain name where it has none of its own there.

    The plain name is in the municipality's language, and goes before another one that the template gave it there.
    """
    text = (getattr(thing, "names", None) or {}).get(get_language())
    return str(text) if text and get_language() in other_languages() else str(thing.name)


def other_languages() -> dict[str, Any]:
    """Return the languages in which a thing may have a name besides its plain one, by their codes."""
    own = current_municipality().language
    return {code: name for code, name in settings.LANGUAGES if code != own}
