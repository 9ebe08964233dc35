"""A receipt by e-mail: what was lent and paid in one visit, once, to whoever stood there."""

from datetime import UTC, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from accounts.models import AuditEntry
from circulation.services.fees import take_payment
from circulation.services.receipts import email_receipt
from notices.models import Notice
from notices.rules.channels import CHOSEN_BY_PATRONS
from notices.services.sending import send_batch
from patrons.models import Patron
from tests.factories import (
    NOW,
    TODAY,
    BranchFactory,
    FeeFactory,
    GuardianshipFactory,
    LoanFactory,
    PatronFactory,
    RuleFactory,
    StaffAccountFactory,
)

BEGAN = NOW - timedelta(minutes=5)


@pytest.fixture
def branch(alpha, db):
    RuleFactory()
    return BranchFactory(name="Main Library")


@pytest.fixture
def patron(branch):
    return PatronFactory(family_name="Solvang", email="ingrid@post.example", home_branch=branch)


@pytest.fixture
def staff(branch):
    return StaffAccountFactory(name="Karen Lind")


@pytest.fixture
def send(branch, staff):
    def send(patron, **changes):
        values = {"branch": branch, "since": BEGAN, "staff": staff, "now": NOW, **changes}
        return email_receipt(patron=patron, **values)

    return send


def lend(patron, title, **columns):
    values = {"loaned_at": NOW - timedelta(minutes=2), "loaned_on": TODAY, "due_date": TODAY + timedelta(days=28)}
    return LoanFactory(patron=patron, item__record__title=title, **(values | columns))


def test_lists_what_was_lent_and_renewed_in_this_visit_and_nothing_else(send, patron):
    lent = lend(patron, "Tine")
    renewed = lend(patron, "Pelle", loaned_at=NOW - timedelta(days=20), renewed_at=NOW - timedelta(minutes=1))
    lend(patron, "Lucky Per", loaned_at=NOW - timedelta(days=9))
    lend(patron, "Niels Lyhne", returned_at=NOW)
    lend(PatronFactory(), "Somebody's book")

    assert send(patron)

    notice = Notice.objects.get()
    assert (notice.kind, notice.channel, notice.address, notice.state) == (
        "RECEIPT",
        "EMAIL",
        "ingrid@post.example",
        "QUEUED",
    )
    assert notice.subject == "Receipt from Main Library"
    lines = [line for line in notice.body.splitlines() if line.startswith("–")]
    assert lines == [
        f"– {loan.item.record.title} ({loan.item.barcode}), due 17 December 2026" for loan in (renewed, lent)
    ]
    assert "Paid" not in notice.body
    assert "{" not in notice.body
    assert "\n\n\n" not in notice.body


def test_says_what_she_has_paid_in_this_visit(send, patron, staff):
    lend(patron, "Tine")
    for amount, at in (("25.00", NOW - timedelta(days=1)), ("60.00", NOW - timedelta(minutes=1))):
        FeeFactory(patron=patron, amount=Decimal(amount))
        receipt = take_payment(
            patron=patron, amount=Decimal(amount), method="CASH", staff=staff, now=at, form_id=f"form-{amount}"
        )

    send(patron)

    assert f"Paid: 60.00\xa0DKK (receipt {receipt.number})" in Notice.objects.get().body
    assert "25.00" not in Notice.objects.get().body


def test_a_payment_for_several_fees_is_one_line(send, patron, staff):
    lend(patron, "Tine")
    FeeFactory(patron=patron, amount=Decimal("10.00"))
    FeeFactory(patron=patron, amount=Decimal("20.00"))
    take_payment(patron=patron, amount=Decimal("30.00"), method="CARD", staff=staff, now=NOW, form_id="form-0001")

    send(patron)

    assert [line.split(" (")[0] for line in Notice.objects.get().body.splitlines() if line.startswith("Paid")] == [
        "Paid: 30.00\xa0DKK"
    ]


def test_what_a_guardian_paid_stands_on_her_own_receipt_only(send, patron, staff):
    child = GuardianshipFactory(guardian=patron).child
    FeeFactory(patron=child, liable=patron, amount=Decimal("15.00"))
    take_payment(patron=patron, amount=Decimal("15.00"), method="CASH", staff=staff, now=NOW, form_id="form-0001")
    for person in (patron, child):
        lend(person, "Tine")
        send(person)

    bodies = dict(Notice.objects.values_list("patron", "body"))
    assert "15.00" in bodies[patron.pk]
    assert "15.00" not in bodies[child.pk]


