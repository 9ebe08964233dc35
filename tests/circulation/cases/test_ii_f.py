"""II.F: patrons whose card has ended, or who have loans that are overdue."""

from datetime import timedelta

import pytest

from circulation.errors import CheckOutRefused, HoldRefused, RenewalRefused
from circulation.models import CirculationRule, Hold, Loan
from circulation.services.check_out import check_out
from circulation.services.holds import place_hold
from circulation.services.renew import renew_loan
from tests.factories import NOW, TODAY, FeeFactory, LoanFactory

pytestmark = pytest.mark.usefixtures("library")


def refusals(library, patron, loan):
    """Return why a check-out, a renewal and a hold are refused."""
    found = []
    for refusal, act in (
        (
            CheckOutRefused,
            lambda: check_out(item=library.item(), patron=patron, branch=library.main, staff=library.staff, now=NOW),
        ),
        (RenewalRefused, lambda: renew_loan(loan=loan, staff=library.staff, now=NOW)),
        (
            HoldRefused,
            lambda: place_hold(
                record=library.item().record, patron=patron, pickup_branch=library.main, staff=library.staff, now=NOW
            ),
        ),
    ):
        with pytest.raises(refusal) as refused:
            act()
        found.append(refused.value.codes)
    return found


def set_rule(**values):
    rule = CirculationRule.objects.get()
    rule.values = {**rule.values, **values}
    rule.save()


def test_ii_f3_an_expired_card_neither_borrows_nor_renews(library):
    patron = library.another_patron(expired=True)
    loan = LoanFactory(patron=patron, item=library.item())

    assert all("PATRON_EXPIRED" in codes for codes in refusals(library, patron, loan))
    assert (Loan.objects.count(), Loan.objects.get().renewals, Hold.objects.count()) == (1, 0, 0)


def test_ii_f5_f7_a_loan_due_today_is_not_overdue_and_one_that_is_stops_all_three(library):
    set_rule(block_at_overdue=1)
    loan = LoanFactory(patron=library.patron, item=library.item(), due_date=TODAY)
    item = library.item()
    check_out(item=item, patron=library.patron, branch=library.main, staff=library.staff, now=NOW)

    Loan.objects.filter(pk=loan.pk).update(due_date=TODAY - timedelta(days=1))

    assert all("OVERDUE_LIMIT" in codes for codes in refusals(library, library.patron, loan))


def test_ii_f7_a_debt_above_the_limit_stops_all_three(library):
    loan = LoanFactory(patron=library.patron, item=library.item())
    FeeFactory(patron=library.patron, amount=201)

    assert all("DEBT_LIMIT" in codes for codes in refusals(library, library.patron, loan))
