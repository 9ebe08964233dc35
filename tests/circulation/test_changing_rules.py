"""Changing rules: history, undo, taking effect on a day, and changes that would leave gaps or contradictions."""

from datetime import timedelta

import pytest

from circulation.errors import Code, RuleRefused
from circulation.models import CirculationRule, Loan, RuleChange
from circulation.selectors import rule_book
from circulation.selectors.rule_history import rule_changes
from circulation.services.rule_trials import RuleWish, explain, try_case
from circulation.services.rules import RuleScope, reset_value, set_value, undo_change
from tenants.models import Municipality, PolicyTemplate
from tests.factories import BranchGroupFactory, ItemTypeFactory, PatronCategoryFactory, RuleFactory
from tests.factories.moments import NOW, TODAY
from tests.locks import locks_of

DAY = timedelta(days=1)
ANY = RuleScope()


def _set(library, name, value, scope=ANY):
    return set_value(name=name, value=value, scope=scope, actor=library.staff)


def _value(library, name, on=TODAY, **of):
    usual = {"branch_id": library.main.pk, "category_id": None, "item_type_id": None}
    return rule_book().resolved(**usual | of, on=on).value(name)


def test_each_change_is_kept_and_can_be_taken_back(library):
    row = _set(library, "loan_days", 14)
    change = rule_changes("loan_days")[0]
    assert (change.before, change.after, change.by, change.rule_id) == (
        {"value": 28},
        {"value": 14},
        library.staff.name,
        row.pk,
    )

    undone = undo_change(change=change, actor=library.staff)

    assert _value(library, "loan_days") == 28
    assert (undone.undoes, undone.before, undone.after) == (change, {"value": 14}, {"value": 28})


def test_a_change_is_taken_back_once_and_only_while_it_stands(library):
    _set(library, "loan_days", 14)
    first = RuleChange.objects.get()
    _set(library, "loan_days", 21)

    with pytest.raises(RuleRefused) as refused:
        undo_change(change=first, actor=library.staff)
    assert refused.value.codes == [Code.CHANGED_SINCE]

    second = RuleChange.objects.first()
    undo_change(change=second, actor=library.staff)
    with pytest.raises(RuleRefused) as refused:
        undo_change(change=second, actor=library.staff)
    assert refused.value.codes == [Code.UNDONE_ALREADY]
    assert _value(library, "loan_days") == 14


def test_a_change_for_a_group_that_is_removed_meanwhile_is_refused(library):
    group = BranchGroupFactory()
    row = _set(library, "loan_days", 14, RuleScope(branch_group=group))
    change = RuleChange.objects.get()
    row.delete()
    group.delete()

    with pytest.raises(RuleRefused) as refused:
        undo_change(change=change, actor=library.staff)
    assert refused.value.codes == [Code.GROUP_GONE]


def test_taking_back_a_first_value_lets_the_inherited_one_hold_again(library):
    _set(library, "loan_days", 7, RuleScope(branch=library.main))
    assert _value(library, "loan_days") == 7

    undo_change(change=RuleChange.objects.get(), actor=library.staff)

    assert _value(library, "loan_days") == 28


def test_takes_effect_on_its_day_and_ends_after_its_last(library):
    _set(library, "loan_days", 56, RuleScope(valid_from=TODAY + DAY, valid_until=TODAY + 2 * DAY))

    assert [_value(library, "loan_days", TODAY + number * DAY) for number in range(4)] == [28, 56, 56, 28]


@pytest.mark.parametrize("first", [None, TODAY + 3 * DAY])
def test_a_last_day_needs_a_first_one_that_comes_before_it(library, first):
    with pytest.raises(RuleRefused) as refused:
        _set(library, "loan_days", 56, RuleScope(valid_from=first, valid_until=TODAY + 2 * DAY))

    assert refused.value.codes == [Code.DAYS_WRONG]
    assert CirculationRule.objects.count() == 1


def test_sets_values_for_a_group_and_for_a_residence(library):
    group = BranchGroupFactory()
    type(library.main).objects.filter(pk=library.main.pk).update(group=group)
    _set(library, "loan_days", 21, RuleScope(branch_group=group))
    _set(library, "loan_days", 60, RuleScope(branch_group=group, residence="PARTNER"))

    assert _value(library, "loan_days") == 21
    assert _value(library, "loan_days", residence="PARTNER") == 60
    assert _value(library, "loan_days", branch_id=library.east.pk) == 28


