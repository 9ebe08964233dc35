"""Cases I.A where they're felt: which rules a check-out, a hold and a fee follow."""

from datetime import timedelta
from decimal import Decimal
from itertools import product

import pytest

from circulation.errors import CheckOutRefused, Code, HoldRefused
from circulation.models import CirculationRule, RuleChange
from circulation.rules.values import InvalidValues
from circulation.services.check_in import check_in
from circulation.services.check_out import check_out
from circulation.services.holds import place_hold
from circulation.services.rules import RuleScope, set_value
from tests.factories import BranchFactory, ItemTypeFactory, PatronCategoryFactory, RuleFactory


@pytest.fixture
def everywhere(library):
    """Set the general row: 28 days, each of which counts."""
    CirculationRule.objects.all().delete()
    RuleFactory(set={"due_mode": "EVERY_DAY", "loan_days": 28})


@pytest.fixture
def lend(library, now, everywhere):
    """Return a function that lends, at main unless it's said."""

    def lend(item=None, *, patron=None, branch=None):
        return check_out(
            item=item or library.item(),
            patron=patron or library.patron,
            branch=branch or library.main,
            staff=library.staff,
            now=now,
        ).loan

    return lend


def _days(loan):
    return (loan.due_date - loan.loaned_on).days


def _choose(municipality, **settings):
    type(municipality).objects.filter(pk=municipality.pk).update(settings={"circulation": settings})


def test_i_a1_a_loan_goes_through_the_eight_steps_in_their_order(library, lend):
    of_whom = [(library.patron.category, ItemTypeFactory()), (library.patron.category, None), (None, ItemTypeFactory())]
    steps = [*product([library.main], [*of_whom, (None, None)]), *product([None], of_whom)]
    rows = [
        RuleFactory(values={"loan_days": number}, branch=branch, patron_category=category, item_type=item_type)
        for number, (branch, (category, item_type)) in enumerate(steps, start=1)
    ]

    for number, row in enumerate(rows, start=1):
        assert _days(lend()) == number
        row.delete()
    assert _days(lend()) == 28


def test_i_a2_at_main_all_have_fourteen_days_and_elsewhere_children_seven(library, lend):
    child = PatronCategoryFactory(child=True)
    RuleFactory(values={"loan_days": 7}, patron_category=child)
    RuleFactory(values={"loan_days": 14}, branch=library.main)
    patron = library.another_patron(category=child)

    assert _days(lend(patron=patron, branch=library.main)) == 14
    assert _days(lend(patron=patron, branch=library.east)) == 7
    assert _days(lend(branch=library.east)) == 28


def test_i_a3_a_branch_that_sets_the_fee_only_lends_as_long_as_all_others(library, lend, now):
    RuleFactory(values={"fee_per_day": "2.00"}, branch=library.main)
    loans = [lend(branch=library.main), lend(branch=library.east)]
    assert [_days(loan) for loan in loans] == [28, 28]

    late = now + timedelta(days=31)
    fees = [check_in(item=loan.item, branch=library.main, staff=library.staff, now=late).fee.balance for loan in loans]

    assert fees == [Decimal("6.00"), Decimal("20.00")]


def test_i_a4_unlimited_in_the_nearest_row_stops_the_fall_to_a_limit(library, lend):
    book = ItemTypeFactory()
    RuleFactory(values={"max_loans_of_type": 1}, item_type=book)
    RuleFactory(
        values={"max_loans_of_type": None}, branch=library.main, patron_category=library.patron.category, item_type=book
    )
    for _ in range(3):
        lend(branch=library.main)

    with pytest.raises(CheckOutRefused) as refused:
        lend(branch=library.east)

    assert refused.value.codes == [Code.TYPE_LIMIT_REACHED]


@pytest.mark.parametrize(
    ("name", "value", "dimension"),
    [("max_holds", 5, "item_type"), ("max_loans", 5, "item_type"), ("return_policy", "STAY", "patron_category")],
)
def test_i_a5_a_value_isn_t_set_for_what_it_can_t_depend_on(library, name, value, dimension):
    whom = {"item_type": ItemTypeFactory(), "patron_category": library.patron.category}
    before = list(CirculationRule.objects.values())

    with pytest.raises(InvalidValues) as invalid:
        set_value(name=name, value=value, scope=RuleScope(**{dimension: whom[dimension]}), actor=library.staff)

    assert [problem.code for problem in invalid.value.problems] == ["DIMENSION_NOT_ALLOWED"]
    assert list(CirculationRule.objects.values()) == before
    assert not RuleChange.objects.exists()


@pytest.mark.parametrize(("holds", "is_refused"), [("DESK", False), ("PATRON_HOME", True), ("ITEM_HOME", False)])
def test_i_a6_one_patron_s_loan_and_hold_follow_two_branches(library, alpha, lend, now, holds, is_refused):
    home = BranchFactory()
    _choose(alpha, rules_of_loans="ITEM_HOME", rules_of_holds=holds)
    RuleFactory(values={"loan_days": 5}, branch=library.main)
    RuleFactory(values={"max_holds": 0}, branch=home)
    patron = library.another_patron(home_branch=home)

    assert _days(lend(patron=patron, branch=library.east)) == 5
    wish = {"record": library.item().record, "pickup_branch": library.east, "staff": library.staff, "now": now}
    if is_refused:
        with pytest.raises(HoldRefused) as refused:
            place_hold(patron=patron, **wish)
        assert refused.value.codes == [Code.HOLD_LIMIT_REACHED]
    else:
        assert place_hold(patron=patron, **wish).patron == patron


def test_i_a7_the_item_s_type_decides_over_limit_due_date_fee_and_holds(library, lend, now):
    film = ItemTypeFactory(code="film")
    values = {"loan_days": 7, "max_loans_of_type": 1, "fee_per_day": "5.00", "holds_allowed": False}
    RuleFactory(values=values, item_type=film)
    loan = lend(library.item(item_type=film))

    assert _days(loan) == 7
    with pytest.raises(CheckOutRefused) as too_many:
        lend(library.item(item_type=film))
    assert too_many.value.codes == [Code.TYPE_LIMIT_REACHED]
    with pytest.raises(HoldRefused) as not_held:
        place_hold(
            record=loan.item.record,
            patron=library.another_patron(),
            pickup_branch=library.main,
            staff=library.staff,
            now=now,
        )
    assert not_held.value.codes == [Code.HOLDS_NOT_ALLOWED]
    back = check_in(item=loan.item, branch=library.main, staff=library.staff, now=now + timedelta(days=9))
    assert back.fee.balance == Decimal("10.00")
