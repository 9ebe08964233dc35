"""Cases II.E: transits and floating."""

import pytest
from django.db import IntegrityError, transaction

from circulation.models import Hold, Transit
from circulation.services.check_in import check_in
from circulation.services.check_out import check_out
from circulation.services.results import GoesTo
from tests.factories import (
    BranchFactory,
    BranchGroupFactory,
    HoldFactory,
    LoanFactory,
    RuleFactory,
    ShelvingLocationFactory,
    TransitFactory,
)


@pytest.fixture
def scan(library, now):
    """Return a function that scans an item at a branch."""

    def scan(item, branch, **values):
        return check_in(item=item, branch=branch, staff=library.staff, now=now, **values)

    return scan


def _loan(library):
    return LoanFactory(item=library.item(), lending_branch=library.main)


def test_ii_e1_a_second_open_transit_is_refused_by_the_database(library):
    transit = TransitFactory(item=library.item(), from_branch=library.main, to_branch=library.east)

    for purpose in Transit.Purpose.values:
        with pytest.raises(IntegrityError), transaction.atomic():
            Transit.objects.create(
                item=transit.item,
                from_branch=library.east,
                to_branch=library.main,
                purpose=purpose,
                sent_at=transit.sent_at,
            )
    assert Transit.objects.count() == 1


def test_ii_e2_a_cancelled_journey_is_taken_up_again(library, scan, now):
    hold = HoldFactory(in_transit=True, trapped_item=library.item(), patron=library.patron, pickup_branch=library.east)
    Transit.objects.update(cancelled_at=now)

    assert scan(hold.trapped_item, library.main).branch == library.east
    arrived = scan(hold.trapped_item, library.east)
    hold.refresh_from_db()
    assert (arrived.goes_to, hold.state) == (GoesTo.HOLD_SHELF, Hold.State.READY)
    assert hold.shelf_until is not None
    lent = check_out(item=hold.trapped_item, patron=library.patron, branch=library.east, staff=library.staff, now=now)
    assert lent.filled_hold == hold


def test_ii_e2_whoever_lends_what_travels_ends_its_journey(library, now):
    item = library.item()
    TransitFactory(item=item, from_branch=library.east, to_branch=library.main)

    check_out(item=item, patron=library.patron, branch=library.east, staff=library.staff, now=now)

    # So there's no stray journey left that anybody could cancel while the item is lent.
    assert not Transit.objects.filter(received_at=None, cancelled_at=None).exists()
    item.refresh_from_db()
    assert item.status == "ON_LOAN"


def test_ii_e3_floats_everywhere(library, scan):
    RuleFactory(values={"return_policy": "STAY"}, branch=library.main)
    loan = _loan(library)

    assert scan(loan.item, library.east).goes_to == GoesTo.SHELF
    loan.item.refresh_from_db()
    assert loan.item.home_branch == library.east
    assert not Transit.objects.exists()


def test_ii_e4_floats_within_its_group_only(library, scan):
    RuleFactory(values={"return_policy": "STAY_IN_GROUP"}, branch=library.main)
    library.main.group = library.east.group = BranchGroupFactory()
    library.main.save()
    library.east.save()

    assert scan(_loan(library).item, library.east).goes_to == GoesTo.SHELF
    assert scan(_loan(library).item, BranchFactory()).goes_to == GoesTo.TRANSIT


def test_ii_e6_a_branch_that_keeps_nothing_wins(library, scan):
    RuleFactory(values={"return_policy": "STAY"}, branch=library.main)
    RuleFactory(values={"return_policy": "HOME"}, branch=library.east)

    assert scan(_loan(library).item, library.east).branch == library.main


def test_ii_e7_never_when_wanted_or_in_transit_or_by_a_machine(library, scan):
    RuleFactory(values={"return_policy": "STAY"}, branch=library.main)
    wanted, travelling, by_machine = _loan(library).item, library.item(), _loan(library).item
    HoldFactory(record=wanted.record, pickup_branch=library.main)
    TransitFactory(item=travelling, from_branch=BranchFactory(), to_branch=library.main)

    results = [
        scan(wanted, library.east),
        scan(travelling, library.east),
        scan(by_machine, library.east, is_self_service=True),
    ]

    assert [(each.goes_to, each.branch) for each in results] == [(GoesTo.TRANSIT, library.main)] * 3
    for item in (wanted, travelling, by_machine):
        item.refresh_from_db()
        assert item.home_branch == library.main


@pytest.mark.parametrize(("rooms", "room"), [(("Attic",), "Attic"), (("Cellar",), None)])
def test_ii_e7_it_keeps_its_room_only_where_there_is_one_of_that_name(library, scan, rooms, room):
    """Ours: a room of another branch would send whoever fetches it to a shelf where it never stood."""
    RuleFactory(values={"return_policy": "STAY"}, branch=library.main)
    item = library.item(location=ShelvingLocationFactory(branch=library.main, name="Attic"))
    LoanFactory(item=item, lending_branch=library.main)
    for name in rooms:
        ShelvingLocationFactory(branch=library.east, name=name)

    scan(item, library.east)

    item.refresh_from_db()
    assert (item.home_branch, item.location and item.location.name) == (library.east, room)
    assert item.location is None or item.location.branch == library.east


def test_ii_e8_goes_home_unless_floating_is_switched_on_and_the_answer_names_the_new_place(library, scan):
    assert scan(_loan(library).item, library.east).branch == library.main

    RuleFactory(values={"return_policy": "STAY"}, branch=library.main)
    assert scan(_loan(library).item, library.east).item.home_branch == library.east
