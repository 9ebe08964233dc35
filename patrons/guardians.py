"""What follows when somebody becomes a child's guardian: rooms above say what of theirs names her from then on."""

from collections.abc import Callable
from typing import Any

# Called with the child, whose row is locked, once the guardian is hers.
Follow = Callable[[Any], None]
follows: dict[str, Follow] = {}


def register(name: str, follow: Follow) -> None:
    """Have something done when a child gets a guardian; registered when an app starts."""
    follows[name] = follow
