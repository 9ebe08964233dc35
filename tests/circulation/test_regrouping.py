"""What a branch's change of group makes of its rules, case by case, without a database."""

from datetime import date

from circulation.rules.changed_rules import Case, Known, RuleComparison, ValueChange
from circulation.rules.contradictions import Flaw
from circulation.rules.resolution import Level, Origin, RuleRow, RuleSet

DAY = date(2026, 3, 2)
NORTH, SOUTH = 1, 2
VALLEY, HILLS = 10, 20


def _row(number, values, level=Level.MUNICIPALITY, place=None):
    return RuleRow(Origin(level, number, place), values)


def _compared(*rows, before, after, names):
    rules = RuleSet(rows)
    return RuleComparison(rules, rules, Known(branches=after), frozenset(names), DAY, before)


def test_names_the_values_that_are_others_in_the_new_group():
    comparison = _compared(
        _row(1, {"loan_days": 28, "max_loans": 10}),
        _row(2, {"loan_days": 14, "max_loans": 10}, Level.BRANCH_GROUP, VALLEY),
        before={NORTH: None, SOUTH: None},
        after={NORTH: VALLEY, SOUTH: None},
        names=["loan_days", "max_loans"],
    )

    assert comparison.changed_values() == {"loan_days": [ValueChange(True, 28, True, 14)]}
    assert comparison.changes_anything()


def test_a_group_whose_rules_say_the_same_changes_nothing():
    comparison = _compared(
        _row(1, {"loan_days": 28}),
        _row(2, {"loan_days": 28}, Level.BRANCH_GROUP, VALLEY),
        before={NORTH: None},
        after={NORTH: VALLEY},
        names=["loan_days"],
    )

    assert comparison.changed_values() == {}
    assert not comparison.changes_anything()


def test_a_branch_that_leaves_its_group_may_leave_a_needed_value_behind():
    comparison = _compared(
        _row(1, {"loan_days": 14}, Level.BRANCH_GROUP, VALLEY),
        before={NORTH: VALLEY, SOUTH: VALLEY},
        after={NORTH: None, SOUTH: VALLEY},
        names=["loan_days"],
    )

    assert comparison.new_flaws() == {Flaw("GAP", ("loan_days",)): Case(NORTH, None, None, "OWN")}


def test_what_the_old_group_made_wrong_already_stands_in_nobodys_way():
    wrong = {"min_age": 18, "max_age": 12}
    rows = (
        _row(1, wrong, Level.BRANCH_GROUP, VALLEY),
        _row(2, wrong, Level.BRANCH_GROUP, HILLS),
    )
    names = ["min_age", "max_age"]

    moved = _compared(*rows, before={NORTH: VALLEY}, after={NORTH: HILLS}, names=names)
    joined = _compared(*rows, before={NORTH: None}, after={NORTH: HILLS}, names=names)

    assert moved.new_flaws() == {}
    assert list(joined.new_flaws()) == [Flaw("CONTRADICTION", ("min_age", "max_age"))]


def test_a_branchs_own_value_and_the_new_groups_may_not_go_together():
    comparison = _compared(
        _row(1, {"max_age": 12}, Level.BRANCH, NORTH),
        _row(2, {"min_age": 18}, Level.BRANCH_GROUP, VALLEY),
        before={NORTH: None, SOUTH: VALLEY},
        after={NORTH: VALLEY, SOUTH: VALLEY},
        names=["min_age"],
    )

    assert comparison.new_flaws() == {Flaw("CONTRADICTION", ("min_age", "max_age")): Case(NORTH, None, None, "OWN")}
