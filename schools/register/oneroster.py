"""OneRoster 1.1 as CSV files in an archive, all at once ("bulk") or what has changed ("delta")."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from schools.register.archives import Archive
from schools.register.gathering import SchoolGatherer, level_and_line, level_in
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

_ROLES = {
    "student": Role.PUPIL,
    "teacher": Role.TEACHER,
    "aide": Role.TEACHER,
    "proctor": Role.STAFF,
    "administrator": Role.STAFF,
}
_CONTACTS = {"parent", "guardian", "relative"}
_WITH_CUSTODY = {"parent", "guardian"}
_GONE = "tobedeleted"
_ENROLMENT = ("classSourcedId", "schoolSourcedId", "userSourcedId", "role")
_END_YEAR = re.compile(r"\d{4}$")


@dataclass
class _School:
    number: str
    name: str
    gatherer: SchoolGatherer = field(default_factory=SchoolGatherer)


def read_oneroster(archive: Archive) -> Iterator[SchoolExport]:
    """Yield the schools of an archive.

    :raises RegisterUnreadable: FILE_MISSING, COLUMN_MISSING, NO_SCHOOL, NO_SCHOOL_YEAR, or what the archive has
    """
    for name in ("orgs.csv", "users.csv"):
        if name not in archive:
            raise RegisterUnreadable(Unreadable.FILE_MISSING, name)
    is_partial = _is_partial(archive)
    year = _school_year(archive)
    if not year and not is_partial:
        raise RegisterUnreadable(Unreadable.NO_SCHOOL_YEAR)
    schools = _schools(archive)
    if not schools:
        raise RegisterUnreadable(Unreadable.NO_SCHOOL)
    of_class = _read_classes(archive, schools)
    if is_partial:
        _read_changes(archive, schools)
        _read_people(archive, schools, {})
    else:
        _read_people(archive, schools, _memberships(archive, of_class))
    for school in schools.values():
        yield school.gatherer.export(number=school.number, name=school.name, school_year=year, is_partial=is_partial)


def _is_partial(archive: Archive) -> bool:
    said = {
        row.get("propertyName"): row.get("value") for _, row in archive.rows("manifest.csv", "propertyName", "value")
    }
    return "delta" in {said.get("file.users"), said.get("file.enrollments")}


def _school_year(archive: Archive) -> str:
    ends = [
        int(row["schoolYear"])
        for _, row in archive.rows("academicsessions.csv", "type", "schoolYear")
        if row.get("status", "").lower() != _GONE and _END_YEAR.match(row["schoolYear"])
    ]
    return f"{max(ends) - 1}-{max(ends)}" if ends else ""


def _schools(archive: Archive) -> dict[str, _School]:
    return {
        row["sourcedId"]: _School(row.get("identifier") or row["sourcedId"], row.get("name", ""))
        for _, row in archive.rows("orgs.csv", "sourcedId", "type")
        if row["type"].lower() == "school" and row["sourcedId"] and row.get("status", "").lower() != _GONE
    }


def _read_classes(archive: Archive, schools: Mapping[str, _School]) -> dict[str, bool]:
    """Give the schools their groups, and return which group is a class."""
    of_class: dict[str, bool] = {}
    columns = ("sourcedId", "title", "classType", "schoolSourcedId")
    for line, row in archive.rows("classes.csv", *columns):
        school = schools.get(row["schoolSourcedId"])
        if row.get("status", "").lower() == _GONE:
            continue
        if school is None:
            _first(schools).slip(Slip.NO_SUCH_SCHOOL, f"classes.csv:{line}")
            continue
        is_class = row["classType"].lower() == "homeroom"
        level, of_name = level_in(row.get("grades", "").split(",")[0]), level_and_line(row["title"])
        group = RegisterGroup(
            key=row["sourcedId"],
            name=row["title"] or row["sourcedId"],
            kind=GroupKind.CLASS if is_class else GroupKind.TEACHING,
            level=(of_name[0] if level is None else level) if is_class else level,
            line=of_name[1] if is_class else "",
        )
        school.gatherer.group(group)
        of_class[row["sourcedId"]] = is_class
    return of_class


@dataclass
class _Enrolled:
    """What enrolments say of somebody: groups by school, and roles by school."""

    groups: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    main_group: dict[str, str] = field(default_factory=dict)
    roles: dict[str, set[Role]] = field(default_factory=lambda: defaultdict(set))


def _read_changes(archive: Archive, schools: Mapping[str, _School]) -> None:
    for line, row in archive.rows("enrollments.csv", *_ENROLMENT):
        school = schools.get(row["schoolSourcedId"])
        if school is None:
            _first(schools).slip(Slip.NO_SUCH_SCHOOL, f"enrollments.csv:{line}")
        else:
            is_over = row.get("status", "").lower() == _GONE
            school.gatherer.membership(row["userSourcedId"], row["classSourcedId"], is_over=is_over)


def _memberships(archive: Archive, of_class: Mapping[str, bool]) -> dict[str, _Enrolled]:
    found: dict[str, _Enrolled] = defaultdict(_Enrolled)
    for _, row in archive.rows("enrollments.csv", *_ENROLMENT):
        if row.get("status", "").lower() == _GONE:
            continue
        enrolled, school = found[row["userSourcedId"]], row["schoolSourcedId"]
        enrolled.groups[school].append(row["classSourcedId"])
        role = _ROLES.get(row["role"].lower())
        if role:
            enrolled.roles[school].add(role)
        if role is Role.PUPIL and of_class.get(row["classSourcedId"]):
            enrolled.main_group.setdefault(school, row["classSourcedId"])
    return found


def _read_people(archive: Archive, schools: Mapping[str, _School], enrolled: Mapping[str, _Enrolled]) -> None:
    contacts: dict[str, Contact] = {}
    waiting: list[tuple[int, Mapping[str, str]]] = []
    columns = ("sourcedId", "orgSourcedIds", "role", "givenName", "familyName")
    for line, row in archive.rows("users.csv", *columns):
        if row["role"].lower() in _CONTACTS:
            if row.get("status", "").lower() != _GONE:
                contacts[row["sourcedId"]] = _contact(row)
        else:
            waiting.append((line, row))
    for line, row in waiting:
        _read_person(line, row, schools, enrolled.get(row["sourcedId"], _Enrolled()), contacts)


def _read_person(
    line: int,
    row: Mapping[str, str],
    schools: Mapping[str, _School],
    enrolled: _Enrolled,
    contacts: Mapping[str, Contact],
) -> None:
    place, orgs = f"users.csv:{line}", dict.fromkeys(_list(row["orgSourcedIds"]))
    if row.get("status", "").lower() == _GONE or row.get("enabledUser", "").lower() == "false":
        for org in orgs:
            if org in schools:
                schools[org].gatherer.has_left(row["sourcedId"])
        return
    role = _ROLES.get(row["role"].lower())
    known = [org for org in orgs if org in schools]
    if not known and role is Role.PUPIL:
        _first(schools).slip(Slip.NO_SUCH_SCHOOL, place)
    for org in known:
        gatherer = schools[org].gatherer
        gatherer.person(
            RegisterPerson(
                key=row["sourcedId"],
                given_name=" ".join(filter(None, (row["givenName"], row.get("middleName", "")))),
                family_name=row["familyName"],
                roles=frozenset({*enrolled.roles.get(org, ()), *([role] if role else [])}),
                birth_date=gatherer.day(row.get("birthDate", "") or row.get("metadata.birthDate", ""), place),
                email=row.get("email", ""),
                phone=row.get("sms", "") or row.get("phone", ""),
                level=level_in(row.get("grades", "").split(",")[0]),
                main_group=enrolled.main_group.get(org, ""),
                groups=tuple(enrolled.groups.get(org, ())),
                contacts=tuple(contacts[key] for key in _list(row.get("agentSourcedIds", "")) if key in contacts),
            ),
            place,
        )


def _contact(row: Mapping[str, str]) -> Contact:
    role = row["role"].lower()
    return Contact(row["sourcedId"], row["givenName"], row["familyName"], role, has_custody=role in _WITH_CUSTODY)


def _list(text: str) -> list[str]:
    return [each.strip() for each in text.split(",") if each.strip()]


def _first(schools: Mapping[str, _School]) -> SchoolGatherer:
    """Return the school whose report names what can't be said of any."""
    return next(iter(schools.values())).gatherer
