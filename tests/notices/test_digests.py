"""Several messages in one, quiet hours, and that nothing goes out twice."""

import json
from datetime import timedelta

import pytest
from django.core import mail
from django.core.files.storage import default_storage

from common.encryption import encrypt
from notices import relevance
from notices.models import BranchMessages, Notice, NoticeKind
from notices.rules.cores import split_template
from notices.services.outbox import make_notice
from notices.services.sending import mark_uncertain, send_batch, send_outbox
from notices.services.settings import change_message_settings
from tests.factories import BranchFactory, PatronFactory, StaffAccountFactory
from tests.notices import mail_servers

pytestmark = pytest.mark.django_db
ALL = ("EMAIL", "SMS", "DIGITAL_POST", "LETTER")


@pytest.fixture(autouse=True)
def _no_checks(monkeypatch):
    monkeypatch.setattr(relevance, "_checks", {})


@pytest.fixture
def branch(alpha):
    return BranchFactory(name="Skovby Bibliotek", email="skovby@library.example")


@pytest.fixture
def patron(alpha):
    return PatronFactory(email="reader@post.example", language="en", given_name="Liv", family_name="Sol")


@pytest.fixture
def ready(branch, now):
    numbers = iter(range(1000))

    def make(patron, title="The house", at=branch, kind=NoticeKind.HOLD_READY, **context):
        values = {"title": title, "shelf_number": "027", "pickup_until": None, **context}
        key = f"{kind}:{next(numbers)}"
        make_notice(patron=patron, branch=at, kind=kind, key=key, context=values, about={}, now=now)
        return Notice.objects.get(key=key)

    return make


def states():
    return list(Notice.objects.order_by("pk").values_list("state", flat=True))


def test_sends_all_that_is_due_to_somebody_as_one_message(ready, patron, now):
    first = ready(patron, "The house")
    ready(patron, "Birds")
    ready(patron, "The mill", kind=NoticeKind.HOLD_EXPIRED)

    counts = send_batch(now=now)

    assert counts == {"SENT": 3}
    [message] = mail.outbox
    assert message.subject == "3 messages from Skovby Bibliotek"
    assert message.body.count("Dear Liv Sol") == 1
    assert message.body.count("Kind regards") == 1
    assert [title for title in ("The house", "Birds", "The mill") if title in message.body] == [
        "The house",
        "Birds",
        "The mill",
    ]
    assert message.message()["Message-ID"] == f"<notice-{first.pk}.alpha@localhost>"
    assert set(Notice.objects.values_list("sent_with", flat=True)) == {first.pk}


def test_one_message_alone_stays_as_it_was_written(ready, patron, now):
    notice = ready(patron)

    send_batch(now=now)

    assert (mail.outbox[0].subject, mail.outbox[0].body) == (notice.subject, notice.body)
    notice.refresh_from_db()
    assert notice.sent_with is None


def test_branches_write_for_themselves(ready, patron, now):
    elsewhere = BranchFactory(name="Havn", email="havn@library.example")
    ready(patron)
    ready(patron, at=elsewhere)

    send_batch(now=now)

    assert sorted(message.reply_to[0] for message in mail.outbox) == ["havn@library.example", "skovby@library.example"]


def test_a_claim_for_money_goes_alone(ready, patron, branch, now):
    item = {"title": "The house", "barcode": "1", "due_date": None, "price": None}
    money = {"items": [item], "total": None}
    ready(patron)
    ready(patron, kind=NoticeKind.DEBT_COLLECTION, **money)

    send_batch(now=now)

    assert len(mail.outbox) == 2


def test_a_branch_may_send_each_message_by_itself(ready, patron, branch, now):
    BranchMessages.objects.create(branch=branch, values={"digest": False})
    ready(patron)
    ready(patron, "Birds")

    send_batch(now=now)

    assert len(mail.outbox) == 2


def test_what_is_not_true_any_more_is_left_out_of_the_message(ready, patron, now):
    gone, current = ready(patron, "Birds"), ready(patron, "The house")
    relevance.register_check([NoticeKind.HOLD_READY], lambda notices: {n.pk for n in notices} - {gone.pk})

    send_batch(now=now)

    assert "Birds" not in mail.outbox[0].body
    assert mail.outbox[0].subject == current.subject
    assert states() == ["CANCELLED", "SENT"]


