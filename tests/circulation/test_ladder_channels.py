"""Which way each step of the ladder goes: by its own channels, by the patron's choice, never by one not in use."""

from collections import Counter
from contextlib import nullcontext
from datetime import date, timedelta

import pytest
from django.db import connection

from circulation.errors import Code, RuleRefused
from circulation.models import CirculationRule, Fee
from circulation.rules.values import InvalidValues, parse_values
from circulation.selectors import rule_book
from circulation.services.nightly.overdue_notices import make_overdue_notices
from circulation.services.notice_checks import register
from circulation.services.rules import RuleScope, reset_value, set_value, undo_change
from circulation.services.template_rules import TemplateScope, set_template_value
from common.encryption import encrypt
from notices.errors import SettingsRefused
from notices.models import Notice
from notices.services.problems import send_again
from notices.services.settings import change_message_settings
from tenants.models import PolicyTemplate
from tenants.services.settings import change_settings
from tests.factories import (
    BranchFactory,
    GuardianshipFactory,
    ItemFactory,
    LoanFactory,
    PatronFactory,
    RuleFactory,
    StaffAccountFactory,
)
from tests.factories.circulation import USUAL_VALUES
from tests.factories.moments import NOW, TODAY

pytestmark = pytest.mark.django_db

ALL = ["EMAIL", "SMS", "DIGITAL_POST", "LETTER"]
HOME = {"address": "Havnegade 1", "postal_code": "8000", "city": "Aarhus"}
REACHED = {"email": "i@post.example", "phone": "20304050", **HOME}
LADDER = [
    {"kind": "OVERDUE_1", "day": 1, "channels": ["SMS", "PATRON"]},
    {"kind": "OVERDUE_2", "day": 14},
    {"kind": "INVOICE", "day": 31, "channels": ["DIGITAL_POST", "LETTER"]},
]
ANY = RuleScope()


def use(channels, municipality, **settings):
    change_settings(
        municipality=municipality, section="messages", values={"channels": channels, **settings}, actor=None
    )


@pytest.fixture
def ladder(alpha):
    register()
    use(ALL, alpha)
    return RuleFactory(set={"notice_steps": LADDER})


@pytest.fixture
def staff(alpha):
    return StaffAccountFactory(it_admin=True)


def late_loan(patron, days=1, made=0, **changes):
    due_date = TODAY - timedelta(days=days)
    usual = {"due_date": due_date, "loaned_on": due_date - timedelta(days=28), "notices_made": made}
    return LoanFactory(patron=patron, **usual | changes)


def night(days=0):
    make_overdue_notices(on=TODAY + timedelta(days=days), now=NOW + timedelta(days=days), counts=Counter())


def went():
    """By what and where to each letter goes, in the order in which they were written."""
    return [(notice.kind, notice.channel) for notice in Notice.objects.order_by("pk")]


@pytest.mark.parametrize(
    ("days", "made", "patron", "expected"),
    [
        pytest.param(1, 0, REACHED, ("OVERDUE_1", "SMS"), id="by the step's channel, whatever she chose"),
        pytest.param(1, 0, {"email": "i@post.example"}, ("OVERDUE_1", "EMAIL"), id="no phone: as she chose"),
        pytest.param(14, 1, REACHED, ("OVERDUE_2", "EMAIL"), id="a step without channels: as she chose"),
        pytest.param(31, 2, REACHED, ("INVOICE", "LETTER"), id="no digital post box: the next one named"),
        pytest.param(31, 2, {"email": "i@post.example"}, ("INVOICE", "EMAIL"), id="none named reaches her: any"),
    ],
)
def test_the_night_obeys_each_step(ladder, days, made, patron, expected):
    late_loan(PatronFactory(**patron), days, made)

    night()

    assert went() == [expected]


def test_an_invoice_goes_to_the_digital_post_box_of_who_has_one(ladder):
    late_loan(PatronFactory(**REACHED, national_id_encrypted=encrypt("0101901234")), 31, 2)

    night()

    assert went() == [("INVOICE", "DIGITAL_POST")]


