from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django_tenants.utils import tenant_context

from accounts.models import AuditEntry
from circulation.models import Fee, LedgerEntry
from circulation.rules.resolution import RuleMissing
from circulation.selectors.fees import credit_of, fees_of, owed_by
from circulation.services.fees import (
    charge_overdue,
    close_overdue_fee,
    refund,
    reopen_overdue_fee,
    take_payment,
    waive,
)
from tests.factories import LoanFactory, PatronFactory, RuleFactory, StaffAccountFactory

pytestmark = pytest.mark.django_db

DUE = date(2026, 11, 9)


def late(days):
    return DUE + timedelta(days=days)


def ladder(first, second):
    return [
        {"from_day": 1, "adult": first, "child": "0.00"},
        {"from_day": 8, "adult": second, "child": "0.00"},
    ]


@pytest.fixture
def loan(alpha):
    RuleFactory()
    return LoanFactory(overdue=True)


def charge(loan, days, now):
    return charge_overdue(loan=loan, on=late(days), now=now, actor=None)


def close(loan, days, now):
    return close_overdue_fee(loan=loan, on=late(days), now=now, actor=None)


def pay(loan, amount, now, form_id="form-0001"):
    staff = StaffAccountFactory()
    return take_payment(
        patron=loan.patron, amount=Decimal(amount), method="CASH", staff=staff, now=now, form_id=form_id
    )


def amounts(fee):
    return [entry.amount for entry in fee.entries.order_by("pk")]


def test_charges_the_step_that_the_day_reaches(loan, now):
    fee = charge(loan, 10, now)

    assert (fee.balance, fee.patron, fee.branch, fee.due_date) == (
        Decimal("60.00"),
        loan.patron,
        loan.lending_branch,
        DUE,
    )
    assert fee.description == loan.item.record.title
    assert fee.closed_at is None


def test_keeps_the_rule_behind_the_charge(loan, now):
    fee = charge(loan, 10, now)

    [entry] = fee.entries.all()
    origin = entry.rule.pop("origin")
    assert entry.rule == {
        "step": 2,
        "days_late": 10,
        "ladder": "adult",
        "from_day": 8,
        "step_total": "60.00",
        "cap": None,
        "calendar": "EVERY_DAY",
    }
    assert origin["level"] == "MUNICIPALITY"


def test_charges_the_same_day_once(loan, now):
    charge(loan, 10, now)

    fee = charge(loan, 10, now)

    assert amounts(fee) == [Decimal("60.00")]
    assert Fee.objects.count() == 1


def test_adds_only_the_difference_to_the_next_step(loan, now):
    charge(loan, 1, now)
    charge(loan, 8, now)

    fee = charge(loan, 20, now)

    assert amounts(fee) == [Decimal("20.00"), Decimal("40.00"), Decimal("60.00")]
    assert fee.balance == Decimal("120.00")


def test_costs_nothing_on_the_due_date(loan, now):
    assert charge(loan, 0, now) is None
    assert Fee.objects.count() == 0


def test_costs_a_child_what_the_childrens_ladder_says(alpha, now):
    RuleFactory()
    loan = LoanFactory(overdue=True, patron=PatronFactory(child=True))

    assert charge(loan, 10, now).balance == Decimal("30.00")


def test_makes_no_fee_of_nothing(alpha, now):
    RuleFactory(set={"fee_steps": [{"from_day": 1, "adult": "20.00", "child": "0.00"}]})
    loan = LoanFactory(overdue=True, patron=PatronFactory(child=True))

    assert charge(loan, 10, now) is None
    assert Fee.objects.count() == 0


def test_stops_at_the_cap(alpha, now):
    RuleFactory(set={"fee_cap": "100.00"})
    loan = LoanFactory(overdue=True)
    charge(loan, 10, now)

    fee = charge(loan, 40, now)

    assert amounts(fee) == [Decimal("60.00"), Decimal("40.00")]


def test_follows_a_ladder_that_was_raised_meanwhile(alpha, now):
    rule = RuleFactory()
    loan = LoanFactory(overdue=True)
    charge(loan, 10, now)
    rule.values["fee_steps"] = ladder("20.00", "75.00")
    rule.save()

    fee = charge(loan, 10, now)

    assert amounts(fee) == [Decimal("60.00"), Decimal("15.00")]


def test_takes_nothing_back_when_the_ladder_was_lowered_meanwhile(alpha, now):
    rule = RuleFactory()
    loan = LoanFactory(overdue=True)
    charge(loan, 10, now)
    rule.values["fee_steps"] = ladder("20.00", "45.00")
    rule.save()

    assert charge(loan, 10, now).balance == Decimal("60.00")
    assert close(loan, 10, now).balance == Decimal("60.00")


def test_says_which_rule_is_missing(alpha, now):
    loan = LoanFactory(overdue=True)

    with pytest.raises(RuleMissing, match="fee_steps"), transaction.atomic():
        charge(loan, 10, now)

    assert Fee.objects.count() == 0


def test_leaves_an_audit_entry(loan, now):
    fee = charge(loan, 10, now)

    [entry] = AuditEntry.objects.filter(action="circulation.charge_overdue")
    assert (entry.subject_id, entry.facts) == (fee.pk, {"amount": "60.00", "on": "2026-11-19"})


