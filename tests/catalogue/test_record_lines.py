"""A whole record as lines of text and back."""

import pytest

from catalogue.marc.record_lines import LineFault, lines_of_record, record_in
from catalogue.marc.records import Flavour, MarcField, MarcRecord
from tests.catalogue.marc_samples import DANISH_NOVEL, LEADER, NOVEL

MARC21 = MarcRecord(Flavour.MARC21, LEADER, [MarcField(tag, text.replace("$", "\x1f")) for tag, text in NOVEL])
DANISH = MarcRecord(
    Flavour.DANMARC2, "00000n    2200000   4500", [MarcField(tag, t.replace("$", "\x1f")) for tag, t in DANISH_NOVEL]
)


def test_marc_21_shows_its_leader_and_the_blanks_that_mean_something():
    lines = lines_of_record(MARC21).splitlines()

    assert lines[0] == "LDR 00000nam#a2200000#a#4500"
    assert lines[4] == "008 260102s2024####fi###########|000#1|fin|#"
    assert lines[7] == "245 10 $aYön äänet :$bromaani /$cAino Tähti."


def test_danmarc2_is_all_subfields():
    assert lines_of_record(DANISH).splitlines()[:2] == ["001 00 *a50000011*b870970*c20260102030405*d20260101*fa"] + [
        "004 00 *rn*ae"
    ]


@pytest.mark.parametrize("record", [MARC21, DANISH])
def test_what_is_written_is_read_again(record):
    typed = record_in(lines_of_record(record), record.flavour)

    assert typed.record.fields == record.fields
    assert typed.faults == ()


@pytest.mark.parametrize(
    "text",
    [
        "  \x1fa  2012035454 ",
        "  \x1fa\x00\x1bodd\u2028\x1fb",
        "  ",
        " 1\x1f|x",
        "A?\x1faindicators of another age",
    ],
)
def test_a_line_that_nobody_touched_gives_back_its_field_whatever_it_has(text):
    odd = MarcRecord(Flavour.MARC21, LEADER, [*MARC21.fields, MarcField("599", text)])
    typed = record_in(lines_of_record(odd), Flavour.MARC21, odd)

    assert (typed.record, typed.faults) == (odd, ())


def test_says_in_which_line_each_field_begins():
    typed = record_in("LDR 00000nam#a2200000#a#4500\n\n245 10 $aA\n   title\n500 ## $aB", Flavour.MARC21)

    assert (typed.leader_line, typed.numbers) == (1, (3, 5))
    assert typed.record.fields[0].subfields == [("a", "A title")]


@pytest.mark.parametrize(
    ("text", "subfields"),
    [
        ("856 40 $uhttps://a.example/@me", [("u", "https://a.example/@me")]),
        ("500 ## $a1 @$ and @@", [("a", "1 $ and @")]),
        ("500 ## $ac@U+0153ur @U+1F600 @0153", [("a", "c\u0153ur \u1f600 @0153")]),
        ("500 ## $a$b", [("a", ""), ("b", "")]),
        ("500 ## $aå", [("a", "å")]),
        ("500 ## $aמ\u200fשה می\u200cخواهم", [("a", "מ\u200fשה می\u200cخواهم")]),
    ],
)
def test_any_sign_can_be_written(text, subfields):
    typed = record_in(text, Flavour.MARC21)

    assert typed.record.fields[0].subfields == subfields


@pytest.mark.parametrize(("typed", "value"), [("c@0153ur", "c\u0153ur"), ("a@U+00e5", "a\xe5"), ("a@b@015", "a@b@015")])
def test_danmarc2_names_signs_by_their_numbers(typed, value):
    assert record_in(f"504 00 *a{typed}", Flavour.DANMARC2).record.fields[0].subfields == [("a", value)]


@pytest.mark.parametrize("number", ["0000", "001F", "D800", "2028", "FFFF"])
def test_a_number_that_is_no_sign_is_refused(number):
    assert record_in(f"504 00 *ax@{number}y", Flavour.DANMARC2).faults == ((1, LineFault.NO_FIELD),)


def test_danmarc2_has_a_letter_of_its_own():
    typed = record_in("100 00 *a@århus*&1@*2", Flavour.DANMARC2)

    assert typed.record.fields[0].subfields == [("a", "ꜳrhus"), ("&", "1*2")]
    assert lines_of_record(typed.record) == "100 00 *a@århus*&1@*2"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("245 10 $aA\x00B", LineFault.NO_FIELD),
        ("001 A\x00B", LineFault.NO_FIELD),
        ("245 10 A", LineFault.NO_FIELD),
        ("24 10 $aA", LineFault.NO_FIELD),
        ("٢٤٥ 10 $aA", LineFault.NO_FIELD),
        ("\ufeff245 10 $aA", LineFault.NO_FIELD),
        ("245 10 $aA\u2028B", LineFault.NO_FIELD),
        (f"245 10 $a{'a$b@' * 500_000}", LineFault.TOO_LONG),
        ("\n".join(["500 ## $aA"] * 30_000), LineFault.TOO_MANY),
    ],
)
def test_what_cannot_be_read_is_said_with_its_line(text, fault):
    typed = record_in(f"500 ## $aFirst\n{text}", Flavour.MARC21)

    assert fault in [code for _, code in typed.faults]
    assert typed.record.fields[0] == ("500", "  \x1faFirst")
