"""Cases I.H: returns and transfers."""

from datetime import timedelta

import pytest

from circulation.models import Hold, Loan, LocalUse, RotatingCollection, Transit
from circulation.services.check_in import check_in
from circulation.services.results import GoesTo
from tests.factories import (
    BranchGroupFactory,
    HoldFactory,
    LoanFactory,
    PatronFactory,
    RuleFactory,
    TransitFactory,
)


@pytest.fixture
def scan(library, now):
    """Return a function that scans an item at east."""

    def scan(item, **values):
        return check_in(item=item, **{"branch": library.east, "staff": library.staff, "now": now, **values})

    return scan


def test_i_h1_what_was_not_on_loan_still_goes_where_it_belongs(library, scan):
    item = library.item()
    hold = HoldFactory(record=item.record, pickup_branch=library.east)

    result = scan(item, counts_use=True)

    assert (result.loan, result.hold, result.goes_to) == (None, hold, GoesTo.HOLD_SHELF)
    assert LocalUse.objects.count() == 1


@pytest.mark.parametrize(
    ("policy", "goes_to", "home"),
    [
        ("HOME", GoesTo.TRANSIT, "main"),
        ("STAY", GoesTo.SHELF, "east"),
        ("STAY_IN_GROUP", GoesTo.SHELF, "east"),
    ],
)
def test_i_h2_the_return_policy_decides_where_it_goes(library, scan, policy, goes_to, home):
    library.main.group = library.east.group = BranchGroupFactory()
    library.main.save()
    library.east.save()
    RuleFactory(values={"return_policy": policy}, branch=library.main)
    loan = LoanFactory(item=library.item(), lending_branch=library.main)

    assert scan(loan.item).goes_to == goes_to
    loan.item.refresh_from_db()
    assert loan.item.home_branch.code == home


def test_i_h3_a_hold_comes_before_the_way_home(library, scan):
    loan = LoanFactory(item=library.item(), lending_branch=library.main)
    hold = HoldFactory(record=loan.item.record, pickup_branch=library.east)

    assert scan(loan.item).goes_to == GoesTo.HOLD_SHELF
    hold.refresh_from_db()
    assert (hold.state, Transit.objects.count()) == (Hold.State.READY, 0)


def test_i_h3_a_wrong_destination_is_told_and_not_changed(library, scan):
    transit = TransitFactory(item=library.item(), from_branch=library.east, to_branch=library.main)

    result = scan(transit.item)

    assert (result.goes_to, result.branch, result.changed) == (GoesTo.TRANSIT, library.main, False)


def test_i_h4_no_loan_is_left_on_an_item_that_is_back(library, scan, now):
    loan = LoanFactory(item=library.item(), lending_branch=library.main)
    scan(loan.item)

    assert not Loan.objects.filter(item=loan.item, returned_at=None).exists()
    assert scan(loan.item).loan is None


@pytest.mark.parametrize("keeps", [True, False])
def test_i_h5_history_is_forgotten_at_once_unless_she_keeps_it(library, scan, keeps):
    patron = PatronFactory(history=keeps)
    loan = LoanFactory(item=library.item(), patron=patron, lending_branch=library.main)

    scan(loan.item)

    loan.refresh_from_db()
    assert loan.patron == (patron if keeps else None)


def test_i_h6_what_came_back_earlier_is_dated_by_its_own_day(library, scan, now):
    loan = LoanFactory(item=library.item(), lending_branch=library.main, overdue=True)

    result = scan(loan.item, back_dated_to=loan.due_date)

    loan.refresh_from_db()
    assert (result.days_late, result.fee) == (0, None)
    assert loan.returned_at.date() == loan.due_date
    assert loan.returned_at < now - timedelta(days=9)


def test_i_h7_an_item_on_tour_is_not_sent_home(library, scan, now):
    loan = LoanFactory(item=library.item(), lending_branch=library.main)
    tour = RotatingCollection.objects.create(name="Comics")
    tour.members.create(item=loan.item)
    tour.stops.create(branch=library.east, position=1, sent_at=now)

    assert scan(loan.item).goes_to == GoesTo.SHELF
    loan.item.refresh_from_db()
    assert (loan.item.home_branch, loan.item.current_branch) == (library.main, library.east)
