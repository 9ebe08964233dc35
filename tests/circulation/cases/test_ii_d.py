"""Cases II.D, the decision table through the services: home A is `main`, other branches are `east` and `third`."""

import pytest

from circulation.errors import CheckOutRefused, Code, HoldRefused, RenewalRefused
from circulation.models import Hold, Loan, Transit
from circulation.services.check_in import check_in
from circulation.services.check_out import check_out
from circulation.services.holds import cancel_hold, place_hold
from circulation.services.renew import renew_loan
from circulation.services.results import GoesTo
from notices.models import Notice
from tests.factories import BranchFactory, HoldFactory, LoanFactory, TransitFactory


@pytest.fixture
def third(library):
    """Return a branch that is neither home nor pick-up place."""
    return BranchFactory(code="third", name="Third")


@pytest.fixture
def scan(library, now):
    """Return a function that scans an item at a branch and tells where it goes."""

    def scan(item, branch):
        result = check_in(item=item, branch=branch, staff=library.staff, now=now)
        item.refresh_from_db()
        return result.goes_to, result.branch.code

    return scan


@pytest.fixture
def lend(library, now):
    """Return a function that lends an item at a branch."""

    def lend(item, patron, branch):
        return check_out(item=item, patron=patron, branch=branch, staff=library.staff, now=now)

    return lend


def _loan(library):
    return LoanFactory(item=library.item(), lending_branch=library.main)


def _waits(item, branch, **values):
    return HoldFactory(record=item.record, pickup_branch=branch, **values)


def _state(hold):
    hold.refresh_from_db()
    return hold.state


def test_ii_d1_on_shelf_at_home_nothing_happens(library, scan):
    assert scan(library.item(), library.main) == (GoesTo.SHELF, "main")
    assert not Transit.objects.exists()


def test_ii_d2_on_shelf_elsewhere_travels_home_without_a_loan(library, scan):
    item = library.item()

    assert scan(item, library.east) == (GoesTo.TRANSIT, "main")
    assert (item.status, Loan.objects.count()) == ("IN_TRANSIT", 0)


def test_ii_d3_on_shelf_and_wanted_here_is_ready(library, scan):
    item = library.item()
    hold = _waits(item, library.main)

    assert scan(item, library.main) == (GoesTo.HOLD_SHELF, "main")
    assert _state(hold) == Hold.State.READY


def test_ii_d4_on_shelf_and_wanted_elsewhere_travels(library, scan):
    item = library.item()
    hold = _waits(item, library.east)

    assert scan(item, library.main) == (GoesTo.TRANSIT, "east")
    assert _state(hold) == Hold.State.IN_TRANSIT


def test_ii_d5_at_desk_scanned_there_nothing_happens(library, scan):
    hold = HoldFactory(ready=True, trapped_item=library.item(), pickup_branch=library.main)

    assert scan(hold.trapped_item, library.main) == (GoesTo.HOLD_SHELF, "main")
    assert (_state(hold), Notice.objects.count()) == (Hold.State.READY, 0)


def test_ii_d6_at_desk_scanned_elsewhere_travels_back(library, scan, third):
    hold = HoldFactory(ready=True, trapped_item=library.item(), pickup_branch=library.main)

    assert scan(hold.trapped_item, third) == (GoesTo.TRANSIT, "main")
    assert _state(hold) == Hold.State.IN_TRANSIT


def test_ii_d7_on_loan_returned_at_home(library, scan):
    assert scan(_loan(library).item, library.main) == (GoesTo.SHELF, "main")


def test_ii_d8_on_loan_returned_elsewhere_travels_home(library, scan):
    assert scan(_loan(library).item, library.east) == (GoesTo.TRANSIT, "main")


def test_ii_d9_on_loan_and_wanted_here(library, scan):
    loan = _loan(library)
    hold = _waits(loan.item, library.east)

    assert scan(loan.item, library.east) == (GoesTo.HOLD_SHELF, "east")
    loan.refresh_from_db()
    assert (loan.returned_at is not None, _state(hold)) == (True, Hold.State.READY)