def test_refuses_to_take_away_what_nobody_else_says_and_shows_the_case(library):
    with pytest.raises(RuleRefused) as refused:
        reset_value(name="loan_days", scope=ANY, actor=library.staff)

    (reason,) = refused.value.reasons
    assert (reason.code, reason.facts["names"]) == (Code.RULE_GAP, ["loan_days"])
    assert {reason.facts[name] for name in ("branch_id", "category_id", "item_type_id")} == {None}
    assert _value(library, "loan_days") == 28
    assert not RuleChange.objects.exists()


@pytest.mark.parametrize(
    ("values", "name", "value", "names"),
    [
        ({"min_age": 15}, "max_age", 12, ["min_age", "max_age"]),
        ({}, "high_demand_days", 7, ["high_demand_days", "high_demand_holds"]),
        ({"high_demand_holds": 3}, "high_demand_days", 40, ["high_demand_days", "loan_days"]),
        ({"max_renewals": 0}, "auto_renewal", True, ["auto_renewal", "max_renewals"]),
        ({"max_loans": 3}, "max_loans_at_branch", 4, ["max_loans_at_branch", "max_loans"]),
    ],
)
def test_refuses_values_that_can_t_both_be_and_changes_nothing(library, values, name, value, names):
    RuleFactory(branch=library.main, values=values)

    with pytest.raises(RuleRefused) as refused:
        _set(library, name, value, RuleScope(branch=library.main))

    assert [(reason.code, reason.facts["names"]) for reason in refused.value.reasons] == [
        (Code.RULE_CONTRADICTION, names)
    ]
    assert refused.value.reasons[0].facts["branch_id"] == library.main.pk
    assert not RuleChange.objects.exists()


def test_finds_a_contradiction_that_only_one_case_has(library):
    child, film = PatronCategoryFactory(child=True), ItemTypeFactory(code="film")
    RuleFactory(patron_category=child, item_type=film, values={"min_age": 11})

    with pytest.raises(RuleRefused) as refused:
        _set(library, "max_age", 10, RuleScope(item_type=film))

    facts = refused.value.reasons[0].facts
    assert (facts["category_id"], facts["item_type_id"]) == (child.pk, film.pk)


def test_finds_a_contradiction_that_only_comes_on_a_day(library):
    RuleFactory(values={"min_age": 15}, valid_from=TODAY + 400 * DAY)

    with pytest.raises(RuleRefused):
        _set(library, "max_age", 12)


def test_what_was_wrong_before_stands_in_nobody_s_way(library):
    RuleFactory(branch=library.main, values={"min_age": 15, "max_age": 12})

    _set(library, "loan_days", 14)

    assert _value(library, "loan_days") == 14


def test_explains_each_value_of_a_case(library):
    RuleFactory(branch=library.main, values={"loan_days": 7})

    values = explain(patron=library.patron, item=library.item(), branch=library.main, now=NOW)

    loan_days = values["loan_days"]
    assert (loan_days.value, [each.value for each in loan_days.candidates]) == (7, [7, 28])
    assert [each.wins for each in loan_days.candidates] == [True, False]
    assert values["max_age"].is_set is False


def test_tries_a_case_with_a_value_that_isn_t_saved_and_changes_nothing(library):
    item = library.item()
    wish = RuleWish("loan_days", 14, RuleScope(branch=library.main))

    trial = try_case(patron=library.patron, item=item, branch=library.main, actor=library.staff, now=NOW, wish=wish)

    assert (trial.due_date, trial.reasons, trial.values["loan_days"].value) == (TODAY + 14 * DAY, (), 14)
    item.refresh_from_db()
    assert item.status == "AVAILABLE"
    assert not Loan.objects.exists()
    assert not RuleChange.objects.exists()
    assert _value(library, "loan_days") == 28


def test_a_case_that_would_be_refused_says_why(library):
    trial = try_case(
        patron=library.patron,
        item=library.item(),
        branch=library.main,
        actor=library.staff,
        now=NOW,
        wish=RuleWish("max_loans", 0, ANY),
    )

    assert trial.due_date is None
    assert [reason.code for reason in trial.reasons] == [Code.LOAN_LIMIT_REACHED]


@pytest.mark.parametrize("follows", [True, False])
def test_two_who_change_rules_wait_for_each_other(library, alpha, follows):
    """Each change may be right and both together wrong, so the second looks when the first is done."""
    template = PolicyTemplate.objects.create(code="own-cities", name="Own cities", country="DK") if follows else None
    Municipality.objects.filter(pk=alpha.pk).update(template=template)

    with locks_of() as locks:
        _set(library, "loan_days", 14)

    table = "tenants_policytemplate" if follows else "tenants_municipality"
    assert f'FOR NO KEY UPDATE OF "{table}"' in locks[-1][0]
    assert len(locks) == (1 if follows else 2)
