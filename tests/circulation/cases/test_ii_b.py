"""Cases II.B: values inherited from the consortium by the municipality, from that by its branches."""

import pytest

from circulation.rules.resolution import RuleRow, RuleSet, resolve
from circulation.selectors.rule_books import rule_book
from circulation.services.closings import close_branches
from circulation.services.rules import RuleScope, reset_value, set_value
from holdings.models import CalendarDay
from tenants.models import Municipality, PolicyTemplate, TemplateRule
from tests.factories import BranchFactory, BranchGroupFactory, RuleFactory
from tests.factories.circulation import USUAL_VALUES
from tests.factories.moments import TODAY

NAMES = (
    "loan_days due_mode max_renewals renewal_days renewal_base max_loans holds_allowed max_holds shelf_days"
    " interest_days block_at_debt courtesy_days"
).split()


@pytest.fixture
def template(alpha):
    """Let the municipality follow a template that has every value."""
    template = PolicyTemplate.objects.create(code="test", name="Test standard", country="DK")
    TemplateRule.objects.create(template=template, values={**USUAL_VALUES, "max_loans": None})
    Municipality.objects.filter(pk=alpha.pk).update(template=template)
    return template


def _value(name):
    return rule_book().resolved(branch_id=0, category_id=None, item_type_id=None, residence="OWN", on=TODAY).value(name)


def test_ii_b1_what_the_municipality_takes_back_is_the_template_s_again(template, library):
    actor, here = library.staff, RuleScope()
    reset_value(name="loan_days", scope=here, actor=actor)
    assert _value("loan_days") == 28

    set_value(name="loan_days", value=2, scope=here, actor=actor)
    set_value(name="max_loans", value=2, scope=here, actor=actor)
    assert (_value("loan_days"), _value("max_loans")) == (2, 2)

    reset_value(name="loan_days", scope=here, actor=actor)
    assert (_value("loan_days"), _value("max_loans")) == (28, 2)


def test_ii_b2_twelve_values_at_fifteen_branches_are_what_they_are_one_by_one(template, library):
    group = BranchGroupFactory()
    branches = [library.main, library.east, *(BranchFactory(group=group if n % 2 else None) for n in range(13))]
    RuleFactory(values={"loan_days": 21, "max_holds": 7}, branch_group=group)
    for number, branch in enumerate(branches[::3]):
        RuleFactory(values={"loan_days": number + 1, NAMES[number + 2]: 5}, branch=branch)
    book = rule_book()

    together = {
        (branch.pk, name): resolved.value(name)
        for branch in branches
        for resolved in [
            book.resolved(branch_id=branch.pk, category_id=None, item_type_id=None, residence="OWN", on=TODAY)
        ]
        for name in NAMES
    }

    one_by_one = {
        (branch.pk, name): resolve(
            RuleSet([RuleRow(row.origin, {name: row.values[name]}) for row in book.rules.rows() if name in row.values]),
            branch_id=branch.pk,
            branch_group_id=branch.group_id,
            patron_category=None,
            item_type=None,
            residence="OWN",
            on=TODAY,
        ).value(name)
        for branch in branches
        for name in NAMES
    }
    assert len(together) == 180
    assert together == one_by_one


def test_ii_b3_a_closing_of_one_branch_closes_no_other_of_its_group(library, now):
    library.main.group = library.east.group = BranchGroupFactory()
    library.main.save()
    library.east.save()

    close_branches(branches=[library.main], first=TODAY, last=TODAY, reason="Water", actor=library.staff, now=now)

    assert list(CalendarDay.objects.values_list("branch", flat=True)) == [library.main.pk]


def test_ii_b4_what_a_template_says_every_branch_of_the_municipality_sees(template, library):
    RuleFactory._meta.model.objects.all().delete()

    seen = {
        rule_book()
        .resolved(branch_id=branch.pk, category_id=None, item_type_id=None, residence="OWN", on=TODAY)
        .value("loan_days")
        for branch in (library.main, library.east)
    }

    assert seen == {28}
