"""Cases I.A: which rule wins, and whose; and the order of II.A3."""

from datetime import date

import pytest

from circulation.errors import CheckOutRefused, Code
from circulation.models import CirculationRule
from circulation.rules.resolution import Level, Origin, RuleMissing, RuleRow, RuleSet, resolve
from circulation.rules.values import InvalidValues, parse_values
from circulation.selectors import rule_book
from circulation.services.check_out import check_out
from holdings.models import ItemType
from tests.factories import BranchFactory, ItemTypeFactory, LoanFactory, PatronCategoryFactory, RuleFactory

MAIN, EAST = 1, 2
DAY = date(2026, 11, 19)


def _row(number, values, *, place=None, category=None, item_type=None):
    level = Level.BRANCH if place else Level.MUNICIPALITY
    return RuleRow(Origin(level, number, place, category, item_type), values)


def _resolve(rows, branch=MAIN, category="J", item_type="BK"):
    return resolve(
        RuleSet(rows), branch_id=branch, branch_group_id=None, patron_category=category, item_type=item_type, on=DAY
    )


STEPS = [
    {"place": place, "category": category, "item_type": item_type}
    for place in (MAIN, None)
    for category, item_type in (("J", "BK"), ("J", None), (None, "BK"), (None, None))
]


@pytest.mark.parametrize("gone", range(8))
def test_i_a1_eight_steps_from_the_library_to_everybody(gone):
    rows = [_row(number, {"loan_days": number}, **step) for number, step in enumerate(STEPS, start=1)]

    assert _resolve(rows[gone:]).value("loan_days") == gone + 1


@pytest.mark.parametrize(("branch", "days"), [(MAIN, 14), (EAST, 7)])
def test_i_a2_the_library_goes_before_the_category(branch, days):
    rows = [
        _row(1, {"loan_days": 28}),
        _row(2, {"loan_days": 7}, category="J"),
        _row(3, {"loan_days": 14}, place=MAIN),
    ]

    assert _resolve(rows, branch).value("loan_days") == days


def test_i_a3_each_value_falls_through_by_itself():
    resolved = _resolve([_row(1, {"loan_days": 28}), _row(2, {"fee_cap": 2}, place=MAIN)])

    assert (resolved.value("loan_days"), resolved.value("fee_cap")) == (28, 2)


def test_i_a4_unlimited_stops_the_fall_and_nothing_at_all_is_an_error():
    rows = [_row(1, {"max_loans": 5}), _row(2, {"max_loans": None}, place=MAIN)]

    assert _resolve(rows).value("max_loans") is None
    assert _resolve(rows, EAST).value("max_loans") == 5
    with pytest.raises(RuleMissing):
        _resolve([_row(1, {"loan_days": 28})]).value("max_loans")


def test_i_a4_a_check_out_without_a_rule_is_refused_and_says_so(library, now):
    CirculationRule.objects.all().delete()

    with pytest.raises(CheckOutRefused) as refused:
        check_out(item=library.item(), patron=library.patron, branch=library.main, staff=library.staff, now=now)

    missing = {reason.facts["name"] for reason in refused.value.reasons if reason.code == Code.RULE_MISSING}
    assert {"max_loans", "loan_days"} <= missing


@pytest.mark.parametrize(
    ("name", "value", "row"),
    [
        ("max_loans", 5, {"item_type": "BK"}),
        ("max_holds", 5, {"item_type": "BK"}),
        ("return_policy", "STAY", {"patron_category": "J"}),
        ("return_policy", "STAY", {"residence": "PARTNER"}),
    ],
)
def test_i_a5_a_value_that_a_dimension_has_no_say_in_is_refused(name, value, row):
    with pytest.raises(InvalidValues) as invalid:
        parse_values({name: value}, **row)

    assert [problem.code for problem in invalid.value.problems] == ["DIMENSION_NOT_ALLOWED"]


@pytest.mark.parametrize(("whose", "days"), [("DESK", 1), ("ITEM_HOME", 2), ("PATRON_HOME", 3)])
def test_i_a6_the_municipality_chooses_whose_rules_a_loan_follows(library, alpha, now, whose, days):
    desk, home, patron_home = library.east, library.main, BranchFactory()
    for number, branch in enumerate((desk, home, patron_home), start=1):
        RuleFactory(branch=branch, values={"loan_days": number, "due_mode": "EVERY_DAY"})
    type(alpha).objects.filter(pk=alpha.pk).update(
        settings={"circulation": {"rules_of_loans": whose, "rules_of_holds": "DESK"}}
    )
    patron = library.another_patron(home_branch=patron_home)

    loan = check_out(item=library.item(), patron=patron, branch=desk, staff=library.staff, now=now).loan

    assert (loan.due_date - loan.loaned_on).days == days
    hold = {"pickup_id": desk.pk, "patron_home_id": patron_home.pk, "item_home_id": home.pk}
    assert rule_book().choices.branch_of_hold(**hold) == desk.pk


def test_i_a7_the_item_s_own_type_decides(library, now):
    film = ItemTypeFactory(code="film")
    RuleFactory(item_type=film, values={"loan_days": 3, "due_mode": "EVERY_DAY"})

    loan = check_out(
        item=library.item(item_type=film), patron=library.patron, branch=library.main, staff=library.staff, now=now
    ).loan

    assert (loan.due_date - loan.loaned_on).days == 3


@pytest.fixture
def media(alpha):
    """Films and games, which are both media."""
    media = ItemTypeFactory(code="media")
    film, game = ItemTypeFactory(code="film"), ItemTypeFactory(code="game")
    ItemType.objects.filter(pk__in=[film.pk, game.pk]).update(parent=media)
    return media, film, game


def _limits(library, item_type, now):
    try:
        check_out(
            item=library.item(item_type=item_type),
            patron=library.patron,
            branch=library.main,
            staff=library.staff,
            now=now,
        )
    except CheckOutRefused as refused:
        return [(reason.facts["item_type"], reason.facts["loans"]) for reason in refused.reasons]
    return []


def test_i_a8_loans_of_all_kinds_count_against_the_wider_type(library, media, now):
    wide, film, game = media
    RuleFactory(item_type=wide, values={"max_loans_of_type": 2})
    RuleFactory(item_type=film, values={"max_loans_of_type": 1})
    LoanFactory(patron=library.patron, item=library.item(item_type=film))

    assert _limits(library, film, now) == [("film", 1)]
    assert _limits(library, game, now) == []
    assert _limits(library, game, now) == [("media", 2)]
    assert _limits(library, film, now) == [("film", 1), ("media", 2)]


def test_i_a8_a_limit_for_any_type_isn_t_one_of_the_wider_type(library, media, now):
    _wide, film, game = media
    CirculationRule.objects.update(values={**CirculationRule.objects.get().values, "max_loans_of_type": 1})
    LoanFactory(patron=library.patron, item=library.item(item_type=film))

    assert _limits(library, game, now) == []


def test_ii_a3_categories_and_types_have_a_fixed_order_that_editing_keeps(library):
    child = PatronCategoryFactory(child=True)
    film = ItemTypeFactory(code="film")
    by_type = RuleFactory(item_type=film, values={"loan_days": 3})
    RuleFactory(patron_category=child, values={"loan_days": 21})
    by_type.save()

    resolved = rule_book().resolved(branch_id=library.main.pk, category_id=child.pk, item_type_id=film.pk, on=DAY)

    assert resolved.value("loan_days") == 21
