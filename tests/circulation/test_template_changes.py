"""Changing a template's values: who is affected, what's refused and where, and taking a change back."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEntry
from circulation.errors import Code, RuleRefused
from circulation.selectors.template_rules import template_changes
from circulation.services.template_rules import (
    TemplateScope,
    TemplateWish,
    preview_template_value,
    reset_template_value,
    set_template_value,
    undo_template_change,
)
from tenants.models import Municipality, PolicyTemplate, TemplateChange, TemplateRule
from tests.factories import RuleFactory
from tests.factories.moments import TODAY

DAY = timedelta(days=1)
ANY, FILM = TemplateScope(), TemplateScope(item_type="film")


@pytest.fixture
def template(library):
    """Return a template that Alpha follows, with a value for everything and some for films."""
    made = PolicyTemplate.objects.create(
        code="test",
        name="Test",
        country="DK",
        patron_categories=[{"code": "adult", "name": {"en": "Adult"}}],
        item_types=[{"code": "film", "name": {"en": "Film"}}],
    )
    TemplateRule.objects.create(template=made, values={"loan_days": 28, "max_age": None})
    TemplateRule.objects.create(template=made, item_type="film", values={"loan_days": 7, "shelf_days": 5})
    Municipality.objects.filter(schema_name="alpha").update(template=made)
    return made


def put(library, template, name, value, scope=ANY):
    return set_template_value(template=template, name=name, value=value, scope=scope, actor=library.staff)


def stored(template):
    return {row.item_type: row.values for row in template.rules.all()}


def effect(template, name, value, scope=ANY):
    (found,) = preview_template_value(template=template, wish=TemplateWish(name, value, scope)).followers
    return found


def test_is_refused_where_it_contradicts_a_municipality_s_own_value(library, template):
    RuleFactory(branch=library.main, values={"min_age": 15})

    with pytest.raises(RuleRefused) as refused:
        put(library, template, "max_age", 12)

    (reason,) = refused.value.reasons
    assert (reason.code, reason.facts["names"], reason.facts["others"]) == (
        Code.RULE_CONTRADICTION,
        ["min_age", "max_age"],
        ["min_age"],
    )
    assert (reason.facts["municipalities"], reason.facts["branch"]) == (["Alpha"], "Main")
    assert stored(template)[""] == {"loan_days": 28, "max_age": None}
    assert not TemplateChange.objects.exists()
    assert not AuditEntry.objects.filter(action="circulation.set_template_rule").exists()


def test_what_was_wrong_before_stands_in_nobody_s_way(library, template):
    RuleFactory(branch=library.main, values={"min_age": 15, "max_age": 12})

    put(library, template, "max_age", 10)

    assert stored(template)[""]["max_age"] == 10


def test_a_template_by_itself_must_say_what_s_needed(library, template):
    Municipality.objects.filter(schema_name="alpha").update(template=None)
    template.rules.filter(item_type="").update(values={})

    with pytest.raises(RuleRefused) as refused:
        reset_template_value(template=template, name="loan_days", scope=FILM, actor=library.staff)

    (reason,) = refused.value.reasons
    assert (reason.code, reason.facts["item_type"], reason.facts["municipalities"]) == (Code.RULE_GAP, "film", [])
    assert stored(template)["film"] == {"loan_days": 7, "shelf_days": 5}


def test_tells_who_is_affected(library, template):
    # The library sets loan_days for everything itself, and max_age not at all.
    own = effect(template, "loan_days", 14)
    assert (own.is_changed, own.follower.own_values("loan_days"), own.flaws) == (False, 1, {})
    follows = effect(template, "max_age", 12)
    assert (follows.is_changed, follows.follower.own_values("max_age")) == (True, 0)
    assert stored(template)[""] == {"loan_days": 28, "max_age": None}


def test_a_value_that_only_begins_one_day_is_tried_on_it(library, template):
    RuleFactory(values={"min_age": 15}, valid_from=TODAY + 30 * DAY)

    assert [flaw.names for flaw in effect(template, "max_age", 12).flaws] == [("min_age", "max_age")]


def test_asks_the_same_number_of_statements_however_many_follow(template, beta):
    def statements():
        with CaptureQueriesContext(connection) as asked:
            preview_template_value(template=template, wish=TemplateWish("max_age", 12, ANY))
        return len(asked)

    one = statements()
    Municipality.objects.filter(pk=beta.pk).update(template=template)

    assert statements() == one == 4


def test_a_change_is_taken_back_once_and_only_while_it_stands(library, template):
    put(library, template, "loan_days", 10, FILM)
    put(library, template, "loan_days", 12, FILM)
    second, first = template_changes(template.pk)
    assert (first.before, first.after, first.by) == ({"value": 7}, {"value": 10}, library.staff.name)

    with pytest.raises(RuleRefused) as refused:
        undo_template_change(template=template, change=first, actor=library.staff)
    assert refused.value.codes == [Code.CHANGED_SINCE]
    undone = undo_template_change(template=template, change=second, actor=library.staff)
    assert (undone.undoes, stored(template)["film"]) == (second, {"loan_days": 10, "shelf_days": 5})
    with pytest.raises(RuleRefused) as refused:
        undo_template_change(template=template, change=second, actor=library.staff)
    assert refused.value.codes == [Code.UNDONE_ALREADY]
    template.refresh_from_db()
    assert template.version == 4


def test_taking_back_a_reset_and_a_first_value(library, template):
    reset_template_value(template=template, name="loan_days", scope=FILM, actor=library.staff)
    put(library, template, "min_age", 7, FILM)
    for change in template_changes(template.pk):
        undo_template_change(template=template, change=change, actor=library.staff)

    assert stored(template)["film"] == {"loan_days": 7, "shelf_days": 5}


def test_taking_back_restores_the_last_day(library, template):
    def summer(until):
        return TemplateScope(valid_from=TODAY + DAY, valid_until=until)

    put(library, template, "loan_days", 60, summer(TODAY + 9 * DAY))
    put(library, template, "loan_days", 60, summer(TODAY + 5 * DAY))

    undo_template_change(template=template, change=template_changes(template.pk)[0], actor=library.staff)

    assert template.rules.get(valid_from=TODAY + DAY).valid_until == TODAY + 9 * DAY


def test_taking_back_is_refused_where_it_would_contradict_what_was_set_since(library, template):
    put(library, template, "max_age", 12)
    put(library, template, "max_age", None)
    RuleFactory(branch=library.main, values={"min_age": 15})

    with pytest.raises(RuleRefused) as refused:
        undo_template_change(template=template, change=template_changes(template.pk)[0], actor=library.staff)

    assert refused.value.codes == [Code.RULE_CONTRADICTION]
    assert stored(template)[""]["max_age"] is None
