"""What's undone lets the fee grow again that it had closed, and none that a renewal had closed before."""

from collections import Counter
from datetime import timedelta

import pytest

from accounts.models import AuditEntry
from circulation.models import CirculationRule, Fee, Loan
from circulation.services.check_in import check_in
from circulation.services.check_out import check_out
from circulation.services.nightly.overdue_fees import charge_overdue_fees
from circulation.services.renew import renew_loan
from circulation.services.report_item import report_lost
from circulation.services.undo import undo
from tests.factories import NOW, TODAY, LoanFactory, RuleFactory


@pytest.fixture
def renewed(library):
    """Return a function that makes a loan which was renewed three days late, and is ten days late again."""

    def renewed(**rules):
        CirculationRule.objects.all().delete()
        RuleFactory(set={"renewal_days": 7, **rules})
        loan = LoanFactory(item=library.item(), patron=library.patron, due_date=TODAY)
        night(3)
        renew_loan(loan=loan, staff=library.staff, now=NOW + timedelta(days=3))
        loan.refresh_from_db()
        night((loan.due_date - TODAY).days + 10)
        assert fees() == [(20, True), (60, False)]
        return loan

    return renewed


def night(days):
    charge_overdue_fees(on=TODAY + timedelta(days=days), now=NOW + timedelta(days=days), counts=Counter())


def fees():
    """Return what's owed of each overdue fee, and whether it's closed."""
    return [(fee.balance, fee.closed_at is not None) for fee in Fee.objects.filter(kind="OVERDUE").order_by("pk")]


def take_back(library, action, now):
    entry = AuditEntry.objects.filter(action=action).latest("pk")
    entry.at = now
    undo(entry=entry, staff=library.staff, now=now)


@pytest.mark.parametrize("grouping", ["ITEM", "DUE_DATE", "LOAN_DATE", "LATEST_DATE"])
def test_an_undone_return_opens_the_fee_that_it_closed_alone(library, renewed, grouping):
    loan = renewed(fee_grouping=grouping)
    back = {"item": loan.item, "branch": library.main, "staff": library.staff, "now": NOW + timedelta(days=21)}

    check_in(**back)
    take_back(library, "circulation.check_in", back["now"])

    assert [closed for _, closed in fees()] == [True, False]
    # Brought back in the end, nothing goes on growing and nothing was charged twice.
    check_in(**back)
    assert fees() == [(20, True), (60, True)]


def test_an_item_reported_lost_by_mistake_opens_the_fee_of_its_due_date_alone(library, renewed):
    loan = renewed(lost_charged_at_once=True, lost_waives_overdue=True)
    now = NOW + timedelta(days=21)

    report_lost(item=loan.item, staff=library.staff, now=now)
    assert fees() == [(20, True), (0, True)]
    take_back(library, "circulation.report_lost", now)

    assert fees() == [(20, True), (60, False)]


@pytest.mark.parametrize("grouping", ["ITEM", "DUE_DATE"])
def test_a_loan_that_ends_with_its_item_lost_ends_its_overdue_fee_until_that_is_undone(library, renewed, grouping):
    loan = renewed(lost_ends_loan=True, fee_grouping=grouping)
    now = NOW + timedelta(days=21)

    report_lost(item=loan.item, staff=library.staff, now=now)
    night(40)
    assert fees() == [(20, True), (60, True)]
    take_back(library, "circulation.report_lost", now)

    assert fees() == [(20, True), (60, False)]
    night(40)
    assert fees() == [(20, True), (120, False)]


def test_an_undone_check_out_that_a_night_has_charged_for_costs_nothing(library):
    RuleFactory(values={"loan_hours": 2, "fee_per_hour": "5.00"}, branch=library.main)
    lent = check_out(item=library.item(), patron=library.patron, branch=library.main, staff=library.staff, now=NOW)
    night(1)
    assert fees()[0][0] > 0

    take_back(library, "circulation.check_out", NOW + timedelta(hours=20))

    assert (fees(), Loan.objects.get(pk=lent.loan.pk).undone_at) == ([(0, True)], NOW + timedelta(hours=20))
