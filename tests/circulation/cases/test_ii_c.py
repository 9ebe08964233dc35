"""Cases II.C: placing, planning and capturing holds in many libraries."""

from collections import Counter
from datetime import timedelta

import pytest

from accounts.models import AuditEntry
from circulation.errors import Code, HoldRefused, RecallRefused, RenewalRefused
from circulation.models import Hold, Loan, TransferLimit
from circulation.selectors.hopeless import hopeless_holds
from circulation.selectors.picks import holds_to_pick
from circulation.services.holds import cancel_hold, make_parallel
from circulation.services.nightly.hold_care import care_for_holds
from circulation.services.picks import not_on_shelf, start_fetching
from circulation.services.recall import recall_loan
from circulation.services.renew import renew_loan
from holdings.models import Item
from notices.models import Notice
from tests.factories import (
    TODAY,
    HoldFactory,
    ItemFactory,
    LoanFactory,
    RecordFactory,
    RuleFactory,
    StaffAccountFactory,
)


def _picked(branch, now):
    return [line.item for line in holds_to_pick(branch, now=now)]


@pytest.fixture
def everywhere(town):
    """Return one item of a title at each of the three branches."""
    record = RecordFactory()
    return {
        name: ItemFactory(home_branch=getattr(town, name), record=record, acquired_on=None)
        for name in ("west", "east", "main")
    }


def test_ii_c1_the_item_at_the_pickup_branch_is_planned(town, everywhere, now):
    town.wait(everywhere["main"].record, town.main)

    assert _picked(town.main, now) == [everywhere["main"]]
    assert _picked(town.east, now) == _picked(town.west, now) == []


def test_ii_c2_what_is_not_on_its_shelf_is_planned_at_the_next_branch(town, library, everywhere, now):
    hold = town.wait(everywhere["main"].record, town.main)

    not_on_shelf(item=everywhere["main"], hold=hold, staff=library.staff, now=now)

    # East shares a group with main, so it's nearer than west.
    assert (_picked(town.main, now), _picked(town.east, now)) == ([], [everywhere["east"]])
    assert AuditEntry.objects.get(action="circulation.not_on_shelf").facts["tries"] == 1
    tomorrow = now + timedelta(days=1)
    assert _picked(town.east, tomorrow) == [everywhere["east"]]


def test_ii_c2_an_item_found_after_all_begins_anew(town, library, everywhere, now):
    hold = town.wait(everywhere["main"].record, town.main)
    not_on_shelf(item=everywhere["main"], hold=hold, staff=library.staff, now=now)

    assert town.scan(everywhere["main"]) == hold
    assert Item.objects.get(pk=everywhere["main"].pk).not_found_count == 0


def test_ii_c3_what_cannot_be_held_any_more_is_planned_otherwise(town, everywhere, now):
    town.wait(everywhere["main"].record, town.main)
    Item.objects.filter(pk=everywhere["main"].pk).update(status=Item.Status.MISSING)

    assert _picked(town.east, now) == [everywhere["east"]]


def test_ii_c5_a_hold_that_nothing_can_fill_is_hopeless_with_a_date_until_something_can(town, library, now):
    item = library.item(volume="1")
    hold = town.wait(item.record, volume="2")

    care_for_holds(on=TODAY, now=now, counts=Counter())
    hold.refresh_from_db()
    assert hold.hopeless_since == TODAY
    assert [(line.hold, line.items) for line in hopeless_holds(library.main, now=now)] == [(hold, 1)]

    library.item(record=item.record, volume="2")
    care_for_holds(on=TODAY + timedelta(days=1), now=now, counts=Counter())
    hold.refresh_from_db()
    assert hold.hopeless_since is None
    assert hopeless_holds(library.main, now=now) == []


def test_ii_c5_any_edition_is_filled_by_another_one(town, library, now):
    wanted, other = library.item(), library.item()
    hold = town.wait(wanted.record, any_edition=True, edition_ids=[other.record_id])

    assert town.scan(other) == hold
    assert town.lend(other, hold.patron).filled_hold == hold


def test_ii_c5_an_item_of_another_edition_is_on_the_pick_list(town, library, now):
    away, other = town.lent(), library.item()
    town.wait(away.record, any_edition=True, edition_ids=[other.record_id])

    assert _picked(library.main, now) == [other]


def test_ii_c6_the_nearest_branch_fetches(town, everywhere, now):
    Item.objects.filter(pk=everywhere["main"].pk).update(status=Item.Status.LOST)
    town.wait(everywhere["main"].record, town.main)

    assert (_picked(town.east, now), _picked(town.west, now)) == ([everywhere["east"]], [])


