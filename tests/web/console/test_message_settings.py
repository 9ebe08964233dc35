"""How messages go out, and texts for a channel or a branch, as the administrator sets them."""

from datetime import time

import pytest

from notices.models import Notice, NoticeTemplate
from notices.selectors import message_settings
from tests.factories import BranchFactory, PatronFactory

OWN = {
    "channels": ["EMAIL", "SMS"],
    "digest": "on",
    "quiet_from": "20:30",
    "quiet_until": "08:00",
    "quiet_channels": ["SMS", "EMAIL"],
    "sms_sender": "Skovby",
    "reply_to": "bibliotek@town.example",
    "window_left": "22",
    "window_top": "48",
}


@pytest.fixture
def branch(alpha):
    return BranchFactory(name="Main Library", code="main")


def test_changes_how_messages_go_out(admin_client, branch, alpha):
    assert admin_client.get("/console/messages").status_code == 200

    answer = admin_client.post("/console/messages", OWN)

    alpha.refresh_from_db()
    settings = message_settings()
    assert answer.status_code == 302
    assert (settings.channels, settings.quiet_channels, settings.quiet_from) == (
        ("EMAIL", "SMS"),
        ("SMS", "EMAIL"),
        time(20, 30),
    )
    assert (settings.falls_back, settings.digest, settings.sms_sender) == (False, True, "Skovby")
    assert (settings.reply_to, settings.window_left, settings.window_top) == ("bibliotek@town.example", 22, 48)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"channels": []}, "channels"),
        ({"channels": ["PIGEON"]}, "channels"),
        ({"quiet_until": ""}, "quiet_until"),
        ({"quiet_from": "25:00"}, "quiet_from"),
        ({"sms_sender": "Ålborg"}, "sms_sender"),
        ({"reply_to": "nobody"}, "reply_to"),
        ({"window_left": "4000"}, "window_left"),
        ({"window_top": ""}, "window_top"),
    ],
)
def test_keeps_what_holds_when_something_can_not(admin_client, branch, alpha, changes, field):
    answer = admin_client.post("/console/messages", OWN | changes)

    assert (answer.status_code, field in answer.context["form"].errors) == (422, True)
    alpha.refresh_from_db()
    assert message_settings().channels == ("EMAIL", "LETTER")


def test_a_branch_differs(admin_client, branch):
    address = f"/console/messages/branches/{branch.pk}"
    assert admin_client.get(address).status_code == 200

    admin_client.post(
        address, {"digest": "no", "has_hours": "on", "quiet_from": "22:00", "quiet_until": "06:00", "sms_sender": ""}
    )

    assert (message_settings(branch).digest, message_settings(branch).quiet_from) == (False, time(22))
    assert message_settings().digest is True
    assert admin_client.get("/console/messages/branches/9999").status_code == 404


def test_prints_a_letter_to_lay_into_an_envelope(admin_client, branch):
    answer = admin_client.get("/console/messages/window")

    assert (answer["Content-Type"], answer.content[:4]) == ("application/pdf", b"%PDF")


def test_says_where_messages_only_become_files(admin_client, branch):
    assert "Not connected here: Text message, Digital post" in admin_client.get("/console/messages").content.decode()


def test_writes_a_text_message_for_a_branch(admin_client, branch):
    BranchFactory()
    address = f"/console/notices/HOLD_READY/en?channel=SMS&branch={branch.pk}"

    page = admin_client.get(address)
    assert page.context["size"].parts == 1
    answer = admin_client.post(address, {"body": "Come to {library}: {title} “now”", "save": "1"})

    assert answer.url == f"/console/notices/HOLD_READY/en?channel=SMS&branch={branch.pk}"
    text = NoticeTemplate.objects.get()
    assert (text.channel, text.branch, text.subject) == ("SMS", branch, "")
    admin_client.post(f"/console/notices/HOLD_READY/en/reset?channel=SMS&branch={branch.pk}")
    assert not NoticeTemplate.objects.exists()


def test_counts_the_dear_characters(admin_client, branch):
    page = admin_client.post("/console/notices/HOLD_READY/en?channel=SMS", {"body": "Žofie: {title}"})

    assert page.context["size"].costly == "Ž"
    assert "holds 70 characters instead of 160" in page.content.decode()


def test_previews_a_real_case(admin_client, branch, now):
    patron = PatronFactory(given_name="Liv", family_name="Sol", home_branch=branch)
    case = Notice.objects.create(
        patron=patron,
        branch=branch,
        kind="HOLD_CANCELLED",
        key="1",
        channel="EMAIL",
        addressee="Liv Sol",
        language="en",
        subject="x",
        body="x",
        context={"title": "The real house"},
        created_at=now,
    )

    page = admin_client.post(
        "/console/notices/HOLD_CANCELLED/en", {"subject": "{title}", "body": "{patron}", "case": case.pk}
    )

    assert (page.context["example"].subject, page.context["example"].body) == ("The real house", "Liv Sol\n")
    assert "Liv Sol, " in page.content.decode()


@pytest.mark.parametrize(
    "address",
    [
        "/console/notices/BIRTHDAY/en",
        "/console/notices/COURTESY/nb",
        "/console/notices/COURTESY/en?channel=PIGEON",
        "/console/notices/INVOICE/en?channel=SMS",
        "/console/notices/COURTESY/en?branch=9999",
        "/console/notices/COURTESY/en?branch=x",
    ],
)
def test_unknown_texts_are_not_found(admin_client, branch, address):
    assert admin_client.get(address).status_code == 404


def test_outbox_shows_all_channels(admin_client, branch, now):
    for number, channel in enumerate(("EMAIL", "SMS", "DIGITAL_POST", "LETTER")):
        Notice.objects.create(
            patron=PatronFactory(),
            branch=branch,
            kind="COURTESY",
            key=str(number),
            channel=channel,
            address="17",
            addressee="x",
            language="en",
            subject=f"Went by {channel}",
            body="x",
            state="SENT",
            created_at=now,
        )

    everything = admin_client.get("/console/outbox")
    by_phone = admin_client.get("/console/outbox?channel=SMS")

    assert len(everything.context["notices"]) == 4
    assert [row["notice"].subject for row in by_phone.context["notices"]] == ["Went by SMS"]
