"""What a patron owes today: what the next return would charge, without charging it."""

from datetime import timedelta
from decimal import Decimal

import pytest

from circulation.models import Fee, LedgerEntry, Loan
from circulation.selectors.fees_today import fees_today
from circulation.selectors.loans import loans_of
from circulation.services.fees import charge_overdue
from tests.factories import NOW, TODAY, FeeFactory, LoanFactory


@pytest.fixture
def owed(library):
    def owed(now=NOW):
        lines = loans_of(library.patron, now=now)
        return [
            (view.fee.description, view.fee.balance)
            for view in fees_today(library.patron, [line.loan for line in lines], now=now)
        ]

    return owed


def late_loan(library, days, title="Lucky Per"):
    return LoanFactory(
        patron=library.patron,
        item=library.item(record__title=title),
        loaned_on=TODAY - timedelta(days=28 + days),
        due_date=TODAY - timedelta(days=days),
    )


def test_counts_a_fee_that_no_night_has_charged_and_writes_nothing(library, owed):
    late_loan(library, 1)

    assert owed() == [("Lucky Per", Decimal("20.00"))]
    assert (Fee.objects.count(), LedgerEntry.objects.count()) == (0, 0)


def test_adds_to_a_charged_fee_only_what_today_adds(library, owed):
    loan = late_loan(library, 8)
    charge_overdue(loan=loan, on=TODAY - timedelta(days=1), now=NOW, actor=None)

    assert owed() == [("Lucky Per", Decimal("60.00"))]
    assert Fee.objects.get().balance == Decimal("20.00")


def test_leaves_out_what_was_paid(library, owed):
    loan = late_loan(library, 8)
    fee = charge_overdue(loan=loan, on=TODAY - timedelta(days=1), now=NOW, actor=None)
    LedgerEntry.objects.create(fee=fee, kind="PAYMENT", method="CASH", amount=Decimal("-20.00"), at=NOW)
    Fee.objects.filter(pk=fee.pk).update(balance=0)

    assert owed() == [("Lucky Per", Decimal("40.00"))]


def test_leaves_a_closed_fee_as_it_is(library, owed):
    loan = late_loan(library, 8)
    fee = charge_overdue(loan=loan, on=TODAY - timedelta(days=1), now=NOW, actor=None)
    Fee.objects.filter(pk=fee.pk).update(closed_at=NOW)

    assert owed() == [("Lucky Per", Decimal("20.00"))]


def test_lists_other_fees_beside_them(library, owed):
    FeeFactory(patron=library.patron, amount=Decimal("40.00"), description="A mug from the café")
    late_loan(library, 1)
    LoanFactory(patron=library.patron)

    assert owed() == [("Lucky Per", Decimal("20.00")), ("A mug from the café", Decimal("40.00"))]


def test_says_the_rule_behind_the_amount(library):
    loan = late_loan(library, 8)

    view = fees_today(library.patron, [line.loan for line in loans_of(library.patron, now=NOW)], now=NOW)[0]

    assert (view.rule["from_day"], view.rule["days_late"], view.rule["step_total"]) == (8, 8, "60.00")
    assert Loan.objects.get(pk=loan.pk).due_date == TODAY - timedelta(days=8)
