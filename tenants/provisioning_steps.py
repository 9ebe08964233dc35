"""Where the rooms above say what a new municipality starts with: their first rows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tenants.models import Municipality, PolicyTemplate


@dataclass(frozen=True)
class NewMunicipality:
    """What a step may use; it runs in the new municipality's schema, in the transaction that makes it.

    :ivar first_admin_email: where the first IT administrator is reached; may be empty, for the operator has her link
    """

    municipality: Municipality
    template: PolicyTemplate
    now: datetime
    first_admin_email: str = ""


# A step may return what the operator has to be told, for instance {"invitation": token}.
Step = Callable[[NewMunicipality], Mapping[str, Any] | None]
_steps: dict[str, Step] = {}


def register(name: str, step: Step) -> None:
    """Add a step, in the order in which apps start; the same name again replaces it."""
    _steps[name] = step


def registered() -> dict[str, Step]:
    """Return every step by its name, in order."""
    return dict(_steps)
