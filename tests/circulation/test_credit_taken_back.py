"""Money paid out of a credit or used from it, and fees written by hand, can be taken back when they were mistakes."""

from datetime import timedelta
from decimal import Decimal

import pytest

from accounts.models import AuditEntry
from circulation.errors import Code, FeeRefused
from circulation.models import Fee, LedgerEntry, Loan, Till
from circulation.selectors.fees import credit_of, owed_by, to_take_back, views_of
from circulation.selectors.tills import cash_up
from circulation.services.fees import (
    add_fee,
    refund,
    take_back_fee,
    take_back_refund,
    take_back_use_of_credit,
    take_payment,
    use_credit,
    waive,
)
from circulation.services.fees.credit import move_to_credit
from circulation.services.fees.ledger import write_entries
from notices.models import Notice
from patrons.models import Block
from tests.factories import NOW, TODAY, BlockFactory, FeeFactory, LoanFactory, StaffAccountFactory

WHY = {"reason": "Typed wrong", "now": NOW}


@pytest.fixture
def till(library):
    return Till.objects.create(branch=library.main, name="Till 1")


@pytest.fixture
def by(library):
    return {"staff": library.staff, "now": NOW}


@pytest.fixture
def credit(library, by):
    """Return a credit of 60."""
    paid = {"amount": Decimal("60.00"), "method": "TRANSFER", "form_id": "form-0000", "keep_rest": True}
    take_payment(patron=library.patron, **paid, **by)
    return Fee.objects.get(kind="CREDIT")


@pytest.fixture
def fee(library, credit):
    """Return a fee of 40 for a loan that's over."""
    loan = LoanFactory(item=library.item(), patron=library.patron, returned=True)
    return FeeFactory(patron=library.patron, loan=loan, branch=library.main, amount=Decimal("40.00"))


def entry_of(key):
    return LedgerEntry.objects.select_related("fee", "till").get(key__startswith=key, fee__kind="CREDIT")


def refused(action):
    before = list(LedgerEntry.objects.values()), list(Fee.objects.values()), AuditEntry.objects.count()
    with pytest.raises(FeeRefused) as refusal:
        action()
    assert (list(LedgerEntry.objects.values()), list(Fee.objects.values()), AuditEntry.objects.count()) == before
    return refusal.value.codes


def pay_out(library, till, by, **values):
    values = {"amount": Decimal("25.00"), "method": "CASH", "form_id": "form-0001", "till": till, **values, **by}
    refund(patron=library.patron, **values)
    return entry_of("refund:form-0001")


def test_money_that_was_not_paid_out_is_credit_again_and_its_till_is_even(library, credit, till, by):
    paid_out, elsewhere = pay_out(library, till, by), Till.objects.create(branch=library.main, name="Till 2")

    amounts = [take_back_refund(entry=paid_out, till=elsewhere, staff=library.staff, **WHY) for _ in range(2)]

    assert amounts == [Decimal("25.00")] * 2
    assert credit_of(library.patron.pk) == Decimal("60.00")
    [line] = cash_up(till, TODAY).lines
    assert (line.payments, line.paid, line.refunded, line.total) == (0, Decimal("25.00"), Decimal("25.00"), 0)
    assert cash_up(elsewhere, TODAY).entries == ()
    written = AuditEntry.objects.get(action="circulation.take_back_refund")
    assert (written.subject_id, written.facts["amount"], written.facts["reason"]) == (
        library.patron.pk,
        "25.00",
        "Typed wrong",
    )
    # Paid out once more, it can be taken back once more.
    refund(patron=library.patron, amount=Decimal("60.00"), method="CASH", form_id="form-0002", till=till, **by)
    take_back_refund(entry=entry_of("refund:form-0002"), staff=library.staff, **WHY)
    assert credit_of(library.patron.pk) == Decimal("60.00")


def test_of_a_till_that_was_put_away_it_goes_into_the_desk_s(library, credit, till, by):
    pay_out(library, till, by)
    Till.objects.filter(pk=till.pk).update(is_active=False)
    elsewhere = Till.objects.create(branch=library.main, name="Till 2")

    take_back_refund(entry=entry_of("refund:form-0001"), till=elsewhere, staff=library.staff, **WHY)

    assert cash_up(elsewhere, TODAY).cash == Decimal("25.00")


def test_a_bank_transfer_touches_no_till(library, credit, till, by):
    paid_out = pay_out(library, None, by, method="TRANSFER")

    take_back_refund(entry=paid_out, till=till, staff=library.staff, **WHY)

    assert cash_up(till, TODAY).entries == ()


def test_what_was_paid_from_the_credit_is_owed_again_with_all_that_follows(library, credit, fee, by):
    letter = f"INVOICE:{library.patron.pk}:{TODAY}"
    values = {"patron": library.patron, "branch": library.main, "channel": "EMAIL", "created_at": NOW}
    Notice.objects.create(kind="INVOICE", key=letter, about={"loans": [fee.loan_id]}, **values)
    block = BlockFactory(patron=library.patron, cause=f"letter:{letter}")
    use_credit(patron=library.patron, form_id="form-0001", **by)
    assert (Loan.objects.get().patron, Block.objects.get(pk=block.pk).lifted_at) == (None, NOW)

    used = LedgerEntry.objects.get(fee=fee, key__startswith="credit:")
    amounts = [take_back_use_of_credit(entry=each, staff=library.staff, **WHY) for each in (used, entry_of("credit:"))]

    assert amounts == [Decimal("40.00")] * 2
    assert (owed_by(library.patron.pk), credit_of(library.patron.pk)) == (Decimal("40.00"), Decimal("60.00"))
    assert (Loan.objects.get().patron, Block.objects.get(pk=block.pk).lifted_at) == (library.patron, None)
    assert sum(entry.amount for entry in LedgerEntry.objects.filter(kind="CREDIT")) == 0
    assert AuditEntry.objects.get(action="circulation.take_back_credit").facts["fees"] == [fee.pk]
    # Used again, it's settled again.
    use_credit(patron=library.patron, form_id="form-0002", **by)
    assert owed_by(library.patron.pk) == 0


