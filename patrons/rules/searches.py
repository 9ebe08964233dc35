"""A patron's saved search: what's kept of it, whatever its address was. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Asked:
    """What a saved search asks for.

    :ivar text: what was typed; at most 200 characters
    :ivar branches: codes of the library's branches; none where it's the whole country's
    :ivar series: as hits show it
    :ivar everywhere: whether it's the whole country's titles
    :ivar now: whether only what's on our shelves is shown; what's new needn't be
    :ivar sort: the order of its page
    """

    text: str = ""
    material_types: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    audiences: tuple[str, ...] = ()
    branches: tuple[str, ...] = ()
    decades: tuple[int, ...] = ()
    series: str = ""
    everywhere: bool = False
    now: bool = False
    sort: str = ""


def as_kept(asked: Asked) -> dict[str, Any]:
    """Return it as JSON keeps it: only what it says."""
    said = {name: value for name, value in asdict(asked).items() if value}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in said.items()}


def asked_of(kept: Mapping[str, Any]) -> Asked:
    """Return a saved search as it was asked; what a later release doesn't know any more is left out."""
    known = {name: value for name, value in kept.items() if name in Asked.__dataclass_fields__}
    return Asked(**{name: _read(value) for name, value in known.items()})


def _read(value: Any) -> Any:
    return tuple(value) if isinstance(value, Sequence) and not isinstance(value, str) else value
