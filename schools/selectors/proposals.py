"""Reads what a proposal would change at a school, with names, for the person who decides."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Count, Q
from django.utils.translation import gettext

from patrons.models import Patron
from schools.models import RosterUpdate, School, SchoolPerson
from schools.register.new_year import ClassMove
from schools.register.people import RegisterGroup, RegisterPerson, Role, SchoolExport
from schools.selectors.comparisons import compare, roster_of


@dataclass(frozen=True)
class NamedMove:
    """A pupil who changes classes; an empty name is no class."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class Leaver:
    """Somebody who isn't named any more, and how much she still has on loan."""

    name: str
    school_class: str
    loans: int


@dataclass(frozen=True)
class Proposal:
    """What would become different.

    :ivar came: pupils by class, the class's name first; an empty name is no class
    :ivar came_to_work: teachers and others
    :ivar moves: what the old year's classes become, each with the new one's name
    :ivar choices: the new year's classes, for those that a person must say
    """

    export: SchoolExport
    is_new_year: bool
    came: tuple[tuple[str, tuple[str, ...]], ...]
    came_to_work: tuple[str, ...]
    left: tuple[Leaver, ...]
    moved: tuple[NamedMove, ...]
    changed: tuple[str, ...]
    new_groups: tuple[str, ...]
    gone_groups: tuple[str, ...]
    renamed: tuple[tuple[str, str], ...]
    moves: tuple[tuple[ClassMove, str], ...]
    choices: tuple[tuple[str, str], ...]


def proposal(update: RosterUpdate) -> Proposal:
    """Return what a waiting update would change, compared with what's stored now."""
    school, export = update.school, roster_of(update)
    compared = compare(school, export)
    found = compared.difference
    before = {group.key: group.name for group in compared.standing.groups}
    names = {**before, **{group.key: group.name for group in export.groups}}
    people = {person.key: _name(person) for person in export.people}
    known = _known(school, [*found.left, *(each.key for each in found.moved)])
    pupils = [person for person in found.came if Role.PUPIL in person.roles]
    return Proposal(
        export=export,
        is_new_year=found.is_new_year,
        came=tuple(_by_class(pupils, export.groups)),
        came_to_work=tuple(sorted(_name(person) for person in found.came if Role.PUPIL not in person.roles)),
        left=tuple(_leavers(found.left, known, compared.standing.people, before)),
        # In a new year all change classes, and the classes' own moves say it.
        moved=()
        if found.is_new_year
        else tuple(
            NamedMove(people.get(each.key) or known[each.key][0], names.get(each.before, ""), names.get(each.after, ""))
            for each in found.moved
        ),
        changed=tuple(sorted(_name(person) for person in found.changed)),
        new_groups=tuple(group.name for group in found.new_groups),
        gone_groups=() if found.is_new_year else tuple(group.name for group in found.gone_groups),
        renamed=tuple((before[group.key], group.name) for group in found.renamed),
        moves=tuple((move, names.get(move.after, "")) for move in compared.moves),
        choices=tuple((group.key, group.name) for group in export.groups if group.kind == "CLASS"),
    )


def _name(person: RegisterPerson) -> str:
    if person.is_protected:
        return person.alias or gettext("Protected name")
    return f"{person.given_name} {person.family_name}".strip()


def _by_class(
    pupils: Iterable[RegisterPerson], groups: Iterable[RegisterGroup]
) -> Iterable[tuple[str, tuple[str, ...]]]:
    in_class: dict[str, list[str]] = {}
    for person in pupils:
        in_class.setdefault(person.main_group, []).append(_name(person))
    for key, name in [*((group.key, group.name) for group in groups), ("", "")]:
        if key in in_class:
            yield name, tuple(in_class[key])


def _known(school: School, keys: Iterable[str]) -> dict[str, tuple[str, int]]:
    """Return the names of people by the register's keys, and how much they have on loan."""
    times = SchoolPerson.objects.filter(school=school, until__isnull=True, key__in=list(keys))
    # Two keys are one patron's where two entries of hers were merged.
    patron_ids = dict(times.values_list("key", "patron_id"))
    patrons = Patron.objects.annotate(open_loans=Count("loans", filter=Q(loans__returned_at__isnull=True))).in_bulk(
        list(patron_ids.values())
    )
    return {key: (patrons[pk].display_name, patrons[pk].open_loans) for key, pk in patron_ids.items()}


def _leavers(
    keys: Iterable[str], known: Mapping[str, tuple[str, int]], people: Mapping[str, object], names: Mapping[str, str]
) -> Iterable[Leaver]:
    rows = [Leaver(known[key][0], names.get(getattr(people[key], "main_group", ""), ""), known[key][1]) for key in keys]
    return sorted(rows, key=lambda row: (-row.loans, row.school_class, row.name))
