"""What an export says otherwise than the one before it, and whether a person should look before it's believed."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from schools.register.people import RegisterGroup, RegisterPerson, SchoolExport

# With fewer of a school's pupils than this an export is likelier to be incomplete than the school to have shrunk.
LEAST_SHARE = 0.8
# Of so few pupils any may leave without anybody's wondering.
_FEW = 10


class Doubt(StrEnum):
    """Why an export shouldn't be believed without a person's having looked."""

    ANOTHER_SCHOOL = "ANOTHER_SCHOOL"
    OLDER_YEAR = "OLDER_YEAR"
    NOBODY = "NOBODY"
    MANY_LEFT = "MANY_LEFT"


@dataclass(frozen=True, slots=True)
class Moved:
    """A pupil who is in another class now.

    :ivar before: the class's key, empty for none; so is `after`
    """

    person: RegisterPerson
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Difference:
    """What's different at one school.

    :ivar changed: people of whom something else is said: a name, a role, protection, an address
    :ivar renamed: groups with another name or level
    """

    is_new_year: bool
    came: tuple[RegisterPerson, ...]
    left: tuple[RegisterPerson, ...]
    moved: tuple[Moved, ...]
    changed: tuple[RegisterPerson, ...]
    new_groups: tuple[RegisterGroup, ...]
    gone_groups: tuple[RegisterGroup, ...]
    renamed: tuple[RegisterGroup, ...]
    doubts: tuple[Doubt, ...]


def difference(before: SchoolExport, after: SchoolExport) -> Difference:
    """Return what a school's export says otherwise than an earlier one.

    Of a partial export, who and what isn't named stays as it was. Whoever isn't said anything about of this year's
    groups stays in the class that she was in.
    """
    known, now = _by_key(before), _by_key(after)
    if after.is_partial:
        left = [known[key] for key in sorted(after.gone & known.keys())]
    else:
        left = [person for key, person in known.items() if key not in now]
    both = [(known[key], person) for key, person in now.items() if key in known]
    groups = {group.key: group for group in before.groups}
    return Difference(
        is_new_year=after.school_year > before.school_year,
        came=tuple(person for key, person in now.items() if key not in known),
        left=tuple(left),
        moved=tuple(
            Moved(new, old.main_group, new.main_group)
            for old, new in both
            if old.main_group != new.main_group and not new.is_of_older_year
        ),
        changed=tuple(new for old, new in both if _about(old) != _about(new)),
        new_groups=tuple(group for group in after.groups if group.key not in groups),
        gone_groups=() if after.is_partial else _gone(before, after),
        renamed=tuple(group for group in after.groups if group.key in groups and group != groups[group.key]),
        doubts=tuple(_doubts(before, after, left)),
    )


def _by_key(export: SchoolExport) -> Mapping[str, RegisterPerson]:
    return {person.key: person for person in export.people}


def _gone(before: SchoolExport, after: SchoolExport) -> tuple[RegisterGroup, ...]:
    standing = {group.key for group in after.groups}
    return tuple(group for group in before.groups if group.key not in standing)


def _about(person: RegisterPerson) -> tuple[object, ...]:
    """Return what's said of somebody beside her groups."""
    return (
        (person.given_name, person.family_name, person.alias, person.is_protected),
        (person.roles, person.birth_date, person.level, person.short_name, person.contacts),
        (person.email, person.phone, person.address, person.postal_code, person.city),
    )


def _doubts(before: SchoolExport, after: SchoolExport, left: list[RegisterPerson]) -> list[Doubt]:
    found = []
    if before.number != after.number:
        found.append(Doubt.ANOTHER_SCHOOL)
    if after.school_year < before.school_year:
        found.append(Doubt.OLDER_YEAR)
    had = len(before.pupils)
    leavers = sum(1 for person in left if person in before.pupils)
    has = had - leavers if after.is_partial else len(after.pupils)
    if had and not has:
        found.append(Doubt.NOBODY)
    elif had > _FEW and has < LEAST_SHARE * had:
        found.append(Doubt.MANY_LEFT)
    return found
