"""Which row wins. The letters and numbers in the names are the cases of the field that each comes from."""

from datetime import date

import pytest

from circulation.rules.resolution import Level, Origin, RuleMissing, RuleRow, RuleSet, resolve

MAIN, EAST = 1, 2
SCHOOLS = 10
TODAY = date(2026, 11, 19)


def _row(row_id, values, level=Level.MUNICIPALITY, place=None, category=None, item_type=None):
    return RuleRow(Origin(level, row_id, place, category, item_type), values)


def _resolve(rows, *, branch=MAIN, group=None, category="adult", item_type="book", **when):
    when = {"on": TODAY} | when
    return resolve(
        RuleSet(rows), branch_id=branch, branch_group_id=group, patron_category=category, item_type=item_type, **when
    )


@pytest.mark.parametrize(
    ("branch", "category", "days"),
    [(MAIN, "child", 14), (EAST, "child", 7), (EAST, "adult", 28)],
    ids=["branch beats category (A2)", "category elsewhere (A2)", "the open row (A2)"],
)
def test_lets_the_branch_go_before_the_category(branch, category, days):
    rows = [
        _row(1, {"loan_days": 28}),
        _row(2, {"loan_days": 7}, category="child"),
        _row(3, {"loan_days": 14}, Level.BRANCH, MAIN),
    ]

    assert _resolve(rows, branch=branch, category=category).value("loan_days") == days


ALL_ROWS = [
    _row(number, {"loan_days": number}, level, place, category, item_type)
    for number, (level, place, category, item_type) in enumerate(
        [
            (level, place, category, item_type)
            for level, place in [
                (Level.BRANCH, MAIN),
                (Level.BRANCH_GROUP, SCHOOLS),
                (Level.MUNICIPALITY, None),
                (Level.TEMPLATE, None),
            ]
            for category, item_type in [("adult", "book"), ("adult", None), (None, "book"), (None, None)]
        ],
        start=1,
    )
]


@pytest.mark.parametrize("gone", range(16))
def test_asks_sixteen_rows_in_order(gone):
    resolved = _resolve(ALL_ROWS[gone:][::-1], group=SCHOOLS)

    assert resolved.value("loan_days") == gone + 1
    assert [candidate.value for candidate in resolved.explain("loan_days")] == list(range(gone + 1, 17))


def test_resolves_each_value_by_itself_a3():
    rows = [
        _row(1, {"loan_days": 28, "max_renewals": 3}),
        _row(2, {"max_renewals": 0}, Level.BRANCH, MAIN),
    ]

    resolved = _resolve(rows)

    assert resolved.value("loan_days") == 28
    assert resolved.value("max_renewals") == 0
    assert resolved.origin("loan_days").level == Level.MUNICIPALITY
    assert resolved.origin("max_renewals") == Origin(Level.BRANCH, 2, MAIN)


def test_takes_unlimited_for_a_value_that_stops_the_fall_a4():
    rows = [
        _row(1, {"max_loans": 40}),
        _row(2, {"max_loans": None}, category="adult"),
    ]

    resolved = _resolve(rows)

    assert resolved.value("max_loans") is None
    assert resolved.origin("max_loans").row_id == 2


def test_refuses_when_no_row_sets_what_is_needed_a4():
    with pytest.raises(RuleMissing) as missing:
        _resolve([_row(1, {"loan_days": 28})]).value("max_loans")

    assert missing.value.name == "max_loans"


def test_has_nothing_to_say_for_an_extra_that_no_row_sets():
    resolved = _resolve([_row(1, {"loan_days": 28})])

    assert resolved.value("min_age") is None
    assert resolved.origin("min_age") is None


def test_passes_over_a_row_that_has_no_say_in_the_value_a5():
    rows = [
        _row(1, {"max_loans": 40}),
        _row(2, {"max_loans": 2, "loan_days": 7}, item_type="book"),
    ]

    resolved = _resolve(rows)

    assert resolved.value("max_loans") == 40
    assert resolved.value("loan_days") == 7


