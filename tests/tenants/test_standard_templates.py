"""The standard templates: complete, and made of values that circulation knows."""

import pytest
from django.core.management import CommandError, call_command

from circulation.rules.values import REGISTER, parse_values
from patrons.models import PatronCategory
from tenants.models import PolicyTemplate, TemplateRule
from tenants.services.standard_templates import load_standard_templates, reset_standard_template
from tenants.standard_templates import ITEM_TYPES, PATRON_CATEGORIES, STANDARD_TEMPLATES

LANGUAGES = {"da", "sv", "fi", "en"}
RULES = [
    pytest.param(rule, id=f"{template.code} {rule.patron_category or '*'} x {rule.item_type or '*'}")
    for template in STANDARD_TEMPLATES
    for rule in template.rules
]


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_holds_values_that_circulation_stores_as_they_are(rule):
    values = parse_values(rule.values, patron_category=rule.patron_category or None, item_type=rule.item_type or None)

    assert values == rule.values


@pytest.mark.parametrize("template", STANDARD_TEMPLATES, ids=lambda template: template.code)
def test_each_template_sets_every_value_that_circulation_needs(template):
    (general,) = [rule for rule in template.rules if not rule.patron_category and not rule.item_type]

    assert {name for name, spec in REGISTER.items() if spec.needed} <= set(general.values)


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_names_a_category_and_type_of_its_template(rule):
    assert rule.patron_category in {"", *(row["code"] for row in PATRON_CATEGORIES)}
    assert rule.item_type in {"", *(row["code"] for row in ITEM_TYPES)}


@pytest.mark.parametrize("row", [*PATRON_CATEGORIES, *ITEM_TYPES], ids=lambda row: row["code"])
def test_each_category_and_type_has_a_name_in_every_language(row):
    assert set(row["name"]) == LANGUAGES
    assert all(row["name"].values())


def test_each_category_has_a_kind_that_patrons_know():
    assert {row["kind"] for row in PATRON_CATEGORIES} <= set(PatronCategory.Kind.values)


def test_loading_twice_writes_once(db):
    assert load_standard_templates() == ["standard-dk", "standard-se", "standard-fi"]
    rows = list(TemplateRule.objects.order_by("id").values())

    assert load_standard_templates() == []
    assert list(TemplateRule.objects.order_by("id").values()) == rows


def test_loading_leaves_what_the_consortium_has_changed(db):
    load_standard_templates()
    TemplateRule.objects.filter(template__code="standard-dk", item_type="film").update(values={"loan_days": 21})

    load_standard_templates()

    assert TemplateRule.objects.get(template__code="standard-dk", item_type="film").values == {"loan_days": 21}


def test_resetting_puts_one_template_back_as_a_new_version(db):
    load_standard_templates()
    TemplateRule.objects.filter(item_type="film").update(values={"loan_days": 21})

    template = reset_standard_template("standard-dk")

    assert template.version == 2
    assert TemplateRule.objects.get(template=template, item_type="film").values == {"loan_days": 14}
    assert TemplateRule.objects.get(template__code="standard-se", item_type="film").values == {"loan_days": 21}


def test_the_command_says_what_it_did(db, capsys):
    call_command("load_templates")
    call_command("load_templates")
    call_command("load_templates", reset="standard-fi")

    assert capsys.readouterr().out.splitlines() == [
        "Written: standard-dk, standard-se, standard-fi",
        "All standard templates are there already",
        "standard-fi is the standard again, as version 2",
    ]
    assert PolicyTemplate.objects.get(code="standard-fi").country == "FI"


def test_the_command_refuses_a_template_that_is_no_standard(db):
    with pytest.raises(CommandError, match="mine is no standard template; there are standard-dk"):
        call_command("load_templates", reset="mine")
