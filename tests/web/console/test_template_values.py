import pytest

from accounts.models import AuditEntry
from circulation.errors import Code
from circulation.rules.reasons import blocking
from tenants.models import Municipality, PolicyTemplate, TemplateChange, TemplateRule
from web.console.template_values import refusal_texts

ADDRESS = "/templates/test/loan_days"


@pytest.fixture
def template(operator_client):
    """Return a template with a value for everything and one for films."""
    template = PolicyTemplate.objects.create(
        code="test",
        name="Test standard",
        country="DK",
        patron_categories=[{"code": "adult", "name": {"en": "Adult"}}],
        item_types=[{"code": "film", "name": {"en": "Film"}}],
    )
    TemplateRule.objects.create(template=template, values={"loan_days": 28})
    TemplateRule.objects.create(template=template, item_type="film", values={"loan_days": 7})
    return template


@pytest.fixture
def followed(template):
    """Let Alpha follow the template."""
    Municipality.objects.filter(schema_name="alpha").update(template=template)
    return template


def values():
    return {row.item_type: row.values for row in TemplateRule.objects.filter(template__code="test")}


def test_shows_a_value_and_who_follows(operator_client, followed):
    page = operator_client.get(ADDRESS, {"type": "film"}).content.decode()

    assert "7 days" in page
    assert "Alpha" in page
    assert "follows everywhere" in page
    assert "Beta" not in page.partition("Who follows")[2]
    assert f'href="{ADDRESS}?type=film"' in operator_client.get("/templates/test").content.decode()


def test_a_preview_changes_nothing(operator_client, followed):
    page = operator_client.post(ADDRESS, {"type": "film", "value": "10"}).content.decode()

    assert "10 days" in page
    assert "Set it in the template" in page
    assert values() == {"": {"loan_days": 28}, "film": {"loan_days": 7}}


def test_sets_what_was_previewed(operator_client, followed):
    form = {"type": "film", "value": "10", "confirmed": "1", "previewed": "10 days"}

    answer = operator_client.post(ADDRESS, form)

    assert answer.url == "/templates/test"
    assert values() == {"": {"loan_days": 28}, "film": {"loan_days": 10}}
    followed.refresh_from_db()
    assert followed.version == 2
    entry = AuditEntry.objects.get(action="circulation.set_template_rule")
    assert entry.facts["before"] == {"value": 7}
    assert entry.facts["value"] == 10


def test_shows_a_value_again_that_was_changed_after_the_preview(operator_client, template):
    form = {"type": "film", "value": "11", "confirmed": "1", "previewed": "10 days"}

    page = operator_client.post(ADDRESS, form).content.decode()

    assert "11 days" in page
    assert values()["film"] == {"loan_days": 7}


def test_says_what_is_wrong_and_keeps_it(operator_client, template):
    answer = operator_client.post(ADDRESS, {"value": "many", "confirmed": "1"})

    assert answer.status_code == 422
    assert 'value="many" inputmode="decimal" maxlength="20" aria-invalid="true"' in answer.content.decode()
    assert '<span class="error" id="own-error">' in answer.content.decode()
    assert values()[""] == {"loan_days": 28}


def test_lets_the_less_specific_value_hold_again_but_keeps_the_last(operator_client, template):
    preview = operator_client.post(ADDRESS, {"type": "film", "reset": "1"}).content.decode()
    assert "<dd><b>28 days</b></dd>" in preview
    assert values()["film"] == {"loan_days": 7}

    confirmed = {"reset": "1", "confirmed": "1"}
    operator_client.post(ADDRESS, {"type": "film", "previewed": "28 days", **confirmed})
    operator_client.post(ADDRESS, {"previewed": "not set", **confirmed})

    assert values() == {"": {"loan_days": 28}, "film": {}}


def test_says_where_it_is_not_possible_and_offers_the_other_value(operator_client, followed):
    TemplateRule.objects.filter(item_type="film").update(values={"loan_days": 7, "high_demand_holds": 2})
    address, form = "/templates/test/high_demand_days", {"type": "film", "value": "10"}

    preview = operator_client.post(address, form).content.decode()
    refused = operator_client.post(address, {**form, "confirmed": "1", "previewed": "10 days"})

    assert (
        "These can&#x27;t both be: Loan period in high demand, Loan period. This concerns Film. Change this first:"
        in preview
    )
    assert '<a href="/templates/test/loan_days?type=film">Loan period: 7 days</a>' in preview
    assert 'name="confirmed"' not in preview
    assert refused.status_code == 422
    assert values()["film"] == {"loan_days": 7, "high_demand_holds": 2}


def test_a_change_is_taken_back_on_the_page_of_changes(operator_client, template):
    operator_client.post(ADDRESS, {"type": "film", "value": "10", "confirmed": "1", "previewed": "10 days"})
    change = TemplateChange.objects.get()
    page = operator_client.get("/templates/test/history").content.decode()
    assert "7 days</td><td>10 days" in page
    address = f"/templates/test/history/{change.pk}/undo"
    assert address in page

    answer = operator_client.post(address)

    assert (answer.status_code, answer.url) == (302, "/templates/test/history")
    assert values()["film"] == {"loan_days": 7}
    assert operator_client.post(address).status_code == 422
    assert operator_client.post(address.replace("/test/", "/bare/")).status_code == 404


@pytest.mark.parametrize(
    "address",
    ["/templates/nothing/loan_days", "/templates/test/nothing", f"{ADDRESS}?type=none", f"{ADDRESS}?category=x"],
)
def test_what_is_not_there_is_a_404(operator_client, template, address):
    assert operator_client.get(address).status_code == 404


def test_a_municipality_has_none_of_it(admin_client):
    assert admin_client.get(ADDRESS).status_code == 404


def test_says_which_municipalities_a_refusal_concerns(template):
    facts = {"labels": ["Loan period"], "patron_category": None, "item_type": None, "branch": ""}
    reason = blocking(Code.RULE_GAP, **facts, municipalities=["Aarhus", "Hedensted"])

    (text,) = refusal_texts([reason], template)

    assert "This concerns Aarhus, Hedensted." in text
