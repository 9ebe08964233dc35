from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection

from notices import relevance
from notices.models import Notice, NoticeKind
from notices.services.sending import mark_uncertain, send_batch, send_outbox
from notices.tasks import send_queued, start_sending
from tenants.errors import UnknownMunicipality
from tests.factories import BranchFactory, PatronFactory
from tests.notices import mail_servers

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_checks(monkeypatch):
    monkeypatch.setattr(relevance, "_checks", {})
    mail_servers.asked.clear()


@pytest.fixture
def branch(alpha):
    return BranchFactory(name="Skovby Bibliotek", email="skovby@library.example")


@pytest.fixture
def queued(branch, now):
    numbers = iter(range(1000))

    def make(address=None, **changes):
        number = next(numbers)
        address = address or (f"reader-{number}@post.example" if number else "reader@post.example")
        return Notice.objects.create(
            **{
                "patron": PatronFactory(),
                "branch": branch,
                "kind": NoticeKind.HOLD_READY,
                "key": f"HOLD_READY:{number}",
                "channel": "EMAIL",
                "address": address,
                "addressee": "Ingrid Solvang",
                "language": "da",
                "subject": "Klar til afhentning: Æblehøst",
                "body": "Kære Ingrid\n",
                "created_at": now,
                **changes,
            }
        )

    return make


def use(settings, name):
    settings.EMAIL_BACKEND = f"tests.notices.mail_servers.{name}"


def state_of(notice):
    notice.refresh_from_db()
    return notice.state, notice.problem


def test_sends_what_is_queued(queued, now):
    notice = queued()

    counts = send_batch(now=now)

    assert counts == {"SENT": 1}
    notice.refresh_from_db()
    assert (notice.state, notice.sent_at) == (Notice.State.SENT, now)
    [message] = mail.outbox
    assert (message.subject, message.body, message.to) == (
        "Klar til afhentning: Æblehøst",
        "Kære Ingrid\n",
        ["reader@post.example"],
    )


def test_comes_from_the_branch_and_answers_go_there(queued, now):
    queued()

    send_batch(now=now)

    [message] = mail.outbox
    assert message.from_email.startswith("Skovby Bibliotek <")
    assert message.reply_to == ["skovby@library.example"]


def test_bears_an_id_that_stays_the_same(queued, now):
    notice = queued()

    send_batch(now=now)

    assert mail.outbox[0].message()["Message-ID"] == f"<notice-{notice.pk}.alpha@localhost>"


def test_sends_nothing_twice(queued, now):
    queued()

    send_batch(now=now)
    send_batch(now=now)

    assert len(mail.outbox) == 1


def test_an_older_messages_several_addresses_do_not_see_each_other(queued, now):
    queued("anna@post.example, bo@post.example")

    send_batch(now=now)

    assert mail.outbox[0].recipients() == ["anna@post.example", "bo@post.example"]
    assert "@post.example" not in mail.outbox[0].message().as_string()


def test_leaves_letters_for_the_printer(queued, now):
    letter = queued("Ingrid Solvang\nHavnegade 1\n8000 Aarhus", channel="LETTER")

    send_batch(now=now)

    assert state_of(letter) == (Notice.State.QUEUED, "")


def test_cancels_what_is_not_true_any_more(queued, now):
    gone, current = queued("gone@post.example"), queued("current@post.example")
    relevance.register_check([NoticeKind.HOLD_READY], lambda notices: {current.pk})

    send_batch(now=now)

    assert state_of(gone) == (Notice.State.CANCELLED, "OUTDATED")
    assert state_of(current) == (Notice.State.SENT, "")
    assert [message.to for message in mail.outbox] == [["current@post.example"]]


def test_has_claimed_a_message_before_it_hands_it_over(queued, settings, now):
    use(settings, "Watching")
    mail_servers.Watching.seen.clear()
    queued()

    send_batch(now=now)

    assert mail_servers.Watching.seen == [Notice.State.SENDING]


