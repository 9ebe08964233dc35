"""The page of all that a municipality has set itself, and rows of a template for residents and for some time."""

import re

import pytest

from accounts.models import AuditEntry
from tenants.models import Municipality, PolicyTemplate, TemplateRule
from tests.factories import BranchFactory, RuleFactory

PAGE = "/console/rules/differences"


@pytest.fixture
def followed(alpha):
    template = PolicyTemplate.objects.create(code="test", name="Test standard", country="DK")
    TemplateRule.objects.create(template=template, values={"loan_days": 30, "max_renewals": 3})
    Municipality.objects.filter(pk=alpha.pk).update(template=template)
    BranchFactory(code="main")
    return template


def rows_of(answer):
    """Return the page's rows as words, without marks."""
    rows = re.findall(r"<tr>(.*?)</tr>", answer.content.decode(), flags=re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in rows]


def test_says_so_when_nothing_differs(admin_client, followed):
    page = admin_client.get(PAGE).content.decode().replace("&#x27;", "'")

    assert "Every rule follows the template." in page
    assert "Every setting is the standard's." in page


def test_lists_an_own_rule_with_who_set_it_and_what_would_hold_instead(admin_client, followed):
    admin_client.post("/console/rules/change", {"name": "loan_days", "value": "21"})

    answer = admin_client.get(PAGE)

    assert f"Loan period Municipality 21 days Template: 30 days 19 Nov 2026 11:30 {admin_client.staff.name}" in rows_of(
        answer
    )
    assert 'href="/console/rules?name=loan_days#why"' in answer.content.decode()


def test_says_what_came_with_the_installation_and_what_is_the_same(admin_client, followed):
    RuleFactory(values={"max_renewals": 3})

    [row] = [row for row in rows_of(admin_client.get(PAGE)) if row.startswith("Renewals")]

    assert row.endswith("3 Template: 3 the same for now from the beginning")


def test_lists_settings_that_are_not_the_standard_s(admin_client, followed):
    form = {"rules_of_loans": "DESK", "rules_of_holds": "ITEM_HOME", "partner_codes": ""}
    admin_client.post("/console/rules/settings", form)

    [_head, row] = rows_of(admin_client.get(PAGE))

    assert row == (
        "Holds follow the rules of Municipality the item's home branch Standard: the pick-up branch 19 Nov 2026 11:30 "
        f"{admin_client.staff.name}".replace("'", "&#x27;")
    )


def test_a_consortium_ships_own_residents_90_days_others_60(operator_client, consortium):
    template = PolicyTemplate.objects.create(code="test", name="Test standard", country="DK")
    TemplateRule.objects.create(template=template, values={"loan_days": 60})
    form = {"home": "OWN", "from": "2027-01-01", "until": "2027-12-31", "value": "90"}

    seen = operator_client.post("/templates/test/loan_days", form)
    operator_client.post("/templates/test/loan_days", form | {"confirmed": "1", "previewed": "90 days"})

    row = TemplateRule.objects.get(residence="OWN")
    page = operator_client.get("/templates/test").content.decode()
    entry = AuditEntry.objects.get(action="circulation.set_template_rule")
    assert "Set it in the template" in seen.content.decode()
    assert (row.values, str(row.valid_from), str(row.valid_until)) == ({"loan_days": 90}, "2027-01-01", "2027-12-31")
    assert "our own residents, from 1 Jan 2027, until 31 Dec 2027" in page
    assert 'href="/templates/test/loan_days?home=OWN&amp;from=2027-01-01"' in page
    assert (entry.facts["residence"], entry.facts["valid_until"]) == ("OWN", "2027-12-31")


@pytest.mark.parametrize("days", [{"until": "2027-12-31"}, {"from": "2027-12-31", "until": "2027-01-01"}])
def test_a_template_s_row_can_t_end_before_it_begins(operator_client, consortium, days):
    template = PolicyTemplate.objects.create(code="test", name="Test standard", country="DK")
    TemplateRule.objects.create(template=template, values={"loan_days": 60})
    form = {"home": "OWN", "value": "90", "confirmed": "1", "previewed": "90 days"}

    answer = operator_client.post("/templates/test/loan_days", form | days)

    assert answer.status_code == 422
    assert TemplateRule.objects.count() == TemplateRule.objects.filter(residence="").count()


def test_a_residence_that_is_none_is_a_404(operator_client, consortium):
    PolicyTemplate.objects.create(code="test", name="Test standard", country="DK")

    assert operator_client.get("/templates/test/loan_days?home=MOON").status_code == 404