def test_takes_along_what_lies_beyond_the_batch(ready, patron, now):
    ready(patron, "First of hers")
    for _ in range(25):
        ready(PatronFactory())
    ready(patron, "Last of hers")

    send_outbox()

    [hers] = [message for message in mail.outbox if message.to == ["reader@post.example"]]
    assert "First of hers" in hers.body
    assert "Last of hers" in hers.body


def test_killed_sender_leaves_the_whole_digest_for_staff_to_decide_on(ready, settings, now):
    settings.EMAIL_BACKEND = "tests.notices.mail_servers.Dying"
    people = [PatronFactory() for _ in range(3)]
    for each in people:
        ready(each)
        ready(each, "Birds")

    with pytest.raises(KeyboardInterrupt):
        send_batch(now=now)
    mark_uncertain(now=now + timedelta(minutes=11))
    send_outbox()

    assert len(mail.outbox) == 2
    assert states().count("SENT") == 4
    assert states().count("UNCERTAIN") == 2


def test_quiet_hours_hold_text_messages_back_and_mail_goes_on(ready, branch, now, settings):
    settings.NOTICE_GATEWAYS = {**settings.NOTICE_GATEWAYS, "SMS": "tests.notices.mail_servers.OwnGateway"}
    mail_servers.OwnGateway.delivered.clear()
    change_message_settings(values={"channels": ALL}, staff=StaffAccountFactory(it_admin=True))
    ready(PatronFactory(channel="SMS", phone="20304050"))
    ready(PatronFactory())
    night = now.replace(hour=22)

    assert send_batch(now=night) == {"SENT": 1}
    assert (len(mail.outbox), mail_servers.OwnGateway.delivered) == (1, [])

    assert send_batch(now=night + timedelta(hours=10)) == {"SENT": 1}
    [message] = mail_servers.OwnGateway.delivered
    assert message.addresses == ("+4520304050",)
    assert message.sender == "Skovby Bibliotek"


def test_text_messages_and_digital_post_become_files_here(ready, branch, now):
    change_message_settings(values={"channels": ALL, "sms_sender": "Skovby"}, staff=StaffAccountFactory(it_admin=True))
    by_phone = ready(PatronFactory(channel="SMS", phone="20304050", language="da"))
    by_post = ready(PatronFactory(channel="DIGITAL_POST", national_id_encrypted=encrypt("0101901234")))

    assert send_batch(now=now) == {"SENT": 2}

    with default_storage.open(f"messages/sms/{by_phone.pk}.alpha.json") as file:
        facts = json.load(file)
    assert (facts["to"], facts["from"], facts["text"]) == ("+4520304050", "Skovby", by_phone.body)
    with default_storage.open(f"messages/digital-post/{by_post.pk}.alpha.pdf") as file:
        assert file.read().startswith(b"%PDF")


def test_exempt_meanwhile_is_a_problem_that_staff_see(ready, now):
    change_message_settings(values={"channels": ALL}, staff=StaffAccountFactory(it_admin=True))
    patron = PatronFactory(channel="DIGITAL_POST", national_id_encrypted=encrypt("0101901234"))
    notice = ready(patron)
    type(patron).objects.filter(pk=patron.pk).update(is_exempt_from_digital_post=True)

    send_batch(now=now)

    notice.refresh_from_db()
    assert (notice.state, notice.problem) == ("FAILED", "NO_ADDRESS")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("Dear {addressee}\n\nA\n\nB\n\nBye\n{library}", ("Dear {addressee}", "A\n\nB", "Bye\n{library}")),
        ("Come to {library}.", ("", "Come to {library}.", "")),
        ("A\n\nCome to {library}.", ("", "A\n\nCome to {library}.", "")),
        ("{addressee}: all in one", ("", "{addressee}: all in one", "")),
    ],
)
def test_finds_the_core_of_a_text(body, expected):
    assert split_template(body) == expected
