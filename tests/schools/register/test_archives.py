"""OneRoster's and SS12000's archives."""

import json
from datetime import date
from io import BytesIO

import pytest

from schools.models import SchoolClass, SchoolPerson
from schools.register import archives
from schools.register.people import GroupKind, RegisterUnreadable, Role, Slip, Unreadable
from schools.register.reading import read_register
from tests.schools.register.samples import answer, archive, table

TODAY = date(2026, 8, 20)
ORGS = table("sourcedId name type identifier", ["o1", "Åskolen", "school", "999001"], ["k", "By", "district", "1"])
SESSIONS = table("sourcedId type schoolYear", ["y26", "schoolYear", "2026"], ["y27", "schoolYear", "2027"])
CLASSES = table(
    "sourcedId title grades classType schoolSourcedId",
    ["c1", "5.B", "05", "homeroom", "o1"],
    ["c2", "Kor", "", "scheduled", "o1"],
    ["c3", "9.A", "09", "homeroom", "elsewhere"],
)
USERS = table(
    "sourcedId status enabledUser orgSourcedIds role givenName middleName familyName grades agentSourcedIds",
    ["u1", "", "true", "o1", "student", "Ájlin", "Mo", "Holm", "05", "p1,p9"],
    ["u2", "", "true", "o1,k", "teacher", "Bo", "", "Dahl", "", ""],
    ["u3", "tobedeleted", "true", "o1", "student", "Eva", "", "Lund", "05", ""],
    ["u4", "", "true", "other", "student", "Ib", "", "Lund", "05", ""],
    ["u5", "", "true", "o1", "wizard", "Ida", "", "Lund", "05", ""],
    ["p1", "", "true", "", "guardian", "Per", "", "Holm", "", ""],
)
ENROLLED = table(
    "classSourcedId schoolSourcedId userSourcedId role",
    ["c2", "o1", "u1", "student"],
    ["c1", "o1", "u1", "student"],
    ["c1", "o1", "u2", "teacher"],
    ["c7", "o1", "u2", "teacher"],
)
ONEROSTER = {
    "orgs.csv": ORGS,
    "academicSessions.csv": SESSIONS,
    "classes.csv": CLASSES,
    "users.csv": USERS,
    "enrollments.csv": ENROLLED,
}


def _read(files):
    return list(read_register(archive(files), today=TODAY))


def _slips(school):
    return [(problem.slip, problem.place) for problem in school.problems]


def test_reads_a_school_of_oneroster():
    (school,) = _read({f"export/{name}": content for name, content in ONEROSTER.items()})

    assert (school.number, school.name, school.school_year, school.is_partial) == (
        "999001",
        "Åskolen",
        "2026-2027",
        False,
    )
    assert [(each.key, each.kind, each.level, each.line) for each in school.groups] == [
        ("c1", GroupKind.CLASS, 5, "B"),
        ("c2", GroupKind.TEACHING, None, ""),
    ]
    child, teacher = school.people
    assert (child.given_name, child.main_group, child.groups, child.level) == ("Ájlin Mo", "c1", ("c1", "c2"), 5)
    assert [(each.key, each.given_name, each.has_custody) for each in child.contacts] == [("p1", "Per", True)]
    assert (teacher.roles, teacher.groups) == ({Role.TEACHER}, ("c1",))
    assert school.gone == {"u3"}
    assert _slips(school) == [
        (Slip.NO_SUCH_SCHOOL, "classes.csv:4"),
        (Slip.NO_SUCH_SCHOOL, "users.csv:5"),
        (Slip.NO_ROLE, "u5"),
        (Slip.NO_SUCH_GROUP, "u2"),
    ]


def test_only_changes_are_known_by_the_manifest():
    manifest = table("propertyName value", ["oneroster.version", "1.1"], ["file.users", "delta"])
    head = "classSourcedId schoolSourcedId userSourcedId role status"
    changed = table(head, ["c1", "o1", "u1", "student", "tobedeleted"], ["c2", "o1", "u1", "student", "active"])
    files = {**ONEROSTER, "manifest.csv": manifest, "enrollments.csv": changed}
    del files["academicSessions.csv"]

    (school,) = _read(files)

    assert (school.is_partial, school.school_year) == (True, "")
    assert (school.joined, school.parted) == ({("u1", "c2")}, {("u1", "c1")})


def test_a_pupil_of_two_schools_is_told_with_both():
    orgs = table("sourcedId name type", ["o1", "A", "school"], ["o2", "B", "school"])
    users = table("sourcedId orgSourcedIds role givenName familyName", ["u1", "o1, o2", "student", "Ida", "Holm"])

    schools = _read({**ONEROSTER, "orgs.csv": orgs, "users.csv": users})

    assert [(each.number, [person.key for person in each.people]) for each in schools] == [
        ("o1", ["u1"]),
        ("o2", ["u1"]),
    ]


