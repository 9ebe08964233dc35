"""Whether a library keeps old shelf data when a common record changes: by rule, case II.I6."""

from datetime import date

import pytest

from catalogue.marc.records import Flavour, MarcField, MarcRecord
from catalogue.rules.shelf_data import RecordChange, says_shelf_data, shelf_data_to_keep

# A Sunday: week 47 of 2026.
TODAY = date(2026, 11, 22)
OLD = {"001": "00*a50000011*b870970", "245": "00*aThe ¤sea*eby Ann", "300": "00*a312 s.", "652": "00*m86"}
MARC21 = {"084": "  *aPER", "100": "1 *aTove", "245": "10*aThe sea /*cTove", "300": "  *a312 s."}


def record(fields, *, leader="", flavour=Flavour.DANMARC2):
    return MarcRecord(flavour, leader, [MarcField(tag, text.replace("*", "\x1f")) for tag, text in fields.items()])


def kept(old, new, *, goes_national=False):
    return [each.tag for each in shelf_data_to_keep(RecordChange(old, new, goes_national), today=TODAY)]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        pytest.param({"652": "00*m79.41"}, ["245", "652"], id="another class"),
        pytest.param({"245": "00*aThe ¤ocean"}, ["245", "652"], id="another title"),
        pytest.param({"100": "00*aBruun"}, ["245", "652"], id="an author"),
        pytest.param({"008": "00*a2026*tm"}, ["245", "652"], id="another type"),
        pytest.param({"008": "00*a2026"}, [], id="another year"),
        pytest.param({"245": "00*athe  sea*eby Bo"}, [], id="another spelling, other names"),
        pytest.param({"300": "00*a1 bind"}, [], id="another extent"),
        pytest.param({"652": "00*m79.41", "032": "00*aDBF999999"}, [], id="a temporary date"),
        pytest.param({"652": "00*m79.41", "032": "00*aDBF202648"}, [], id="in production until next week"),
        pytest.param({"652": "00*m79.41", "032": "00*xBKM202647"}, ["245", "652"], id="done this week"),
    ],
)
def test_ii_i6_keeps_old_shelf_data_when_they_change(changed, expected):
    assert kept(record(OLD), record(OLD | changed)) == expected


@pytest.mark.parametrize("old_class", [{}, {"652": "00*mUden klassemærke"}])
def test_ii_i6_not_when_the_old_record_has_no_classification(old_class):
    old = {tag: text for tag, text in OLD.items() if tag != "652"} | old_class

    assert kept(record(old), record(OLD)) == []


@pytest.mark.parametrize(("week", "expected"), [("DBF202648", ["245", "652"]), ("DBF999999", [])])
def test_ii_i6_a_record_that_goes_to_the_national_centre_may_be_in_production(week, expected):
    new = record(OLD | {"652": "00*m79.41", "032": f"00*a{week}"})

    assert kept(record(OLD), new, goes_national=True) == expected


@pytest.mark.parametrize(
    ("changed", "level", "expected"),
    [
        ({"084": "  *aPER2"}, " ", ["084", "100", "245"]),
        ({"084": "  *aPER2"}, "8", []),
        ({"245": "10*aThe sea*cTove and Ann"}, " ", []),
    ],
)
def test_ii_i6_marc_21_is_compared_by_what_means_the_same(changed, level, expected):
    old, new = (
        record(fields, leader=f"{'0' * 17}{level}", flavour=Flavour.MARC21) for fields in (MARC21, MARC21 | changed)
    )

    assert kept(old, new) == expected


def test_another_family_of_marc_is_no_shelf_data():
    assert kept(record(OLD), record(MARC21, flavour=Flavour.MARC21)) == []


@pytest.mark.parametrize(("fields", "expected"), [({"504": "00*aA"}, False), ({"652": "00*m8"}, True)])
def test_an_enrichment_may_say_them_already(fields, expected):
    assert says_shelf_data(record(fields)) is expected
