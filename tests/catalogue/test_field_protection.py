"""What an overlay does to fields: case II.I12, Evergreen's merge profiles."""

import pytest

from catalogue.marc.records import SUBFIELD, Flavour, MarcField, MarcRecord
from catalogue.rules.field_protection import Protection, fields_to_enrich, named, overlaid


def record(*fields: str, number: str = "1", leader: str = "00000nam a2200000 a 4500") -> MarcRecord:
    found = [MarcField("001", number)]
    found += [MarcField(each[:3], f"  {SUBFIELD}a{each[4:]}") for each in fields]
    return MarcRecord(Flavour.MARC21, leader, found)


def shown(merged: MarcRecord) -> list[str]:
    return [f"{each.tag} {each.value}" for each in merged.fields]


OLD = record("245 Old title", "505 Old contents", "650 Old subject", "856 old.example")
NEW = record("245 New title", "505 New contents", "856 new.example")


@pytest.mark.parametrize(
    ("protection", "expected"),
    [
        (Protection(), ["245 New title", "505 New contents", "856 new.example"]),
        (
            Protection(add=("505",)),
            ["245 Old title", "505 Old contents", "505 New contents", "650 Old subject", "856 old.example"],
        ),
        (
            Protection(replace=("505",)),
            ["245 Old title", "505 New contents", "650 Old subject", "856 old.example"],
        ),
        (Protection(preserve=("505",)), ["245 New title", "505 Old contents", "856 new.example"]),
        (
            Protection(add=("856",), replace=("505",)),
            ["245 Old title", "505 New contents", "650 Old subject", "856 old.example", "856 new.example"],
        ),
        (
            Protection(preserve=("6XX",)),
            ["245 New title", "505 New contents", "650 Old subject", "856 new.example"],
        ),
        (Protection(strip=("505",)), ["245 New title", "505 Old contents", "856 new.example"]),
        # A field that doesn't come takes none away.
        (
            Protection(replace=("650",)),
            ["245 Old title", "505 Old contents", "650 Old subject", "856 old.example"],
        ),
        # What's protected stays even where it's to be replaced as well.
        (
            Protection(replace=("505", "245"), preserve=("505",)),
            ["245 New title", "505 Old contents", "650 Old subject", "856 old.example"],
        ),
    ],
)
def test_ii_i12_lays_a_record_over_another_as_the_profile_says(protection, expected):
    merged = overlaid(OLD, NEW, protection, is_same_number=True)

    assert shown(merged) == ["001 1", *expected]


def test_keeps_its_own_number_and_notes_the_other_one():
    merged = overlaid(OLD, record("245 New", number="77"), Protection(), is_same_number=False, agency="FI-X")

    assert shown(merged) == ["001 1", "035 (FI-X)77", "245 New"]


def test_notes_the_other_number_once():
    once = overlaid(OLD, record("245 New", number="77"), Protection(add=("500",)), is_same_number=False, agency="X")

    again = overlaid(once, record("245 New", number="77"), Protection(add=("500",)), is_same_number=False, agency="X")

    assert again.fields == once.fields


@pytest.mark.parametrize(
    ("tag", "patterns", "expected"),
    [("650", ["6XX"], True), ("650", ["65X", "1XX"], True), ("650", ["65"], False), ("245", ["6XX"], False)],
)
def test_x_stands_for_any_sign_of_a_tag(tag, patterns, expected):
    assert named(tag, patterns) is expected


def test_enriches_with_what_the_record_does_not_say_yet():
    incoming = record("245 New title", "650 Old subject", "650 New subject")

    assert [each.value for each in fields_to_enrich(incoming, OLD, ["6XX"])] == ["New subject"]
