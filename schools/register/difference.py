"""What an export says otherwise than the one before it, and whether a person should look before it's believed."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from schools.register.people import GroupKind, RegisterGroup, RegisterPerson, SchoolExport
from schools.register.standing import KnownPerson, Standing

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
    ALL_OTHERS = "ALL_OTHERS"


@dataclass(frozen=True, slots=True)
class Moved:
    """A pupil who is in another class now.

    :ivar key: the pupil's
    :ivar before: the class's key, empty for none; so is `after`
    """

    key: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Difference:
    """What's different at one school.

    :ivar left: by their keys
    :ivar changed: people of whom something else is said: a name, a role, protection, an address
    :ivar renamed: groups with another name or level
    """

    is_new_year: bool
    came: tuple[RegisterPerson, ...]
    left: tuple[str, ...]
    moved: tuple[Moved, ...]
    changed: tuple[RegisterPerson, ...]
    new_groups: tuple[RegisterGroup, ...]
    gone_groups: tuple[RegisterGroup, ...]
    renamed: tuple[RegisterGroup, ...]
    doubts: tuple[Doubt, ...]


def difference(before: Standing, after: SchoolExport) -> Difference:
    """Return what a school's export says otherwise than what's known of it.

    Of a partial export, who and what isn't named stays as it was. Whoever isn't said anything about of this year's
    groups stays in the class that she was in.
    """
    known, named = before.people, {person.key for person in after.people}
    left = sorted(after.gone & known.keys()) if after.is_partial else [key for key in known if key not in named]
    both = [(known[person.key], person) for person in after.people if person.key in known]
    groups = {group.key: group for group in before.groups}
    return Difference(
        is_new_year=after.school_year > before.school_year,
        came=tuple(person for person in after.people if person.key not in known),
        left=tuple(left),
        moved=tuple(_said_to_move(before, after) if after.is_partial else _moved(both)),
        changed=tuple(new for old, new in both if old.told != new.told),
        new_groups=tuple(group for group in after.groups if group.key not in groups),
        gone_groups=() if after.is_partial else _gone(before, after),
        renamed=tuple(group for group in after.groups if group.key in groups and _changed(groups[group.key], group)),
        doubts=tuple(_doubts(before, after, left)),
    )


def _moved(both: list[tuple[KnownPerson, RegisterPerson]]) -> Iterator[Moved]:
    for old, new in both:
        if old.main_group != new.main_group and not new.is_of_older_year:
            yield Moved(new.key, old.main_group, new.main_group)


def _said_to_move(before: Standing, after: SchoolExport) -> Iterator[Moved]:
    classes = {group.key for group in (*before.groups, *after.groups) if group.kind is GroupKind.CLASS}
    now = {person: group for person, group in sorted(after.joined) if group in classes}
    for key in sorted({person for person, _ in after.joined | after.parted} & before.people.keys()):
        old = before.people[key].main_group
        new = now.get(key, "" if (key, old) in after.parted else old)
        if new != old and before.people[key].is_pupil:
            yield Moved(key, old, new)


def _gone(before: Standing, after: SchoolExport) -> tuple[RegisterGroup, ...]:
    standing = {group.key for group in after.groups}
    return tuple(group for group in before.groups if group.key not in standing)


def _changed(old: RegisterGroup, new: RegisterGroup) -> bool:
    return (old.name, old.kind, old.level, old.line) != (new.name, new.kind, new.level, new.line)


def _doubts(before: Standing, after: SchoolExport, left: list[str]) -> list[Doubt]:
    found = []
    if before.number != after.number:
        found.append(Doubt.ANOTHER_SCHOOL)
    if after.school_year and after.school_year < before.school_year:
        found.append(Doubt.OLDER_YEAR)
    had = len(before.pupils)
    leavers = sum(1 for key in left if before.people[key].is_pupil)
    has = had - leavers if after.is_partial else len(after.pupils)
    if had and not has:
        found.append(Doubt.NOBODY)
    elif had > _FEW and has < LEAST_SHARE * had:
        found.append(Doubt.MANY_LEFT)
    elif had > _FEW and leavers == had:
        # Likelier another system's keys than a school whose pupils have all been exchanged.
        found.append(Doubt.ALL_OTHERS)
    return found
