from datetime import date

import pytest
from django.db import connection

from circulation.models import CirculationRule
from circulation.selectors import rule_book
from circulation.selectors.rule_books import calendar_version
from holdings.models import CalendarDay, OpeningHours
from tenants.models import PolicyTemplate, TemplateRule
from tests.factories import BranchFactory, ItemTypeFactory, PatronCategoryFactory, RuleFactory


@pytest.fixture
def branch(alpha):
    return BranchFactory()


def _loan_days(branch, **of):
    return rule_book().resolved(branch_id=branch.pk, category_id=None, item_type_id=None, **of).value("loan_days")


def test_is_kept_while_nothing_changes(branch, django_assert_num_queries):
    RuleFactory()
    first = rule_book()

    with django_assert_num_queries(1):
        again = rule_book()

    assert again is first


def test_follows_a_rule_that_is_saved_updated_or_deleted(branch):
    rule = RuleFactory()
    assert _loan_days(branch) == 28

    rule.values["loan_days"] = 14
    rule.save()
    assert _loan_days(branch) == 14

    CirculationRule.objects.update(values={"loan_days": 7})
    assert _loan_days(branch) == 7

    RuleFactory(values={"loan_days": 3}, branch=branch)
    assert _loan_days(branch) == 3

    CirculationRule.objects.filter(branch=branch).delete()
    assert _loan_days(branch) == 7


def test_follows_opening_hours_and_single_days(branch):
    sunday, thursday = date(2026, 11, 22), date(2026, 11, 19)
    assert not rule_book().calendar(branch.pk).is_open(sunday)
    assert rule_book().calendar(branch.pk).is_open(thursday)

    OpeningHours.objects.filter(branch=branch, weekday=5).update(weekday=6)
    CalendarDay.objects.create(branch=branch, date=thursday, is_open=False)
    assert rule_book().calendar(branch.pk).is_open(sunday)
    assert not rule_book().calendar(branch.pk).is_open(thursday)

    CalendarDay.objects.filter(branch=branch).update(is_open=True)
    assert rule_book().calendar(branch.pk).is_open(thursday)


def test_gives_each_branch_its_own_closed_days_b1(branch):
    other = BranchFactory()
    CalendarDay.objects.create(branch=other, date=date(2026, 11, 19), is_open=False)

    assert rule_book().calendar(branch.pk).is_open(date(2026, 11, 19))
    assert calendar_version(branch.pk) != calendar_version(other.pk)


def test_falls_back_on_the_consortium_template_and_follows_it(branch, alpha):
    template = PolicyTemplate.objects.create(code="danish", name="Danish", country="DK")
    category = PatronCategoryFactory(child=True)
    TemplateRule.objects.create(template=template, values={"loan_days": 30})
    row = TemplateRule.objects.create(template=template, patron_category="child", values={"loan_days": 21})
    other = PolicyTemplate.objects.create(code="other", name="Other", country="DK")
    TemplateRule.objects.create(template=other, values={"loan_days": 1})
    type(alpha).objects.filter(pk=alpha.pk).update(template=template)

    def days():
        resolved = rule_book().resolved(branch_id=branch.pk, category_id=category.pk, item_type_id=None)
        return resolved.value("loan_days")

    assert days() == 21
    TemplateRule.objects.filter(pk=row.pk).update(values={"loan_days": 20})
    assert days() == 20
    type(alpha).objects.filter(pk=alpha.pk).update(template=other)
    assert days() == 1


def test_resolves_by_the_branch_group_that_a_branch_has_now(branch):
    from tests.factories import BranchGroupFactory

    group = BranchGroupFactory()
    RuleFactory()
    RuleFactory(values={"loan_days": 10}, branch_group=group)
    assert _loan_days(branch) == 28

    branch.group = group
    branch.save()

    assert _loan_days(branch) == 10


def test_knows_a_new_category_and_item_type(branch):
    rule_book()
    category, item_type = PatronCategoryFactory(code="senior"), ItemTypeFactory(code="tool")
    RuleFactory(values={"loan_days": 5}, patron_category=category, item_type=item_type)

    resolved = rule_book().resolved(branch_id=branch.pk, category_id=category.pk, item_type_id=item_type.pk)

    assert resolved.value("loan_days") == 5


def test_keeps_municipalities_apart(branch, beta):
    RuleFactory()
    assert _loan_days(branch) == 28

    connection.set_tenant(beta)

    assert rule_book().branches == {}
    assert CirculationRule.objects.count() == 0


def test_passes_over_names_that_it_does_not_know(branch):
    RuleFactory(values={"loan_days": 9, "from_another_release": 1})

    assert _loan_days(branch) == 9
