"""What moves when two entries turn out to be one patron: rooms above say what must happen before their rows move.

Every row that refers to a patron moves by itself, whichever room it's in. A room registers here what its own
constraints need first, for instance that of two holds on one title one ends.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from common.errors import Reason

# Called with the patron who goes, the one who stays, who does it and when.
Preparation = Callable[[Any, Any, Any, datetime], None]
# Called with the one who goes and the one who stays; returns what stands against it.
Objection = Callable[[Any, Any], list[Reason]]
preparations: dict[str, Preparation] = {}
objections: dict[str, Objection] = {}


def register(name: str, *, prepare: Preparation | None = None, objection: Objection | None = None) -> None:
    """Have something done, or asked, before a patron's rows move to another's; registered when an app starts."""
    if prepare:
        preparations[name] = prepare
    if objection:
        objections[name] = objection
