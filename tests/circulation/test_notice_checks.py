"""What's been dealt with since a message was written isn't told any more."""

from datetime import timedelta

import pytest

from circulation.models import Fee, Hold, Loan
from circulation.services.notice_checks import register
from notices.models import Notice, NoticeKind
from notices.relevance import still_true
from patrons.models import Patron
from tests.factories import NOW, TODAY, FeeFactory, HoldFactory, LoanFactory, PatronFactory


@pytest.fixture(autouse=True)
def _checks(alpha):
    register()


def message(patron, kind, about):
    return Notice.objects.create(
        patron=patron,
        branch=patron.home_branch,
        kind=kind,
        key=f"{kind}:{patron.pk}",
        about=about,
        channel="EMAIL",
        created_at=NOW,
    )


def is_true(notice):
    return still_true([Notice.objects.get(pk=notice.pk)]) == {notice.pk}


@pytest.mark.parametrize("kind", [NoticeKind.RENEWED, NoticeKind.NOT_RENEWED, NoticeKind.RECALL])
def test_a_message_about_a_loan_is_true_until_it_is_returned(kind):
    loan = LoanFactory()
    notice = message(loan.patron, kind, {"loans": [loan.pk], "due_dates": [loan.due_date.isoformat()]})

    assert is_true(notice)
    Loan.objects.filter(pk=loan.pk).update(returned_at=NOW, returned_to=loan.lending_branch)
    assert not is_true(notice)


def test_a_recall_is_true_until_the_due_date_changes():
    loan = LoanFactory()
    notice = message(loan.patron, NoticeKind.RECALL, {"loans": [loan.pk], "due_dates": [loan.due_date.isoformat()]})

    Loan.objects.filter(pk=loan.pk).update(due_date=loan.due_date + timedelta(days=1))

    assert not is_true(notice)


@pytest.mark.parametrize(
    "since",
    [{"state": Hold.State.CANCELLED, "ended_at": NOW}, {"interest_warned_at": None}],
    ids=["ended", "prolonged"],
)
def test_the_end_of_a_hold_is_announced_while_it_waits(since):
    hold = HoldFactory(interest_warned_at=NOW)
    notice = message(hold.patron, NoticeKind.HOLD_INTEREST_ENDS, {"hold": hold.pk})

    assert is_true(notice)
    Hold.objects.filter(pk=hold.pk).update(**since)
    assert not is_true(notice)


@pytest.mark.parametrize(
    "since", [{"left_at": NOW}, {"expires_on": TODAY + timedelta(days=400)}], ids=["left", "renewed"]
)
def test_the_end_of_a_membership_is_announced_while_it_ends(since):
    patron = PatronFactory(expires_on=TODAY + timedelta(days=9))
    notice = message(patron, NoticeKind.MEMBERSHIP_ENDS, {"ends_on": patron.expires_on.isoformat()})

    assert is_true(notice)
    Patron.objects.filter(pk=patron.pk).update(**since)
    assert not is_true(notice)


@pytest.mark.parametrize("kind", [NoticeKind.INVOICE_REMINDER, NoticeKind.DEBT_COLLECTION])
def test_a_debt_for_a_loan_is_claimed_until_it_is_settled(kind):
    loan = LoanFactory(returned=True)
    fee = FeeFactory(patron=loan.patron, loan=loan)
    FeeFactory(patron=loan.patron)
    notice = message(loan.patron, kind, {"loans": [loan.pk]})

    assert is_true(notice)
    Fee.objects.filter(pk=fee.pk).update(balance=0)
    assert not is_true(notice)


def test_a_debt_of_no_loan_is_claimed_while_anything_is_owed():
    fee = FeeFactory()
    notice = message(fee.patron, NoticeKind.DEBT_COLLECTION, {})

    assert is_true(notice)
    Fee.objects.filter(pk=fee.pk).update(balance=0)
    assert not is_true(notice)


def test_a_guardian_owes_what_a_child_does():
    guardian = PatronFactory()
    FeeFactory(liable=guardian)

    assert is_true(message(guardian, NoticeKind.DEBT_COLLECTION, {}))
