"""Collections that travel between branches."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from accounts.models import AuditEntry
from circulation.errors import Code, RotationRefused
from circulation.models import RotatingCollection, Transit
from circulation.selectors.rotations import (
    count_on_their_way,
    count_to_follow,
    get_rotation,
    items_of_rotation,
    rotations,
)
from circulation.services.check_in import check_in
from circulation.services.results import GoesTo
from circulation.services.rotations import (
    add_item,
    add_stop,
    end_rotation,
    plan_rotation,
    receive_all,
    remove_item,
    remove_stop,
    send_on,
)
from tests.factories import BranchFactory, HoldFactory, LoanFactory


@pytest.fixture
def third(library):
    """Return a third branch."""
    return BranchFactory(code="third", name="Third")


@pytest.fixture
def tour(library, third):
    """Return a collection of two items of main that goes to east and then to a third branch."""
    tour = plan_rotation(name=" Comics ", note="", staff=library.staff)
    for branch, day in ((library.east, date(2026, 12, 1)), (third, None)):
        add_stop(collection=tour, branch=branch, planned_on=day, staff=library.staff)
    for _ in range(2):
        add_item(collection=tour, item=library.item(), staff=library.staff)
    return tour


@pytest.fixture
def send(library, now):
    """Return a function that sends a collection on."""
    return lambda tour: send_on(collection=tour, staff=library.staff, now=now)


@pytest.fixture
def scan(library, now):
    """Return a function that scans an item at a branch."""
    return lambda item, branch: check_in(item=item, branch=branch, staff=library.staff, now=now)


def _codes(act, **values):
    with pytest.raises(RotationRefused) as refused:
        act(**values)
    return refused.value.codes


def test_plans_a_tour(tour, library, third):
    (plan,) = rotations()

    assert (plan.collection.name, plan.items, plan.present) == ("Comics", 2, None)
    assert [stop.branch for stop in plan.stops] == [library.east, third]
    assert plan.following.planned_on == date(2026, 12, 1)


def test_a_planned_tour_leaves_its_items_at_home(tour, library, scan):
    item = items_of_rotation(tour.pk)[0]

    assert scan(item, library.main).goes_to == GoesTo.SHELF


def test_sends_what_stands_on_the_shelves(tour, library, send):
    lent = LoanFactory(item=library.item(), lending_branch=library.main).item
    add_item(collection=tour, item=lent, staff=library.staff)

    stop, sent = send(tour)

    assert (stop.branch, len(sent), lent in sent) == (library.east, 2, False)
    assert set(Transit.objects.values_list("to_branch", "purpose")) == {(library.east.pk, "ROTATION")}
    assert count_on_their_way(tour.pk, library.east.pk) == 2
    assert AuditEntry.objects.filter(action="circulation.send_rotation").count() == 3


def test_what_was_on_loan_follows_when_it_is_back(tour, library, send, scan):
    loan = LoanFactory(item=library.item(), lending_branch=library.main)
    add_item(collection=tour, item=loan.item, staff=library.staff)
    send(tour)

    result = scan(loan.item, library.main)

    assert (result.goes_to, result.branch) == (GoesTo.TRANSIT, library.east)


def test_a_collection_is_at_its_stop_once_an_item_is(tour, library, send, scan):
    loan = LoanFactory(item=library.item(), lending_branch=library.main)
    add_item(collection=tour, item=loan.item, staff=library.staff)
    send(tour)
    on_the_way = get_rotation(tour.pk)

    scan(items_of_rotation(tour.pk)[0], library.east)

    assert (on_the_way.present.branch, on_the_way.arrived) == (library.east, False)
    assert get_rotation(tour.pk).arrived
    assert count_to_follow(tour.pk, library.east.pk) == 1


def test_receives_all_at_once_and_a_hold_still_gets_its_item(tour, library, send, now):
    wanted = items_of_rotation(tour.pk)[0]
    hold = HoldFactory(record=wanted.record, pickup_branch=library.east)
    send(tour)

    results = receive_all(collection=tour, branch=library.east, staff=library.staff, now=now)

    assert {result.goes_to for result in results} == {GoesTo.SHELF, GoesTo.HOLD_SHELF}
    hold.refresh_from_db()
    assert (hold.state, count_on_their_way(tour.pk, library.east.pk)) == ("READY", 0)


def test_i_h7_stays_at_its_stop_and_goes_on_with_the_others(tour, library, third, send, scan, now):
    send(tour)
    receive_all(collection=tour, branch=library.east, staff=library.staff, now=now)
    item = items_of_rotation(tour.pk)[0]

    assert scan(item, library.east).goes_to == GoesTo.SHELF
    stop, sent = send(tour)
    assert (stop.branch, len(sent)) == (third, 2)
    plan = get_rotation(tour.pk)
    assert (plan.present.branch, plan.following) == (third, None)
    assert scan(item, library.east).branch == third


def test_the_last_stop_is_followed_by_none(tour, send):
    send(tour)
    send(tour)

    assert _codes(send_on, collection=tour, staff=None, now=None) == [Code.ROTATION_NO_STOP_LEFT]


def test_ends_and_everything_goes_home(tour, library, send, scan, now):
    send(tour)
    receive_all(collection=tour, branch=library.east, staff=library.staff, now=now)
    items = items_of_rotation(tour.pk)

    sent = end_rotation(collection=tour, staff=library.staff, now=now)

    assert len(sent) == 2
    assert set(Transit.objects.filter(received_at=None).values_list("to_branch", "purpose")) == {
        (library.main.pk, "HOME")
    }
    assert scan(items[0], library.main).goes_to == GoesTo.SHELF
    assert (rotations(), get_rotation(tour.pk)) == ([], None)
    assert _codes(send_on, collection=tour, staff=library.staff, now=now) == [Code.ROTATION_ENDED]


def test_an_item_travels_with_one_collection(tour, library):
    other = plan_rotation(name="Crime", note="", staff=library.staff)
    item = items_of_rotation(tour.pk)[0]

    (code,) = _codes(add_item, collection=other, item=item, staff=library.staff)

    assert code == Code.ROTATES_WITH_ANOTHER
    assert add_item(collection=tour, item=item, staff=library.staff) is False
    assert remove_item(collection=tour, item_id=item.pk, staff=library.staff) is True
    assert remove_item(collection=tour, item_id=item.pk, staff=library.staff) is False
    assert add_item(collection=other, item=item, staff=library.staff) is True


def test_a_name_is_given_once(tour, library):
    assert _codes(plan_rotation, name="Comics", note="", staff=library.staff) == [Code.ROTATION_NAME_TAKEN]
    assert _codes(plan_rotation, name=" ", note="", staff=library.staff) == [Code.TEXT_MISSING]


def test_only_a_stop_to_come_is_taken_out(tour, library, send):
    first, second = get_rotation(tour.pk).stops
    send(tour)

    assert _codes(remove_stop, collection=tour, stop_id=first.pk, staff=library.staff) == [Code.ROTATION_STOP_PASSED]
    remove_stop(collection=tour, stop_id=second.pk, staff=library.staff)
    remove_stop(collection=tour, stop_id=second.pk, staff=library.staff)
    assert get_rotation(tour.pk).stops == (first,)


def test_a_collection_that_is_gone(library):
    gone = RotatingCollection(pk=7)

    assert _codes(add_stop, collection=gone, branch=library.main, planned_on=None, staff=library.staff) == [
        Code.ROTATION_UNKNOWN
    ]


def test_the_database_keeps_a_collection_at_one_stop(tour, now):
    first, second = tour.stops.all()
    tour.stops.filter(pk=first.pk).update(sent_at=now)

    with pytest.raises(IntegrityError), transaction.atomic():
        tour.stops.filter(pk=second.pk).update(sent_at=now)