@pytest.mark.parametrize("pickup", ["main", "third"])
def test_ii_d10_on_loan_and_wanted_elsewhere_even_at_home(library, scan, third, pickup):
    loan = _loan(library)
    hold = _waits(loan.item, {"main": library.main, "third": third}[pickup])

    assert scan(loan.item, library.east) == (GoesTo.TRANSIT, pickup)
    assert (_state(hold), Transit.objects.get().purpose) == (Hold.State.IN_TRANSIT, "HOLD")


def test_ii_d11_in_transit_for_pickup_arrives(library, scan):
    hold = HoldFactory(in_transit=True, trapped_item=library.item(), pickup_branch=library.east)

    assert scan(hold.trapped_item, library.east) == (GoesTo.HOLD_SHELF, "east")
    assert (_state(hold), Notice.objects.count()) == (Hold.State.READY, 1)


def test_ii_d12_in_transit_for_pickup_scanned_on_the_way(library, scan, third):
    hold = HoldFactory(in_transit=True, trapped_item=library.item(), pickup_branch=library.east)

    assert scan(hold.trapped_item, third) == (GoesTo.TRANSIT, "east")
    assert (_state(hold), Transit.objects.filter(received_at=None, cancelled_at=None).count()) == ("IN_TRANSIT", 1)


def _going_home(library):
    item = library.item()
    TransitFactory(item=item, from_branch=library.east, to_branch=library.main)
    return item


def test_ii_d13_in_transit_to_house_arrives(library, scan):
    item = _going_home(library)

    assert scan(item, library.main) == (GoesTo.SHELF, "main")
    assert Transit.objects.get().received_at is not None


def test_ii_d14_in_transit_to_house_scanned_on_the_way(library, scan, third):
    item = _going_home(library)

    assert scan(item, third) == (GoesTo.TRANSIT, "main")
    assert Transit.objects.get().received_at is None


@pytest.mark.parametrize(
    ("here", "pickup", "goes"),
    [
        ("main", "main", (GoesTo.HOLD_SHELF, "main")),
        ("east", "east", (GoesTo.HOLD_SHELF, "east")),
        ("third", "main", (GoesTo.TRANSIT, "main")),
        ("third", "east", (GoesTo.TRANSIT, "east")),
    ],
)
def test_ii_d15_in_transit_to_house_with_a_request(library, scan, third, here, pickup, goes):
    branches = {"main": library.main, "east": library.east, "third": third}
    item = _going_home(library)
    _waits(item, branches[pickup])

    assert scan(item, branches[here]) == goes
    assert Transit.objects.filter(received_at=None, cancelled_at=None).count() == (goes[0] == GoesTo.TRANSIT)


@pytest.mark.parametrize(
    ("pickup", "following", "goes"),
    [
        ("east", None, (GoesTo.TRANSIT, "main")),
        ("main", None, (GoesTo.SHELF, "main")),
        ("east", "east", (GoesTo.HOLD_SHELF, "east")),
        ("east", "third", (GoesTo.TRANSIT, "third")),
    ],
)
def test_ii_d16_a_request_at_desk_is_cancelled(library, scan, third, now, pickup, following, goes):
    """Ours: the item moves when it's scanned off the shelf, as the list of what's to be cleared asks for."""
    branches = {"main": library.main, "east": library.east, "third": third}
    hold = HoldFactory(ready=True, trapped_item=library.item(), pickup_branch=branches[pickup])
    if following:
        _waits(hold.trapped_item, branches[following])

    cancel_hold(hold=hold, staff=library.staff, now=now)

    assert scan(hold.trapped_item, branches[pickup]) == goes


