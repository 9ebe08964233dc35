"""What's been dealt with since a message was written isn't told any more."""

from datetime import timedelta

import pytest

from circulation.models import DebtBatch, DebtClaim, Fee, Hold, Loan
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


def handed_over(fee):
    batch = DebtBatch.objects.create(made_at=NOW, form_id=f"form-{fee.pk}")
    amounts = dict.fromkeys(("amount", "outstanding", "told"), fee.balance)
    return DebtClaim.objects.create(batch=batch, fee=fee, liable=fee.patron, changed_at=NOW, **amounts)


def test_an_invoice_is_reminded_of_while_something_of_it_is_owed_to_us():
    paid, owed = FeeFactory(balance=0), FeeFactory()
    FeeFactory(patron=owed.patron)
    notice = message(owed.patron, NoticeKind.INVOICE_REMINDER, {"fees": [paid.pk, owed.pk]})

    assert is_true(notice)
    claim = handed_over(owed)
    assert not is_true(notice)
    DebtClaim.objects.filter(pk=claim.pk).update(state=DebtClaim.State.RECALLED)
    assert is_true(notice)
    Fee.objects.filter(pk=owed.pk).update(balance=0)
    assert not is_true(notice)


@pytest.mark.parametrize("since", ["paid", "taken back"])
def test_debt_collection_is_announced_while_the_debtor_system_is_to_collect(since):
    fee = FeeFactory()
    claim = handed_over(fee)
    notice = message(fee.patron, NoticeKind.DEBT_COLLECTION, {"fees": [fee.pk]})

    assert is_true(notice)
    if since == "paid":
        Fee.objects.filter(pk=fee.pk).update(balance=0)
    else:
        DebtClaim.objects.filter(pk=claim.pk).update(state=DebtClaim.State.RECALLED)
    assert not is_true(notice)