def test_without_falling_back_what_reaches_nobody_waits_for_staff_and_keeps_its_channels(ladder, alpha, staff):
    use(ALL, alpha, falls_back=False)
    patron = PatronFactory(email="i@post.example", channel="EMAIL")
    late_loan(patron, 31, 2)
    night()
    notice = Notice.objects.get()
    assert (notice.state, notice.problem) == ("FAILED", "NO_ADDRESS")
    type(patron).objects.filter(pk=patron.pk).update(**HOME)

    again = send_again(notice=notice, staff=staff, now=NOW)

    assert (again.channel, again.state) == ("LETTER", "QUEUED")


def test_a_child_s_step_goes_to_the_guardian_by_its_channel(ladder):
    child = PatronFactory(child=True)
    GuardianshipFactory(child=child, guardian=PatronFactory(**REACHED))
    late_loan(child)

    night()

    [notice] = Notice.objects.all()
    assert (notice.channel, notice.address) == ("SMS", "+4520304050")


def test_the_reminder_of_an_invoice_has_its_own_channels(ladder):
    ladder.values |= {"invoice_reminder_days": 14, "invoice_reminder_channels": ["LETTER"]}
    ladder.save()
    late_loan(PatronFactory(**REACHED), 31, 2)
    night()
    Notice.objects.update(state="SENT", sent_at=NOW)

    night(14)

    assert went()[1:] == [("INVOICE_REMINDER", "LETTER")]
    assert Notice.objects.get(kind="INVOICE_REMINDER").about["channels"] == ["LETTER"]


def test_one_letter_stays_one_and_goes_as_most_of_its_loans_do(ladder):
    east = BranchFactory()
    RuleFactory(branch=east, values={"notice_steps": [{"kind": "INVOICE", "day": 31, "channels": ["EMAIL"]}]})
    patron = PatronFactory(**REACHED)
    late_loan(patron, 31, 2)
    for _ in range(2):
        late_loan(patron, 31, 0, item=ItemFactory(home_branch=east), lending_branch=east)

    night()

    assert went() == [("INVOICE", "EMAIL")]
    assert len(Notice.objects.get().about["loans"]) == 3
    assert Fee.objects.exclude(loan=None).values("loan").distinct().count() == 3


# --- Inheritance, and each municipality for itself ---


def test_a_template_s_step_is_followed_where_its_channel_is_in_use(alpha, beta):
    operator = StaffAccountFactory(it_admin=True)
    template = PolicyTemplate.objects.create(code="ladder", name="Ladder", country="DK")
    for municipality, channels in ((alpha, ALL), (beta, ["EMAIL", "LETTER"])):
        connection.set_schema_to_public()
        municipality.template = template
        municipality.save()
        connection.set_tenant(municipality)
        use(channels, municipality)
        RuleFactory(values={name: value for name, value in USUAL_VALUES.items() if name != "notice_steps"})
        late_loan(PatronFactory(**REACHED))
    connection.set_tenant(alpha)
    steps = [{"kind": "OVERDUE_1", "day": 1, "channels": ["SMS"]}]
    set_template_value(template=template, name="notice_steps", value=steps, scope=TemplateScope(), actor=operator)

    found = {}
    for municipality in (alpha, beta):
        connection.set_tenant(municipality)
        night()
        found[municipality.schema_name] = went()

    assert found == {"alpha": [("OVERDUE_1", "SMS")], "beta": [("OVERDUE_1", "EMAIL")]}


