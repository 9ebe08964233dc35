"""Case I.C12, lost things that are lent: whoever was asked to pay for them isn't any more; undone, she is again."""

from decimal import Decimal

import pytest

from accounts.models import AuditEntry
from circulation.errors import Code, Override
from circulation.models import CirculationRule, Fee, Loan
from circulation.selectors.fees import credit_of, owed_by
from circulation.services.check_in import check_in
from circulation.services.check_out import check_out
from circulation.services.claims import claim_never_had
from circulation.services.fees import take_payment
from circulation.services.report_item import report_lost, report_missing
from circulation.services.undo import undo
from holdings.errors import ItemRefused
from holdings.services.items import ItemDetails, change_item
from tests.factories import LoanFactory, RuleFactory

PRICE, PROCESSING = Decimal("99.00"), Decimal("20.00")


@pytest.fixture
def lost(library, now):
    """Return a loan that ended when its item was reported lost; the patron is asked for 99 and 20."""
    CirculationRule.objects.all().delete()
    values = {"lost_charged_at_once": True, "lost_ends_loan": True, "processing_fee": "20.00", "block_at_debt": None}
    RuleFactory(set=values)
    loan = LoanFactory(item=library.item(price=PRICE), patron=library.patron, lending_branch=library.main)
    report_lost(item=loan.item, staff=library.staff, now=now)
    assert owed_by(library.patron.pk) == PRICE + PROCESSING
    return loan


@pytest.fixture
def lend(library, now):
    """Return a function that lends a lost or missing item to somebody else."""

    def lend(item, code=Code.ITEM_LOST):
        return check_out(
            item=item,
            patron=library.another_patron(),
            branch=library.main,
            staff=library.staff,
            now=now,
            override=Override([code], "It lies here"),
        )

    return lend


def test_i_c12_lent_to_another_the_claim_for_it_ends(library, lost, lend):
    lend(lost.item)

    assert owed_by(library.patron.pk) == PROCESSING
    claim = Fee.objects.get(kind="REPLACEMENT")
    assert (claim.balance, claim.closed_at is not None) == (0, True)


def test_i_c12_what_she_had_paid_for_it_is_her_credit(library, lost, lend, now):
    take_payment(
        patron=library.patron,
        amount=PRICE + PROCESSING,
        method="CASH",
        staff=library.staff,
        now=now,
        form_id="form-0001",
    )

    lent = lend(lost.item)
    check_in(item=lost.item, branch=library.main, staff=library.staff, now=now)

    assert credit_of(library.patron.pk) == PRICE
    assert credit_of(lent.loan.patron_id) == 0


def test_i_c12_undone_the_claim_stands_again(library, lost, lend, now):
    result = lend(lost.item)

    undo(entry=AuditEntry.objects.get(pk=result.entry_id), staff=library.staff, now=now)

    lost.item.refresh_from_db()
    assert (lost.item.status, owed_by(library.patron.pk)) == ("LOST", PRICE + PROCESSING)


def test_i_c12_a_missing_item_that_is_lent_clears_whoever_said_she_never_had_it(library, lend, now):
    loan = LoanFactory(item=library.item(), patron=library.patron, lending_branch=library.main)
    claim_never_had(loan=loan, staff=library.staff, now=now)
    report_missing(item=loan.item, staff=library.staff, now=now)

    lend(loan.item, Code.ITEM_MISSING)

    loan.refresh_from_db()
    assert (loan.claim, loan.patron) == ("", None)
    assert Loan.objects.filter(returned_at=None).count() == 1


@pytest.mark.parametrize("how", ["lent", "checked in"])
def test_i_c12_a_lost_item_that_was_called_missing_since_is_found_all_the_same(library, lost, lend, now, how):
    report_missing(item=lost.item, staff=library.staff, now=now)

    if how == "lent":
        lend(lost.item, Code.ITEM_MISSING)
    else:
        check_in(item=lost.item, branch=library.main, staff=library.staff, now=now)

    assert owed_by(library.patron.pk) == PROCESSING


def test_i_c12_nothing_but_a_scan_says_that_a_lost_item_is_not_lost(library, now):
    loan = LoanFactory(item=library.item(), patron=library.patron, lending_branch=library.main)
    report_lost(item=loan.item, staff=library.staff, now=now)
    loan.item.refresh_from_db()
    details = ItemDetails(item_type=loan.item.item_type, home_branch=library.main, status="AVAILABLE")

    with pytest.raises(ItemRefused) as refused:
        change_item(item=loan.item, details=details, actor=library.staff, now=now)

    assert [reason.code for reason in refused.value.reasons] == ["ITEM_IN_CIRCULATION"]
    check_in(item=loan.item, branch=library.main, staff=library.staff, now=now)
    loan.item.refresh_from_db()
    assert loan.item.status == "AVAILABLE"
