"""Cases I.G: holds in one library system."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal

import pytest

from circulation.errors import Code, HoldRefused, Override
from circulation.models import Fee, Hold, TransferLimit
from circulation.selectors.holds import holds_of
from circulation.selectors.picks import holds_to_pick
from circulation.services.holds import (
    QueueMove,
    cancel_hold,
    expire_interest,
    expire_shelf_hold,
    move_in_queue,
    resume_hold,
    set_priority,
    suspend_hold,
)
from circulation.services.nightly.expired_holds import expire_holds
from holdings.models import Item
from notices.models import Notice
from tests.factories import (
    TODAY,
    CalendarDayFactory,
    HoldFactory,
    ItemFactory,
    ItemTypeFactory,
    PatronFactory,
    RecordFactory,
    RuleFactory,
)

FIRST, SECOND, THIRD, FOURTH = range(4)


def _places(holds, now):
    """Return each hold's place in its queue, as its patron sees it."""
    return [next(line.position for line in holds_of(hold.patron, now=now)) for hold in holds]


# --- G1, G2: places ---


def test_g1_places_close_up_when_holds_before_are_cancelled(town, library, now):
    record = library.item().record
    holds = [town.wait(record) for _ in range(5)]

    assert _places(holds, now) == [1, 2, 3, 4, 5]
    for hold in holds[:2]:
        cancel_hold(hold=hold, staff=library.staff, now=now)

    assert _places(holds[2:], now) == [1, 2, 3]


def test_g1_what_is_bound_to_an_item_has_no_place(town, library, now):
    item = library.item()
    holds = [town.wait(item.record) for _ in range(2)]

    town.scan(item)

    assert _places(holds, now) == [None, 1]


@pytest.mark.parametrize(
    ("move", "order"),
    [
        (QueueMove.TOP, [2, 0, 1, 3]),
        (QueueMove.UP, [0, 2, 1, 3]),
        (QueueMove.DOWN, [0, 1, 3, 2]),
        (QueueMove.BOTTOM, [0, 1, 3, 2]),
    ],
)
def test_g2_moves_within_the_queue(town, library, now, move, order):
    record = library.item().record
    holds = [town.wait(record) for _ in range(4)]

    move_in_queue(hold=holds[THIRD], to=move, staff=library.staff, now=now)

    assert _places([holds[number] for number in order], now) == [1, 2, 3, 4]
    assert holds[THIRD].requested_at == Hold.objects.get(pk=holds[THIRD].pk).requested_at


def test_g2_who_is_always_last_stays_last(town, library, now):
    record = library.item().record
    last = town.wait(record, priority=-1)
    others = [town.wait(record) for _ in range(2)]

    move_in_queue(hold=last, to=QueueMove.TOP, staff=library.staff, now=now)
    move_in_queue(hold=others[FIRST], to=QueueMove.BOTTOM, staff=library.staff, now=now)

    assert _places([others[SECOND], others[FIRST], last], now) == [1, 2, 3]


def test_g2_moves_holds_that_were_asked_for_at_one_moment(town, library, now):
    record = library.item().record
    holds = [town.wait(record, requested_at=now) for _ in range(3)]

    move_in_queue(hold=holds[THIRD], to=QueueMove.TOP, staff=library.staff, now=now)
    move_in_queue(hold=holds[SECOND], to=QueueMove.UP, staff=library.staff, now=now)

    assert _places([holds[THIRD], holds[SECOND], holds[FIRST]], now) == [1, 2, 3]


def test_g2_a_hold_to_which_an_item_is_bound_is_not_moved(town, library, now):
    hold = HoldFactory(ready=True, pickup_branch=library.main)

    with pytest.raises(HoldRefused) as refused:
        move_in_queue(hold=hold, to=QueueMove.TOP, staff=library.staff, now=now)

    assert refused.value.codes == [Code.HOLD_ON_ITS_WAY]


# --- G3 to G6: limits ---


def test_g3_one_hold_on_a_title_unless_a_rule_says_more(town, library):
    record = library.item().record
    town.place(record)

    assert town.refused(record) == [Code.ALREADY_HOLDS]

    town.rule(max_holds_on_title=2)
    assert town.place(record).number == 2
    assert town.refused(record) == [Code.ALREADY_HOLDS]


