"""Templates, and records made of a few facts: right in either family, and read back as what was meant."""

from datetime import UTC, datetime

import pytest

from catalogue.marc.columns import parse_columns
from catalogue.marc.completing import with_date_of_change, with_identity, without_empty
from catalogue.marc.fixed_fields import decoded
from catalogue.marc.kinds import KINDS
from catalogue.marc.new_records import TEMPLATES, Facts, simple_record, template
from catalogue.marc.records import Flavour, MarcField, MarcRecord
from catalogue.marc.validation.checking import check
from catalogue.marc.validation.findings import Breach

NOW = datetime(2026, 11, 22, 10, 0, 5, tzinfo=UTC)


def identified(record):
    return with_identity(record, number="20261122100005", agency="716500", now=NOW)


@pytest.mark.parametrize("flavour", Flavour)
@pytest.mark.parametrize("material", KINDS)
def test_a_few_facts_make_a_right_record(flavour, material):
    facts = Facts(
        "Den blå have : en roman", material, "Ørsted, Åse", 2024, "978-87-02-40700-6", ("Havet",), "CHILD", "dan"
    )
    record = identified(simple_record(facts, flavour))
    columns = parse_columns(record)

    assert check(record) == []
    assert (columns.title, columns.sort_title, columns.remainder) == ("Den blå have", "blå have", "en roman")
    assert (columns.author, columns.year, columns.language) == ("Ørsted, Åse", 2024, "dan")
    assert (columns.isbns, columns.subjects) == (["9788702407006"], ["Havet"])
    assert (columns.material_type, columns.control_number) == (material, "20261122100005")
    # MARC 21 says of maps and periodicals in no coded place whom they're for.
    is_unsaid = flavour == Flavour.MARC21 and material in ("MAP", "MAGAZINE")
    assert columns.audience == ("" if is_unsaid else "CHILD")


@pytest.mark.parametrize("flavour", Flavour)
@pytest.mark.parametrize("audience", ["ADULT", "YOUNG", "CHILD"])
def test_whom_a_book_is_for_is_read_back(flavour, audience):
    facts = Facts("Uden år", "BOOK", audience=audience)
    columns = parse_columns(simple_record(facts, flavour))

    assert (columns.audience, columns.year, columns.author) == (audience, None, "")


@pytest.mark.parametrize("flavour", Flavour)
@pytest.mark.parametrize("kind", TEMPLATES)
def test_a_template_says_its_kind_and_has_only_gaps_to_fill(flavour, kind):
    record = template(kind, flavour)

    wrong = [(each.breach, each.tag) for each in check(record) if each.tag != "001"]
    assert [tag for breach, tag in wrong if breach != Breach.EMPTY_SUBFIELD] == ["245"]
    assert parse_columns(record).material_type == kind
    assert all(each.is_known for each in decoded(record))


def test_gaps_that_stay_empty_are_left_out_but_for_fields_that_nobody_touched():
    kept = MarcField("500", "  \x1fa")
    fields = [MarcField("100", "1 \x1fa"), MarcField("245", "00\x1faA\x1fb"), kept, MarcField("001", "")]

    filled = without_empty(MarcRecord(Flavour.MARC21, "", fields), kept=[kept])

    assert filled.fields == [("245", "00\x1faA"), kept]


def test_marks_of_danmarc2_say_something_by_being_there():
    record = MarcRecord(Flavour.DANMARC2, "", [MarcField("700", "00\x1faA\x1f0"), MarcField("666", "00\x1f0")])

    assert without_empty(record).fields == [("700", "00\x1faA\x1f0")]


@pytest.mark.parametrize(
    ("flavour", "expected"),
    [
        ("MARC21", [("001", "5"), ("003", "716500"), ("005", "20261122100005.0")]),
        ("DANMARC2", [("001", "00\x1fa5\x1fb716500\x1fc20261122100005\x1fd20261122\x1ffa")]),
    ],
)
def test_what_a_record_says_of_itself_stays(flavour, expected):
    own = MarcField("001", "5" if flavour == "MARC21" else "00\x1fa5")
    record = identified(MarcRecord(Flavour(flavour), " " * 24, [own]))

    assert [field for field in record.fields if field.tag in ("001", "003", "005")] == expected


def test_the_date_of_change_takes_the_place_of_the_old_one():
    later = datetime(2027, 1, 2, 3, 4, 5, tzinfo=UTC)
    for flavour in Flavour:
        record = identified(simple_record(Facts("A", "BOOK"), flavour))
        changed = with_date_of_change(record, later)

        assert parse_columns(changed).last_changed.startswith("20270102030405")
        assert len(changed.fields) == len(record.fields)
