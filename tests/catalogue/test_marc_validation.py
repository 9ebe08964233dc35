"""The rules of both families of MARC: what their tables say, and what a check finds in a record."""

import pytest

from catalogue.marc.records import Flavour, MarcField, MarcRecord
from catalogue.marc.validation.checking import RULES, check, rule_for
from tests.catalogue.marc_samples import DANISH_NOVEL, LEADER, NOVEL

# With a number that's a right one.
SAMPLES = {Flavour.MARC21: NOVEL, Flavour.DANMARC2: (("001", "00$a29147353$b870970"), *DANISH_NOVEL[1:])}


def record(flavour, *others, without=(), leader=LEADER):
    """Return the sample novel with other fields in place of its own of the same tag."""
    replaced = {tag for tag, _ in others}
    kept = [each for each in SAMPLES[flavour] if each[0] not in replaced and each[0] not in without]
    fields = [MarcField(tag, text.replace("$", "\x1f")) for tag, text in sorted([*kept, *others], key=lambda f: f[0])]
    return MarcRecord(flavour, leader, fields)


def found(*args, **kwargs):
    return [(each.breach.value, each.tag, *each.facts.values()) for each in check(record(*args, **kwargs))]


@pytest.mark.parametrize("flavour", Flavour)
def test_a_right_record_breaks_no_rule(flavour):
    assert found(flavour) == []


@pytest.mark.parametrize("flavour", Flavour)
def test_no_table_contradicts_itself(flavour):
    for tag, rule in RULES[flavour].items():
        assert tag == rule.tag
        assert len(set(rule.codes)) == len(rule.codes), tag
        assert set(rule.must) <= set(rule.codes), tag
        assert rule.is_control or all(rule.indicators), tag


@pytest.mark.parametrize(
    ("flavour", "field", "expected"),
    [
        ("MARC21", ("245", "13$aYön äänet"), []),
        ("MARC21", ("245", "23$aYön äänet"), [("WRONG_INDICATOR", "245", "1", "2", "0 1")]),
        ("MARC21", ("250", "1 $a2. painos"), [("WRONG_INDICATOR", "250", "1", "1", "#")]),
        ("MARC21", ("245", "10$aYö$aYö"), [("SUBFIELD_AGAIN", "245", "a")]),
        ("MARC21", ("100", "1 $ekirjoittaja"), [("MISSING_SUBFIELD", "100", "a")]),
        (
            "MARC21",
            ("245", "10$a$b "),
            [("MISSING_FIELD", "245"), ("EMPTY_SUBFIELD", "245", "a"), ("EMPTY_SUBFIELD", "245", "b")],
        ),
        ("MARC21", ("100", "1 $a$e"), [("EMPTY_SUBFIELD", "100", "a"), ("EMPTY_SUBFIELD", "100", "e")]),
        ("MARC21", ("500", "  $a"), [("EMPTY_SUBFIELD", "500", "a")]),
        ("MARC21", ("653", " 0$aYö$8x$9own"), []),
        ("MARC21", ("020", "  $a9789510433905"), [("WRONG_ISBN", "020", "9789510433905")]),
        ("MARC21", ("022", "  $a0000-0001"), [("WRONG_ISSN", "022", "0000-0001")]),
        ("MARC21", ("440", " 0$aSarja"), [("UNKNOWN_FIELD", "440")]),
        ("MARC21", ("591", "  $zOwn"), []),
        ("MARC21", ("245", "Yön äänet"), [("NEEDS_SUBFIELDS", "245")]),
        ("MARC21", ("001", "  $a1"), [("NEEDS_VALUE", "001")]),
        ("DANMARC2", ("250", "10$a2. udgave"), [("WRONG_INDICATOR", "250", "1", "1", "0")]),
        ("DANMARC2", ("652", "00$m86$m87"), [("SUBFIELD_AGAIN", "652", "m")]),
        ("DANMARC2", ("700", "00$aØrsted$&$0$5x"), [("UNKNOWN_SUBFIELD", "700", "&")]),
        ("DANMARC2", ("004", "00$ae"), [("MISSING_SUBFIELD", "004", "r")]),
        ("DANMARC2", ("021", "00$e978870240700"), [("WRONG_ISBN", "021", "978870240700")]),
        ("DANMARC2", ("096", "00$z700300"), []),
        ("DANMARC2", ("d08", "00$aOwn"), []),
        ("DANMARC2", ("001", "00$a29147335$b870970"), [("WRONG_FAUST", "001", "29147335")]),
        ("DANMARC2", ("001", "00$a2914735$b870970"), [("WRONG_FAUST", "001", "2914735")]),
        ("DANMARC2", ("001", "00$a2 914 735 3$b870970"), []),
        ("DANMARC2", ("001", "00$a135364738$b870970"), []),
        ("DANMARC2", ("001", "00$a135364783$b870970"), [("WRONG_FAUST", "001", "135364783")]),
        ("DANMARC2", ("001", "00$a29147335$b710100"), []),
        ("DANMARC2", ("014", "00$a29147450"), []),
        ("DANMARC2", ("014", "00$a29147405"), [("WRONG_FAUST", "014", "29147405")]),
        ("DANMARC2", ("041", "00$adan$csvx$djap"), [("WRONG_LANGUAGE", "041", "svx")]),
        ("MARC21", ("041", "1 $adan$hdnk"), [("WRONG_LANGUAGE", "041", "dnk")]),
        ("MARC21", ("041", "0 $adanengdeu"), [("WRONG_LANGUAGE", "041", "deu")]),
        ("MARC21", ("041", "0 $adans"), [("WRONG_LANGUAGE", "041", "dans")]),
        ("MARC21", ("041", "07$asv-FI$2rfc5646"), []),
        ("MARC21", ("041", "0 $aqaa"), []),
        ("MARC21", ("008", "260102s2024    fi           |000 1|fim| "), [("WRONG_LANGUAGE", "008", "fim")]),
        ("MARC21", ("008", "260102s2024    fi           |000 1|   | "), []),
        ("MARC21", ("008", "260102s2024    dk           |000 1|fin| "), []),
        ("MARC21", ("008", "260102s2024    yu           |000 1|fin| "), []),
        ("MARC21", ("008", "260102s2024    dnk          |000 1|fin| "), [("WRONG_COUNTRY", "008", "dnk")]),
        ("MARC21", ("008", "260102s2024    |||          |000 1|fin| "), []),
        ("MARC21", ("044", "  $adk$aenk$agb$cgb"), []),
        ("MARC21", ("044", "  $auk$azq"), [("WRONG_COUNTRY", "044", "zq")]),
        ("DANMARC2", ("008", "00$tm$bdk$ldan$v0"), []),
        ("DANMARC2", ("008", "00$tm$bsu$ldan$v0"), []),
        ("DANMARC2", ("008", "00$tm$bsw$ldan$v0"), [("WRONG_COUNTRY", "008", "sw")]),
        ("MARC21", ("700", "1 $aHolm$4trl$4prf."), [("WRONG_ROLE", "700", "prf.")]),
        ("MARC21", ("700", "1 $aHolm$4http://id.loc.gov/vocabulary/relators/trl$eanything"), []),
        ("DANMARC2", ("700", "00$aHolm$4dkind$4aut"), []),
        ("DANMARC2", ("700", "00$aHolm$4xyz"), [("WRONG_ROLE", "700", "xyz")]),
        ("DANMARC2", ("264", "00$aAarhus"), []),
        ("DANMARC2", ("246", "00$aAarhus"), [("UNKNOWN_FIELD", "246")]),
    ],
)
def test_each_field_is_held_against_its_rule(flavour, field, expected):
    shown = [each[:3] if each[0] == "UNKNOWN_SUBFIELD" else each for each in found(Flavour(flavour), field)]

    assert shown == expected