def test_g3_a_cancelled_one_of_several_makes_room(town, library, now):
    record = library.item().record
    town.rule(max_holds_on_title=2)
    first = town.place(record)
    town.place(record)
    cancel_hold(hold=first, staff=None, now=now)

    assert town.place(record).number == 1


def test_g4_the_nearest_rule_limits_all_holds_of_a_category(town, library):
    category = library.patron.category
    HoldFactory.create_batch(3, patron=library.patron)
    RuleFactory(values={"max_holds": 3}, patron_category=category)
    record = library.item().record
    assert town.refused(record) == [Code.HOLD_LIMIT_REACHED]

    nearer = RuleFactory(values={"max_holds": 5}, patron_category=category, branch=library.main)
    hold = town.place(record)

    nearer.delete()
    hold.delete()
    assert town.refused(record) == [Code.HOLD_LIMIT_REACHED]


@pytest.mark.parametrize(
    ("limit", "days_ago", "is_refused"), [(1, 0, True), (1, 1, False), (0, 1, True), (None, 0, False)]
)
def test_g5_holds_per_day(town, library, now, limit, days_ago, is_refused):
    RuleFactory(values={"max_holds_per_day": limit}, branch=library.main)
    HoldFactory(patron=library.patron, requested_at=now - timedelta(days=days_ago))
    record = library.item().record

    if is_refused:
        assert town.refused(record) == [Code.HOLD_DAY_LIMIT_REACHED]
    else:
        assert town.place(record).state == Hold.State.QUEUED


def test_g6_a_limit_for_a_type_counts_holds_of_that_type_only(town, library):
    film = ItemTypeFactory(code="film")
    RuleFactory(values={"max_holds_of_type": 1}, item_type=film)
    for _ in range(2):
        HoldFactory(record=library.item().record, patron=library.patron)
    wanted = library.item(item_type=film).record
    town.place(wanted)

    assert town.refused(library.item(item_type=film).record) == [Code.HOLD_TYPE_LIMIT_REACHED]
    assert town.place(library.item().record).state == Hold.State.QUEUED


# --- G7 to G12: what may fill what ---


def test_g7_a_damaged_item_is_neither_holdable_nor_trapped(town, library):
    item = library.item(is_damaged=True)
    assert town.refused(item.record) == [Code.NO_ITEMS]

    town.wait(item.record)
    assert town.scan(item) is None


@pytest.mark.parametrize(
    ("who", "home", "may"),
    [
        ("ITEM_HOME_BRANCH", "main", True),
        ("ITEM_HOME_BRANCH", "east", False),
        ("ITEM_GROUP", "east", True),
        ("ITEM_GROUP", "west", False),
        ("ANYBODY", "west", True),
    ],
)
def test_g8_who_may_hold(town, library, who, home, may):
    town.rule(who_may_hold=who)
    patron = PatronFactory(home_branch=getattr(town, home))
    item = library.item()

    if may:
        assert town.place(item.record, patron=patron).state == Hold.State.QUEUED
        assert town.scan(item).patron == patron
    else:
        assert town.refused(item.record, patron=patron) == [Code.HOLDS_FOR_OTHERS]
        town.wait(item.record, patron=patron)
        assert town.scan(item) is None


@pytest.mark.parametrize(
    ("policy", "fills"),
    [
        ("ITEM_HOME_BRANCH", {"main"}),
        ("ITEM_CURRENT_BRANCH", {"east"}),
        ("ITEM_GROUP", {"main", "east"}),
        ("ANY_BRANCH", {"main", "east", "west"}),
    ],
)
def test_g9_where_an_item_of_main_that_is_at_east_may_be_picked_up(town, library, policy, fills):
    town.rule(pickup_policy=policy)
    for pickup in ("main", "east", "west"):
        item = ItemFactory(home_branch=library.main, current_branch=library.east)
        hold = town.wait(item.record, getattr(town, pickup))

        found = town.scan(item, library.east)

        assert (found == hold) is (pickup in fills), pickup