def test_database_refuses_a_second_fee_for_the_due_date(loan, now):
    fee = charge(loan, 10, now)

    with pytest.raises(IntegrityError, match="one_overdue_fee_per_due_date"), transaction.atomic():
        Fee.objects.create(
            patron=loan.patron,
            kind=Fee.Kind.OVERDUE,
            loan=loan,
            branch=fee.branch,
            description="again",
            due_date=DUE,
            created_at=now,
        )


def test_closing_charges_what_the_nights_have_not(loan, now):
    fee = close(loan, 10, now)

    assert (fee.balance, fee.closed_at) == (Decimal("60.00"), now)


def test_closing_in_time_makes_no_fee(loan, now):
    assert close(loan, 0, now) is None
    assert Fee.objects.count() == 0


def test_charges_nothing_more_once_closed(loan, now):
    close(loan, 1, now)

    fee = charge(loan, 40, now)

    assert amounts(fee) == [Decimal("20.00")]


def test_back_dated_return_brings_the_fee_down(loan, now):
    charge(loan, 10, now)

    fee = close(loan, 3, now)

    assert amounts(fee) == [Decimal("60.00"), Decimal("-40.00")]
    assert fee.balance == Decimal("20.00")
    correction = fee.entries.get(kind=LedgerEntry.Kind.CORRECTION)
    # The rule, days and calendar that make it 20.
    because = {"step": 1, "days_late": 3, "from_day": 1, "calendar": "EVERY_DAY"}
    expected = {"right": "20.00", "on": "2026-11-12", "overpaid": "0.00", **because}
    assert {name: correction.rule[name] for name in expected} == expected
    assert correction.rule["origin"]["level"] == "MUNICIPALITY"


def test_back_dated_return_in_time_brings_the_fee_to_nothing(loan, now):
    charge(loan, 10, now)

    fee = close(loan, -1, now)

    assert fee.balance == Decimal("0.00")
    assert owed_by(loan.patron_id) == Decimal("0.00")


def test_back_dated_return_credits_what_was_paid_beyond_what_is_right(loan, now):
    charge(loan, 10, now)
    pay(loan, "50.00", now)

    fee = close(loan, 3, now)

    assert amounts(fee) == [Decimal("60.00"), Decimal("-50.00"), Decimal("30.00"), Decimal("-40.00")]
    assert (fee.balance, credit_of(loan.patron_id)) == (Decimal("0.00"), Decimal("30.00"))
    assert AuditEntry.objects.get(action="circulation.close_fee").facts["overpaid"] == "30.00"


def test_refund_pays_out_what_was_overpaid(loan, now):
    charge(loan, 10, now)
    pay(loan, "60.00", now)
    fee = close(loan, 3, now)

    left = refund(
        patron=fee.patron,
        amount=Decimal("40.00"),
        method="CASH",
        staff=StaffAccountFactory(),
        now=now,
        form_id="form-0002",
    )

    [view] = fees_of(loan.patron, also_settled=True)
    assert (left, credit_of(loan.patron_id)) == (Decimal("0.00"), Decimal("0.00"))
    assert (view.charged, view.paid, view.fee.balance) == (Decimal("20.00"), Decimal("20.00"), Decimal("0.00"))


def test_never_credits_what_was_waived(loan, now):
    fee = charge(loan, 10, now)
    waive(fee=fee, amount=Decimal("60.00"), reason="ill", staff=StaffAccountFactory(supervisor=True), now=now)

    fee = close(loan, -1, now)

    assert (fee.balance, credit_of(loan.patron_id)) == (Decimal("0.00"), Decimal("0.00"))


def test_renewed_loan_starts_a_new_fee_for_its_new_due_date(loan, now):
    first = close(loan, 3, now)
    loan.due_date = late(20)
    loan.save()

    second = charge_overdue(loan=loan, on=late(21), now=now, actor=None)

    assert (first.balance, second.balance) == (Decimal("20.00"), Decimal("20.00"))
    assert first.pk != second.pk


def test_undone_return_lets_the_fee_grow_again(loan, now):
    charge(loan, 10, now)
    close(loan, 3, now)

    reopen_overdue_fee(loan=loan, now=now, actor=None)
    fee = charge(loan, 10, now)

    assert amounts(fee) == [Decimal("60.00"), Decimal("-40.00"), Decimal("40.00")]
    assert fee.balance == Decimal("60.00")


def test_undone_return_takes_the_credit_back(loan, now):
    charge(loan, 10, now)
    pay(loan, "60.00", now)
    close(loan, 3, now)

    reopen_overdue_fee(loan=loan, now=now, actor=None)
    fee = charge(loan, 20, now)

    assert (fee.balance, credit_of(loan.patron_id)) == (Decimal("60.00"), Decimal("0.00"))


def test_is_listed_with_ledger_and_explanation(loan, now):
    charge(loan, 10, now)
    pay(loan, "25.00", now)

    [view] = fees_of(loan.patron)

    assert (view.charged, view.paid, view.waived, view.fee.balance) == (
        Decimal("60.00"),
        Decimal("25.00"),
        Decimal("0.00"),
        Decimal("35.00"),
    )
    assert (view.rule["step"], view.rule["days_late"]) == (2, 10)


def test_is_out_of_the_list_once_settled(loan, now):
    charge(loan, 10, now)
    pay(loan, "60.00", now)

    assert fees_of(loan.patron) == []
    assert len(fees_of(loan.patron, also_settled=True)) == 1


def test_belongs_to_the_municipality(loan, now, beta):
    charge(loan, 10, now)

    with tenant_context(beta):
        assert Fee.objects.count() == 0
        assert owed_by(loan.patron_id) == Decimal("0.00")
