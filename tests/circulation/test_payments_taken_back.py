"""A payment booked by mistake is taken back whole: what it had settled is owed again, with all that follows."""

from decimal import Decimal

import pytest

from accounts.models import AuditEntry
from circulation.errors import Code, FeeRefused
from circulation.models import DebtBatch, DebtClaim, Fee, LedgerEntry, Loan, Till
from circulation.selectors.fees import credit_of, get_receipt, owed_by
from circulation.selectors.tills import cash_up
from circulation.selectors.visits import payments_since
from circulation.services.fees import refund, take_back_payment, take_payment, waive
from circulation.services.fees.credit import move_to_credit
from circulation.services.fees.ledger import write_entries
from notices.models import Notice
from patrons.models import Block
from tests.factories import NOW, TODAY, BlockFactory, FeeFactory, LoanFactory, StaffAccountFactory


@pytest.fixture
def fee(library):
    loan = LoanFactory(item=library.item(), patron=library.patron, returned=True)
    return FeeFactory(patron=library.patron, loan=loan, branch=library.main, amount=Decimal("40.00"))


@pytest.fixture
def till(library):
    return Till.objects.create(branch=library.main, name="Till 1")


@pytest.fixture
def pay(library, till):
    def pay(amount, form="form-0001", **values):
        values = {"method": "CASH", "staff": library.staff, "now": NOW, "till": till, **values}
        return take_payment(patron=library.patron, amount=Decimal(amount), form_id=form, **values)

    return pay


@pytest.fixture
def take_back(library, till):
    def take_back(receipt, reason="Typed wrong", **values):
        values = {"staff": library.staff, "now": NOW, "till": till, **values}
        return take_back_payment(receipt=receipt, reason=reason, **values)

    return take_back


def balance(fee):
    return Fee.objects.get(pk=fee.pk).balance


def test_the_fee_is_owed_again_the_till_is_even_and_a_second_time_changes_nothing(library, fee, till, pay, take_back):
    receipt = pay("40.00")
    assert Loan.objects.get(pk=fee.loan_id).patron is None

    assert take_back(receipt) == take_back(receipt) == Decimal("40.00")

    assert (balance(fee), owed_by(library.patron.pk)) == (Decimal("40.00"), Decimal("40.00"))
    assert cash_up(till, TODAY).cash == 0
    assert Loan.objects.get(pk=fee.loan_id).patron == library.patron
    assert get_receipt(receipt.number).taken_back_at == NOW
    assert payments_since(library.patron, since=NOW) == []
    entry = AuditEntry.objects.get(action="circulation.take_back_payment")
    assert (entry.subject_id, entry.facts["amount"], entry.facts["reason"]) == (
        library.patron.pk,
        "40.00",
        "Typed wrong",
    )
    # Paid again, it's settled again.
    pay("40.00", form="form-0002")
    assert balance(fee) == 0


@pytest.mark.parametrize("lifted_by", ["", "Sus"])
def test_a_letters_stop_is_set_again_unless_staff_have_lifted_it(library, fee, pay, take_back, lifted_by):
    key = f"INVOICE:{library.patron.pk}:{TODAY}"
    values = {"patron": library.patron, "branch": library.main, "channel": "EMAIL", "created_at": NOW}
    Notice.objects.create(kind="INVOICE", key=key, about={"loans": [fee.loan_id]}, **values)
    block = BlockFactory(patron=library.patron, cause=f"letter:{key}")
    other = BlockFactory(patron=library.patron, cause="letter:INVOICE:0", lifted_at=NOW)
    if lifted_by:
        Block.objects.filter(pk=block.pk).update(lifted_at=NOW, lifted_by=lifted_by)
    receipt = pay("40.00")
    assert Block.objects.get(pk=block.pk).lifted_at == NOW

    take_back(receipt)

    assert Block.objects.get(pk=block.pk).lifted_at == (NOW if lifted_by else None)
    assert Block.objects.get(pk=other.pk).lifted_at == NOW


def test_what_was_paid_beyond_goes_out_of_the_credit(library, fee, till, pay, take_back):
    receipt = pay("100.00", keep_rest=True)
    assert credit_of(library.patron.pk) == Decimal("60.00")

    take_back(receipt)

    assert (balance(fee), credit_of(library.patron.pk), cash_up(till, TODAY).cash) == (Decimal("40.00"), 0, 0)


def test_a_credit_that_is_spent_cannot_be_taken_back(library, fee, pay, take_back):
    receipt = pay("100.00", keep_rest=True)
    refund(
        patron=library.patron,
        amount=Decimal("50.00"),
        method="CASH",
        staff=library.staff,
        now=NOW,
        form_id="form-back",
    )
    entries = LedgerEntry.objects.count()

    with pytest.raises(FeeRefused) as refused:
        take_back(receipt)

    assert [(reason.code, reason.facts) for reason in refused.value.reasons] == [
        (Code.MORE_THAN_CREDIT, {"credit": "10.00"})
    ]
    assert (balance(fee), LedgerEntry.objects.count()) == (0, entries)


def test_money_that_became_credit_since_is_taken_from_there(library, fee, pay, take_back):
    receipt = pay("40.00")
    move_to_credit(fee, Decimal("25.00"), now=NOW, actor=None, rule={"on": TODAY.isoformat()})
    correction = LedgerEntry(fee=fee, kind="CORRECTION", amount=Decimal("-25.00"), at=NOW)
    write_entries([correction])

    take_back(receipt)

    assert (balance(fee), credit_of(library.patron.pk)) == (Decimal("15.00"), 0)


def test_what_was_waived_stays_given_up_and_an_open_claim_follows(library, fee, pay, take_back):
    batch = DebtBatch.objects.create(made_at=NOW, form_id="batch-1")
    claim = DebtClaim.objects.create(
        batch=batch, fee=fee, liable=library.patron, amount=40, outstanding=40, told=40, changed_at=NOW
    )
    receipt = pay("15.00")
    waive(fee=fee, amount=Decimal("10.00"), reason="Agreed", staff=StaffAccountFactory(supervisor=True), now=NOW)

    take_back(receipt)

    claim.refresh_from_db()
    assert (balance(fee), claim.outstanding, claim.state) == (Decimal("30.00"), Decimal("30.00"), "CREATED")


def test_a_payment_elsewhere_touches_no_till(library, fee, till, pay, take_back):
    take_back(pay("40.00", method="EXTERNAL", till=None))

    assert cash_up(till, TODAY).entries == ()


@pytest.mark.parametrize(("values", "code"), [({"reason": " "}, Code.TEXT_MISSING), ({}, Code.NOT_PERMITTED)])
def test_without_a_reason_or_the_permission_nothing_is_taken_back(fee, pay, take_back, values, code):
    receipt = pay("40.00")
    staff = {} if values else {"staff": StaffAccountFactory(role="IT_ADMIN")}

    with pytest.raises(FeeRefused) as refused:
        take_back(receipt, **values, **staff)

    assert (refused.value.codes, balance(fee)) == ([code], 0)
