"""Exports of the Danish school register."""

from datetime import date
from io import BytesIO
from pathlib import Path

import pytest

from schools.register.people import GroupKind, RegisterUnreadable, Role, Slip, Unreadable
from schools.register.reading import read_register
from tests.schools.register.samples import contact, employee, group, pupil, stil

TODAY = date(2026, 8, 20)
# They lie beside the project where there are any; each thing that they show has a case of its own here.
SHARED = Path(__file__).resolve().parents[4] / "shared" / "data" / "schools" / "stil-2025"


def _read(file):
    return list(read_register(file, today=TODAY))


def _school(*entries, **options):
    (school,) = _read(stil(*entries, **options))
    return school


def _slips(school):
    return [(problem.slip, problem.place, problem.detail) for problem in school.problems]


def test_reads_a_school_with_its_classes_and_people():
    level = "<c:GroupLevel>5</c:GroupLevel><c:Line>b</c:Line><c:FromDate>2026-08-01</c:FromDate>"
    school = _school(
        group("5b-26", "5.B", more=level),
        group("kor", "Kor", kind="Hold"),
        pupil(
            "u1",
            "Ájlin",
            "Šoršá",
            main="5b-26",
            person="<c:BirthDate>2015-02-03</c:BirthDate><c:EmailAddress>a@example.org</c:EmailAddress><c:Address>"
            "<c:StreetAddress>Vej 1</c:StreetAddress><c:PostalCode>8000</c:PostalCode>"
            "<c:PostalDistrict>Aarhus C</c:PostalDistrict></c:Address>",
            student="<c:Level>5</c:Level><c:GroupId>5b-26</c:GroupId><c:GroupId>kor</c:GroupId>"
            + contact("k1", "Bo", relation="Far")
            + contact("k2", "Eva", relation="Stedmor", custody="false"),
        ),
        employee("u2", "أمينة", "Lærer", "Leder"),
        employee("u3", "Per", "TAP"),
    )

    assert (school.number, school.name, school.school_year, school.problems) == ("999001", "Åskolen", "2026-2027", ())
    assert [(each.key, each.kind, each.level, each.line, each.begins) for each in school.groups] == [
        ("5b-26", GroupKind.CLASS, 5, "B", date(2026, 8, 1)),
        ("kor", GroupKind.TEACHING, None, "", None),
    ]
    (child,) = school.pupils
    assert (child.given_name, child.family_name, child.birth_date) == ("Ájlin", "Šoršá", date(2015, 2, 3))
    assert (child.address, child.postal_code, child.city) == ("Vej 1", "8000", "Aarhus C")
    assert (child.main_group, child.groups, child.level) == ("5b-26", ("5b-26", "kor"), 5)
    assert [(each.key, each.relation, each.has_custody) for each in child.contacts] == [
        ("k1", "Far", True),
        ("k2", "Stedmor", False),
    ]
    assert {each.key: each.roles for each in school.people} == {
        "u1": {Role.PUPIL},
        "u2": {Role.TEACHER},
        "u3": {Role.STAFF},
    }


def test_a_protected_name_is_told_with_the_alias_if_there_is_one():
    alias = "<c:AliasFirstName>Elev</c:AliasFirstName><c:AliasFamilyName>Fire</c:AliasFamilyName>"
    school = _school(
        pupil("u1", "Ida", protected="true"), pupil("u2", "Bo", protected="1", person=alias), pupil("u3", "Åse")
    )

    assert [(each.is_protected, each.alias) for each in school.people] == [
        (True, ""),
        (True, "Elev Fire"),
        (False, ""),
    ]


def test_national_identity_numbers_are_not_read():
    school = _school(pupil("u1", "Ida", person="<c:CPR>0302150001</c:CPR><c:CprType>01</c:CprType>"))

    assert "0302150001" not in repr(school)


@pytest.mark.parametrize(
    ("name", "level", "line"),
    [("5.B", 5, "B"), ("05b", 5, "B"), ("0 A", 0, "A"), ("10-X", 10, "X"), ("7", 7, ""), ("Blå stue", None, "")],
)
def test_a_class_that_says_no_level_has_the_one_of_its_name(name, level, line):
    (found,) = _school(group("k", name)).groups

    assert (found.level, found.line) == (level, line)


def test_the_newest_school_year_counts_and_who_has_an_older_source_is_known_by_it():
    school = _school(
        pupil("u1", "Ida"),
        pupil("u2", "Bo", source="Lokal"),
        sources={"Lokal": "2025-2026", "Elev": "2026-2027"},
    )

    assert school.school_year == "2026-2027"
    assert [each.is_of_older_year for each in school.people] == [False, True]


