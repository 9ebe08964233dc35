"""An item that's scanned in twice: a scanner's slip changes nothing and says so; what happened in between counts."""

from datetime import timedelta

import pytest

from accounts.models import AuditEntry
from circulation.errors import Code
from circulation.models import Hold, LocalUse, Transit
from circulation.services.check_in import check_in
from circulation.services.check_out import check_out
from circulation.services.results import GoesTo
from tests.factories import HoldFactory, LoanFactory, TransitFactory


@pytest.fixture
def scan(library, now):
    """Return a function that scans an item in so many minutes after the first scan, at main or elsewhere."""

    def take_back(item, branch=None, *, minutes=0, **values):
        at = now + timedelta(minutes=minutes)
        return check_in(item=item, branch=branch or library.main, staff=library.staff, now=at, **values)

    return take_back


def _travels(item):
    return Transit.objects.filter(item=item, received_at=None, cancelled_at=None)


def test_a_second_scan_changes_nothing_and_says_so(library, scan):
    loan = LoanFactory(item=library.item(), lending_branch=library.main)
    first = scan(loan.item)
    entries = AuditEntry.objects.count()

    again = scan(loan.item, minutes=9)

    assert (first.changed, again.changed, again.goes_to, again.entry_id) == (True, False, GoesTo.SHELF, None)
    assert [reason.code for reason in again.notices] == [Code.NOT_ON_LOAN]
    assert AuditEntry.objects.count() == entries


@pytest.mark.parametrize("pickup", ["main", "east"])
def test_a_second_scan_leaves_the_hold_and_its_journey_as_they_are(library, scan, pickup):
    loan = LoanFactory(item=library.item(), lending_branch=library.main)
    hold = HoldFactory(record=loan.item.record, pickup_branch=getattr(library, pickup))
    HoldFactory(record=loan.item.record, pickup_branch=library.main)
    first = scan(loan.item)
    journeys = list(Transit.objects.values())

    again = scan(loan.item, minutes=5)

    assert (again.changed, again.hold, again.goes_to, again.branch) == (False, hold, first.goes_to, first.branch)
    assert again.shelf_number == first.shelf_number
    assert list(Transit.objects.values()) == journeys


def test_lent_in_between_it_is_taken_back_again(library, scan, now):
    item = library.item()
    LoanFactory(item=item, lending_branch=library.main)
    scan(item)
    at = now + timedelta(minutes=2)
    lent = check_out(item=item, patron=library.patron, branch=library.main, staff=library.staff, now=at)

    again = scan(item, minutes=4)

    assert (again.changed, again.loan, again.patron_id) == (True, lent.loan, library.patron.pk)
    assert again.loan.returned_at == now + timedelta(minutes=4)


def test_wanted_in_between_it_is_put_aside_for_the_hold(library, scan):
    loan = LoanFactory(item=library.item(), lending_branch=library.main)
    scan(loan.item)
    hold = HoldFactory(record=loan.item.record, pickup_branch=library.main)

    again = scan(loan.item, minutes=3)

    hold.refresh_from_db()
    assert (again.changed, again.hold, hold.state) == (True, hold, Hold.State.READY)


def test_sent_in_between_it_arrives(library, scan):
    """A short way: scanned at home and sent, it's at the other branch within ten minutes."""
    hold = HoldFactory(record=library.item().record, pickup_branch=library.east)
    item = library.item(record=hold.record)
    assert scan(item).goes_to == GoesTo.TRANSIT

    arrived = scan(item, library.east, minutes=6)

    hold.refresh_from_db()
    assert (arrived.changed, arrived.goes_to, hold.state) == (True, GoesTo.HOLD_SHELF, Hold.State.READY)
    assert not _travels(item).exists()


def test_returned_at_another_branch_right_after_it_is_sent_home(library, scan):
    item = library.item()
    LoanFactory(item=item, lending_branch=library.main)
    scan(item)

    elsewhere = scan(item, library.east, minutes=1)

    assert (elsewhere.changed, elsewhere.goes_to, elsewhere.branch) == (True, GoesTo.TRANSIT, library.main)
    assert _travels(item).get().from_branch == library.east


def test_sent_away_and_scanned_where_it_came_from_it_stays_on_its_way_home(library, scan):
    transit = TransitFactory(item=library.item(), from_branch=library.east)

    again = scan(transit.item, library.east, minutes=1)

    assert (again.changed, again.goes_to, again.branch) == (False, GoesTo.TRANSIT, library.main)
    assert _travels(transit.item).get() == transit
    assert scan(transit.item, minutes=2).changed


def test_a_second_scan_is_no_use_in_the_house(library, scan):
    read, returned = library.item(), LoanFactory(item=library.item(), lending_branch=library.main).item

    uses = [scan(item, minutes=at, counts_use=True).was_used for item in (read, returned) for at in (0, 9)]

    assert uses == [True, False, False, False]
    assert LocalUse.objects.count() == 1


def test_read_once_more_later_or_elsewhere_it_is_a_use(library, scan):
    item = library.item()
    scan(item, counts_use=True)

    assert scan(item, minutes=10, counts_use=True).was_used
    assert scan(item, library.east, minutes=12, counts_use=True).was_used