def test_g9_a_way_that_none_may_go_blocks_even_where_any_branch_may(town, library):
    TransferLimit.objects.create(from_branch=library.east, to_branch=town.west)
    item = ItemFactory(home_branch=library.main, current_branch=library.east)
    behind = town.wait(item.record, town.west), town.wait(item.record, library.main)

    assert town.scan(item, library.east) == behind[SECOND]


def test_g9_a_limit_for_one_type_lets_the_others_go(town, library):
    film = ItemTypeFactory(code="film")
    TransferLimit.objects.create(from_branch=library.main, to_branch=town.west, item_type=film)
    book, disc = library.item(), library.item(item_type=film)
    hold = town.wait(book.record, town.west)
    town.wait(disc.record, town.west)

    assert town.scan(book) == hold
    assert town.scan(disc) is None


@pytest.mark.parametrize(
    ("local", "pickups", "filled"),
    [
        (None, ["west", "east", "main"], "west"),
        ("PICKUP", ["west", "east", "main"], "main"),
        ("PICKUP", ["west", "east"], "east"),
        ("PICKUP", ["west"], "west"),
    ],
)
def test_g10_local_priority_by_pickup_its_own_branch_before_its_group(town, local, pickups, filled):
    if local:
        town.rule(local_priority=local)
    item = ItemFactory(home_branch=town.main)
    for pickup in pickups:
        town.wait(item.record, getattr(town, pickup))

    assert town.scan(item).pickup_branch == getattr(town, filled)


def test_g10_local_priority_by_the_patrons_home(town, library):
    town.rule(local_priority="PATRON")
    item = ItemFactory(home_branch=library.main)
    town.wait(item.record, patron=PatronFactory(home_branch=town.west))
    local = town.wait(item.record, patron=PatronFactory(home_branch=library.main))

    assert town.scan(item) == local


@pytest.mark.parametrize(
    ("policy", "on_shelf", "out", "may"),
    [
        ("ALWAYS", 2, 0, True),
        ("ANY_OUT", 2, 0, False),
        ("ANY_OUT", 1, 1, True),
        ("ALL_OUT", 2, 1, False),
        ("ALL_OUT", 1, 1, False),
        ("ALL_OUT", 0, 2, True),
    ],
)
def test_g11_holds_on_what_stands_on_the_shelf(town, library, policy, on_shelf, out, may):
    town.rule(on_shelf_holds=policy)
    record = RecordFactory()
    for _ in range(on_shelf):
        library.item(record=record)
    for _ in range(out):
        town.lent(record)

    if may:
        assert town.place(record).state == Hold.State.QUEUED
    else:
        assert town.refused(record) == [Code.ON_SHELF]


def test_g11_what_she_could_not_hold_does_not_count_as_on_the_shelf(town, library):
    film = ItemTypeFactory(code="film")
    town.rule(on_shelf_holds="ALL_OUT")
    RuleFactory(values={"holds_allowed": False}, item_type=film)
    item = town.lent()
    library.item(record=item.record, item_type=film)

    assert town.place(item.record).state == Hold.State.QUEUED


def test_g12_a_volume_is_filled_by_its_items_only(town, library):
    second = library.item(volume="2")
    first = library.item(record=second.record, volume="1")
    hold = town.place(second.record, volume=" 1 ")

    assert town.scan(second) is None
    assert town.scan(first) == hold
    assert town.refused(second.record, volume="3", patron=library.another_patron()) == [Code.VOLUME_UNKNOWN]


def test_g12_two_volumes_of_a_title_are_two_holds(town, library):
    first = library.item(volume="1")
    library.item(record=first.record, volume="2")

    town.place(first.record, volume="1")
    town.place(first.record, volume="2")

    assert town.refused(first.record, volume="2") == [Code.ALREADY_HOLDS]


def test_g12_an_item_hold_waits_for_its_item(town, library):
    item = library.item()
    other = library.item(record=item.record)
    hold = town.place(item.record, item=item)

    assert town.scan(other) is None
    assert town.scan(item) == hold


# --- G13 to G18: trapping, the shelf, time ---


