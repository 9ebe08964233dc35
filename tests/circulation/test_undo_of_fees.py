"""Undoing that a fee was waived or written off: it's owed again, with all that rests on it."""

from datetime import timedelta
from decimal import Decimal

import pytest

from accounts.models import AuditEntry
from circulation.errors import Code, UndoRefused
from circulation.models import Fee, LedgerEntry, Loan
from circulation.services.fees import owed_by, take_payment, waive, write_off
from circulation.services.undo import undo
from tests.factories import FeeFactory, LoanFactory, StaffAccountFactory

TEN = Decimal("10.00")


@pytest.fixture
def by(library, now):
    """Return who may give up fees, and when."""
    return {"staff": StaffAccountFactory(supervisor=True), "now": now}


@pytest.fixture
def fee(library):
    """Return a fee of 40 for a loan that's over."""
    loan = LoanFactory(item=library.item(), patron=library.patron, returned=True)
    return FeeFactory(patron=library.patron, loan=loan, branch=library.main)


def newest(action):
    return AuditEntry.objects.filter(action=action).latest("pk")


def refused(entry, **by):
    before = list(LedgerEntry.objects.values()), list(Fee.objects.values()), AuditEntry.objects.count()
    with pytest.raises(UndoRefused) as refusal:
        undo(entry=entry, **by)
    assert (list(LedgerEntry.objects.values()), list(Fee.objects.values()), AuditEntry.objects.count()) == before
    return refusal.value.codes


@pytest.mark.parametrize(
    ("give_up", "kind"), [(waive, "WAIVER"), (write_off, "WRITE_OFF")], ids=["a waiver", "a write-off"]
)
@pytest.mark.parametrize("amount", [TEN, Decimal("40.00")], ids=["of a part", "of all"])
def test_what_was_given_up_is_owed_again(fee, by, give_up, kind, amount):
    give_up(fee=fee, amount=amount, reason="a mistake", **by)
    action = "circulation.waive_fee" if kind == "WAIVER" else "circulation.write_off_fee"

    result = undo(entry=newest(action), **by)

    assert (result.fee, result.title) == (fee, fee.description)
    fee.refresh_from_db()
    assert fee.balance == owed_by(fee.patron_id) == Decimal("40.00")
    entries = LedgerEntry.objects.filter(kind=kind).order_by("pk")
    assert [entry.amount for entry in entries] == [-amount, amount]
    assert entries[1].rule == {"undone": entries[0].pk}
    assert Loan.objects.get().patron == fee.patron
    entry = newest("circulation.undo")
    assert (entry.subject_type, entry.subject_id, entry.actor) == ("circulation.fee", fee.pk, by["staff"])


def test_it_is_undone_once_and_can_be_given_up_again(fee, by):
    waive(fee=fee, amount=TEN, reason="a mistake", **by)
    entry = newest("circulation.waive_fee")
    undo(entry=entry, **by)

    assert refused(entry, **by) == [Code.UNDONE_ALREADY]
    waive(fee=fee, amount=TEN, reason="right after all", **by)
    undo(entry=newest("circulation.waive_fee"), **by)
    assert Fee.objects.get().balance == Decimal("40.00")


def test_the_later_of_two_goes_first(fee, by):
    waive(fee=fee, amount=TEN, reason="a mistake", **by)
    first = newest("circulation.waive_fee")
    waive(fee=fee, amount=TEN, reason="another", **by)

    assert refused(first, **by) == [Code.CHANGED_SINCE]
    undo(entry=newest("circulation.waive_fee"), **by)
    undo(entry=first, **by)
    assert Fee.objects.get().balance == Decimal("40.00")


def test_only_by_who_may_give_up_fees(fee, by, library, now):
    waive(fee=fee, amount=TEN, reason="a mistake", **by)

    entry = newest("circulation.waive_fee")
    school = StaffAccountFactory(school_librarian=True)
    assert refused(entry, staff=school, now=now) == [Code.NOT_PERMITTED]
    assert refused(entry, staff=None, now=now) == [Code.NOT_PERMITTED]


def test_not_a_day_later(fee, by, now):
    waive(fee=fee, amount=TEN, reason="a mistake", **by)
    AuditEntry.objects.update(at=now)

    later = now + timedelta(hours=25)
    assert refused(newest("circulation.waive_fee"), staff=by["staff"], now=later) == [Code.NOT_UNDOABLE]


def test_what_was_paid_since_stays_paid(fee, by, library):
    waive(fee=fee, amount=TEN, reason="a mistake", **by)
    take_payment(patron=library.patron, amount=Decimal("30.00"), method="CASH", form_id="a-form-id", **by)

    undo(entry=newest("circulation.waive_fee"), **by)

    assert Fee.objects.get().balance == TEN


@pytest.mark.parametrize("what", ["closed", "taken back"])
def test_not_when_the_fee_has_been_closed_or_taken_back_since(fee, by, now, what):
    waive(fee=fee, amount=TEN, reason="a mistake", **by)
    if what == "closed":
        Fee.objects.update(closed_at=now + timedelta(minutes=1))
    else:
        LedgerEntry.objects.create(fee=fee, kind="CORRECTION", amount=-TEN, at=now)

    assert refused(newest("circulation.waive_fee"), **by) == [Code.CHANGED_SINCE]
