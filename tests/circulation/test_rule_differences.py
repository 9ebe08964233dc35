"""In what a municipality differs from its template: each own value, who set it, and what the template would say."""

from datetime import timedelta

import pytest

from circulation.selectors.rule_books import rule_book
from circulation.selectors.rule_differences import own_values
from circulation.services.rules import RuleScope, reset_value, set_value
from tenants.models import Municipality, PolicyTemplate, TemplateRule
from tests.factories import (
    TODAY,
    BranchFactory,
    PatronFactory,
    RuleFactory,
    StaffAccountFactory,
)
from tests.factories.circulation import USUAL_VALUES

DAY = timedelta(days=1)


@pytest.fixture
def template(alpha):
    """Let Alpha follow a template with rows for everybody, for partners' residents, and from next week on."""
    template = PolicyTemplate.objects.create(code="test", name="Test standard", country="DK")
    Municipality.objects.filter(pk=alpha.pk).update(template=template)
    TemplateRule.objects.create(template=template, values={**USUAL_VALUES, "loan_days": 90, "max_loans": None})
    TemplateRule.objects.create(template=template, residence="PARTNER", values={"loan_days": 60})
    TemplateRule.objects.create(template=template, valid_from=TODAY + 7 * DAY, values={"max_renewals": 5})
    return template


@pytest.fixture
def category(template):
    return PatronFactory().category


@pytest.fixture
def set_days(template):
    def set_days(value, name="loan_days", **scope):
        set_value(name=name, value=value, scope=RuleScope(**scope), actor=StaffAccountFactory(name="Lis"))

    return set_days


def told():
    return [(each.name, each.value, each.template_value, each.is_different) for each in own_values(today=TODAY)]


def test_nothing_differs_where_nothing_was_set(template):
    assert own_values(today=TODAY) == []


def test_says_what_the_template_would_say_for_the_same_case(set_days, category):
    set_days(28)
    set_days(21, patron_category=category)
    set_days(14, residence="PARTNER")

    assert told() == [
        ("loan_days", 28, 90, True),
        ("loan_days", 14, 60, True),
        ("loan_days", 21, 90, True),
    ]


def test_says_who_set_it_and_when_and_forgets_what_was_taken_back(set_days, category):
    set_days(28)
    set_days(30)
    set_days(2, "max_renewals", patron_category=category)
    reset_value(
        name="max_renewals", scope=RuleScope(patron_category=category), actor=StaffAccountFactory(name="Somebody")
    )

    [own] = own_values(today=TODAY)

    assert (own.value, own.changed_by, own.changed_at is not None) == (30, "Lis", True)


def test_what_came_with_the_installation_has_nobody(template):
    RuleFactory(values={"loan_days": 28})

    [own] = own_values(today=TODAY)

    assert (own.changed_at, own.changed_by) == (None, "")


def test_a_value_that_is_the_template_s_is_told_as_the_same(set_days):
    set_days(90)

    assert told() == [("loan_days", 90, 90, False)]


def test_unlimited_is_something_else_than_nothing(set_days):
    set_days(4, "max_loans")
    set_days(2, "max_on_site")

    limited, new = own_values(today=TODAY)

    assert (limited.template is not None, limited.template_value, limited.is_different) == (True, None, True)
    assert (new.template, new.template_value, new.is_different) == (None, None, True)


def test_a_row_of_next_week_stands_beside_what_the_template_says_then(set_days):
    set_days(2, "max_renewals")
    set_days(1, "max_renewals", valid_from=TODAY + 8 * DAY)

    assert told() == [("max_renewals", 2, 3, True), ("max_renewals", 1, 5, True)]


def test_a_row_that_holds_no_more_is_left_out(set_days):
    set_days(7, valid_from=TODAY - 9 * DAY, valid_until=TODAY - DAY)

    assert told() == []


def test_takes_as_many_statements_for_many_values_as_for_one(set_days, django_assert_num_queries):
    set_days(28)
    own_values(today=TODAY)
    with django_assert_num_queries(2):
        own_values(today=TODAY)
    for branch in BranchFactory.create_batch(4):
        set_days(28, branch=branch)
    own_values(today=TODAY)

    with django_assert_num_queries(2):
        assert len(own_values(today=TODAY)) == 5


def test_a_template_s_row_for_residents_decides_over_its_open_one(template):
    values = {
        home: rule_book()
        .resolved(branch_id=0, category_id=None, item_type_id=None, residence=home, on=TODAY)
        .value("loan_days")
        for home in ("OWN", "PARTNER", "ELSEWHERE")
    }

    assert values == {"OWN": 90, "PARTNER": 60, "ELSEWHERE": 90}


@pytest.mark.parametrize(("day", "renewals"), [(TODAY, 3), (TODAY + 7 * DAY, 5)])
def test_a_template_s_row_holds_from_its_first_day_on(template, day, renewals):
    resolved = rule_book().resolved(branch_id=0, category_id=None, item_type_id=None, residence="OWN", on=day)

    assert resolved.value("max_renewals") == renewals