def test_g14_an_item_trapped_elsewhere_is_told_of_when_it_arrives(town, library):
    item = library.item()
    hold = town.wait(item.record, library.east)

    town.scan(item, library.main)
    hold.refresh_from_db()
    assert (hold.state, Notice.objects.count()) == (Hold.State.IN_TRANSIT, 0)

    for _ in range(2):
        town.scan(item, library.east)
    hold.refresh_from_db()
    assert (hold.state, Notice.objects.count()) == (Hold.State.READY, 1)


def test_g15_the_shelf_counts_open_days_and_her_own_day_wins(town, library):
    # A Thursday; closed on Sundays, and on Friday this week.
    CalendarDayFactory(branch=library.main, date=TODAY + timedelta(days=1))
    RuleFactory(values={"shelf_days": 3}, branch=library.main)
    item, other = library.item(), library.item()
    town.wait(item.record)
    town.wait(other.record, needed_by=TODAY + timedelta(days=2))

    assert town.scan(item).shelf_until == TODAY + timedelta(days=5)
    assert town.scan(other).shelf_until == TODAY + timedelta(days=2)


def test_g16_a_standstill_is_made_good_by_the_next_night(town, library, now):
    hold = HoldFactory(ready=True, pickup_branch=library.main, shelf_until=TODAY - timedelta(days=9))
    waiting = town.wait(hold.record)

    expire_holds(on=TODAY, now=now, counts=Counter())

    hold.refresh_from_db()
    assert (hold.state, hold.end_reason) == (Hold.State.EXPIRED, "NOT_COLLECTED")
    assert town.scan(hold.trapped_item) == waiting
    assert Notice.objects.filter(kind="HOLD_READY", about__hold=waiting.pk).count() == 1


def test_g17_who_needs_it_by_a_day_does_not_wait_longer(town, library, now):
    record = library.item().record
    hold = town.place(record, needed_by=TODAY)
    behind = town.wait(record)

    assert not expire_interest(hold=hold, now=now)
    assert expire_interest(hold=hold, now=now + timedelta(days=1))
    assert _places([behind], now + timedelta(days=1)) == [1]


def test_g17_what_is_on_its_way_is_not_ended_for_its_day(town, library, now):
    hold = HoldFactory(
        in_transit=True, pickup_branch=library.east, needed_by=TODAY, interest_until=TODAY - timedelta(days=1)
    )

    assert not expire_interest(hold=hold, now=now)


def test_g18_a_paused_hold_is_skipped_and_keeps_its_place(town, library, now):
    item = library.item()
    paused, other = town.wait(item.record), town.wait(item.record)
    suspend_hold(hold=paused, until=TODAY + timedelta(days=9), staff=None, now=now)

    assert town.scan(item) == other
    resume_hold(hold=paused, staff=None, now=now)
    assert _places([paused], now) == [1]


def test_g18_a_pause_ends_on_its_day(town, library):
    item = library.item()
    town.wait(item.record, suspended_until=TODAY + timedelta(days=1))
    back = town.wait(item.record, suspended_until=TODAY)

    assert town.scan(item) == back


# --- G19 to G22: lending, fees, several ---


def test_g19_another_item_of_the_title_fills_a_title_hold_but_not_an_item_hold(town, library):
    item = library.item()
    other = library.item(record=item.record)
    on_title = town.wait(item.record, patron=library.patron)
    on_item = town.wait(item.record, item=item)

    assert town.lend(other, library.patron).filled_hold == on_title
    other_again = library.item(record=item.record)
    assert town.lend(other_again, on_item.patron).filled_hold is None


def test_g20_lent_to_another_the_waiting_one_is_first_again(town, library):
    hold = HoldFactory(ready=True, trapped_item=library.item(), pickup_branch=library.main)
    behind = town.wait(hold.record)

    town.lend(hold.trapped_item, library.patron, override=Override([Code.ITEM_ON_HOLD], "asked at the desk"))

    hold.refresh_from_db()
    assert hold.state == Hold.State.QUEUED
    assert _places([hold, behind], town.now) == [1, 2]


