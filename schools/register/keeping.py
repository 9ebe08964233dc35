"""A school's export as a text and back, so that it can wait for a person's decision."""

import json
from dataclasses import asdict
from datetime import date
from typing import Any

from schools.register.people import (
    Contact,
    EntryProblem,
    GroupKind,
    RegisterGroup,
    RegisterPerson,
    Role,
    SchoolExport,
    Slip,
)


def as_text(export: SchoolExport) -> str:
    """Return an export as JSON."""
    return json.dumps(asdict(export), default=_plain, ensure_ascii=False)


def from_text(text: str) -> SchoolExport:
    """Return the export again that `as_text` wrote."""
    said = json.loads(text)
    return SchoolExport(
        **{
            **said,
            "groups": tuple(_group(each) for each in said["groups"]),
            "people": tuple(_person(each) for each in said["people"]),
            "problems": tuple(EntryProblem(**{**each, "slip": Slip(each["slip"])}) for each in said["problems"]),
            "gone": frozenset(said["gone"]),
            "joined": frozenset((person, group) for person, group in said["joined"]),
            "parted": frozenset((person, group) for person, group in said["parted"]),
        }
    )


def _group(said: dict[str, Any]) -> RegisterGroup:
    days = {name: _day(said[name]) for name in ("begins", "ends")}
    return RegisterGroup(**{**said, **days, "kind": GroupKind(said["kind"])})


def _person(said: dict[str, Any]) -> RegisterPerson:
    return RegisterPerson(
        **{
            **said,
            "roles": frozenset(Role(role) for role in said["roles"]),
            "birth_date": _day(said["birth_date"]),
            "groups": tuple(said["groups"]),
            "contacts": tuple(Contact(**each) for each in said["contacts"]),
        }
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _plain(value: Any) -> Any:
    return sorted(value) if isinstance(value, frozenset) else value.isoformat()
