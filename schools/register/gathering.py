"""Gathers a school's groups and people while an export is read, each once, and what's wrong with entries."""

import re
from dataclasses import replace
from datetime import date

from schools.register.people import (
    LONGEST_KEY,
    EntryProblem,
    GroupKind,
    RegisterGroup,
    RegisterPerson,
    SchoolExport,
    Slip,
)

_CLASS_NAME = re.compile(r"(\d{1,2}) ?[.\-]? ?(\D.*)?$")
_LEVELS = range(14)
# With zeros before it.
_LONGEST_LEVEL = 4


class SchoolGatherer:
    """One school's groups and people, in the order in which they come."""

    def __init__(self) -> None:
        self._groups: dict[str, RegisterGroup] = {}
        self._people: dict[str, RegisterPerson] = {}
        self._gone: set[str] = set()
        self._joined: set[tuple[str, str]] = set()
        self._parted: set[tuple[str, str]] = set()
        self.problems: list[EntryProblem] = []

    def slip(self, slip: Slip, place: str, detail: str = "") -> None:
        """Remember what's wrong with an entry."""
        self.problems.append(EntryProblem(slip, place, detail))

    def day(self, text: str, place: str) -> date | None:
        """Return the day of an ISO date or moment; None for nothing. What can't be read is a slip."""
        if not text.strip():
            return None
        try:
            return date.fromisoformat(text.strip()[:10])
        except ValueError:
            self.slip(Slip.DATE_UNREADABLE, place, text[:20])
            return None

    def group(self, group: RegisterGroup) -> None:
        """Add a group; the first one with a key counts."""
        if not group.key:
            self.slip(Slip.NO_KEY, group.name)
        elif len(group.key) > LONGEST_KEY:
            self.slip(Slip.LONG_KEY, group.name)
        elif group.key in self._groups:
            self.slip(Slip.GROUP_TWICE, group.key, group.name)
        else:
            if group.kind is GroupKind.CLASS and group.level is None:
                self.slip(Slip.CLASS_WITHOUT_LEVEL, group.key, group.name)
            self._groups[group.key] = group

    def person(self, person: RegisterPerson, place: str) -> None:
        """Add somebody; who comes twice is one with the roles and groups of both, unless the names differ."""
        if not person.key or not person.given_name or not person.roles:
            slip = Slip.NO_KEY if not person.key else Slip.NO_NAME if not person.given_name else Slip.NO_ROLE
            self.slip(slip, person.key or place)
            return
        if len(person.key) > LONGEST_KEY:
            self.slip(Slip.LONG_KEY, place[:LONGEST_KEY])
            return
        known = self._people.get(person.key)
        if known is None:
            self._people[person.key] = person
            return
        if (known.given_name, known.family_name) != (person.given_name, person.family_name):
            self.slip(Slip.SAME_KEY_OTHER_NAME, person.key)
            return
        if known.roles & person.roles:
            self.slip(Slip.PERSON_TWICE, person.key)
        self._people[person.key] = _both(known, person)

    def has_left(self, key: str) -> None:
        """Say that somebody has left."""
        self._gone.add(key)

    def membership(self, person: str, group: str, *, is_over: bool) -> None:
        """Say, of changes only, that somebody came into a group or went out of it."""
        (self._parted if is_over else self._joined).add((person, group))

    def export(self, *, number: str, name: str, school_year: str, is_partial: bool = False) -> SchoolExport:
        """Return the school; groups that nobody described are taken from those who are said to be in them."""
        people = [self._in_known_groups(person) for person in self._people.values() if person.key not in self._gone]
        return SchoolExport(
            number=number,
            name=name,
            school_year=school_year,
            groups=tuple(self._groups.values()),
            people=tuple(people),
            problems=tuple(self.problems),
            is_partial=is_partial,
            gone=frozenset(self._gone),
            joined=frozenset(self._joined),
            parted=frozenset(self._parted - self._joined),
        )

    def _in_known_groups(self, person: RegisterPerson) -> RegisterPerson:
        named = dict.fromkeys([key for key in (person.main_group, *person.groups) if key])
        unknown = [key for key in named if key not in self._groups]
        for key in unknown:
            self.slip(Slip.NO_SUCH_GROUP, person.key, key)
        groups = tuple(key for key in named if key in self._groups)
        return replace(person, groups=groups, main_group=person.main_group if person.main_group in groups else "")


def level_and_line(name: str) -> tuple[int | None, str]:
    """Return the grade and the line that a class's name tells: "5.B", "5 b" and "05B" are 5 and B."""
    found = _CLASS_NAME.match(" ".join(name.split()))
    if not found:
        return None, ""
    return level_in(found[1]), (found[2] or "").strip().upper()


def level_in(text: str) -> int | None:
    """Return a grade, 0 to 13, or None for anything else."""
    text = text.strip()
    is_number = text.isascii() and text.isdecimal() and len(text) <= _LONGEST_LEVEL
    return int(text) if is_number and int(text) in _LEVELS else None


def _both(first: RegisterPerson, second: RegisterPerson) -> RegisterPerson:
    # What a source of the newest year says of groups counts, and last year's don't.
    newer, older = (second, first) if first.is_of_older_year and not second.is_of_older_year else (first, second)
    is_outdated = older.is_of_older_year and not newer.is_of_older_year
    groups = newer.groups if is_outdated else (*newer.groups, *older.groups)
    return replace(
        newer,
        roles=first.roles | second.roles,
        is_protected=first.is_protected or second.is_protected,
        alias=newer.alias or older.alias,
        main_group=newer.main_group if is_outdated else newer.main_group or older.main_group,
        level=older.level if newer.level is None else newer.level,
        groups=tuple(dict.fromkeys(groups)),
        contacts=newer.contacts or older.contacts,
    )