def test_g20_a_ready_hold_scanned_elsewhere_travels_again(town, library):
    hold = HoldFactory(ready=True, trapped_item=library.item(), pickup_branch=library.main)

    assert town.scan(hold.trapped_item, library.east) == hold
    hold.refresh_from_db()
    assert (hold.state, hold.shelf_number) == (Hold.State.IN_TRANSIT, None)


@pytest.mark.parametrize(
    ("when", "others_wait", "is_out", "fees"),
    [
        ("PLACED", False, False, 1),
        ("QUEUED", False, True, 0),
        ("QUEUED", True, False, 0),
        ("QUEUED", True, True, 1),
        ("COLLECTED", True, True, 0),
    ],
)
def test_g21_the_fee_when_it_is_placed(town, library, when, others_wait, is_out, fees):
    town.rule(hold_fee="10.00", hold_fee_when=when)
    item = town.lent() if is_out else library.item()
    if others_wait:
        town.wait(item.record)

    town.place(item.record)

    assert [(fee.kind, fee.balance) for fee in Fee.objects.all()] == [(Fee.Kind.HOLD, Decimal("10.00"))] * fees


def test_g21_the_fee_when_it_is_collected_is_for_the_held_item_only(town, library):
    town.rule(hold_fee="10.00", hold_fee_when="COLLECTED")
    hold = HoldFactory(ready=True, trapped_item=library.item(), patron=library.patron, pickup_branch=library.main)

    town.lend(library.item(), library.patron)
    assert not Fee.objects.exists()
    town.lend(hold.trapped_item, library.patron)

    fee = Fee.objects.get()
    assert (fee.kind, fee.balance, fee.description) == (Fee.Kind.HOLD, Decimal("10.00"), hold.record.title[:200])
    assert fee.entries.get().rule["value"] == "hold_fee"


def test_g22_one_item_fills_exactly_one_of_two_holds(town, library):
    town.rule(max_holds_on_title=2)
    item = library.item()
    first, second = town.place(item.record), town.place(item.record)

    assert town.lend(item, library.patron).filled_hold == first
    second.refresh_from_db()
    assert second.state == Hold.State.QUEUED


# --- G23 to G25 ---


def test_g23_what_is_being_made_ready_is_holdable_and_trapped_when_it_comes(town, library):
    item = library.item(in_process=True)

    hold = town.place(item.record)

    assert town.scan(item) == hold


def test_g24_the_plan_is_no_lock(town, library, now):
    planned = library.item()
    other = library.item(record=planned.record)
    hold = town.place(planned.record)
    assert [line.item for line in holds_to_pick(library.main, now=now)] == [planned]

    assert town.scan(other) == hold

    assert holds_to_pick(library.main, now=now) == []
    assert Item.objects.get(pk=planned.pk).status == Item.Status.AVAILABLE


def test_g25_what_a_patron_gives_up_stays_on_the_shelf_until_it_is_scanned(town, library, now):
    hold = HoldFactory(ready=True, trapped_item=library.item(), pickup_branch=library.main)
    behind = town.wait(hold.record)

    cancel_hold(hold=hold, staff=None, now=now)

    behind.refresh_from_db()
    assert behind.state == Hold.State.QUEUED
    assert town.scan(hold.trapped_item) == behind


def test_decision_6_priority_levels_go_before_the_time_of_the_request(town, library, now):
    item = library.item()
    first, second = town.wait(item.record), town.wait(item.record)
    set_priority(hold=second, priority=1, staff=library.staff, now=now)

    assert _places([second, first], now) == [1, 2]
    assert town.scan(item) == second


def test_expires_parallel_holds_with_the_one_not_collected(town, library, now):
    ready = HoldFactory(
        ready=True, pickup_branch=library.main, patron=library.patron, shelf_until=TODAY - timedelta(days=1)
    )
    other = town.place(library.item().record)
    group = "7b0c6c1e-6f8e-4c87-a2b9-1f9d64f1a111"
    Hold.objects.filter(pk__in=(ready.pk, other.pk)).update(group=group)

    assert expire_shelf_hold(hold=ready, now=now)

    other.refresh_from_db()
    assert (other.state, other.end_reason) == (Hold.State.CANCELLED, "OTHER_FILLED")
