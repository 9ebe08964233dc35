"""Cases II.D21 and D22: another pick-up branch on the way, and whole journeys of one item; its home A is `main`."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from circulation.errors import CheckOutRefused, Code, HoldRefused, RenewalRefused
from circulation.models import Fee, Hold, Transit
from circulation.services.check_in import check_in
from circulation.services.check_out import check_out
from circulation.services.holds import cancel_hold, move_hold, place_hold
from circulation.services.renew import renew_loan
from circulation.services.results import GoesTo
from holdings.models import Item
from notices.models import Notice
from tests.factories import BranchFactory, HoldFactory, TransitFactory


@dataclass
class Journey:
    """One item, and everything that's done about it at the desks of three branches."""

    library: object
    third: object
    item: Item
    now: datetime

    def _branch(self, name):
        return self.third if name == "third" else getattr(self.library, name)

    def scan(self, at):
        """Check the item in and tell where it goes."""
        result = check_in(item=self.item, branch=self._branch(at), staff=self.library.staff, now=self.now)
        self.item.refresh_from_db()
        return result.goes_to, result.branch.code

    def request(self, patron, pickup):
        """Place a hold on its title."""
        values = {"pickup_branch": self._branch(pickup), "staff": self.library.staff, "now": self.now}
        return place_hold(record=self.item.record, patron=patron, **values)

    def lend(self, patron, at):
        """Lend it."""
        return check_out(item=self.item, patron=patron, branch=self._branch(at), staff=self.library.staff, now=self.now)

    def is_denied(self, patron, at):
        """Try to lend it and return why it isn't; nothing has changed."""
        before = list(Hold.objects.order_by("pk").values()), Item.objects.filter(pk=self.item.pk).values().get()
        with pytest.raises(CheckOutRefused) as refused:
            self.lend(patron, at)
        assert before == (
            list(Hold.objects.order_by("pk").values()),
            Item.objects.filter(pk=self.item.pk).values().get(),
        )
        return refused.value.codes


@pytest.fixture
def journey(library, now):
    """Return an item of main, on its shelf."""
    return Journey(library, BranchFactory(code="third", name="Third"), library.item(), now)


def _move(journey, hold, to):
    return move_hold(hold=hold, pickup_branch=to, staff=journey.library.staff, now=journey.now)


def test_ii_d21_a_pending_request_is_picked_up_elsewhere(journey, library):
    hold = journey.request(library.patron, "east")

    _move(journey, hold, journey.third)

    assert journey.scan("main") == (GoesTo.TRANSIT, "third")


def test_ii_d21_in_transit_for_pickup_it_travels_on(journey, library):
    hold = journey.request(library.patron, "east")
    journey.scan("main")

    _move(journey, hold, journey.third)

    assert journey.scan("east") == (GoesTo.TRANSIT, "third")
    assert Notice.objects.count() == 0
    assert journey.scan("third") == (GoesTo.HOLD_SHELF, "third")
    hold.refresh_from_db()
    assert (hold.state, Transit.objects.filter(received_at=None, cancelled_at=None).count()) == ("READY", 0)


def test_ii_d21_at_desk_it_stays(journey, library):
    hold = journey.request(library.patron, "main")
    journey.scan("main")

    with pytest.raises(HoldRefused) as refused:
        _move(journey, hold, journey.third)

    hold.refresh_from_db()
    assert (refused.value.codes, hold.state, hold.pickup_branch) == ([Code.HOLD_ON_ITS_WAY], "READY", library.main)


def test_ii_d21_in_transit_to_house_only_the_one_who_waits_is_asked(journey, library):
    """Ours: a loan that's over has no pick-up branch; whoever waits meanwhile may choose hers."""
    TransitFactory(item=journey.item, from_branch=library.east, to_branch=library.main)
    hold = HoldFactory(record=journey.item.record, pickup_branch=library.main)

    _move(journey, hold, library.east)

    assert journey.scan("east") == (GoesTo.HOLD_SHELF, "east")


def test_ii_d22_scenario_b_requested_sent_received_lent_and_home_again(journey, library):
    journey.request(library.patron, "east")

    assert journey.scan("main") == (GoesTo.TRANSIT, "east")
    assert journey.scan("east") == (GoesTo.HOLD_SHELF, "east")
    assert journey.lend(library.patron, "east").filled_hold is not None
    assert journey.scan("east") == (GoesTo.TRANSIT, "main")
    assert journey.scan("main") == (GoesTo.SHELF, "main")
    assert (journey.item.status, journey.item.current_branch) == ("AVAILABLE", library.main)


def test_ii_d22_scenario_c_around_three_branches_with_two_patrons_and_a_renewal(journey, library):
    second = library.another_patron()

    journey.request(library.patron, "east")
    assert journey.scan("main") == (GoesTo.TRANSIT, "east")
    assert journey.scan("east") == (GoesTo.HOLD_SHELF, "east")
    journey.lend(library.patron, "east")
    journey.request(second, "third")
    assert journey.scan("east") == (GoesTo.TRANSIT, "third")
    assert journey.scan("third") == (GoesTo.HOLD_SHELF, "third")
    loan = journey.lend(second, "third").loan
    first_end = loan.due_date
    journey.now += timedelta(days=27)
    assert renew_loan(loan=loan, staff=library.staff, now=journey.now).loan.renewals == 1
    # In time, but after the end of the first period.
    journey.now += timedelta(days=7)
    assert journey.now.date() > first_end
    assert journey.scan("third") == (GoesTo.TRANSIT, "main")
    assert journey.scan("main") == (GoesTo.SHELF, "main")
    assert Hold.objects.filter(state="FILLED").count() == 2
    assert not Transit.objects.filter(received_at=None, cancelled_at=None).exists()
    assert not Fee.objects.exists()


def test_ii_d22_scenario_d_four_denied_actions_and_a_cancellation_on_the_way(journey, library, now):
    """Ours: a request binds the item with the scan of whoever fetches it, so two scans more than sixteen steps."""
    a, b = library.patron, library.another_patron()

    assert journey.scan("main") == (GoesTo.SHELF, "main")
    journey.request(a, "east")
    assert journey.scan("main") == (GoesTo.TRANSIT, "east")
    assert journey.scan("east") == (GoesTo.HOLD_SHELF, "east")
    assert journey.is_denied(b, "east") == [Code.ITEM_ON_HOLD]
    journey.request(b, "east")
    assert journey.is_denied(b, "east") == [Code.ITEM_ON_HOLD]
    loan = journey.lend(a, "east").loan
    with pytest.raises(RenewalRefused) as refused:
        renew_loan(loan=loan, staff=library.staff, now=now)
    assert Code.SOMEBODY_WAITS in refused.value.codes
    assert journey.scan("east") == (GoesTo.HOLD_SHELF, "east")
    again = journey.request(a, "main")
    assert journey.is_denied(a, "main") == [Code.ITEM_ON_HOLD]
    journey.lend(b, "main")
    assert journey.scan("third") == (GoesTo.TRANSIT, "main")
    assert journey.scan("east") == (GoesTo.TRANSIT, "main")
    cancel_hold(hold=again, staff=library.staff, now=now)
    assert journey.scan("third") == (GoesTo.TRANSIT, "main")
    assert journey.scan("main") == (GoesTo.SHELF, "main")
    assert not Hold.objects.filter(state__in=Hold.ACTIVE).exists()
    assert not Transit.objects.filter(received_at=None, cancelled_at=None).exists()
