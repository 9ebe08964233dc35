"""Whether somebody else has saved a thing since a form about it was shown. Pure; the screens show what was found.

A form carries a mark of each value as it was read: a short digest, so that the page doesn't repeat what it's about.
"""

import json
from collections.abc import Mapping
from decimal import Decimal
from hashlib import sha256
from typing import Any

_MARK_LENGTH = 12
# A calendar's year of single days among them.
_LONGEST = 100_000


def marks_of(values: Mapping[str, Any]) -> str:
    """Return the marks of these values, as text for a hidden field."""
    return json.dumps({name: _mark(value) for name, value in values.items()}, separators=(",", ":"))


def changed_since(marks: str, values: Mapping[str, Any]) -> frozenset[str]:
    """Return the names whose value isn't what it was when the marks were made.

    Marks that can't be read, or that know nothing of a name, say nothing against it.
    """
    read = _read(marks)
    return frozenset(name for name, value in values.items() if name in read and read[name] != _mark(value))


def same_as_read(marks: str, name: str, value: Any) -> bool:
    """Return whether the value is the one that was read under this name."""
    return _read(marks).get(name) == _mark(value)


def _read(marks: str) -> dict[str, Any]:
    try:
        read = json.loads(marks[:_LONGEST]) if marks else {}
    except (ValueError, RecursionError):
        return {}
    return read if isinstance(read, dict) else {}


def _mark(value: Any) -> str:
    return sha256(_text(value).encode(errors="replace")).hexdigest()[:_MARK_LENGTH]


def _text(value: Any) -> str:
    """Return the same text for values that are the same to whoever reads them."""
    if value is None or value == "":
        return ""
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, (list, tuple, set, frozenset)):
        return ",".join(sorted(_text(each) for each in value))
    # Browsers send other line ends than were stored, and forms take away the space around a text.
    return str(value).replace("\r\n", "\n").strip()
