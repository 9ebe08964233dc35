"""Fields as lines of text."""

import pytest

from catalogue.marc.field_lines import fields_in, lines_of
from catalogue.marc.records import Flavour, MarcField

DANISH = [MarcField("245", "00\x1faDen ¤blå *have@\x1fcroman"), MarcField("652", "00\x1fm86")]
FINNISH = [MarcField("650", " 7\x1faYö$\x1f2yso")]


@pytest.mark.parametrize(
    ("fields", "flavour", "lines"),
    [
        (DANISH, Flavour.DANMARC2, "245 00 *aDen ¤blå @*have@@*croman\n652 00 *m86"),
        (FINNISH, Flavour.MARC21, "650 #7 $aYö@$$2yso"),
        ([MarcField("001", "12")], Flavour.MARC21, ""),
    ],
)
def test_fields_are_written_and_read_as_lines(fields, flavour, lines):
    assert lines_of(fields, flavour) == lines
    assert fields_in(lines, flavour) == ([each for each in fields if not each.is_control], [])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("652*m86", [("652", "00\x1fm86")]),
        ("  652 00*m 86 *n \n\n", [("652", "00\x1fm86")]),
        ("504 00 *aA note\n   that goes on", [("504", "00\x1faA note that goes on")]),
        ("504 __ *aA", [("504", "  \x1faA")]),
        ("504 00 *aA\u030a", [("504", "00\x1fa\xc5")]),
    ],
)
def test_lines_may_be_written_freely(text, expected):
    assert fields_in(text, Flavour.DANMARC2) == (expected, [])


@pytest.mark.parametrize(
    "line",
    ["652", "652 00", "652 00 m86", "652 00 *", "652 00 **a", "65x *a1", "652 *a\x001", "652 *A1", "٦٥٢ *a1", "field"],
)
def test_what_is_no_field_is_named_by_its_line(line):
    assert fields_in(f"504 00 *aFirst\n\n{line}", Flavour.DANMARC2) == ([("504", "00\x1faFirst")], [3])


def test_a_flood_of_lines_is_cut_off():
    fields, wrong = fields_in("504*aA\n" * 2000, Flavour.DANMARC2)

    assert (len(fields), wrong) == (500, [501])
