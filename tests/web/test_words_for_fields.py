"""Names of MARC fields and codes: of what there is, and for every breach a sentence."""

import pytest

from catalogue.marc.fixed_fields import decoded
from catalogue.marc.records import Flavour, MarcField, MarcRecord
from catalogue.marc.validation.checking import RULES
from catalogue.marc.validation.findings import Breach, Finding
from web.words import about_codes, about_fields

KINDS = ("am", "as", "cm", "em", "gm", "im", "jm", "km", "mm", "om", "pc", "rm", "tm")
PLACES = [
    coded.place
    for record in (
        *(MarcRecord(Flavour.MARC21, f"00000n{kind} a2200000   4500", []) for kind in KINDS),
        MarcRecord(Flavour.DANMARC2, "", [MarcField("008", "00\x1ftm")]),
    )
    for coded in decoded(record)
]
FACTS = dict.fromkeys(("other", "number", "value", "allowed", "subfield", "length", "where", "sign"), "7")


def test_every_coded_place_has_a_name():
    assert [place.name for place in PLACES if not about_codes.place_name(place.name)] == []


def test_codes_with_a_name_are_codes():
    known = {}
    for place in PLACES:
        known.setdefault(place.name, set()).update(place.codes)

    assert {
        name: set(codes) - known[name] for name, codes in about_codes._VALUES.items() if set(codes) - known[name]
    } == {}


@pytest.mark.parametrize("flavour", Flavour)
def test_fields_and_subfields_with_a_name_are_the_formats(flavour):
    rules = RULES[flavour]

    assert set(about_fields._FIELDS[flavour]) - {"LDR"} <= set(rules)
    for tag, names in about_fields._SUBFIELDS[flavour].items():
        assert set(names) <= set(rules[tag].codes), tag


@pytest.mark.parametrize("breach", Breach)
def test_every_breach_has_a_sentence(breach):
    assert about_fields.breach_text(Finding(breach, "245", 0, FACTS)).endswith(".")
