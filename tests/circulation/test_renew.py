from datetime import date, timedelta
from decimal import Decimal

import pytest

from accounts.models import AuditEntry
from circulation.errors import Code, Override, RenewalRefused
from circulation.models import CirculationRule, Fee, Loan
from circulation.services.fees import charge_overdue
from circulation.services.renew import renew_all, renew_loan
from holdings.models import Item, OpeningHours
from tests.factories import TODAY, BlockFactory, FeeFactory, HoldFactory, LoanFactory, RuleFactory


@pytest.fixture
def loan(library):
    """Return a loan of main, due in three weeks."""
    return LoanFactory(item=library.item(), patron=library.patron, lending_branch=library.main)


@pytest.fixture
def renew(library, now):
    """Return a function that renews at the desk."""
    return lambda loan, **values: renew_loan(loan=loan, **{"staff": library.staff, "now": now, **values})


def _refused(renew, loan, **values):
    before = Loan.objects.filter(pk=loan.pk).values().get()
    with pytest.raises(RenewalRefused) as refused:
        renew(loan, **values)
    assert Loan.objects.filter(pk=loan.pk).values().get() == before
    assert not AuditEntry.objects.exists()
    return {reason.code: reason for reason in refused.value.reasons}


def test_moves_the_due_date_and_counts(renew, loan, now):
    loan.notices_made = 1
    loan.save()

    result = renew(loan)

    assert (result.old_due_date, result.loan.due_date) == (TODAY + timedelta(days=21), TODAY + timedelta(days=28))
    loan.refresh_from_db()
    assert (loan.due_date, loan.renewals, loan.renewed_at, loan.notices_made) == (TODAY + timedelta(days=28), 1, now, 0)
    assert AuditEntry.objects.get().pk == result.entry_id


def test_follows_the_rules_of_the_branch_that_lent_ii_a10(renew, library):
    loan = LoanFactory(item=library.item(), patron=library.patron, lending_branch=library.east)
    RuleFactory(values={"renewal_days": 60}, branch=library.east)

    assert renew(loan).loan.due_date == date(2027, 1, 18)


def test_counts_from_the_due_date_if_the_rule_says_so_d14(renew, loan):
    RuleFactory(values={"renewal_base": "DUE_DATE"}, branch=loan.lending_branch)

    assert renew(loan).loan.due_date == TODAY + timedelta(days=21 + 28)


def test_refuses_when_somebody_waits_whatever_the_override_d1(renew, loan, library):
    HoldFactory(record=loan.item.record, pickup_branch=library.main)
    override = Override([Code.SOMEBODY_WAITS], "She asked nicely")

    reasons = _refused(renew, loan, override=override)

    assert reasons[Code.SOMEBODY_WAITS].facts == {"count": 1}


def test_renews_the_sibling_of_an_item_that_somebody_wants_d3(renew, loan, library):
    HoldFactory(record=loan.item.record, item=library.item(record=loan.item.record), pickup_branch=library.main)

    assert renew(loan).loan.renewals == 1


def test_is_not_stopped_by_suspended_holds_nor_by_her_own_d4(renew, loan, library):
    HoldFactory(record=loan.item.record, pickup_branch=library.main, suspended=True)
    HoldFactory(record=loan.item.record, pickup_branch=library.main, patron=library.patron)

    assert renew(loan).loan.renewals == 1


@pytest.mark.parametrize(("renewals", "allowed"), [(2, True), (3, False), (4, False)])
def test_stops_at_the_limit_d10(renew, loan, renewals, allowed):
    loan.renewals = renewals
    loan.save()

    if allowed:
        assert renew(loan).loan.renewals == 3
    else:
        assert _refused(renew, loan)[Code.RENEWAL_LIMIT_REACHED].facts["limit"] == 3


def test_renews_without_end_where_renewals_are_unlimited(renew, loan):
    RuleFactory(values={"max_renewals": None}, branch=loan.lending_branch)
    loan.renewals = 99
    loan.save()

    assert renew(loan).loan.renewals == 100


@pytest.mark.parametrize(("days", "allowed"), [(7, True), (8, False)])
def test_is_too_early_until_the_day_comes_d5(renew, loan, days, allowed):
    RuleFactory(values={"earliest_renewal_days": 7}, branch=loan.lending_branch)
    loan.due_date = TODAY + timedelta(days=days)
    loan.save()

    if allowed:
        assert renew(loan).loan.renewals == 1
    else:
        assert _refused(renew, loan)[Code.TOO_EARLY].facts["from_day"] == "2026-11-20"


