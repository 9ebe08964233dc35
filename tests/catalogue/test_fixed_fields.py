"""The coded places of records, decoded and encoded."""

import pytest

from catalogue.marc.fixed_fields import decoded, encoded
from catalogue.marc.records import Flavour, MarcField, MarcRecord
from tests.catalogue.marc_samples import DANISH_NOVEL, LEADER, NOVEL


def marc21(fixed="260102s2024    fi           |000 1|fin| ", leader=LEADER):
    fields = [MarcField(tag, text.replace("$", "\x1f")) for tag, text in NOVEL if tag != "008"]
    return MarcRecord(Flavour.MARC21, leader, sorted([*fields, *([MarcField("008", fixed)] if fixed else [])]))


def danmarc2():
    fields = [MarcField(tag, text.replace("$", "\x1f")) for tag, text in DANISH_NOVEL]
    return MarcRecord(Flavour.DANMARC2, "00000n    2200000   4500", fields)


def values(record):
    return {each.place.name: each.value for each in decoded(record)}


def test_a_novel_says_what_it_is():
    found = values(marc21())

    assert (found["record_type"], found["level"], found["audience"], found["literary_form"]) == ("a", "m", " ", "1")
    assert (found["first_year"], found["language"], found["country"]) == ("2024", "fin", "fi ")


@pytest.mark.parametrize(
    ("kind", "own"),
    [
        ("am", "literary_form"),
        ("tm", "literary_form"),
        ("as", "frequency"),
        ("im", "accompanying"),
        ("gm", "visual_type"),
        ("mm", "file_type"),
        ("em", "map_type"),
        ("pc", "form"),
    ],
)
def test_each_kind_of_material_has_places_of_its_own(kind, own):
    names = [each.place.name for each in decoded(marc21(leader=LEADER.replace("am", kind, 1)))]

    assert own in names
    assert len(names) == len(set(names))


@pytest.mark.parametrize("record", [marc21(), marc21(fixed="260102s2024"), marc21(fixed=""), danmarc2()])
def test_what_was_decoded_encodes_to_the_same(record):
    assert encoded(record, {each.place.key: each.value for each in decoded(record)}) == record


def test_one_place_changes_and_nothing_else():
    changed = encoded(marc21(), {"008-22": "j", "LDR-17": "8", "nowhere": "x"})

    assert changed.control("008") == "260102s2024    fi     j     |000 1|fin| "
    assert changed.leader == "00000nam a22000008a 4500"


def test_another_type_of_record_has_its_own_places_at_once():
    changed = encoded(marc21(), {"LDR-06": "g", "008-33": "v", "008-34": "l"})

    assert (values(changed)["visual_type"], values(changed)["technique"]) == ("v", "l")


def test_a_value_is_cut_and_filled_to_its_place():
    assert encoded(marc21(), {"008-35": "d", "008-07": "20245"}).control("008")[7:11] == "2024"
    assert encoded(marc21(fixed=""), {"008-35": "dan"}).control("008") == " " * 15 + "xx " + " " * 17 + "dan" + "  "


def test_codes_of_danmarc2_are_subfields():
    changed = encoded(danmarc2(), {"008-o": "b", "008-v": "4", "009-g": "", "008-t": "m"})

    assert changed.texts("008") == ["00\x1ftm\x1fa2024\x1fbdk\x1fldan\x1fv4\x1fob"]
    assert changed.texts("009") == ["00\x1faa"]
    assert encoded(changed, {"009-a": ""}).texts("009") == []


def test_a_missing_field_is_made_at_its_place():
    bare = MarcRecord(Flavour.DANMARC2, "", [each for each in danmarc2().fields if each.tag not in ("004", "008")])
    made = encoded(bare, {"008-t": "m", "004-r": "n"})

    assert [each.tag for each in made.fields][:4] == ["001", "004", "008", "009"]


@pytest.mark.parametrize(
    ("record", "key", "is_known"),
    [
        (marc21(), "008-23", True),
        (marc21("260102s2024    fi      |    |000 1|fin| "), "008-23", True),
        (marc21("260102s2024    fi      Q    |000 1|fin| "), "008-23", False),
        (danmarc2(), "008-o", True),
    ],
)
def test_codes_are_known_or_not(record, key, is_known):
    assert next(each for each in decoded(record) if each.place.key == key).is_known is is_known
