"""Exports of one school, as the readers give them."""

from dataclasses import replace

from schools.models import ClassMembership, RosterUpdate, SchoolClass
from schools.register.people import Contact, GroupKind, RegisterGroup, RegisterPerson, Role, SchoolExport
from schools.services.rosters import confirm, propose
from tests.factories import NOW

A = RegisterGroup("a", "5.A", GroupKind.CLASS, 5, "A")
B = RegisterGroup("b", "5.B", GroupKind.CLASS, 5, "B")
CHOIR = RegisterGroup("c", "Kor", GroupKind.TEACHING)
MOTHER = Contact("m", "Åse", "Holm", "Mor", has_custody=True)


def pupil(key, group="a", **more):
    """Return a pupil of a class."""
    groups = (*((group,) if group else ()), *more.pop("groups", ()))
    values = {"given_name": f"Ida {key}", "family_name": "Holm", "contacts": (MOTHER,)} | more
    return RegisterPerson(key, roles=frozenset({Role.PUPIL}), main_group=group, groups=groups, **values)


def teacher(key, *groups, **more):
    """Return a teacher of groups."""
    values = {"given_name": "Bo", "family_name": "Dahl", "short_name": "BD"} | more
    return RegisterPerson(key, roles=frozenset({Role.TEACHER}), groups=groups, **values)


def roster(school, *people, groups=(A, B), year="2026-2027", **more):
    """Return an export of a school."""
    return SchoolExport(school.number, "Åskolen", year, tuple(groups), tuple(people), **more)


def proposed(school, export, **more):
    """Propose an export."""
    values = {"source": RosterUpdate.Source.UPLOAD, "file_name": "eksport.xml", "staff": None, "now": NOW} | more
    return propose(school=school, export=export, **values)


def taken(school, export, answers=None, now=NOW):
    """Take an export over."""
    return confirm(update=proposed(school, export, now=now), answers=answers or {}, staff=None, now=now)


def classes_of(patron, *, year=None):
    """Return the names of the classes that somebody is in now."""
    found = ClassMembership.objects.filter(pupil=patron, until__isnull=True)
    if year:
        found = found.filter(school_class__school_year=year)
    return sorted(found.values_list("school_class__name", flat=True))


def next_year(group, *, line=""):
    """Return what a group is in the next school year, with another line if one is given."""
    level, line = group.level + 1, line or group.line
    return replace(group, key=f"{group.key}2", name=f"{level}.{line}", level=level, line=line)


def class_named(name, **more):
    """Return a class."""
    return SchoolClass.objects.get(name=name, **more)