def test_refuses_for_blocks_debts_and_overdue_loans_f7(renew, loan, library):
    RuleFactory(values={"block_at_overdue": 1}, branch=library.main)
    BlockFactory(patron=library.patron)
    FeeFactory(patron=library.patron, amount="200.01")
    LoanFactory(patron=library.patron, overdue=True)

    assert list(_refused(renew, loan)) == [Code.PATRON_BLOCKED, Code.DEBT_LIMIT, Code.OVERDUE_LIMIT]


def test_lists_every_reason_at_once(renew, loan, library):
    RuleFactory(values={"earliest_renewal_days": 7}, branch=library.main)
    HoldFactory(record=loan.item.record, pickup_branch=library.main)
    Loan.objects.update(renewals=3)

    assert list(_refused(renew, loan)) == [Code.SOMEBODY_WAITS, Code.RENEWAL_LIMIT_REACHED, Code.TOO_EARLY]


def test_goes_past_the_limit_by_override(renew, loan):
    Loan.objects.update(renewals=3)

    renew(loan, override=Override([Code.RENEWAL_LIMIT_REACHED], "Long illness"))

    assert AuditEntry.objects.get().facts["overridden"] == ["RENEWAL_LIMIT_REACHED"]


def test_refuses_what_would_not_move_the_due_date(renew, loan):
    Loan.objects.update(due_date=TODAY + timedelta(days=28))

    assert list(_refused(renew, loan)) == [Code.NOT_LATER]


def test_refuses_an_item_that_was_reported_lost(renew, loan):
    Item.objects.filter(pk=loan.item_id).update(status=Item.Status.LOST)

    assert list(_refused(renew, loan)) == [Code.ITEM_LOST]


def test_refuses_a_loan_that_is_over(renew, library):
    loan = LoanFactory(returned=True)

    assert list(_refused(renew, loan)) == [Code.LOAN_ENDED]


def test_refuses_a_loan_that_is_gone(renew, library):
    with pytest.raises(RenewalRefused) as refused:
        renew(Loan(pk=10**9, item=library.item()))

    assert refused.value.codes == [Code.LOAN_UNKNOWN]


def test_names_the_rules_that_are_missing(renew, loan):
    CirculationRule.objects.all().delete()

    with pytest.raises(RenewalRefused) as refused:
        renew(loan)

    assert [reason.facts["name"] for reason in refused.value.reasons] == ["max_renewals", "block_at_debt", "loan_days"]


def test_refuses_where_no_day_is_ever_open(renew, loan, library):
    OpeningHours.objects.filter(branch=library.main).delete()

    assert list(_refused(renew, loan)) == [Code.CALENDAR_NEVER_OPEN]


def test_closes_the_fee_of_an_overdue_loan_and_a_later_one_starts_anew_d15(renew, library, now):
    loan = LoanFactory(item=library.item(), patron=library.patron, lending_branch=library.main, overdue=True)

    first = renew(loan)

    assert (first.fee.balance, first.fee.due_date) == (Decimal("60.00"), loan.due_date)
    assert Fee.objects.get().closed_at == now

    loan.refresh_from_db()
    late_again = loan.due_date + timedelta(days=2)
    charge_overdue(loan=loan, on=late_again, now=now + timedelta(days=30), actor=None)

    assert [fee.balance for fee in Fee.objects.order_by("pk")] == [Decimal("60.00"), Decimal("20.00")]


def test_returns_the_first_result_for_the_same_scan(renew, loan):
    first = renew(loan, scan_id="a-scan")

    again = renew(loan, scan_id="a-scan")

    assert (again.repeated, again.loan.renewals, again.old_due_date) == (True, 1, first.old_due_date)


def test_renews_all_that_can_be_and_says_why_the_others_can_not(library, now):
    free = LoanFactory(patron=library.patron, item=library.item(), lending_branch=library.main)
    wanted = LoanFactory(
        patron=library.patron, item=library.item(), lending_branch=library.main, due_date=TODAY + timedelta(days=2)
    )
    HoldFactory(record=wanted.item.record, pickup_branch=library.main)
    LoanFactory(patron=library.patron, returned=True)

    answers = renew_all(patron=library.patron, staff=None, now=now)

    assert [answer.loan for answer in answers] == [wanted, free]
    assert answers[0].refused.codes == [Code.SOMEBODY_WAITS]
    assert answers[1].result.loan.due_date == TODAY + timedelta(days=28)
    assert [answer.loan.item.record.title for answer in answers] == [wanted.item.record.title, free.item.record.title]