def _ss12000(**changed):
    school, other = {"id": "o1"}, {"id": "o2"}
    files = {
        "organisations": [
            {**school, "displayName": "Åskolan", "organisationType": "Skolenhet", "schoolUnitCode": "999001"},
            {"id": "h", "displayName": "Kommun", "organisationType": "Huvudman"},
        ],
        "persons": [
            {
                "id": "u1",
                "givenName": "Ájlin",
                "familyName": "Holm",
                "birthDate": "2015-02-03",
                "securityMarking": "Sekretessmarkering",
                "enrolments": [
                    {"enroledAt": school, "schoolYear": 5, "cancelled": False},
                    {"enroledAt": other, "schoolYear": 4, "cancelled": True},
                ],
                "emails": [{"value": "a@example.org", "type": "Skola"}],
                "responsibles": [{"person": {"id": "u3"}, "relationType": "Vårdnadshavare"}],
            },
            {"id": "u2", "givenName": "Bo", "familyName": "Dahl"},
            {"id": "u3", "givenName": "Per", "familyName": "Holm", "securityMarking": "Ingen"},
            {
                "id": "u4",
                "givenName": "Eva",
                "familyName": "Lund",
                "enrolments": [{"enroledAt": school, "schoolType": "FKLASS", "schoolYear": 0, "endDate": "2026-06-30"}],
            },
        ],
        "groups": [
            {
                "id": "c1",
                "displayName": "5B",
                "groupType": "Klass",
                "organisation": school,
                "startDate": "2026-08-01",
                "endDate": "2027-06-15",
                "groupMemberships": [
                    {"person": {"id": "u1"}, "startDate": "2026-08-01"},
                    {"person": {"id": "u9"}},
                    {"person": {"id": "u4"}, "endDate": "2026-06-15"},
                ],
            }
        ],
        "duties": [{"id": "d1", "person": {"id": "u2"}, "dutyAt": school, "dutyRole": "Lärare"}],
    } | changed
    return {f"{name}.json": rows if isinstance(rows, str) else answer(rows) for name, rows in files.items()}


def test_reads_a_school_of_ss12000():
    (school,) = _read(_ss12000())

    assert (school.number, school.name, school.school_year) == ("999001", "Åskolan", "2026-2027")
    (group,) = school.groups
    assert (group.kind, group.level, group.line, group.ends) == (GroupKind.CLASS, 5, "B", date(2027, 6, 15))
    child, teacher = school.people
    assert (child.is_protected, child.level, child.main_group, child.email) == (True, 5, "c1", "a@example.org")
    assert [(each.key, each.has_custody) for each in child.contacts] == [("u3", True)]
    assert (teacher.key, teacher.roles) == ("u2", {Role.TEACHER})
    assert _slips(school) == [(Slip.NO_SUCH_PERSON, "c1")]


def test_what_is_to_come_in_ss12000_does_not_count_yet():
    school = {"id": "o1"}
    here = {"groupType": "Klass", "organisation": school, "groupMemberships": [{"person": {"id": "u1"}}]}
    soon = {"id": "c2", "displayName": "6B", "startDate": "2027-08-15", "endDate": "2028-06-10"}
    now = {"id": "c1", "displayName": "5B", "startDate": "2026-08-15", "endDate": "2027-06-10"}
    duty = {"id": "d2", "person": {"id": "u3"}, "dutyAt": school, "dutyRole": "Lärare", "startDate": "2027-08-01"}

    (read,) = _read(_ss12000(groups=[here | soon, here | now], duties=[duty]))

    assert (read.school_year, [each.key for each in read.groups]) == ("2026-2027", ["c1"])
    assert [(each.key, each.main_group) for each in read.people] == [("u1", "c1")]


def test_json_that_would_fill_the_memory_is_refused(monkeypatch):
    monkeypatch.setattr("schools.register.archives._MOST_BYTES_OF_JSON", 100)

    with pytest.raises(RegisterUnreadable) as refused:
        _read(_ss12000())

    assert (refused.value.code, refused.value.detail) == (Unreadable.TOO_LARGE, "organisations.json")


BROKEN = [
    (ONEROSTER | {"users.csv": table("sourcedId role", ["u1", "student"])}, Unreadable.COLUMN_MISSING),
    (ONEROSTER | {"users.csv": "sourcedId,role\nå".encode("latin-1")}, Unreadable.COLUMN_MISSING),
    (ONEROSTER | {"users.csv": USERS.encode("utf-16")}, Unreadable.NOT_TEXT),
    (ONEROSTER | {"orgs.csv": table("sourcedId type", ["k", "district"])}, Unreadable.NO_SCHOOL),
    (ONEROSTER | {"academicSessions.csv": table("type schoolYear")}, Unreadable.NO_SCHOOL_YEAR),
    ({name: content for name, content in ONEROSTER.items() if name != "orgs.csv"}, Unreadable.FILE_MISSING),
    (_ss12000(persons="{"), Unreadable.NOT_JSON),
    (_ss12000(persons='{"data": 7}'), Unreadable.NOT_JSON),
    (_ss12000(persons="[" * 100_000), Unreadable.NOT_JSON),
    (_ss12000(persons='[{"id": "u1", "enrolments": [7]}]'), Unreadable.NOT_A_REGISTER),
    (_ss12000(organisations=[]), Unreadable.NO_SCHOOL),
    (_ss12000(groups=[]), Unreadable.NO_SCHOOL_YEAR),
    ({"persons.json": "[]"}, Unreadable.FILE_MISSING),
    ({"readme.txt": "Hej"}, Unreadable.UNKNOWN_FORMAT),
]