@pytest.mark.parametrize(
    ("address", "state", "problem"),
    [
        ("unknown@post.example", Notice.State.FAILED, "ADDRESS_REFUSED"),
        ("rejected@post.example", Notice.State.FAILED, "ADDRESS_REFUSED"),
        ("busy@post.example", Notice.State.QUEUED, ""),
        ("lost@post.example", Notice.State.UNCERTAIN, "CONNECTION_LOST"),
        ("strange@post.example", Notice.State.UNCERTAIN, "INTERRUPTED"),
    ],
)
def test_one_bad_address_never_stops_the_others(queued, settings, now, address, state, problem):
    use(settings, "Picky")
    first, bad, last = queued("first@post.example"), queued(address), queued("last@post.example")

    send_batch(now=now)

    assert state_of(bad) == (state, problem)
    assert (first.pk, last.pk) == tuple(
        Notice.objects.filter(state=Notice.State.SENT).order_by("pk").values_list("pk", flat=True)
    )


def test_fails_an_address_that_is_none(queued, now):
    bad, good = queued("nobody at all\nx"), queued()

    send_batch(now=now)

    assert state_of(bad) == (Notice.State.FAILED, "ADDRESS_REFUSED")
    assert state_of(good) == (Notice.State.SENT, "")


def test_tries_again_later_and_then_tells_staff(queued, settings, now):
    use(settings, "Picky")
    notice = queued("busy@post.example")
    waits = []

    while state_of(notice)[0] == Notice.State.QUEUED:
        moment = notice.not_before or now
        send_batch(now=moment)
        notice.refresh_from_db()
        waits.append(notice.not_before - moment)

    assert waits[:5] == [
        timedelta(minutes=5),
        timedelta(minutes=20),
        timedelta(hours=1),
        timedelta(hours=4),
        timedelta(hours=12),
    ]
    assert (notice.attempts, notice.state, notice.problem) == (6, Notice.State.FAILED, "MAIL_SERVER")


def test_waits_until_it_is_time_to_try_again(queued, settings, now):
    notice = queued(not_before=now + timedelta(minutes=5))

    assert send_batch(now=now) == {}
    assert send_batch(now=now + timedelta(minutes=5)) == {"SENT": 1}
    assert state_of(notice) == (Notice.State.SENT, "")


def test_keeps_everything_while_the_mail_server_is_down(queued, settings, now):
    use(settings, "Down")
    notices = [queued(), queued()]

    counts = send_batch(now=now)

    assert counts == {"QUEUED": 2}
    assert [state_of(notice) for notice in notices] == [(Notice.State.QUEUED, "")] * 2


def test_killed_sender_leaves_what_staff_must_decide_on(queued, settings, now):
    use(settings, "Dying")
    notices = [queued() for _ in range(4)]

    with pytest.raises(KeyboardInterrupt):
        send_batch(now=now)
    early = mark_uncertain(now=now + timedelta(minutes=9))
    late = mark_uncertain(now=now + timedelta(minutes=11))

    assert (early, late) == (0, 2)
    assert [state_of(notice) for notice in notices] == [
        (Notice.State.SENT, ""),
        (Notice.State.SENT, ""),
        (Notice.State.UNCERTAIN, "INTERRUPTED"),
        (Notice.State.UNCERTAIN, "INTERRUPTED"),
    ]


def test_never_sends_an_uncertain_message_by_itself(queued, now):
    queued(state=Notice.State.UNCERTAIN)

    send_outbox()

    assert mail.outbox == []


def test_sends_more_than_a_batch(queued):
    for _ in range(45):
        queued()

    counts = send_outbox()

    assert counts["SENT"] == 45
    assert len(mail.outbox) == 45


def test_takes_few_statements_for_a_batch(queued, now, django_assert_num_queries):
    for _ in range(20):
        queued()

    # The branches and their settings; savepoint, claim, what goes along, mark, release; then one for each message.
    with django_assert_num_queries(27):
        send_batch(now=now)


def test_task_sends_in_its_municipality_only(queued, beta):
    queued()

    send_queued(schema_name="beta")
    assert mail.outbox == []

    send_queued(schema_name="alpha")
    assert len(mail.outbox) == 1


def test_task_without_a_municipality_sends_nothing(queued):
    queued()

    with pytest.raises(UnknownMunicipality):
        send_queued()

    assert mail.outbox == []


def test_clock_sends_each_municipality_its_task(alpha, beta, monkeypatch):
    sent = []
    monkeypatch.setattr(send_queued, "apply_async", lambda kwargs: sent.append(kwargs["schema_name"]))
    connection.set_schema_to_public()

    assert start_sending() == 2
    assert sorted(sent) == ["alpha", "beta"]
