"""Cases I.G7, G12, G13, G15 to G17, G20, G23 and G24: what fills a hold, and how its time on the shelf ends."""

from collections import Counter
from datetime import timedelta

import pytest

from circulation.errors import Code, Override
from circulation.models import Hold
from circulation.selectors.picks import holds_to_pick
from circulation.services.holds import cancel_hold, change_hold, place_hold
from circulation.services.nightly.expired_holds import expire_holds
from holdings.models import Item
from notices.models import Notice
from tests.factories import TODAY, CalendarDayFactory, HoldFactory, PatronFactory, RuleFactory

DAY = timedelta(days=1)
SATURDAY = TODAY + 2 * DAY


@pytest.mark.parametrize("state", ["reference_only", "missing", "lost", "withdrawn"])
def test_g23_what_is_not_lent_or_not_there_is_not_holdable(town, library, state):
    assert town.refused(library.item(**{state: True}).record) == [Code.NO_ITEMS]


@pytest.mark.parametrize("state", ["reference_only", "withdrawn"])
def test_g23_nor_is_it_trapped_when_it_is_scanned(town, library, state):
    item = library.item(**{state: True})
    hold = town.wait(item.record)

    assert town.scan(item) is None
    hold.refresh_from_db()
    assert hold.state == Hold.State.QUEUED


@pytest.mark.parametrize("state", ["missing", "lost"])
def test_g23_what_is_found_again_is_trapped(town, library, state):
    item = library.item(**{state: True})
    hold = town.wait(item.record)

    assert town.scan(item) == hold


def test_g12_a_hold_on_an_item_takes_no_other_however_long_it_waits(town, library, now):
    item = library.item()
    others = [library.item(record=item.record) for _ in range(2)]
    on_item = town.place(item.record, item=item)
    behind = town.wait(item.record)

    assert [town.scan(other) for other in others] == [behind, None]
    assert [line.item for line in holds_to_pick(library.main, now=now)] == [item]
    assert town.scan(item) == on_item


def test_g13_a_hold_promises_nothing_until_its_item_is_scanned(town, library):
    item = library.item()

    hold = town.place(item.record, item=item)
    assert (hold.state, Item.objects.get(pk=item.pk).status) == (Hold.State.QUEUED, Item.Status.AVAILABLE)
    assert not Notice.objects.exists()

    assert town.scan(item) == hold
    hold.refresh_from_db()
    assert (hold.state, hold.ready_at) == (Hold.State.READY, town.now)


def test_g13_of_two_holds_on_the_shelf_one_scan_fills_the_first(town, library):
    item = library.item()
    first = town.wait(item.record)
    second = town.place(item.record, item=item)

    assert town.scan(item) == first
    second.refresh_from_db()
    assert second.state == Hold.State.QUEUED


def test_g15_a_nearer_rule_says_how_long_and_a_later_change_moves_nothing(town, library, now):
    RuleFactory(values={"shelf_days": 3}, patron_category=library.patron.category)
    RuleFactory(values={"shelf_days": 5}, branch=library.main)
    item = library.item()
    hold = town.place(item.record)

    town.scan(item)
    hold.refresh_from_db()
    # Thursday and five open days: Friday, Saturday, and from Monday on.
    assert (hold.shelf_until, hold.ready_at) == (TODAY + 6 * DAY, now)

    change_hold(hold=hold, needed_by=TODAY + 30 * DAY, staff=library.staff, now=now + DAY, note="Call me")
    hold.refresh_from_db()
    assert (hold.shelf_until, hold.ready_at) == (TODAY + 6 * DAY, now)


def _night(day, now):
    counts = Counter()
    expire_holds(on=day, now=now + (day - TODAY), counts=counts)
    return counts


@pytest.mark.parametrize(
    ("night", "state"),
    [(SATURDAY, "READY"), (SATURDAY + DAY, "EXPIRED")],
    ids=["on its last day", "on the closed day after it"],
)
def test_g16_it_lies_there_until_its_last_open_day_is_over(town, library, now, night, state):
    hold = HoldFactory(ready=True, pickup_branch=library.main, shelf_until=SATURDAY)

    _night(night, now)

    hold.refresh_from_db()
    assert hold.state == state


def test_g16_the_last_day_is_never_a_closed_one(town, library):
    CalendarDayFactory(branch=library.main, date=SATURDAY)
    RuleFactory(values={"shelf_days": 2}, branch=library.main)
    item = library.item()
    town.wait(item.record)

    # Friday counts, Saturday is closed and so is Sunday.
    assert town.scan(item).shelf_until == TODAY + 4 * DAY


def test_g16_twice_in_a_night_it_ends_once_and_the_next_gets_it_by_a_scan(town, library, now):
    hold = HoldFactory(ready=True, pickup_branch=library.main, shelf_until=TODAY - DAY)
    behind = town.wait(hold.record)

    assert (_night(TODAY, now), _night(TODAY, now)) == (
        Counter(not_collected=1, interest_over=0),
        Counter(not_collected=0, interest_over=0),
    )
    behind.refresh_from_db()
    assert behind.state == Hold.State.QUEUED
    assert town.scan(hold.trapped_item) == behind


def test_g17_the_night_ends_what_is_not_wanted_any_longer_and_not_what_travels(town, library, now):
    record = library.item().record
    hold = town.place(record, needed_by=TODAY)
    on_its_way = HoldFactory(in_transit=True, pickup_branch=library.east, needed_by=TODAY, interest_until=TODAY)

    _night(TODAY + DAY, now)

    for each in (hold, on_its_way):
        each.refresh_from_db()
    assert (hold.state, hold.end_reason) == (Hold.State.EXPIRED, "INTEREST_OVER")
    assert on_its_way.state == Hold.State.IN_TRANSIT


def test_g17_what_arrives_too_late_lies_there_for_that_day(town, library):
    hold = HoldFactory(in_transit=True, pickup_branch=library.east, needed_by=TODAY - DAY, trapped_item=library.item())

    assert town.scan(hold.trapped_item, library.east) == hold
    hold.refresh_from_db()
    assert (hold.state, hold.shelf_until) == (Hold.State.READY, TODAY)


def test_g20_cancelled_at_the_desk_the_item_is_lent_to_whoever_asks(town, library, now):
    hold = HoldFactory(ready=True, trapped_item=library.item(), pickup_branch=library.main)

    cancel_hold(hold=hold, staff=library.staff, now=now)

    assert town.lend(hold.trapped_item, library.patron).loan.patron == library.patron


def test_g20_whoever_is_first_again_gets_the_next_item_that_comes(town, library):
    hold = HoldFactory(ready=True, trapped_item=library.item(), pickup_branch=library.main)
    town.wait(hold.record)
    town.lend(hold.trapped_item, library.patron, override=Override([Code.ITEM_ON_HOLD], "asked at the desk"))

    assert town.scan(library.item(record=hold.record)) == hold


@pytest.mark.parametrize("what", ["lent to another", "lent to her", "cancelled"])
def test_g24_lending_and_cancelling_take_it_off_the_plan(town, library, now, what):
    item = library.item()
    patron = PatronFactory(home_branch=library.main)
    hold = place_hold(record=item.record, patron=patron, pickup_branch=library.main, staff=None, now=now)
    assert [line.hold for line in holds_to_pick(library.main, now=now)] == [hold]

    if what == "cancelled":
        cancel_hold(hold=hold, staff=None, now=now)
    else:
        town.lend(item, patron if what == "lent to her" else library.patron)

    assert holds_to_pick(library.main, now=now) == []
