"""Exports of the Danish school register (STIL's wsiEKSPORT, all three sizes), read as they come.

Elements are known by their names whatever namespace they stand in: sizes and versions differ in nothing else that
matters here. National identity numbers aren't read at all.
"""

import re
import xml.etree.ElementTree as ElementTree  # noqa: S405 (for its types; defusedxml reads)
from collections.abc import Iterator
from typing import BinaryIO

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

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

_ROOT = "UNILoginExport"
_SCHOOL_YEAR = re.compile(r"(\d{4})[-/](\d{4})$")
_GROUP_KINDS = {"Hovedgruppe": GroupKind.CLASS, "Årgang": GroupKind.YEAR_GROUP, "Hold": GroupKind.TEACHING}
# Who teaches or looks after children takes books for a class; others are staff all the same.
_TEACHERS = {"Lærer", "Pædagog", "Vikar"}
_YES = {"true", "1"}


def read_stil(file: BinaryIO) -> Iterator[SchoolExport]:
    """Yield the schools of an export, usually one.

    :raises RegisterUnreadable: NOT_XML, NOT_A_REGISTER, NO_SCHOOL or NO_SCHOOL_YEAR
    """
    years: dict[str, str] = {}
    school: _School | None = None
    is_register, schools = False, 0
    try:
        for event, element in iterparse(file, events=("start", "end"), forbid_dtd=True):
            name = _name(element)
            if event == "start":
                if not is_register and not name.startswith(_ROOT):
                    raise RegisterUnreadable(Unreadable.NOT_A_REGISTER, name[:40])
                is_register = True
                if name == "Institution":
                    school = _School(_newest(years), years)
            elif name == "ImportSource":
                years[element.get("source", "")] = element.get("schoolYear", "")
            elif school is not None and name == "Institution":
                yield school.export()
                school, schools = None, schools + 1
                element.clear()
            elif school is not None and school.takes(name, element):
                element.clear()
    except (ElementTree.ParseError, DefusedXmlException, ValueError, LookupError) as problem:
        raise RegisterUnreadable(Unreadable.NOT_XML, str(problem)[:100]) from problem
    if not schools:
        raise RegisterUnreadable(Unreadable.NO_SCHOOL)


def _newest(years: dict[str, str]) -> str:
    known = sorted(f"{found[1]}-{found[2]}" for year in years.values() if (found := _SCHOOL_YEAR.match(year.strip())))
    if not known:
        raise RegisterUnreadable(Unreadable.NO_SCHOOL_YEAR)
    return known[-1]


class _School:
    """An institution while it's read."""

    def __init__(self, school_year: str, years: dict[str, str]) -> None:
        self._school_year = school_year
        self._years = years
        self._gatherer = SchoolGatherer()
        self._number = self._school_name = ""
        self._entries = 0

    def takes(self, name: str, element: ElementTree.Element) -> bool:
        """Take what an element says, if it's one of the institution's own, and say so."""
        if name == "InstitutionNumber":
            self._number = (element.text or "").strip()
        elif name == "InstitutionName":
            self._school_name = (element.text or "").strip()
        elif name == "Group":
            self._take_group(element)
        elif name == "InstitutionPerson":
            self._take_person(element)
        else:
            return False
        return True

    def export(self) -> SchoolExport:
        if not self._number:
            raise RegisterUnreadable(Unreadable.NO_SCHOOL)
        return self._gatherer.export(number=self._number, name=self._school_name, school_year=self._school_year)

    def _take_group(self, element: ElementTree.Element) -> None:
        key, name = _text(element, "GroupId"), _text(element, "GroupName")
        kind = _GROUP_KINDS.get(_text(element, "GroupType"), GroupKind.OTHER)
        level, line = level_in(_text(element, "GroupLevel")), _text(element, "Line").upper()
        if kind is GroupKind.CLASS:
            of_name, its_line = level_and_line(name)
            level = of_name if level is None else level
            line = line or its_line
        begins, ends = (self._gatherer.day(_text(element, tag), key) for tag in ("FromDate", "ToDate"))
        self._gatherer.group(RegisterGroup(key, name or key, kind, level, line, begins, ends))

    def _take_person(self, element: ElementTree.Element) -> None:
        self._entries += 1
        person = _child(element, "Person")
        if person is None:
            self._gatherer.slip(Slip.NO_NAME, f"#{self._entries}")
            return
        student, employee, guest = (_child(element, name) for name in ("Student", "Employee", "Extern"))
        key = _text(person, "UserId")
        roles = {Role.PUPIL} if student is not None else set()
        if employee is not None:
            roles.add(Role.TEACHER if _TEACHERS & set(_texts(employee, "Role")) else Role.STAFF)
        if guest is not None:
            roles.add(Role.GUEST)
        address = _child(person, "Address")
        found = RegisterPerson(
            key=key,
            given_name=_text(person, "FirstName"),
            family_name=_text(person, "FamilyName"),
            roles=frozenset(roles),
            is_protected=_is_yes(person.get("protected")),
            alias=f"{_text(person, 'AliasFirstName')} {_text(person, 'AliasFamilyName')}".strip(),
            birth_date=self._gatherer.day(_text(person, "BirthDate"), key),
            email=_text(person, "EmailAddress"),
            phone=_text(person, "MobilePhoneNumber") or _text(person, "HomePhoneNumber"),
            address=_text(address, "StreetAddress"),
            postal_code=_text(address, "PostalCode"),
            city=_text(address, "PostalDistrict"),
            short_name=_text(employee, "ShortName"),
            level=self._level(student, key),
            main_group=_text(student, "MainGroupId"),
            groups=tuple(text for role in (student, employee, guest) for text in _texts(role, "GroupId")),
            contacts=tuple(self._contacts(student)),
            is_of_older_year=self._is_older(element.get("source")),
        )
        self._gatherer.person(found, f"#{self._entries}")

    def _contacts(self, student: ElementTree.Element | None) -> Iterator[Contact]:
        for contact in _children(student, "ContactPerson"):
            person = _child(contact, "Person")
            if person is None or not _text(person, "UserId"):
                continue
            yield Contact(
                key=_text(person, "UserId"),
                given_name=_text(person, "FirstName"),
                family_name=_text(person, "FamilyName"),
                relation=contact.get("relation", ""),
                has_custody=_is_yes(contact.get("childCustody")),
                is_protected=_is_yes(person.get("protected")),
            )

    def _is_older(self, source: str | None) -> bool:
        found = _SCHOOL_YEAR.match(self._years.get(source or "", "").strip())
        return found is not None and f"{found[1]}-{found[2]}" < self._school_year

    def _level(self, student: ElementTree.Element | None, key: str) -> int | None:
        text = _text(student, "Level")
        level = level_in(text)
        if text and level is None:
            self._gatherer.slip(Slip.LEVEL_UNREADABLE, key, text[:20])
        return level


def _is_yes(text: str | None) -> bool:
    return (text or "").strip().lower() in _YES


def _name(element: ElementTree.Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _children(element: ElementTree.Element | None, name: str) -> list[ElementTree.Element]:
    return [] if element is None else [child for child in element if _name(child) == name]


def _child(element: ElementTree.Element | None, name: str) -> ElementTree.Element | None:
    return next(iter(_children(element, name)), None)


def _texts(element: ElementTree.Element | None, name: str) -> list[str]:
    return [text for child in _children(element, name) if (text := " ".join((child.text or "").split()))]


def _text(element: ElementTree.Element | None, name: str) -> str:
    return next(iter(_texts(element, name)), "")
