"""Fields and what became of them, as rows: subfields are shown as each family of MARC writes them."""

import pytest

from catalogue.marc.records import Flavour, MarcField, MarcRecord
from catalogue.rules.record_diff import record_diff
from web.desk.record_diffs import diff_rows, field_pieces


def record(flavour, *fields):
    return MarcRecord(flavour, "", [MarcField(tag, text.replace("$", "\x1f")) for tag, text in fields])


@pytest.mark.parametrize(("flavour", "sign"), [(Flavour.MARC21, "$"), (Flavour.DANMARC2, "*")])
def test_a_code_has_the_sign_of_its_family(flavour, sign):
    pieces = field_pieces(MarcField("245", "00\x1faHav"), flavour)

    assert [(piece["code"], piece["value"]) for piece in pieces] == [("", "00"), (f"{sign}a", "Hav")]


def test_each_side_of_a_change_has_its_own():
    old = record(Flavour.DANMARC2, ("245", "00$aHav"), ("504", "00$aOm hav"))
    new = record(Flavour.MARC21, ("245", "00$aHavet"), ("520", "00$aOm hav"))

    rows = {row["tag"]: row for row in diff_rows(record_diff(old, new))}

    assert [rows["245"][side][1]["code"] for side in ("old", "new")] == ["*a", "$a"]
    assert (rows["504"]["old"][1]["code"], rows["520"]["new"][1]["code"]) == ("*a", "$a")
