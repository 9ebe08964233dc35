"""Several people, or one impatient one, at the same fee: real connections, real commits."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection

from circulation.errors import FeeRefused
from circulation.models import Fee, LedgerEntry, Till
from circulation.selectors.fees import credit_of
from circulation.services.fees import (
    charge_overdue,
    owed_by,
    refund,
    take_back_refund,
    take_back_use_of_credit,
    take_payment,
    use_credit,
)
from circulation.services.tills import put_till_away
from tests.factories import FeeFactory, LoanFactory, PatronFactory, RuleFactory, StaffAccountFactory
from tests.factories.moments import NOW, TODAY

AT_ONCE = 6


@pytest.fixture
def at_once(committed_municipality):
    """Do the same in several threads, and return what each got."""

    def run(action):
        def in_municipality(number):
            connection.set_tenant(committed_municipality)
            try:
                return action(number)
            except FeeRefused as refusal:
                return refusal.codes
            finally:
                connection.close()

        with ThreadPoolExecutor(AT_ONCE) as pool:
            return list(pool.map(in_municipality, range(AT_ONCE)))

    return run


def test_one_form_pays_once_however_often_it_is_sent(at_once):
    patron, staff = PatronFactory(), StaffAccountFactory()
    FeeFactory(patron=patron, amount=Decimal("40.00"))
    FeeFactory(patron=patron, amount=Decimal("60.00"))

    def pay(_):
        return take_payment(
            patron=patron, amount=Decimal("50.00"), method="CASH", staff=staff, now=NOW, form_id="form-0001"
        )

    receipts = at_once(pay)

    assert len({receipt.number for receipt in receipts}) == 1
    assert owed_by(patron.pk) == Decimal("50.00")


def test_nothing_is_paid_twice_at_several_desks(at_once):
    patron, staff = PatronFactory(), StaffAccountFactory()
    FeeFactory(patron=patron, amount=Decimal("40.00"))

    def pay(number):
        return take_payment(
            patron=patron, amount=Decimal("40.00"), method="CARD", staff=staff, now=NOW, form_id=f"form-{number:04d}"
        )

    answers = at_once(pay)

    assert answers.count(["MORE_THAN_OWED"]) == AT_ONCE - 1
    assert owed_by(patron.pk) == Decimal("0.00")
    assert LedgerEntry.objects.filter(kind="PAYMENT").count() == 1


def test_late_loan_gets_one_fee_from_desk_and_night_together(at_once):
    RuleFactory()
    due_date = TODAY - timedelta(days=10)
    loan = LoanFactory(due_date=due_date, loaned_on=due_date - timedelta(days=28))

    fees = at_once(lambda _: charge_overdue(loan=loan, on=TODAY, now=NOW, actor=None))

    assert {fee.pk for fee in fees} == {Fee.objects.get().pk}
    assert LedgerEntry.objects.count() == 1
    assert owed_by(loan.patron_id) == Decimal("60.00")


@pytest.mark.parametrize("what", ["a refund", "a payment from the credit"])
def test_several_desks_take_one_thing_back_once(at_once, what):
    patron, by = PatronFactory(), {"staff": StaffAccountFactory(), "now": NOW}
    paid = {"amount": Decimal("40.00"), "method": "CARD", "form_id": "form-0001", "keep_rest": True}
    take_payment(patron=patron, **paid, **by)
    if what == "a refund":
        refund(patron=patron, amount=Decimal("40.00"), method="CASH", form_id="form-0002", **by)
        entry, take_back = LedgerEntry.objects.get(kind="REFUND"), take_back_refund
    else:
        FeeFactory(patron=patron, amount=Decimal("40.00"))
        use_credit(patron=patron, form_id="form-0002", **by)
        entry, take_back = LedgerEntry.objects.filter(kind="CREDIT").first(), take_back_use_of_credit

    amounts = at_once(lambda _: take_back(entry=entry, reason="Mistake", **by))

    assert amounts == [Decimal("40.00")] * AT_ONCE
    assert credit_of(patron.pk) == Decimal("40.00")


def test_a_till_is_put_away_or_takes_the_payment_that_comes_in_at_that_moment(at_once):
    patron, staff = FeeFactory(amount=Decimal("100.00")).patron, StaffAccountFactory(supervisor=True)
    branch = patron.home_branch
    till, _other = [Till.objects.create(branch=branch, name=name) for name in ("Till 1", "Upstairs")]

    def pay_or_put_away(number):
        if number % 2:
            return put_till_away(till=Till.objects.select_related("branch").get(pk=till.pk), staff=staff)
        paid = {"amount": Decimal("10.00"), "method": "CASH", "form_id": f"form-{number:04d}", "till": till}
        return take_payment(patron=patron, staff=staff, now=NOW, **paid)

    at_once(pay_or_put_away)

    taken = LedgerEntry.objects.filter(till=till).count()
    assert (Till.objects.get(pk=till.pk).is_active, taken) in [(True, 3), (False, 0)]