@pytest.mark.parametrize(("became_credit", "owed", "held"), [("15.00", "25.00", "60.00"), ("40.00", "", "")])
def test_what_has_become_credit_since_stays_there(library, credit, fee, by, became_credit, owed, held):
    use_credit(patron=library.patron, form_id="form-0001", **by)
    move_to_credit(fee, Decimal(became_credit), now=NOW, actor=None, rule={"on": TODAY.isoformat()})
    write_entries([LedgerEntry(fee=fee, kind="CORRECTION", amount=-Decimal(became_credit), at=NOW)])

    def take_back():
        return take_back_use_of_credit(entry=entry_of("credit:"), staff=library.staff, **WHY)

    if not owed:
        assert refused(take_back) == [Code.CHANGED_SINCE]
        return
    assert take_back() == Decimal(owed)
    assert (owed_by(library.patron.pk), credit_of(library.patron.pk)) == (Decimal(owed), Decimal(held))


def test_of_several_fees_none_offers_to_take_back_what_was_taken_back_of_the_others(library, credit, fee, by):
    gone = FeeFactory(patron=library.patron, branch=library.main, amount=Decimal("10.00"))
    use_credit(patron=library.patron, form_id="form-0001", **by)
    move_to_credit(gone, Decimal("10.00"), now=NOW, actor=None, rule={"on": TODAY.isoformat()})
    write_entries([LedgerEntry(fee=gone, kind="CORRECTION", amount=-Decimal("10.00"), at=NOW)])
    both = [fee, gone]
    assert [len(to_take_back(view.entries, view.undone)) for view in views_of(both)] == [1, 1]

    take_back_use_of_credit(entry=entry_of("credit:"), staff=library.staff, **WHY)

    assert [len(to_take_back(view.entries, view.undone)) for view in views_of(both)] == [0, 0]


@pytest.fixture
def by_hand(library, by):
    """Return a fee of 40 that a librarian has written."""
    values = {"amount": Decimal("40.00"), "description": "A mug", "form_id": "form-hand", **by}
    return add_fee(patron=library.patron, branch=library.main, **values)


@pytest.mark.parametrize(
    ("paid", "waived", "taken_back", "credited"),
    [("0", "0", "40.00", "0"), ("15.00", "0", "40.00", "15.00"), ("15.00", "5.00", "35.00", "15.00")],
)
def test_a_fee_that_was_never_due_is_gone_and_what_was_paid_is_credit(
    library, by_hand, by, paid, waived, taken_back, credited
):
    if Decimal(paid):
        take_payment(patron=library.patron, amount=Decimal(paid), method="CARD", form_id="form-0001", **by)
    if Decimal(waived):
        waive(fee=by_hand, amount=Decimal(waived), reason="Agreed", staff=StaffAccountFactory(supervisor=True), now=NOW)

    amounts = [take_back_fee(fee=by_hand, staff=library.staff, **WHY) for _ in range(2)]

    assert amounts == [Decimal(taken_back)] * 2
    assert (Fee.objects.get(pk=by_hand.pk).balance, credit_of(library.patron.pk)) == (0, Decimal(credited))
    facts = AuditEntry.objects.get(action="circulation.take_back_fee").facts
    assert (facts["amount"], facts["reason"]) == (taken_back, "Typed wrong")


def test_a_fee_of_somebody_else_s_is_given_up_by_who_may_waive(library, by_hand):
    other, supervisor = StaffAccountFactory(), StaffAccountFactory(supervisor=True)

    assert refused(lambda: take_back_fee(fee=by_hand, staff=other, **WHY)) == [Code.NOT_PERMITTED]
    assert take_back_fee(fee=by_hand, staff=supervisor, **WHY) == Decimal("40.00")


def test_a_fee_that_a_rule_made_is_not_taken_back_by_hand(fee):
    supervisor = StaffAccountFactory(supervisor=True)

    assert refused(lambda: take_back_fee(fee=fee, staff=supervisor, **WHY)) == [Code.KIND_UNKNOWN]


def test_a_fee_that_was_taken_back_with_all_of_a_day_has_nothing_left(library, by_hand):
    write_entries([LedgerEntry(fee=by_hand, kind="CORRECTION", amount=Decimal("-40.00"), at=NOW + timedelta(hours=1))])

    assert refused(lambda: take_back_fee(fee=by_hand, staff=library.staff, **WHY)) == [Code.CHANGED_SINCE]


@pytest.mark.parametrize("what", ["refund", "credit", "fee"])
@pytest.mark.parametrize(("reason", "code"), [(" ", Code.TEXT_MISSING), ("Why", Code.NOT_PERMITTED)])
def test_without_a_reason_or_the_permission_nothing_is_taken_back(
    library, credit, by_hand, till, by, what, reason, code
):
    staff = library.staff if code == Code.TEXT_MISSING else StaffAccountFactory(role="IT_ADMIN")
    paid_out = pay_out(library, till, by)
    use_credit(patron=library.patron, form_id="form-0001", **by)
    acts = {
        "refund": lambda **values: take_back_refund(entry=paid_out, **values),
        "credit": lambda **values: take_back_use_of_credit(entry=entry_of("credit:"), **values),
        "fee": lambda **values: take_back_fee(fee=by_hand, **values),
    }

    assert refused(lambda: acts[what](reason=reason, staff=staff, now=NOW)) == [code]
