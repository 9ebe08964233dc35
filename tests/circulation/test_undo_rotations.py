"""What's taken back when a collection was sent on by mistake."""

from datetime import timedelta

import pytest

from accounts.models import AuditEntry
from circulation.errors import Code, UndoRefused
from circulation.models import Transit
from circulation.selectors.rotations import get_rotation, items_of_rotation
from circulation.services.check_in import check_in
from circulation.services.rotations import add_item, add_stop, end_rotation, plan_rotation, receive_all, send_on
from circulation.services.undo import undo
from holdings.models import Item
from tests.factories import BranchFactory, LoanFactory


@pytest.fixture
def tour(library):
    """Return a collection of two items of main that goes to east and then to a third branch."""
    tour = plan_rotation(name="Comics", note="", staff=library.staff)
    for branch in (library.east, BranchFactory(code="third", name="Third")):
        add_stop(collection=tour, branch=branch, planned_on=None, staff=library.staff)
    for _ in range(2):
        add_item(collection=tour, item=library.item(), staff=library.staff)
    return tour


@pytest.fixture
def send(library, tour, now):
    """Return a function that sends the collection on and returns the entry of it."""

    def act():
        send_on(collection=tour, staff=library.staff, now=now)
        return AuditEntry.objects.filter(action="circulation.send_rotation", subject_id=tour.pk).latest("pk")

    return act


@pytest.fixture
def take_back(library, now):
    """Return a function that undoes an entry a minute later."""
    return lambda entry: undo(entry=entry, staff=library.staff, now=now + timedelta(minutes=1))


def _refused(take_back, entry):
    with pytest.raises(UndoRefused) as refused:
        take_back(entry)
    return set(refused.value.codes)


def test_all_is_as_before_and_can_be_sent_again(tour, send, take_back):
    take_back(send())

    assert get_rotation(tour.pk).present is None
    assert {item.status for item in items_of_rotation(tour.pk)} == {Item.Status.AVAILABLE}
    assert not Transit.objects.filter(cancelled_at=None).exists()
    send()
    assert get_rotation(tour.pk).present.branch.code == "east"


def test_it_is_back_at_the_stop_that_it_left(library, tour, send, take_back, now):
    send()
    receive_all(collection=tour, branch=library.east, staff=library.staff, now=now)

    take_back(send())

    found = get_rotation(tour.pk)
    assert (found.present.branch, found.following.branch.code) == (library.east, "third")
    assert {item.current_branch_id for item in items_of_rotation(tour.pk)} == {library.east.pk}


def test_each_item_says_that_its_sending_is_taken_back(library, tour, send, take_back, now):
    lent = LoanFactory(item=library.item(), lending_branch=library.main).item
    add_item(collection=tour, item=lent, staff=library.staff)
    check_in(item=lent, branch=library.main, staff=library.staff, now=now)
    scan = AuditEntry.objects.filter(action="circulation.check_in").latest("pk")

    take_back(send())
    take_back(scan)

    lent.refresh_from_db()
    assert lent.status == Item.Status.ON_LOAN


def test_nothing_is_taken_back_twice(send, take_back):
    entry = send()
    take_back(entry)

    assert _refused(take_back, entry) == {Code.UNDONE_ALREADY}


def _arrive(library, tour, now):
    check_in(item=items_of_rotation(tour.pk)[0], branch=library.east, staff=library.staff, now=now)


def _follow(library, tour, now):
    out = next(item for item in items_of_rotation(tour.pk) if item.status == Item.Status.ON_LOAN)
    check_in(item=out, branch=library.main, staff=library.staff, now=now)


def _plan(library, tour, now):
    add_stop(collection=tour, branch=library.main, planned_on=None, staff=library.staff)


def _end(library, tour, now):
    end_rotation(collection=tour, staff=library.staff, now=now)


@pytest.mark.parametrize("happen", [_arrive, _follow, _plan, _end])
def test_refuses_once_something_else_has_happened(library, tour, send, take_back, now, happen):
    add_item(
        collection=tour, item=LoanFactory(item=library.item(), lending_branch=library.main).item, staff=library.staff
    )
    entry = send()
    happen(library, tour, now)
    ways = set(Transit.objects.values_list("pk", "received_at", "cancelled_at"))

    assert _refused(take_back, entry) == {Code.CHANGED_SINCE}
    assert set(Transit.objects.values_list("pk", "received_at", "cancelled_at")) == ways