@pytest.mark.parametrize(
    ("language", "subject", "line"),
    [
        ("da", "Kvittering fra Main Library", "afleveres senest 17. december 2026"),
        ("sv", "Kvitto från Main Library", "lämnas senast 17 december 2026"),
        ("fi", "Kuitti kirjastosta Main Library", "palautettava viimeistään 17. joulukuuta 2026"),
    ],
)
def test_is_written_in_her_language(send, patron, language, subject, line):
    Patron.objects.update(language=language)
    patron.refresh_from_db()
    lend(patron, "Tine")

    send(patron)

    notice = Notice.objects.get()
    assert notice.subject == subject
    assert line in notice.body


def test_a_loan_by_the_hour_says_its_hour_by_the_branchs_clock(send, patron, branch):
    ends_at = NOW.replace(hour=15, minute=7)
    lend(patron, "Tine", lending_branch=branch, due_date=TODAY, due_at=ends_at)

    send(patron)

    there = ends_at.astimezone(ZoneInfo(branch.time_zone))
    assert f"due 19 November 2026 at {there:%H:%M}" in Notice.objects.get().body


def test_is_sent_once_for_a_visit_and_again_for_the_next(send, patron):
    lend(patron, "Tine")

    assert [send(patron), send(patron), send(patron, since=BEGAN.astimezone(timezone(timedelta(hours=2))))] == [
        True
    ] * 3
    assert Notice.objects.count() == 1
    assert AuditEntry.objects.filter(action="circulation.email_receipt").count() == 1

    lend(patron, "Pelle", loaned_at=NOW + timedelta(hours=1))
    assert send(patron, since=NOW + timedelta(minutes=50), now=NOW + timedelta(hours=1))
    assert Notice.objects.count() == 2


def test_the_log_says_who_sent_it_and_for_what(send, patron, staff):
    loan = lend(patron, "Tine")

    send(patron)

    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.subject_id, entry.facts) == (staff, patron.pk, {"loan_ids": [loan.pk]})


def test_sends_nothing_when_nothing_was_lent(send, patron):
    lend(patron, "Lucky Per", loaned_at=NOW - timedelta(days=9))

    assert not send(patron)
    assert not Notice.objects.exists()
    assert not AuditEntry.objects.exists()


def test_sends_nothing_without_an_address_or_where_no_e_mail_is_sent(send, patron, alpha, monkeypatch):
    silent = PatronFactory(email="")
    lend(silent, "Tine")
    lend(patron, "Pelle")

    assert not send(silent)
    monkeypatch.setitem(alpha.settings, "messages", {"channels": ["LETTER"]})
    assert not send(patron)
    assert not Notice.objects.exists()


def test_goes_to_a_child_that_has_an_address_not_to_the_guardian(send, branch):
    child = GuardianshipFactory(
        child__email="bo@post.example", child__given_name="Bo", guardian__email="parent@post.example"
    ).child
    lend(child, "Tine")

    send(child)

    notice = Notice.objects.get()
    assert (notice.address, notice.addressee) == ("bo@post.example", child.display_name)


def test_a_protected_name_is_not_written(send, patron):
    Patron.objects.update(alias="Reader 7")
    patron.refresh_from_db()
    lend(patron, "Tine")

    send(patron)

    notice = Notice.objects.get()
    assert notice.addressee == "Reader 7"
    assert "Reader 7" in notice.body
    assert "Solvang" not in notice.subject + notice.body + notice.addressee


def test_goes_by_e_mail_whatever_she_wants_otherwise(send, patron):
    Patron.objects.update(channel="LETTER")
    patron.refresh_from_db()
    lend(patron, "Tine")

    send(patron)

    assert Notice.objects.get().channel == "EMAIL"
    assert "RECEIPT" not in CHOSEN_BY_PATRONS


def test_goes_out_as_a_message_of_its_own(send, patron, mailoutbox):
    lend(patron, "Tine")
    send(patron)
    lend(patron, "Pelle", loaned_at=NOW + timedelta(minutes=55))
    send(patron, since=NOW + timedelta(minutes=50), now=NOW + timedelta(hours=1))

    send_batch(now=NOW.astimezone(UTC) + timedelta(hours=2))

    assert [mail.to for mail in mailoutbox] == [["ingrid@post.example"]] * 2
    assert ["Tine" in mail.body for mail in mailoutbox] == [True, False]
