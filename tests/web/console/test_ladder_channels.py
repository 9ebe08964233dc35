"""The ladder's channels in the console: typed, shown as they'll be tried, and refused where they can't be."""

import pytest

from circulation.models import CirculationRule
from tenants.services.settings import change_settings
from tests.factories import BranchFactory, RuleFactory

STEPS = "OVERDUE_1: 1 sms, patron\nOVERDUE_2: 8\nINVOICE: 31 LETTER"
SHOWN = (
    "First reminder on day 1 (Text message → the patron's choice); Second reminder on day 8; Invoice on day 31 (Letter)"
)


@pytest.fixture
def ladder(alpha):
    change_settings(municipality=alpha, section="messages", values={"channels": ["EMAIL", "SMS", "LETTER"]}, actor=None)
    BranchFactory()
    return RuleFactory()


def _change(client, value, name="notice_steps"):
    return client.post("/console/rules/change", {"name": name, "value": value})


def test_types_the_channels_behind_the_days_and_sees_the_ladder(admin_client, ladder):
    assert _change(admin_client, STEPS).status_code == 302

    assert CirculationRule.objects.get().values["notice_steps"] == [
        {"kind": "OVERDUE_1", "day": 1, "channels": ["SMS", "PATRON"]},
        {"kind": "OVERDUE_2", "day": 8},
        {"kind": "INVOICE", "day": 31, "channels": ["LETTER"]},
    ]
    cell = admin_client.get("/console/rules?name=notice_steps").context["cell"]
    assert (cell["text"], cell["unused"]) == (SHOWN, "")
    assert cell["form_text"] == "OVERDUE_1: 1 SMS, PATRON\nOVERDUE_2: 8\nINVOICE: 31 LETTER"


def test_sets_the_channels_of_the_invoice_s_reminder(admin_client, ladder):
    assert _change(admin_client, "letter, email", "invoice_reminder_channels").status_code == 302

    cell = admin_client.get("/console/rules?name=invoice_reminder_channels").context["cell"]
    assert (cell["text"], cell["form_text"]) == ("Letter → E-mail", "LETTER, EMAIL")


@pytest.mark.parametrize(
    ("name", "typed", "told"),
    [
        ("notice_steps", "OVERDUE_1: 1 DIGITAL_POST", "Not in use here: Digital post."),
        ("notice_steps", "OVERDUE_1: 1 PIGEON", "There's no “PIGEON”."),
        ("notice_steps", "INVOICE: 31 SMS", "A claim for money can't go by text message."),
        ("invoice_reminder_channels", "", "This needs a value."),
        ("invoice_reminder_channels", "PIGEON", "There's no “PIGEON”."),
    ],
)
def test_refuses_what_cannot_be_and_leaves_it_as_typed(admin_client, ladder, name, typed, told):
    before = dict(ladder.values)

    answer = _change(admin_client, typed, name)

    assert answer.status_code == 422
    assert told in answer.context["cell"]["errors"][0]
    assert answer.context["cell"]["form_text"] == typed
    assert CirculationRule.objects.get().values == before


def test_shows_which_channels_of_an_inherited_ladder_are_passed_over(admin_client, ladder):
    ladder.values["notice_steps"] = [{"kind": "OVERDUE_1", "day": 1, "channels": ["DIGITAL_POST", "EMAIL"]}]
    ladder.save()

    page = admin_client.get("/console/rules?name=notice_steps")

    assert page.context["cell"]["unused"] == "Digital post"
    assert "Not in use here: Digital post." in page.content.decode()


def test_keeps_a_channel_in_use_that_a_rule_names(admin_client, ladder):
    _change(admin_client, STEPS)

    answer = admin_client.post(
        "/console/messages", {"channels": ["EMAIL", "LETTER"], "window_left": "22", "window_top": "48"}
    )

    assert answer.status_code == 422
    assert answer.context["form"].errors["channels"] == [
        "Circulation rules name it: Text message. Change the rules first."
    ]