def test_ii_c7_a_branch_that_is_closed_today_is_spared(town, everywhere, now):
    town.east.calendar_days.create(date=TODAY, is_open=False)
    Item.objects.filter(pk=everywhere["main"].pk).update(status=Item.Status.LOST)
    town.wait(everywhere["main"].record, town.main)

    assert (_picked(town.east, now), _picked(town.west, now)) == ([], [everywhere["west"]])


@pytest.mark.parametrize(
    ("order", "filled"), [("FIRST_COME", "west"), ("TRADITIONAL", "east"), ("HOME_FIRST", "main"), (None, "west")]
)
def test_ii_c8_which_hold_a_returned_item_fills(town, order, filled):
    """An item of main that comes back at east, for holds at west, main and east in this order."""
    if order:
        town.rule(hold_order=order)
    item = ItemFactory(home_branch=town.main, current_branch=town.east)
    for pickup in ("west", "main", "east"):
        town.wait(item.record, getattr(town, pickup))

    assert town.scan(item, town.east).pickup_branch == getattr(town, filled)


def test_ii_c9_a_new_item_goes_past_199_holds_to_the_one_that_it_may_fill(town):
    town.rule(age_protection_days=90)
    item = ItemFactory(home_branch=town.east, current_branch=town.main, acquired_on=TODAY - timedelta(days=89))
    for _ in range(199):
        town.wait(item.record, town.west)
    last = town.wait(item.record, town.east)

    assert town.scan(item, town.main) == last


@pytest.mark.parametrize(
    ("scope", "age", "pickup", "may"),
    [
        ("BRANCH", 89, "east", False),
        ("GROUP", 89, "east", True),
        ("GROUP", 89, "west", False),
        ("BRANCH", 90, "west", True),
    ],
)
def test_ii_c9_how_far_and_how_long_new_items_stay(town, scope, age, pickup, may):
    town.rule(age_protection_days=90, age_protection_scope=scope)
    item = ItemFactory(home_branch=town.main, acquired_on=TODAY - timedelta(days=age))
    town.wait(item.record, getattr(town, pickup))

    assert (town.scan(item) is not None) is may


def test_ii_c10_no_item_travels_where_a_limit_forbids_it(town, everywhere, now):
    for name in ("east", "west"):
        TransferLimit.objects.create(from_branch=getattr(town, name), to_branch=town.main)
    Item.objects.filter(pk=everywhere["main"].pk).update(status=Item.Status.ON_LOAN)
    town.wait(everywhere["main"].record, town.main)

    assert _picked(town.east, now) == _picked(town.west, now) == []


def test_ii_c11_five_holds_on_a_title_where_five_are_allowed(town, library):
    record = library.item().record
    town.rule(max_holds_on_title=5)
    for _ in range(5):
        town.place(record)

    assert town.refused(record) == [Code.ALREADY_HOLDS]


def test_ii_c11_never_two_holds_on_one_item(town, library):
    item = library.item()
    town.rule(max_holds_on_title=5)
    town.place(item.record, item=item)

    assert town.refused(item.record, item=item) == [Code.ALREADY_HOLDS]


@pytest.mark.parametrize(
    ("lent_days_ago", "due_in", "expected"),
    [(30, 20, 7), (10, 20, 11), (30, 5, None), (0, 20, None)],
)
def test_ii_c12_a_hold_calls_the_longest_loan_back(town, library, now, lent_days_ago, due_in, expected):
    """Guaranteed: 21 days from the loan and 7 from today, never beyond the due date."""
    town.rule(recall_by_hold=True, recall_min_days=21, recall_notice_days=7)
    item = library.item()
    loan = LoanFactory(
        item=item,
        lending_branch=library.main,
        loaned_at=now - timedelta(days=lent_days_ago),
        loaned_on=TODAY - timedelta(days=lent_days_ago),
        due_date=TODAY + timedelta(days=due_in),
    )

    town.place(item.record)

    loan.refresh_from_db()
    if expected is None:
        assert (loan.due_date, loan.recalled_at) == (TODAY + timedelta(days=due_in), None)
        return
    # Main is open but on Sundays, and none of these days is one.
    assert (loan.due_date, loan.recalled_at) == (TODAY + timedelta(days=expected), now)
    assert Notice.objects.get(kind="RECALL").patron == loan.patron
    with pytest.raises(RenewalRefused) as refused:
        renew_loan(loan=loan, staff=library.staff, now=now)
    assert Code.LOAN_RECALLED in refused.value.codes


