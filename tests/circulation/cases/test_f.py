"""Cases I.F: lost items, what's claimed for them, and what becomes of it when they're found."""

from datetime import timedelta
from decimal import Decimal

import pytest

from accounts.models import AuditEntry
from circulation.models import CirculationRule, Fee, Transit
from circulation.selectors.fees import credit_of, owed_by
from circulation.services.check_in import check_in
from circulation.services.fees import charge_overdue, take_payment, waive, write_off
from circulation.services.report_item import report_lost
from circulation.services.undo import undo
from holdings.models import Item
from tests.factories import LoanFactory, RuleFactory, StaffAccountFactory, TransitFactory

LOST = {"lost_charged_at_once": True, "replacement_fee": True, "processing_fee": "20.00", "block_at_debt": None}


def money(text):
    return Decimal(text)


class Desk:
    """A desk with one loan of an item that costs 99."""

    def __init__(self, library, now, **rules):
        CirculationRule.objects.all().delete()
        RuleFactory(set={**LOST, **rules})
        self.library, self.now = library, now
        item = library.item(price=money("99.00"))
        overdue = rules.get("overdue", False)
        self.loan = LoanFactory(item=item, patron=library.patron, lending_branch=library.main, overdue=overdue)
        self.supervisor = StaffAccountFactory(supervisor=True)

    def lose(self):
        return report_lost(item=self.loan.item, staff=self.library.staff, now=self.now)

    def find(self, days=0):
        now = self.now + timedelta(days=days)
        return check_in(item=self.loan.item, branch=self.library.main, staff=self.library.staff, now=now)

    def pay(self, amount):
        take_payment(
            patron=self.library.patron,
            amount=money(amount),
            method="CASH",
            staff=self.library.staff,
            now=self.now,
            form_id=f"form-{amount}",
            keep_rest=False,
        )

    @property
    def balance(self):
        """What she owes, less her credit."""
        return owed_by(self.library.patron.pk) - credit_of(self.library.patron.pk)

    def fee(self, kind):
        return Fee.objects.get(kind=kind)


@pytest.fixture
def desk(library, now):
    def make(**rules):
        return Desk(library, now, **rules)

    return make


def test_f1_marking_an_item_lost_claims_its_price_and_the_processing(desk):
    at = desk()

    at.lose()

    assert dict(Fee.objects.values_list("kind", "balance")) == {
        "REPLACEMENT": money("99.00"),
        "PROCESSING": money("20.00"),
    }
    assert at.fee("REPLACEMENT").entries.get().rule["claims"] == "PRICE"


def test_f1_once_however_often_it_is_marked(desk):
    at = desk()

    at.lose()
    at.lose()

    assert at.balance == money("119.00")


@pytest.mark.parametrize("ends", [False, True])
def test_f1_a_rule_says_whether_the_loan_ends(desk, ends):
    at = desk(lost_ends_loan=ends)

    at.lose()

    at.loan.refresh_from_db()
    assert (at.loan.returned_at is not None) is ends


@pytest.mark.parametrize(("waives", "left"), [(False, "20.00"), (True, "0.00")])
def test_f1_a_rule_says_whether_the_overdue_fee_is_forgiven(library, now, waives, left):
    at = Desk(library, now, lost_waives_overdue=waives)
    at.loan.due_date = now.date() - timedelta(days=3)
    at.loan.save()
    charge_overdue(loan=at.loan, on=now.date(), now=now, actor=None)

    at.lose()

    assert at.fee("OVERDUE").balance == money(left)


def test_f1_undone_nothing_is_claimed_any_more(desk):
    at = desk(lost_ends_loan=True)
    result = at.lose()

    undo(entry=AuditEntry.objects.get(pk=result.entry_id), staff=at.library.staff, now=at.now)

    at.loan.refresh_from_db()
    assert (at.balance, at.loan.returned_at) == (money("0.00"), None)


@pytest.mark.parametrize("ends", [False, True])
def test_f2_unpaid_and_returned_leaves_the_processing_fee(desk, ends):
    at = desk(lost_ends_loan=ends)
    at.lose()

    at.find()

    assert (at.fee("REPLACEMENT").balance, at.balance) == (money("0.00"), money("20.00"))


@pytest.mark.parametrize("ends", [False, True])
def test_f3_paid_and_returned_leaves_a_credit(desk, ends):
    at = desk(lost_ends_loan=ends)
    at.lose()
    at.pay("119.00")

    at.find()

    assert at.balance == money("-99.00")


