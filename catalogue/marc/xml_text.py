"""Texts as XML can carry them."""

import re

# What XML 1.0 has no place for; a carriage return would come back as a line's end.
_NOT_XML = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff\ud800-\udfff]")
TO_CHANGE = re.compile("[&<>\x00-\x08\x0b-\x1e\ufffe\uffff\ud800-\udfff]")


def element_text(text: str) -> str:
    """Return the text as it stands between tags: markup escaped, characters that XML doesn't know left out."""
    if not TO_CHANGE.search(text):
        return text
    return _NOT_XML.sub("", text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def attribute_text(text: str) -> str:
    """Return the text as it stands between an attribute's double quotes."""
    return element_text(text).replace('"', "&quot;").replace("\n", "&#10;").replace("\t", "&#9;")
