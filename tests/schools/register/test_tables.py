"""A school's people as a plain table."""

from datetime import date
from io import BytesIO

import pytest

from schools.register.people import RegisterUnreadable, Role, Slip, Unreadable
from schools.register.tables import TablePlan, first_rows, guess_columns, looks_like_table, read_table

TABLE = """UniID;Fornavn;Efternavn;Klasse;Rolle;Fødselsdato;Beskyttet
u1;Ájlin;Holm;5.B;Elev;03-02-2015;nej
u2;Søren;Ødegård;5.B;Elev;2015-04-05;ja

t1;Bo;Dahl;5.B;Lærer;;
u3;;Uden Navn;5.B;Elev;;
u4;Eva;Lund;;Elev;31.31.2015;
"""


def read(text=TABLE, encoding="utf-8", **columns):
    file = BytesIO(text.encode(encoding))
    columns = columns or guess_columns(first_rows(file, 1)[0])
    return read_table(file, TablePlan("999001", "Åskolen", "2026-2027", columns))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_reads_pupils_teachers_and_classes(encoding):
    text = TABLE if encoding != "cp1252" else TABLE.replace("Ájlin", "Ajlin")

    school = read(text, encoding)

    (group,) = school.groups
    assert (group.name, group.level, group.line) == ("5.B", 5, "B")
    assert [(each.key, each.roles) for each in school.people] == [
        ("table:u1", {Role.PUPIL}),
        ("table:u2", {Role.PUPIL}),
        ("table:t1", {Role.TEACHER}),
        ("table:u4", {Role.PUPIL}),
    ]
    first, second, teacher, last = school.people
    assert (first.birth_date, second.birth_date, last.birth_date) == (date(2015, 2, 3), date(2015, 4, 5), None)
    assert (first.main_group, teacher.main_group, teacher.groups) == (group.key, "", (group.key,))
    assert [each.is_protected for each in school.people] == [False, True, False, False]
    assert second.family_name == "Ødegård"
    assert [problem.slip for problem in school.problems] == [Slip.NO_NAME, Slip.DATE_UNREADABLE]
    assert (school.number, school.school_year, school.is_partial) == ("999001", "2026-2027", False)


def test_without_a_key_name_and_birth_date_are_it():
    school = read('Navn,Klasse\nIda Marie Holm,5.B\n"Lund, Bo",5.B\nMadonna,5.B\nIda Marie Holm,5.B\n')

    assert [(each.given_name, each.family_name) for each in school.people] == [
        ("Ida Marie", "Holm"),
        ("Bo", "Lund"),
        ("Madonna", ""),
    ]
    assert len({each.key for each in school.people}) == 3
    (twice,) = school.problems
    assert (twice.slip, twice.place) == (Slip.PERSON_TWICE, school.people[0].key)
    # It's kept for longer than the people are.
    assert "ida" not in twice.place
    assert len(twice.place) <= 80


def test_a_row_that_is_too_short_or_too_long_is_read_as_far_as_it_goes():
    school = read("id\tfornavn\tklasse\nu1\tIda\nu2\tBo\t5.B\tmore\n")

    assert [(each.given_name, each.main_group) for each in school.people] == [("Ida", ""), ("Bo", "table:5.B")]


@pytest.mark.parametrize(
    ("content", "columns", "code"),
    [
        ("Klasse;Alder\n5.B;11\n", {"school_class": 0}, Unreadable.COLUMN_MISSING),
        ("Navn;Klasse\n" + "x" * 20_000 + ";5.B\n", {"name": 0}, Unreadable.NOT_TEXT),
    ],
)
def test_what_cannot_be_used_is_refused_with_the_reason(content, columns, code):
    with pytest.raises(RegisterUnreadable) as refused:
        read(content, **columns)

    assert refused.value.code == code


def test_too_many_rows_are_refused(monkeypatch):
    monkeypatch.setattr("schools.register.tables._MOST_ROWS", 3)

    with pytest.raises(RegisterUnreadable) as refused:
        read()

    assert refused.value.code == Unreadable.TOO_LARGE


def test_a_text_without_columns_is_no_table():
    with pytest.raises(RegisterUnreadable) as refused:
        first_rows(BytesIO(b"nothing here\n"), 5)

    assert refused.value.code == Unreadable.NOT_A_REGISTER
    assert not looks_like_table(b"nothing here\nbut;this")
    assert not looks_like_table(b"\x00\x01;\x02")
    assert looks_like_table(b"Navn;Klasse\n")


def test_columns_are_guessed_by_what_they_are_called():
    head = ["Elev-ID", "Förnamn", "Sukunimi", "Class", "Shoe size", "E-mail", "Klasse"]

    assert guess_columns(head) == {
        "key": 0,
        "given_name": 1,
        "family_name": 2,
        "school_class": 3,
        "email": 5,
    }


def test_a_letter_that_is_cut_where_the_sample_ends_does_no_harm(monkeypatch):
    monkeypatch.setattr("schools.register.tables._SAMPLE", len("Navn;Klasse\nÅ".encode()) - 1)

    assert [each.given_name for each in read("Navn;Klasse\nÅse;5.B\n").people] == ["Åse"]
