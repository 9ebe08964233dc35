"""The repository that a host is: its name, its address, its sets, and how its titles are called."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from catalogue.harvesting import View, material_types
from holdings.selectors import all_branches
from interop.oai.arguments import is_set_name
from tenants.selectors import address_of

_LARGEST_NUMBER = 2**63 - 1
_BRANCH, _MATERIAL = "branch", "material"
_DOTTED_HOST = re.compile(r"[a-zA-Z][a-zA-Z0-9\-]*(\.[a-zA-Z][a-zA-Z0-9\-]*)+")
_EMAIL = re.compile(r"[^\s@]+@([^\s@.]+\.)+[^\s@.]+")


@dataclass(frozen=True)
class Repository:
    """A municipality's titles, or with the consortium's host the nation's records."""

    name: str
    address: str
    municipality_id: int | None

    @property
    def host(self) -> str:
        """The host's name, which stands in every identifier."""
        return urlsplit(self.address).hostname or ""

    @property
    def has_usual_host(self) -> bool:
        """Whether the host can be described as the guidelines for identifiers want it: with a dot."""
        return bool(_DOTTED_HOST.fullmatch(self.host))

    @property
    def email(self) -> str:
        """Where people who harvest can write to."""
        sender = settings.SERVER_EMAIL
        return sender if _EMAIL.fullmatch(sender) else f"postmaster@{self.host}"

    @property
    def key(self) -> str:
        """What tokens are signed for."""
        return str(self.municipality_id or "all")

    def identifier(self, record_id: int) -> str:
        """Return a title's identifier, the same for ever."""
        return f"oai:{self.host}:{record_id}"

    def record_id(self, identifier: str) -> int | None:
        """Return the title's number that an identifier of ours holds, or None."""
        start = f"oai:{self.host}:"
        number = identifier.removeprefix(start)
        if not identifier.startswith(start) or not (number.isascii() and number.isdecimal()):
            return None
        # "007" would be a second name for number seven; twenty digits are more than the table counts.
        return int(number) if number[0] != "0" and len(number) < 20 and int(number) <= _LARGEST_NUMBER else None

    def view(self, set_name: str = "") -> View | None:
        """Return which titles a set has, or None for one that this repository doesn't know."""
        kind, _colon, code = set_name.partition(":")
        if kind in ("", _MATERIAL) or (kind == _BRANCH and self.municipality_id is not None):
            branch = code if kind == _BRANCH else ""
            return View(self.municipality_id, branch_code=branch, material_type=code if kind == _MATERIAL else "")
        return None

    def sets(self) -> list[tuple[str, str]]:
        """Return the sets as (name in requests, name for people)."""
        found = [(_MATERIAL, "By kind of material")]
        found += [(f"{_MATERIAL}:{code}", name) for code, name in material_types()]
        if self.municipality_id is not None:
            found.append((_BRANCH, "By branch"))
            found += [(f"{_BRANCH}:{branch.code}", branch.name) for branch in all_branches()]
        return [(name, words) for name, words in found if is_set_name(name)]

    def sets_of(self, material_type: str, branch_codes: Sequence[str]) -> list[str]:
        """Return the sets that a title is in."""
        return [f"{_MATERIAL}:{material_type}", *(f"{_BRANCH}:{code}" for code in branch_codes if is_set_name(code))]


def repository_of(municipality: Any) -> Repository:
    """Return the repository of the municipality, or the consortium, whose host was asked."""
    return Repository(
        name=municipality.name,
        address=address_of(municipality, "/oai"),
        municipality_id=None if municipality.is_consortium else municipality.pk,
    )
