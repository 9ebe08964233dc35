from decimal import Decimal

import pytest

from circulation.models import Fee, Loan
from circulation.services.check_in import check_in
from circulation.services.fees import take_payment, waive
from tests.factories import NOW, FeeFactory, LoanFactory, StaffAccountFactory


@pytest.fixture
def late(library, now):
    """Return a loan that came back ten days late, so that 60 kroner are owed for it."""
    loan = LoanFactory(item=library.item(), patron=library.patron, lending_branch=library.main, overdue=True)
    check_in(item=loan.item, branch=library.main, staff=library.staff, now=now)
    assert Loan.objects.get().patron == library.patron
    return loan


def _pay(library, amount, form_id):
    take_payment(
        patron=library.patron, amount=Decimal(amount), method="CASH", staff=library.staff, now=NOW, form_id=form_id
    )


def test_forgets_once_the_last_of_a_fee_is_paid(late, library):
    _pay(library, "20.00", "first")
    assert Loan.objects.get().patron == library.patron

    _pay(library, "40.00", "second")

    assert Loan.objects.get().patron is None
    assert Fee.objects.get().patron == library.patron


def test_forgets_when_a_fee_is_waived(late):
    waive(
        fee=Fee.objects.get(),
        amount=Decimal("60.00"),
        reason="Snowed in",
        staff=StaffAccountFactory(supervisor=True),
        now=NOW,
    )

    assert Loan.objects.get().patron is None


def test_remembers_while_another_fee_of_the_loan_is_open(late, library):
    FeeFactory(loan=late, patron=library.patron, amount="50.00", created_at=NOW)

    _pay(library, "60.00", "first")

    assert Loan.objects.get().patron == library.patron


def test_remembers_a_patron_who_keeps_her_history(late, library):
    library.patron.keeps_history = True
    library.patron.save()

    _pay(library, "60.00", "first")

    assert Loan.objects.get().patron == library.patron


def test_remembers_who_has_it_still(library):
    loan = LoanFactory(item=library.item(), patron=library.patron, lending_branch=library.main, overdue=True)
    FeeFactory(loan=loan, patron=library.patron, amount="60.00")

    _pay(library, "60.00", "first")

    assert Loan.objects.get().patron == library.patron