def test_last_years_class_is_not_a_pupils_whose_newer_source_names_none():
    school = _school(
        group("a", "5.A"),
        pupil("u1", "Ida", main="a", source="Lokal"),
        pupil("u1", "Ida"),
        sources={"Lokal": "2025-2026", "Elev": "2026-2027"},
    )

    (ida,) = school.people
    assert (ida.main_group, ida.groups, ida.is_of_older_year) == ("", (), False)


def test_who_comes_twice_is_one_with_both_roles():
    school = _school(
        group("a", "1.A"),
        group("b", "2.B"),
        pupil("u1", "Ida", main="a", student="<c:GroupId>a</c:GroupId>", source="Lokal"),
        pupil("u1", "Ida", main="b"),
        employee("u1", "Ida", "Lærer").replace("Dahl", "Holm"),
        sources={"Lokal": "2025-2026", "Elev": "2026-2027"},
    )

    (person,) = school.people
    assert (person.roles, person.main_group, person.groups) == ({Role.PUPIL, Role.TEACHER}, "b", ("b",))
    assert _slips(school) == [(Slip.PERSON_TWICE, "u1", "")]


def test_says_what_is_wrong_with_an_entry_and_uses_the_others():
    school = _school(
        group("a", "Blå stue"),
        group("a", "1.A"),
        group("", "2.A"),
        pupil("u1", "Ida", main="gone"),
        pupil("u1", "Bo"),
        pupil("", "Eva"),
        pupil("u4", ""),
        pupil("u5", "Per", person="<c:BirthDate>31.12.2015</c:BirthDate>", student="<c:Level>femte</c:Level>"),
        "<InstitutionPerson/>",
    )

    assert [each.key for each in school.people] == ["u1", "u5"]
    assert _slips(school) == [
        (Slip.CLASS_WITHOUT_LEVEL, "a", "Blå stue"),
        (Slip.GROUP_TWICE, "a", "1.A"),
        (Slip.NO_KEY, "2.A", ""),
        (Slip.SAME_KEY_OTHER_NAME, "u1", ""),
        (Slip.NO_KEY, "#3", ""),
        (Slip.NO_NAME, "u4", ""),
        (Slip.DATE_UNREADABLE, "u5", "31.12.2015"),
        (Slip.LEVEL_UNREADABLE, "u5", "femte"),
        (Slip.NO_NAME, "#6", ""),
        (Slip.NO_SUCH_GROUP, "u1", "gone"),
    ]


def test_groups_may_share_a_name():
    school = _school(group("h1", "Kor", kind="Hold"), group("h2", "Kor", kind="Hold"))

    assert ([each.key for each in school.groups], school.problems) == (["h1", "h2"], ())


BOMB = b"""<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "xxxxxxxxxx"><!ENTITY c "&b;&b;&b;&b;">]>
<UNILoginExportFull>&c;</UNILoginExportFull>"""
OUTWARD = b'<!DOCTYPE a [<!ENTITY f SYSTEM "file:///etc/passwd">]><UNILoginExportFull>&f;</UNILoginExportFull>'


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"<UNILoginExportFull><Institution>", Unreadable.NO_SCHOOL_YEAR),
        (stil(pupil("u1", "Ida")).getvalue()[:-60], Unreadable.NOT_XML),
        (b"<UNILoginExportFull></UNILoginExportFull>", Unreadable.NO_SCHOOL),
        (b"<html><body>Log ind</body></html>", Unreadable.NOT_A_REGISTER),
        (stil(sources={}).getvalue(), Unreadable.NO_SCHOOL_YEAR),
        (stil(sources={"Elev": "i fjor"}).getvalue(), Unreadable.NO_SCHOOL_YEAR),
        (stil(number="").getvalue(), Unreadable.NO_SCHOOL),
        (b'<?xml version="1.0" encoding="klingon"?><a/>', Unreadable.NOT_XML),
        (b"<\x00\xff", Unreadable.NOT_XML),
        (BOMB, Unreadable.NOT_XML),
        (OUTWARD, Unreadable.NOT_XML),
        (b"", Unreadable.UNKNOWN_FORMAT),
        (b"%PDF-1.7", Unreadable.UNKNOWN_FORMAT),
    ],
    ids=lambda value: value.value if isinstance(value, Unreadable) else "file",
)
def test_an_export_that_is_none_is_refused_with_the_reason(content, code):
    with pytest.raises(RegisterUnreadable) as refused:
        _read(BytesIO(content))

    assert refused.value.code == code


@pytest.mark.skipif(not SHARED.exists(), reason="the samples aren't there")
def test_reads_the_samples():
    for path in sorted(SHARED.glob("*.xml")):
        with path.open("rb") as file:
            (school,) = _read(file)
        assert (len(school.pupils), len(school.groups), school.problems) == (30, 7, ())
        assert all(each.main_group and each.contacts for each in school.pupils)
