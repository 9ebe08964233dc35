"""What differs between two contents of a record."""

import pytest

from catalogue.marc.records import Flavour, MarcField, MarcRecord
from catalogue.rules.record_diff import Sign, brought_in_by, is_same_content, record_diff


def record(*fields, leader="00000nam a2200000 a 4500"):
    return MarcRecord(
        Flavour.MARC21, leader, [MarcField(field[:3], field[4:].replace("$", "\x1f")) for field in fields]
    )


def signs(old, new):
    """Return the tags that aren't the same, with what became of them."""
    return [(change.tag, change.sign) for change in record_diff(old, new) if change.sign != Sign.SAME]


BOOK = ("001 1", "100 1 $aTähti, Aino", "245 10$aYön äänet$cAino Tähti", "650  7$aYö", "650  7$aÄäni")


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        pytest.param(BOOK, [], id="nothing"),
        pytest.param((*BOOK, "500   $aA note"), [("500", Sign.ADDED)], id="a field more"),
        pytest.param(BOOK[:-1], [("650", Sign.REMOVED)], id="a field less"),
        pytest.param((*BOOK[:2], "245 10$aYön värit$cAino Tähti", *BOOK[3:]), [("245", Sign.CHANGED)], id="a subfield"),
        pytest.param((*BOOK[:3], BOOK[4], BOOK[3]), [("650", Sign.MOVED)], id="another order"),
        pytest.param(
            ("001 1", "110 1 $aTähti, Aino", *BOOK[2:]), [("100", Sign.REMOVED), ("110", Sign.ADDED)], id="another tag"
        ),
        pytest.param((*BOOK, BOOK[4]), [("650", Sign.ADDED)], id="the same field twice"),
        pytest.param((), [(tag[:3], Sign.REMOVED) for tag in BOOK], id="everything gone"),
    ],
)
def test_says_what_became_of_each_field(new, expected):
    assert signs(record(*BOOK), record(*new)) == expected


def test_pairs_the_fields_of_a_tag_that_have_most_in_common():
    old = record("650  7$aYö$2yso", "650  7$aMeri$xranta$2yso")
    new = record("650  7$aMeri$xaallot$2yso", "650  7$aYöt$2ysa")

    pairs = {change.old.subfields[0][1]: change.new.subfields[0][1] for change in record_diff(old, new)[1:]}

    assert pairs == {"Meri": "Meri", "Yö": "Yöt"}


def test_marks_the_subfields_that_differ_on_either_side():
    [change] = [
        each
        for each in record_diff(record("245 10$aThe sea$bA novel"), record("245 14$aThe sea$bA story$cKim"))
        if each.sign == Sign.CHANGED
    ]

    assert [(part.code, part.value, part.is_same) for part in change.old_parts] == [
        ("", "10", False),
        ("a", "The sea", True),
        ("b", "A novel", False),
    ]
    assert [(part.code, part.value, part.is_same) for part in change.new_parts] == [
        ("", "14", False),
        ("a", "The sea", True),
        ("b", "A story", False),
        ("c", "Kim", False),
    ]


def test_a_leader_differs_in_what_it_says_of_the_title_not_in_lengths():
    old = record("001 1", leader="00345nam a2200121 a 4500")

    assert signs(old, record("001 1", leader="00999nam a2200999 a 4500")) == []
    assert signs(old, record("001 1", leader="00345cas a2200121 a 4500")) == [("LDR", Sign.CHANGED)]
    assert is_same_content(old, record("001 1", leader="00999nam a2200999 a 4500"))
    assert not is_same_content(old, record("001 2"))


def test_what_is_gone_stands_where_it_was():
    changes = record_diff(record("001 1", "020   $a1", "245   $aT"), record("001 1", "245   $aT"))

    assert [(change.tag, change.sign) for change in changes[1:]] == [
        ("001", Sign.SAME),
        ("020", Sign.REMOVED),
        ("245", Sign.SAME),
    ]


def test_thousands_of_unlike_fields_are_compared_at_once():
    old = record(*(f"650  7$aold {number}" for number in range(5000)))
    new = record(*(f"650  7$anew {number}" for number in reversed(range(5000))))

    assert [sign for _tag, sign in signs(old, new)] == [Sign.CHANGED] * 5000


def test_each_field_knows_the_version_that_brought_it_in():
    first = record("001 1", "245   $aThe see", "650   $aSea")
    second = record("001 1", "245   $aThe sea", "650   $aSea")
    third = record("001 1", "245   $aThe sea", "650   $aSea", "650   $aSea")

    found = brought_in_by([(1, first), (2, second), (3, third)])

    assert [(field.tag, number) for field, number in found] == [
        ("LDR", 1),
        ("001", 1),
        ("245", 2),
        ("650", 1),
        ("650", 3),
    ]


def test_what_went_and_came_back_is_from_when_it_came_back():
    with_note, without = record("001 1", "500   $aN"), record("001 1")

    assert brought_in_by([(1, with_note), (2, without), (3, with_note)])[-1][1] == 3