@pytest.mark.parametrize(("files", "code"), BROKEN, ids=[f"{place}-{code}" for place, (_, code) in enumerate(BROKEN)])
def test_an_archive_that_is_no_register_is_refused_with_the_reason(files, code):
    with pytest.raises(RegisterUnreadable) as refused:
        _read(files)

    assert refused.value.code == code


def _damaged(at):
    """Return an archive whose packed orgs.csv has other bytes in its middle, or that's cut off."""
    whole = bytearray(archive({**ONEROSTER, "users.csv": USERS}).getvalue())
    if at is None:
        return bytes(whole[:200])
    begin = whole.index(b"orgs.csv") + len("orgs.csv")
    whole[begin + at : begin + at + 8] = b"\xff" * 8
    return bytes(whole)


@pytest.mark.parametrize("at", [None, 0, 5, 20])
def test_a_damaged_archive_is_refused(at):
    with pytest.raises(RegisterUnreadable) as refused:
        list(read_register(BytesIO(_damaged(at)), today=TODAY))

    assert refused.value.code == Unreadable.DAMAGED_ARCHIVE


def test_an_archive_of_a_kind_that_nobody_knows_yet_is_refused():
    whole = bytearray(archive(ONEROSTER).getvalue())
    # The version of the format that its first file needs.
    whole[whole.index(b"PK\x01\x02") + 6] = 99

    with pytest.raises(RegisterUnreadable) as refused:
        list(read_register(BytesIO(whole), today=TODAY))

    assert refused.value.code == Unreadable.DAMAGED_ARCHIVE


def test_what_no_table_can_hold_is_left_out():
    name = "Ib\x00 \r\n Bo"
    users = table("sourcedId orgSourcedIds role givenName familyName", ["u1", "o1", "student", name, "Holm"])
    (school,) = _read({**ONEROSTER, "users.csv": users})
    assert school.people[0].given_name == "Ib Bo"

    person = {"id": "u1", "givenName": "Ib\x00 \ud800Bo", "enrolments": [{"enroledAt": {"id": "o1"}}]}
    (school,) = _read(_ss12000(persons=json.dumps([person]), duties=[]))
    assert school.people[0].given_name == "Ib Bo"


def test_a_level_or_a_name_without_end_is_read_at_once():
    classes = table(
        "sourcedId title grades classType schoolSourcedId",
        ["c1", f"5{' ' * 50_000}\nB\nx", "1" * 5000, "homeroom", "o1"],
    )

    (school,) = _read({**ONEROSTER, "classes.csv": classes})

    assert [(group.level, group.line) for group in school.groups] == [(5, "B X")]


@pytest.mark.parametrize(
    ("marking", "is_protected"),
    [(None, False), ("", False), ("Ingen", False), ("Skyddad folkbokföring", True), (True, True), (["x"], True)],
)
def test_a_marking_that_nobody_knows_protects(marking, is_protected):
    person = {"id": "u1", "givenName": "Bo", "securityMarking": marking, "enrolments": [{"enroledAt": {"id": "o1"}}]}

    (school,) = _read(_ss12000(persons=[person], duties=[]))

    assert school.people[0].is_protected is is_protected


def test_a_key_that_no_table_can_hold_is_told_and_left_out():
    long = "x" * 81
    files = {name: content for name, content in ONEROSTER.items() if name != "enrollments.csv"}
    classes = table("sourcedId title classType schoolSourcedId", [long, "5.B", "homeroom", "o1"])
    users = table("sourcedId orgSourcedIds role givenName familyName", [long, "o1", "student", "Ib", "Holm"])

    (school,) = _read({**files, "classes.csv": classes, "users.csv": users})

    kept = (SchoolPerson._meta.get_field("key"), SchoolClass._meta.get_field("register_key"))
    assert [each.max_length for each in kept] == [len(long) - 1] * 2
    assert (school.groups, school.people) == ((), ())
    assert _slips(school) == [(Slip.LONG_KEY, "5.B"), (Slip.LONG_KEY, "users.csv:2")]


def test_what_unpacks_to_too_much_is_refused_before_it_is_unpacked(monkeypatch):
    monkeypatch.setattr(archives, "_MOST_BYTES", 1000)

    with pytest.raises(RegisterUnreadable) as refused:
        _read(ONEROSTER)

    assert refused.value.code == Unreadable.TOO_LARGE