@pytest.mark.parametrize(
    ("flavour", "others", "without", "expected"),
    [
        ("MARC21", (), ("245",), [("MISSING_FIELD", "245")]),
        ("DANMARC2", (), ("004", "009"), [("MISSING_FIELD", "004")]),
        ("MARC21", (("245", "10$aA"), ("245", "10$aB")), (), [("FIELD_AGAIN", "245")]),
        ("MARC21", (("110", "2 $aSeura"),), (), [("TWO_MAIN_ENTRIES", "110", "100")]),
        ("DANMARC2", (("110", "00$aForening"),), (), [("TWO_MAIN_ENTRIES", "110", "100")]),
    ],
)
def test_the_record_is_held_against_the_format_as_a_whole(flavour, others, without, expected):
    assert found(Flavour(flavour), *others, without=without) == expected


@pytest.mark.parametrize(
    ("fixed", "leader", "expected"),
    [
        ("260102s2024    fi           |000 1|fin| ", LEADER, []),
        ("260102s2024    fi           |000 1|fin|", LEADER, [("WRONG_LENGTH", "008", "39", "40")]),
        ("260102s2024    fi     Q     |000 1|fin| ", LEADER, [("WRONG_CODE", "008", "22", "Q", "# a b c d e f g j")]),
        ("260102s2024    fi           |000 1|fin| ", LEADER[:-1], [("WRONG_LENGTH", "LDR", "23", "24")]),
        (
            "260102s2024    fi           |000 1|fin| ",
            LEADER.replace("nam", "nzm"),
            [("WRONG_CODE", "LDR", "06", "z", "a c d e f g i j k m o p r t")],
        ),
    ],
)
def test_fixed_fields_of_marc_21_are_checked_place_by_place(fixed, leader, expected):
    assert found(Flavour.MARC21, ("008", fixed), leader=leader) == expected


def test_codes_of_danmarc2_are_checked_subfield_by_subfield():
    assert found(Flavour.DANMARC2, ("008", "00$tq$a202$bdk$ldan$v0")) == [
        ("WRONG_CODE", "008", "t", "q", "m s p a h"),
        ("WRONG_CODE", "008", "a", "202", "4"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("abc\u202edef", [("HIDDEN_SIGN", "500", "U+202E")]),
        ("abc\u200bdef", [("HIDDEN_SIGN", "500", "U+200B")]),
        # Persian can't be written without the non-joiner, nor a mixed line without a mark of direction.
        ("می\u200cخواهم \u200f(1)", []),
    ],
)
def test_signs_that_nobody_sees_are_named(text, expected):
    assert found(Flavour.MARC21, ("500", f"  $a{text}")) == expected


def test_a_finding_says_where_and_how_bad_it_is():
    wrong = record(Flavour.MARC21, ("100", "1 $ekirjoittaja"), ("500", "  $a"))
    missing, empty = check(wrong)

    assert (wrong.fields[missing.place].tag, missing.is_severe) == ("100", True)
    assert (wrong.fields[empty.place].tag, empty.is_severe) == ("500", False)


def test_unknown_tags_have_no_rule():
    assert rule_for(Flavour.MARC21, "24X") is None
    assert rule_for(Flavour.DANMARC2, "245").codes.startswith("Øø")