def test_the_municipality_s_own_ladder_goes_before_the_inherited_one_until_it_is_reset(ladder, staff):
    branch = BranchFactory()
    scope = RuleScope(branch=branch)
    own = [{"kind": "OVERDUE_1", "day": 1, "channels": ["LETTER"]}]
    set_value(name="notice_steps", value=own, scope=scope, actor=staff)

    def at_the_branch():
        usual = {"branch_id": branch.pk, "category_id": None, "item_type_id": None}
        return rule_book().resolved(**usual, on=TODAY).value("notice_steps")

    assert at_the_branch() == own
    reset_value(name="notice_steps", scope=scope, actor=staff)
    assert at_the_branch() == LADDER


# --- What isn't in use ---


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("notice_steps", [{"kind": "OVERDUE_1", "day": 1, "channels": ["EMAIL", "SMS"]}]),
        ("invoice_reminder_channels", ["DIGITAL_POST", "PATRON"]),
    ],
)
def test_refuses_a_channel_that_is_not_in_use(alpha, staff, name, value):
    RuleFactory()

    with pytest.raises(RuleRefused) as refused:
        set_value(name=name, value=value, scope=ANY, actor=staff)

    [reason] = refused.value.reasons
    assert reason.code == Code.CHANNEL_NOT_IN_USE
    assert reason.facts["channels"] in (["SMS"], ["DIGITAL_POST"])
    assert CirculationRule.objects.get().values.get(name) != value


def test_refuses_to_take_back_a_change_to_a_channel_that_was_given_up_since(ladder, alpha, staff):
    set_value(name="notice_steps", value=None, scope=ANY, actor=staff)
    change = ladder.changes.get()
    use(["EMAIL"], alpha)

    with pytest.raises(RuleRefused) as refused:
        undo_change(change=change, actor=staff)

    assert refused.value.codes == [Code.CHANNEL_NOT_IN_USE]


def test_refuses_to_give_up_a_channel_that_a_rule_names(ladder, staff, alpha):
    with pytest.raises(SettingsRefused) as refused:
        change_message_settings(values={"channels": ("EMAIL", "DIGITAL_POST", "LETTER")}, staff=staff)
    assert refused.value.reasons[0].facts == {"channels": ["SMS"]}

    reset = {**ladder.values, "notice_steps": None}
    CirculationRule.objects.update(values=reset)
    change_message_settings(values={"channels": ("EMAIL",)}, staff=staff)
    alpha.refresh_from_db()
    assert alpha.settings["messages"]["channels"] == ["EMAIL"]


@pytest.mark.parametrize(("last", "given_up"), [(date(2020, 12, 31), True), (date(2999, 12, 31), False)])
def test_a_rule_that_ended_keeps_no_channel_in_use(ladder, staff, alpha, last, given_up):
    CirculationRule.objects.update(valid_from=date(2020, 1, 1), valid_until=last)

    with nullcontext() if given_up else pytest.raises(SettingsRefused):
        change_message_settings(values={"channels": ("EMAIL",)}, staff=staff)

    alpha.refresh_from_db()
    assert (alpha.settings["messages"]["channels"] == ["EMAIL"]) is given_up


@pytest.mark.parametrize(
    ("channels", "code"),
    [
        (["PIGEON"], "NOT_A_CHOICE"),
        ("EMAIL", "NULL_NOT_ALLOWED"),
        ([["EMAIL"]], "NULL_NOT_ALLOWED"),
        (["SMS"], "NO_SHORT_TEXT"),
    ],
)
@pytest.mark.parametrize("name", ["notice_steps", "invoice_reminder_channels"])
def test_refuses_what_is_no_channel_and_claims_by_text_message(name, channels, code):
    step = {"kind": "INVOICE", "day": 31, "channels": channels}

    with pytest.raises(InvalidValues) as invalid:
        parse_values({name: [step] if name == "notice_steps" else channels})

    assert [problem.code for problem in invalid.value.problems] == [code]


def test_a_step_that_names_no_channel_is_stored_as_before():
    steps = [{"kind": "OVERDUE_1", "day": 1, "channels": []}]

    assert parse_values({"notice_steps": steps}) == {"notice_steps": [{"kind": "OVERDUE_1", "day": 1}]}
