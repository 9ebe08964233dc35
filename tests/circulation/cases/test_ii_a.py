"""Cases II.A: which policy holds among many libraries; ours with rows that fall through value by value."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from circulation.errors import Code, HoldRefused
from circulation.models import CirculationRule
from circulation.rules.values import InvalidValues, parse_values
from circulation.selectors.rule_books import rule_book
from circulation.services.check_out import check_out
from circulation.services.holds import place_hold
from tests.factories import BranchGroupFactory, ItemTypeFactory, PatronCategoryFactory, RecordFactory, RuleFactory
from tests.factories.moments import TODAY


@pytest.fixture
def even(library):
    """Return the group of even branches, which is East alone."""
    group = BranchGroupFactory(name="Even branches")
    library.east.group = group
    library.east.save()
    return group


def _days(library, branch, now):
    loan = check_out(
        item=library.item(), patron=library.patron, branch=branch, staff=library.staff, now=now, due_date=None
    ).loan
    return (loan.due_date - TODAY).days


def test_ii_a1_a_group_s_rule_changes_its_own_branches_only(library, even, now):
    RuleFactory(values={"loan_days": 14, "due_mode": "EVERY_DAY"}, residence="OWN")
    RuleFactory(values={"loan_days": 7}, branch_group=even)

    assert (_days(library, library.main, now), _days(library, library.east, now)) == (14, 7)


def test_ii_a2_no_pick_up_at_the_branches_of_a_group(library, even, now):
    RuleFactory(values={"holds_allowed": False}, branch_group=even)
    at_main, at_east = library.item(), library.item()

    def place(item, branch):
        return place_hold(record=item.record, patron=library.patron, pickup_branch=branch, staff=library.staff, now=now)

    assert place(at_main, library.main).pickup_branch == library.main
    with pytest.raises(HoldRefused) as refused:
        place(at_east, library.east)
    assert refused.value.codes == [Code.HOLDS_NOT_ALLOWED]


def test_ii_a4_a_row_that_sets_fees_only_inherits_the_rest(library):
    category = library.patron.category
    RuleFactory(values={"fee_cap": "50.00"}, patron_category=category)

    resolved = rule_book().resolved(
        branch_id=library.main.pk, category_id=category.pk, item_type_id=None, residence="OWN", on=TODAY
    )

    assert (str(resolved.value("fee_cap")), resolved.value("loan_days")) == ("50.00", 28)
    assert resolved.origin("fee_cap").patron_category == category.code
    assert resolved.origin("loan_days").patron_category is None


@pytest.mark.parametrize("where", ["municipality", "branch", "group", "category and type"])
def test_ii_a5_there_is_one_row_for_a_case_and_never_a_second(library, even, where):
    dimensions = {
        "municipality": {},
        "branch": {"branch": library.main},
        "group": {"branch_group": even},
        "category and type": {"patron_category": PatronCategoryFactory(), "item_type": ItemTypeFactory()},
    }[where]
    if dimensions:
        RuleFactory(values={"loan_days": 7}, **dimensions)

    with pytest.raises(IntegrityError), transaction.atomic():
        RuleFactory(values={"loan_days": 9}, **dimensions)

    assert CirculationRule.objects.filter(**dimensions, values__loan_days=9).count() == 0


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        (
            "fee_steps",
            [{"from_day": 8, "adult": "20.00", "child": "5.00"}, {"from_day": 8, "adult": "60.00", "child": "9.00"}],
            "STEPS_OVERLAP",
        ),
        (
            "notice_steps",
            [{"kind": "OVERDUE_1", "day": 9}, {"kind": "OVERDUE_2", "day": 9}],
            "STEPS_OVERLAP",
        ),
        ("notice_steps", [{"kind": "OVERDUE_1", "day": 1}, {"kind": "OVERDUE_1", "day": 9}], "STEP_TWICE"),
        ("courtesy_days", [3, 1], "NOT_A_NUMBER"),
    ],
    ids=["two fees from one day", "two reminders on one day", "one reminder twice", "two courtesy notices"],
)
def test_ii_a7_steps_that_overlap_are_refused_on_save(name, value, code):
    with pytest.raises(InvalidValues) as refused:
        parse_values({name: value})

    assert [problem.code for problem in refused.value.problems] == [code]


def test_ii_a7_renewals_without_a_length_of_their_own_have_the_loan_s(library):
    CirculationRule.objects.all().delete()
    values = {"loan_days": 14, "max_renewals": 2}
    RuleFactory(values=values)

    resolved = rule_book().resolved(
        branch_id=library.main.pk, category_id=None, item_type_id=None, residence="OWN", on=date(2026, 11, 19)
    )

    assert (resolved.value("max_renewals"), resolved.value("renewal_days")) == (2, None)


def test_ii_a9_an_item_has_one_type_and_follows_another_from_the_moment_it_has_it(library, now):
    other = ItemTypeFactory(code="short")
    RuleFactory(values={"loan_days": 3, "due_mode": "EVERY_DAY"}, item_type=other)
    item = library.item(record=RecordFactory())
    item.item_type = other
    item.save()

    loan = check_out(item=item, patron=library.patron, branch=library.main, staff=library.staff, now=now).loan

    assert (loan.due_date - TODAY).days == 3
