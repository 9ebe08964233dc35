"""SS12000 version 2, the Swedish standard's answers: organisations, persons, groups and duties as JSON."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from schools.register.archives import Archive, one_line
from schools.register.gathering import SchoolGatherer, level_and_line
from schools.register.people import (
    Contact,
    GroupKind,
    RegisterGroup,
    RegisterPerson,
    RegisterUnreadable,
    Role,
    SchoolExport,
    Slip,
    Unreadable,
)

_GROUP_KINDS = {"Klass": GroupKind.CLASS, "Årskurs": GroupKind.YEAR_GROUP, "Undervisning": GroupKind.TEACHING}
_TEACHERS = {
    "Lärare", "Förskollärare", "Barnskötare", "Fritidspedagog", "Speciallärare", "Specialpedagog",
    # As Danish exports of the standard say it.
    "Lærer", "Pædagog",
}  # fmt: skip
_OPEN = {"", "Ingen"}
# Preschool class comes before the first grade.
_ZEROTH = {"FKLASS", "FS"}
_CUSTODY = {"Vårdnadshavare"}

Json = Mapping[str, Any]


def read_ss12000(archive: Archive, *, today: date) -> Iterator[SchoolExport]:
    """Yield the schools of an archive with the interface's answers.

    :param today: memberships and duties that are over by then don't count
    :raises RegisterUnreadable: FILE_MISSING, NO_SCHOOL, NO_SCHOOL_YEAR, NOT_A_REGISTER, or what the archive has
    """
    for name in ("organisations.json", "persons.json", "groups.json"):
        if name not in archive:
            raise RegisterUnreadable(Unreadable.FILE_MISSING, name)
    try:
        yield from _Answers(archive, today).schools()
    except (TypeError, AttributeError) as problem:
        # A list where the standard has an object, or a number where it has a text.
        raise RegisterUnreadable(Unreadable.NOT_A_REGISTER) from problem


class _Answers:
    """The answers, with what they say of each other."""

    def __init__(self, archive: Archive, today: date) -> None:
        self._today = today
        self._organisations = archive.data("organisations.json")
        self._persons = {_text(row, "id"): row for row in archive.data("persons.json")}
        self._groups: dict[str, list[Json]] = defaultdict(list)
        for group in archive.data("groups.json"):
            self._groups[_id(group.get("organisation"))].append(group)
        self._duties: dict[str, list[Json]] = defaultdict(list)
        for duty in archive.data("duties.json"):
            self._duties[_id(duty.get("dutyAt"))].append(duty)

    def schools(self) -> Iterator[SchoolExport]:
        units = [row for row in self._organisations if _text(row, "organisationType") == "Skolenhet"]
        if not units:
            raise RegisterUnreadable(Unreadable.NO_SCHOOL)
        year = self._school_year()
        for unit in units:
            gatherer, key = SchoolGatherer(), _text(unit, "id")
            main, groups = self._read_groups(gatherer, key)
            self._read_people(gatherer, key, main, groups)
            number = _text(unit, "schoolUnitCode") or key
            yield gatherer.export(number=number, name=_text(unit, "displayName"), school_year=year)

    def _school_year(self) -> str:
        ends = []
        for groups in self._groups.values():
            for group in groups:
                # The year that a class ends in, which is over in summer.
                found = re.match(r"(\d{4})-0[5-8]", _text(group, "endDate"))
                if found and _text(group, "groupType") == "Klass" and not self._is_to_come(group):
                    ends.append(int(found[1]))
        if not ends:
            raise RegisterUnreadable(Unreadable.NO_SCHOOL_YEAR)
        return f"{max(ends) - 1}-{max(ends)}"

    def _read_groups(self, gatherer: SchoolGatherer, school: str) -> tuple[dict[str, str], dict[str, list[str]]]:
        """Give the school its groups, and return by person her class, and all her groups."""
        main: dict[str, str] = {}
        all_of: dict[str, list[str]] = defaultdict(list)
        for row in self._groups[school]:
            # Next year's classes are often there before the summer, beside this one's.
            if self._is_to_come(row):
                continue
            key, name = _text(row, "id"), _text(row, "displayName")
            kind = _GROUP_KINDS.get(_text(row, "groupType"), GroupKind.OTHER)
            level, line = level_and_line(name) if kind is GroupKind.CLASS else (None, "")
            begins, ends = (gatherer.day(_text(row, column), key) for column in ("startDate", "endDate"))
            gatherer.group(RegisterGroup(key, name or key, kind, level, line, begins, ends))
            for membership in row.get("groupMemberships") or ():
                person = _id(membership.get("person"))
                if person not in self._persons:
                    gatherer.slip(Slip.NO_SUCH_PERSON, key, person)
                elif self._holds(gatherer, key, membership):
                    all_of[person].append(key)
                    if kind is GroupKind.CLASS:
                        main.setdefault(person, key)
        return main, all_of

    def _read_people(
        self, gatherer: SchoolGatherer, school: str, main: Mapping[str, str], groups: Mapping[str, list[str]]
    ) -> None:
        roles, levels = self._roles(gatherer, school)
        for key, row in self._persons.items():
            if key not in roles:
                continue
            emails, phones = _typed(row, "emails", "value"), _typed(row, "phoneNumbers", "value")
            address: Json = next(iter(row.get("addresses") or ()), {})
            gatherer.person(
                RegisterPerson(
                    key=key,
                    given_name=_text(row, "givenName"),
                    family_name=_text(row, "familyName"),
                    roles=frozenset(roles[key]),
                    is_protected=_is_protected(row),
                    birth_date=gatherer.day(_text(row, "birthDate"), key),
                    email=emails,
                    phone=phones,
                    address=_text(address, "streetAddress"),
                    postal_code=_text(address, "postalCode"),
                    city=_text(address, "locality"),
                    level=levels.get(key),
                    main_group=main.get(key, ""),
                    groups=tuple(groups.get(key, ())),
                    contacts=tuple(self._contacts(row)),
                ),
                key,
            )

    def _roles(self, gatherer: SchoolGatherer, school: str) -> tuple[dict[str, set[Role]], dict[str, int | None]]:
        roles: dict[str, set[Role]] = defaultdict(set)
        levels: dict[str, int | None] = {}
        for key, row in self._persons.items():
            for enrolment in row.get("enrolments") or ():
                is_here = _id(enrolment.get("enroledAt")) == school and not enrolment.get("cancelled")
                if is_here and self._holds(gatherer, key, enrolment):
                    roles[key].add(Role.PUPIL)
                    levels[key] = 0 if enrolment.get("schoolType") in _ZEROTH else _number(enrolment.get("schoolYear"))
        for duty in self._duties[school]:
            person = _id(duty.get("person"))
            if person not in self._persons:
                gatherer.slip(Slip.NO_SUCH_PERSON, _text(duty, "id"), person)
            elif self._holds(gatherer, person, duty):
                roles[person].add(Role.TEACHER if _text(duty, "dutyRole") in _TEACHERS else Role.STAFF)
        return roles, levels

    def _contacts(self, row: Json) -> Iterator[Contact]:
        for said in row.get("responsibles") or ():
            key = _id(said.get("person"))
            person = self._persons.get(key)
            if person is not None:
                yield Contact(
                    key=key,
                    given_name=_text(person, "givenName"),
                    family_name=_text(person, "familyName"),
                    relation=_text(said, "relationType"),
                    has_custody=_text(said, "relationType") in _CUSTODY,
                    is_protected=_is_protected(person),
                )

    def _holds(self, gatherer: SchoolGatherer, key: str, row: Json) -> bool:
        ends = gatherer.day(_text(row, "endDate"), key)
        return (ends is None or ends >= self._today) and not self._is_to_come(row)

    def _is_to_come(self, row: Json) -> bool:
        # Dates of ISO 8601 are in the order of their texts; what isn't one is told where its group or person is read.
        return _text(row, "startDate")[:10] > self._today.isoformat()


def _text(row: Json, name: str) -> str:
    value = row.get(name)
    return one_line(value) if isinstance(value, str) else ""


def _is_protected(row: Json) -> bool:
    """Say whether somebody's name is to be kept from others: whatever is marked in a way that nobody knows is, too."""
    marking = row.get("securityMarking")
    return marking is not None and (not isinstance(marking, str) or marking.strip() not in _OPEN)


def _id(reference: Any) -> str:
    return _text(reference, "id") if isinstance(reference, dict) else ""


def _typed(row: Json, name: str, value: str) -> str:
    """Return the first of somebody's e-mail addresses or phone numbers."""
    return next((text for each in row.get(name) or () if (text := _text(each, value))), "")


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 14 else None