def test_ii_d17_cancelled_on_the_way_nobody_is_told_before_it_arrives(library, scan, third, now):
    hold = HoldFactory(in_transit=True, trapped_item=library.item(), pickup_branch=library.east)
    following = _waits(hold.trapped_item, library.east)

    cancel_hold(hold=hold, staff=library.staff, now=now)

    assert (_state(following), Notice.objects.count()) == (Hold.State.QUEUED, 0)
    assert scan(hold.trapped_item, third) == (GoesTo.TRANSIT, "east")
    assert (_state(following), Notice.objects.count()) == (Hold.State.QUEUED, 0)
    assert scan(hold.trapped_item, library.east) == (GoesTo.HOLD_SHELF, "east")
    assert (_state(following), Notice.objects.count()) == (Hold.State.READY, 1)


def test_ii_d18_at_desk_goes_to_its_patron_only(library, lend):
    hold = HoldFactory(ready=True, trapped_item=library.item(), patron=library.patron, pickup_branch=library.main)

    with pytest.raises(CheckOutRefused) as refused:
        lend(hold.trapped_item, library.another_patron(), library.main)
    assert refused.value.codes == [Code.ITEM_ON_HOLD]
    assert lend(hold.trapped_item, library.patron, library.main).filled_hold == hold


def test_ii_d18_on_loan_to_another_is_denied(library, lend):
    with pytest.raises(CheckOutRefused) as refused:
        lend(_loan(library).item, library.patron, library.main)
    assert refused.value.codes == [Code.ITEM_ON_LOAN]


def test_ii_d18_on_loan_to_the_same_is_renewed(library, lend):
    """Ours: the field's other systems treat it as a return, which surprises whoever wanted to renew."""
    loan = LoanFactory(item=library.item(), patron=library.patron, lending_branch=library.main)

    assert lend(loan.item, library.patron, library.main).was_renewal


def test_ii_d18_in_transit_goes_to_its_patron_only(library, lend):
    hold = HoldFactory(in_transit=True, trapped_item=library.item(), patron=library.patron, pickup_branch=library.east)

    with pytest.raises(CheckOutRefused) as refused:
        lend(hold.trapped_item, library.another_patron(), library.main)
    assert refused.value.codes == [Code.ITEM_IN_TRANSIT]
    assert lend(hold.trapped_item, library.patron, library.east).filled_hold == hold
    assert Transit.objects.get().received_at is not None


def test_ii_d18_in_transit_to_house_anybody_may_take_it(library, lend):
    assert lend(_going_home(library), library.patron, library.east).loan.patron == library.patron


def test_ii_d19_no_second_request_and_none_for_what_she_has(library, now):
    values = {"patron": library.patron, "pickup_branch": library.main, "staff": library.staff, "now": now}
    wanted = library.item().record
    place_hold(record=wanted, **values)
    lent = LoanFactory(item=library.item(), patron=library.patron).item.record

    for record, code in ((wanted, Code.ALREADY_HOLDS), (lent, Code.HAS_IT_ON_LOAN)):
        with pytest.raises(HoldRefused) as refused:
            place_hold(record=record, **values)
        assert code in refused.value.codes


def test_ii_d20_no_renewal_while_somebody_waits(library, now):
    loan = LoanFactory(item=library.item(), patron=library.patron, lending_branch=library.main)
    _waits(loan.item, library.main)

    with pytest.raises(RenewalRefused) as refused:
        renew_loan(loan=loan, staff=library.staff, now=now)
    assert Code.SOMEBODY_WAITS in refused.value.codes


def test_ii_d23_a_library_without_pickup_lends_and_takes_back(library, scan, lend, now):
    depot = BranchFactory(code="depot", no_pickup=True)
    foreign, own = library.item(), library.item(home_branch=depot)

    assert lend(foreign, library.patron, depot).loan.lending_branch == depot
    assert scan(foreign, depot) == (GoesTo.TRANSIT, "main")
    place_hold(
        record=own.record, patron=library.another_patron(), pickup_branch=library.main, staff=library.staff, now=now
    )
    assert scan(own, depot) == (GoesTo.TRANSIT, "main")
    with pytest.raises(HoldRefused) as refused:
        place_hold(record=own.record, patron=library.patron, pickup_branch=depot, staff=library.staff, now=now)
    assert Code.PICKUP_NOT_ALLOWED in refused.value.codes