def test_f4_written_off_and_returned_credits_nothing(desk):
    at = desk()
    at.lose()
    for fee in Fee.objects.all():
        write_off(fee=fee, amount=fee.balance, reason="moved abroad", staff=at.supervisor, now=at.now)

    at.find()

    assert (at.balance, credit_of(at.library.patron.pk)) == (money("0.00"), money("0.00"))


def test_f5_partly_paid_partly_written_off_credits_what_was_paid(desk):
    at = desk()
    at.lose()
    replacement = at.fee("REPLACEMENT")
    at.pay("27.00")
    write_off(fee=replacement, amount=money("25.00"), reason="old", staff=at.supervisor, now=at.now)

    at.find()

    assert credit_of(at.library.patron.pk) == money("27.00")
    assert at.balance == money("-7.00")


@pytest.mark.parametrize(
    ("policy", "balance"),
    [
        ("REFUND", "-29.00"),
        ("CANCEL_UNPAID", "20.00"),
        ("KEEP", "70.00"),
    ],
)
def test_f6_what_a_found_item_gives_back_is_the_municipality_s_policy(desk, policy, balance):
    at = desk(found_policy=policy)
    at.lose()
    take = at.fee("REPLACEMENT")
    take_payment(
        patron=at.library.patron,
        amount=money("49.00"),
        method="CASH",
        staff=at.library.staff,
        now=at.now,
        form_id="form-part",
        only_fees=[take.pk],
    )

    at.find()

    assert at.balance == money(balance)


@pytest.mark.parametrize(("days", "credit"), [(30, "99.00"), (31, "0.00")])
def test_f6_a_credit_may_have_a_time_limit(desk, days, credit):
    at = desk(found_within_days=30, fee_steps=None)
    at.lose()
    at.pay("119.00")

    at.find(days=days)

    assert credit_of(at.library.patron.pk) == money(credit)


@pytest.mark.parametrize(("policy", "overdue"), [("REFUND_AND_RESTORE", "20.00"), ("REFUND_AND_CHARGE", "60.00")])
def test_f6_the_forgiven_overdue_fee_stands_again_or_runs_up_to_the_return(library, now, policy, overdue):
    at = Desk(library, now, lost_waives_overdue=True, found_policy=policy)
    at.loan.due_date = now.date() - timedelta(days=3)
    at.loan.save()
    charge_overdue(loan=at.loan, on=now.date(), now=now, actor=None)
    at.lose()

    at.find(days=6)

    assert at.fee("OVERDUE").balance == money(overdue)


def test_f7_a_patron_who_left_is_credited_all_the_same(desk):
    at = desk()
    at.lose()
    at.pay("119.00")
    at.library.patron.left_at = at.now
    at.library.patron.save()

    at.find()

    assert credit_of(at.library.patron.pk) == money("99.00")


def test_f8_marking_lost_cancels_the_journey_and_puts_the_item_where_it_came_from(library, now):
    transit = TransitFactory(item=library.item(), from_branch=library.east, to_branch=library.main)

    report_lost(item=transit.item, staff=library.staff, now=now)

    item = Item.objects.get(pk=transit.item_id)
    assert (item.status, item.current_branch) == ("LOST", library.east)
    assert not Transit.objects.filter(cancelled_at=None, received_at=None).exists()


def test_found_and_undone_the_claim_stands_again(desk):
    at = desk(lost_ends_loan=True)
    at.lose()
    at.pay("119.00")
    result = at.find()

    undo(entry=AuditEntry.objects.get(pk=result.entry_id), staff=at.library.staff, now=at.now)

    assert (at.balance, credit_of(at.library.patron.pk)) == (money("0.00"), money("0.00"))
    assert at.fee("REPLACEMENT").closed_at is None


def test_found_twice_changes_nothing_more(desk):
    at = desk(lost_ends_loan=True)
    at.lose()
    at.pay("119.00")

    at.find()
    at.find()

    assert at.balance == money("-99.00")


def test_a_waived_claim_is_never_credited(desk):
    at = desk()
    at.lose()
    fee = at.fee("REPLACEMENT")
    waive(fee=fee, amount=fee.balance, reason="fire", staff=at.supervisor, now=at.now)

    at.find()

    assert at.balance == money("20.00")