def test_ii_c12_what_stands_on_a_shelf_calls_nothing_back(town, library):
    town.rule(recall_by_hold=True, recall_min_days=1, recall_notice_days=1)
    away = town.lent()
    library.item(record=away.record)

    town.place(away.record)

    assert not Loan.objects.filter(recalled_at__isnull=False).exists()


def test_ii_c13_called_back_once(town, library, now):
    town.rule(recall_min_days=1, recall_notice_days=3)
    loan = LoanFactory(item=library.item(), lending_branch=library.main)
    due = recall_loan(loan=loan, staff=library.staff, now=now).due_date

    with pytest.raises(RecallRefused) as refused:
        recall_loan(loan=loan, staff=library.staff, now=now + timedelta(hours=1))

    assert refused.value.codes == [Code.RECALLED_ALREADY]
    loan.refresh_from_db()
    assert loan.due_date == due
    assert Notice.objects.filter(kind="RECALL").count() == 1


def test_ii_c14_a_branch_that_lends_nothing_outside_supplies_nothing(town, now):
    town.east.lends_outside = False
    town.east.save()
    item = ItemFactory(home_branch=town.east)
    town.wait(item.record, town.main)
    own = town.wait(item.record, town.east)

    assert _picked(town.east, now) == [item]
    assert town.scan(item, town.east) == own


def test_ii_c14_an_item_that_fills_holds_of_its_own_branch_only(town, library):
    item = library.item(fills_own_branch_only=True)
    town.wait(item.record, town.east)
    own = town.wait(item.record, library.main)

    assert town.scan(item) == own
    assert town.refused(library.item(fills_own_branch_only=True).record, pickup_branch=town.east) == [
        Code.PICKUP_NOT_ALLOWED
    ]


def test_ii_c15_who_ended_a_hold_and_why_is_written_down(town, library, now):
    hold = town.wait(library.item().record)

    cancel_hold(hold=hold, staff=library.staff, now=now, tell_patron=True)

    entry = AuditEntry.objects.get(action="circulation.cancel_hold")
    assert (entry.actor, entry.facts["reason"]) == (library.staff, "BY_STAFF")
    assert Notice.objects.get(kind="HOLD_CANCELLED").patron == hold.patron


# --- Beyond the cases: parallel holds, being fetched, the warning ---


def test_parallel_holds_one_is_bound_the_others_stand_back_and_end_with_the_loan(town, library, now):
    one, other = library.item(), library.item()
    holds = [town.wait(item.record, patron=library.patron) for item in (one, other)]
    make_parallel(hold_ids=[hold.pk for hold in holds], staff=library.staff, now=now)

    assert town.scan(one) == holds[0]
    assert town.scan(other) is None
    town.lend(one, library.patron)

    holds[1].refresh_from_db()
    assert (holds[1].state, holds[1].end_reason) == (Hold.State.CANCELLED, "OTHER_FILLED")


def test_parallel_holds_are_one_patrons(town, library, now):
    holds = [town.wait(library.item().record), town.wait(library.item().record)]

    with pytest.raises(HoldRefused) as refused:
        make_parallel(hold_ids=[hold.pk for hold in holds], staff=library.staff, now=now)

    assert refused.value.codes == [Code.NOT_PARALLEL]


def test_two_people_do_not_fetch_the_same_item(town, library, now):
    item = library.item()
    hold = town.wait(item.record)
    start_fetching(item=item, hold=hold, staff=library.staff, now=now)

    with pytest.raises(HoldRefused) as refused:
        start_fetching(item=item, hold=hold, staff=StaffAccountFactory(), now=now)

    assert refused.value.codes == [Code.BEING_FETCHED]
    # Nobody is at it any more after a night.
    start_fetching(item=item, hold=hold, staff=StaffAccountFactory(), now=now + timedelta(hours=9))


def test_warns_once_before_a_hold_ends_and_again_when_it_was_prolonged(town, library, now):
    HoldFactory(patron=library.patron, pickup_branch=library.main, interest_until=TODAY + timedelta(days=10))
    HoldFactory(pickup_branch=library.main, interest_until=TODAY + timedelta(days=11))
    HoldFactory(pickup_branch=library.main, needed_by=TODAY, interest_until=TODAY)
    counts = Counter()
    RuleFactory(values={"interest_warning_days": 10}, branch=library.main)

    for _ in range(2):
        care_for_holds(on=TODAY, now=now, counts=counts)

    assert counts["warned"] == 1
    assert Notice.objects.get(kind="HOLD_INTEREST_ENDS").patron == library.patron
