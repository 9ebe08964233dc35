"""Names in several languages. Pure."""

from collections.abc import Mapping


def said_names(names: Mapping[str, str]) -> dict[str, str]:
    """Return the names that say something, by language, without the space around them."""
    return {language: text.strip() for language, text in names.items() if text.strip()}