def test_leaves_other_branches_out_of_a_group_rule_ii_a1():
    rows = [_row(1, {"loan_days": 14}), _row(2, {"loan_days": 7}, Level.BRANCH_GROUP, SCHOOLS)]

    assert _resolve(rows, group=SCHOOLS).value("loan_days") == 7
    assert _resolve(rows, group=None).value("loan_days") == 14


def test_lets_the_category_go_before_the_item_type_ii_a3():
    rows = [
        _row(1, {"loan_days": 28}),
        _row(2, {"loan_days": 7}, item_type="book"),
        _row(3, {"loan_days": 14}, category="adult"),
    ]

    assert _resolve(rows).value("loan_days") == 14


def test_is_not_changed_by_the_order_of_rows_ii_a3():
    assert _resolve(ALL_ROWS, group=SCHOOLS).rows == _resolve(ALL_ROWS[::-1], group=SCHOOLS).rows


def test_asks_open_rows_only_when_no_item_type_is_known():
    rows = [_row(1, {"loan_days": 28}), _row(2, {"loan_days": 7}, item_type="book")]

    assert _resolve(rows, item_type=None).value("loan_days") == 28


def test_explains_each_row_and_the_winner():
    rows = [
        _row(1, {"loan_days": 28}, Level.TEMPLATE),
        _row(2, {"loan_days": 14}, category="adult"),
        _row(3, {"max_renewals": 0}, Level.BRANCH, MAIN),
    ]

    candidates = _resolve(rows).explain("loan_days")

    assert [(candidate.row.origin.row_id, candidate.is_set, candidate.wins) for candidate in candidates] == [
        (3, False, False),
        (2, True, True),
        (1, True, False),
    ]
    assert str(candidates[1].row.origin) == "MUNICIPALITY × adult × *"


def test_the_place_goes_before_the_case_and_says_what_it_passes_over():
    film = _row(2, {"loan_days": 7}, Level.TEMPLATE, item_type="film")
    rows = [
        _row(1, {"loan_days": 28}),
        film,
        _row(3, {"loan_days": 21}, Level.TEMPLATE),
        _row(4, {"max_loans": 3}, Level.TEMPLATE, category="child"),
    ]

    resolved = _resolve(rows, item_type="film")

    assert resolved.value("loan_days") == 28
    assert [each.row for each in resolved.explain("loan_days") if each.passed_over] == [film]
    assert not any(each.passed_over for each in _resolve(rows).explain("loan_days"))


@pytest.mark.parametrize(
    ("level", "place", "group", "category", "expected"),
    [
        (Level.MUNICIPALITY, None, None, None, [5, 6]),
        (Level.MUNICIPALITY, None, None, "child", [6]),
        (Level.BRANCH, MAIN, SCHOOLS, None, [3, 4, 5, 6]),
        (Level.BRANCH, EAST, None, None, [4, 5, 6]),
        (Level.BRANCH_GROUP, SCHOOLS, None, None, [4, 5, 6]),
        (Level.TEMPLATE, None, None, None, []),
    ],
)
def test_a_value_of_a_place_goes_before_closer_ones_of_wider_places(level, place, group, category, expected):
    rows = [
        _row(1, {"loan_days": 1}, Level.BRANCH, EAST, category="child"),
        _row(2, {"loan_days": 2}, Level.BRANCH_GROUP, SCHOOLS + 1, category="child"),
        _row(3, {"loan_days": 3}, Level.BRANCH_GROUP, SCHOOLS, category="child"),
        _row(4, {"loan_days": 4}, category="child"),
        _row(5, {"loan_days": 5}, Level.TEMPLATE, category="adult"),
        _row(6, {"loan_days": 6}, Level.TEMPLATE, category="child", item_type="film"),
        _row(7, {"loan_days": 7}, Level.TEMPLATE),
    ]

    found = RuleSet(rows).passed_over("loan_days", Origin(level, 0, place, category), branch_group_id=group, on=TODAY)

    assert sorted(row.origin.row_id for row in found) == expected
