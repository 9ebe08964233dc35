from datetime import timedelta
from decimal import Decimal

import pytest

from circulation.errors import Code
from circulation.models import Hold
from circulation.selectors.availability import BranchAvailability, availability, queue_length
from circulation.selectors.holds import get_hold, holds_of
from circulation.selectors.lists import overdue_loans, ready_holds, shelf_to_clear, transits_to
from circulation.selectors.loans import get_open_loan, loans_of, open_loan_of
from circulation.selectors.panels import patron_panel
from circulation.selectors.picks import holds_to_pick
from circulation.services.check_out import check_out
from holdings.models import Item
from tests.factories import (
    NOW,
    TODAY,
    BlockFactory,
    FeeFactory,
    HoldFactory,
    LoanFactory,
    RecordFactory,
    RuleFactory,
    TransitFactory,
)


@pytest.fixture
def panel(library, now):
    """Return a function that reads the patron's panel as main sees it."""
    return lambda: patron_panel(patron_id=library.patron.pk, branch=library.main, now=now)


# --- Panel ---


def test_panel_counts_loans_debts_blocks_and_ready_holds(panel, library):
    LoanFactory(patron=library.patron, lending_branch=library.main)
    LoanFactory(patron=library.patron, lending_branch=library.east, overdue=True)
    FeeFactory(patron=library.patron, amount="20.00")
    BlockFactory(patron=library.patron)
    HoldFactory(patron=library.patron, pickup_branch=library.main)
    elsewhere = HoldFactory(ready=True, patron=library.patron, pickup_branch=library.east)
    here = HoldFactory(ready=True, patron=library.patron, pickup_branch=library.main)

    shown = panel()

    assert (shown.loans, shown.max_loans, shown.all_loans, shown.overdue) == (2, 40, 2, 1)
    assert shown.owed == Decimal("20.00")
    assert [reason.code for reason in shown.stops] == [Code.PATRON_BLOCKED]
    assert shown.ready == (here, elsewhere)
    assert shown.ready_here == (here,)
    assert shown.holds == 3


def test_panel_counts_as_the_branchs_own_limit_does(panel, library):
    LoanFactory(patron=library.patron, lending_branch=library.east)
    RuleFactory(values={"max_loans": 5}, branch=library.main)

    assert (panel().loans, panel().max_loans, panel().all_loans) == (0, 5, 1)


def test_panel_of_nobody_is_none(library, now):
    assert patron_panel(patron_id=10**9, branch=library.main, now=now) is None


def test_panel_takes_three_queries_however_much_she_has(panel, library, django_assert_num_queries):
    LoanFactory.create_batch(5, patron=library.patron)
    HoldFactory.create_batch(3, ready=True, patron=library.patron, pickup_branch=library.main)
    panel()

    with django_assert_num_queries(3):
        shown = panel()
        assert [hold.record.title for hold in shown.ready]
        assert shown.patron.category.name == "Adult"


# --- Loans ---


def test_loans_say_whether_and_why_not_they_can_be_renewed(library, now):
    wanted = LoanFactory(patron=library.patron, lending_branch=library.main, due_date=TODAY + timedelta(days=1))
    HoldFactory(record=wanted.item.record, pickup_branch=library.main)
    used_up = LoanFactory(
        patron=library.patron, lending_branch=library.main, due_date=TODAY + timedelta(days=2), renewals=3
    )
    fine = LoanFactory(patron=library.patron, lending_branch=library.main, due_date=TODAY + timedelta(days=3))
    late = LoanFactory(patron=library.patron, lending_branch=library.main, overdue=True)
    LoanFactory(patron=library.patron, returned=True)

    lines = loans_of(library.patron, now=now)

    assert [line.loan for line in lines] == [late, wanted, used_up, fine]
    assert [line.can_renew for line in lines] == [True, False, False, True]
    assert [[reason.code for reason in line.reasons] for line in lines] == [
        [],
        [Code.SOMEBODY_WAITS],
        [Code.RENEWAL_LIMIT_REACHED],
        [],
    ]
    assert [line.is_overdue for line in lines] == [True, False, False, False]
    assert lines[3].renewed_until == TODAY + timedelta(days=28)


def test_loans_are_read_in_as_many_queries_for_one_as_for_ten(library, now, django_assert_num_queries):
    LoanFactory(patron=library.patron, lending_branch=library.main)
    LoanFactory.create_batch(9, patron=library.patron, lending_branch=library.east)
    loans_of(library.patron, now=now)

    with django_assert_num_queries(3):
        lines = loans_of(library.patron, now=now)
        assert len([line.loan.item.record.title + line.loan.lending_branch.name for line in lines]) == 10


def test_no_loans_are_an_empty_list(library, now):
    assert loans_of(library.patron, now=now) == []


def test_open_loans_are_found_by_key_and_item(library):
    loan, over = LoanFactory(), LoanFactory(returned=True)

    assert get_open_loan(loan.pk) == loan
    assert get_open_loan(over.pk) is None
    assert open_loan_of(loan.item_id) == loan
    assert open_loan_of(over.item_id) is None


def test_overdue_loans_are_the_branchs_own_longest_first(library, django_assert_num_queries):
    later = LoanFactory(lending_branch=library.main, due_date=TODAY - timedelta(days=1))
    longest = LoanFactory(lending_branch=library.main, overdue=True)
    LoanFactory(lending_branch=library.main, due_date=TODAY)
    LoanFactory(lending_branch=library.east, overdue=True)
    LoanFactory(lending_branch=library.main, overdue=True, returned=True)

    with django_assert_num_queries(1):
        loans = overdue_loans(library.main, now=NOW)
        assert [loan.item.record.title + loan.patron.display_name for loan in loans]

    assert loans == [longest, later]


# --- Holds ---


def test_holds_know_their_place_in_the_queue(library, now):
    record = RecordFactory()
    HoldFactory(record=record, priority=1)
    HoldFactory(record=record)
    HoldFactory(record=record, suspended=True)
    mine = HoldFactory(record=record, patron=library.patron, pickup_branch=library.main)
    HoldFactory(record=record)
    ready = HoldFactory(ready=True, patron=library.patron, pickup_branch=library.main)
    HoldFactory(cancelled=True, patron=library.patron)

    lines = holds_of(library.patron, now=now)

    assert [line.hold for line in lines] == [ready, mine]
    assert [(line.position, line.queue_length) for line in lines] == [(None, 0), (3, 5)]


def test_holds_are_read_in_one_query(library, now, django_assert_num_queries):
    HoldFactory.create_batch(4, patron=library.patron)

    with django_assert_num_queries(1):
        lines = holds_of(library.patron, now=now)
        assert len([line.hold.record.title + line.hold.pickup_branch.name for line in lines]) == 4


def test_queue_length_counts_those_who_wait(library):
    record = RecordFactory()
    HoldFactory.create_batch(2, record=record)
    HoldFactory(record=record, cancelled=True)

    assert queue_length([record.pk, RecordFactory().pk]) == {record.pk: 2}
    assert queue_length([]) == {}


def test_a_hold_is_found_by_its_key(library):
    hold = HoldFactory()

    assert get_hold(hold.pk) == hold
    assert get_hold(10**9) is None


# --- Availability ---


def test_availability_counts_per_home_branch_in_one_query(library, django_assert_num_queries):
    record = RecordFactory()
    library.item(record=record)
    library.item(record=record, lost=True)
    lent = library.item(record=record)
    LoanFactory.create_batch(2, item=lent, returned=True)
    LoanFactory(item=lent, due_date=TODAY + timedelta(days=5))
    library.item(record=record, home_branch=library.east, current_branch=library.main, reference_only=True)

    with django_assert_num_queries(1):
        found = availability([record.pk, RecordFactory.build(pk=10**9).pk])

    assert found == {
        record.pk: [
            BranchAvailability(library.east.pk, "East", 1, 0, 0, 1, 0, None, None),
            BranchAvailability(library.main.pk, "Main", 2, 1, 1, 0, 0, *[TODAY + timedelta(days=5)] * 2),
        ]
    }


def test_availability_of_nothing_asks_nothing(library, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert availability([]) == {}


# --- Lists ---


def test_pick_list_fetches_each_hold_at_one_branch(library, now):
    record = RecordFactory()
    here = library.item(record=record, call_number="B")
    there = library.item(record=record, home_branch=library.east)
    first = HoldFactory(record=record, pickup_branch=library.east)
    second = HoldFactory(record=record, pickup_branch=library.east)
    HoldFactory(record=record, pickup_branch=library.east)
    HoldFactory(record=record, pickup_branch=library.main, suspended=True)

    assert [(line.item, line.hold) for line in holds_to_pick(library.east, now=now)] == [(there, first)]
    assert [(line.item, line.hold) for line in holds_to_pick(library.main, now=now)] == [(here, second)]


def test_pick_list_goes_along_the_shelves(library, now):
    for call_number in ("C", "A", "B"):
        item = library.item(call_number=call_number)
        HoldFactory(record=item.record, pickup_branch=library.main)

    assert [line.item.call_number for line in holds_to_pick(library.main, now=now)] == ["A", "B", "C"]


def test_pick_list_keeps_to_the_rules_and_to_the_item_that_is_wanted(library, now):
    RuleFactory(values={"pickup_policy": "ITEM_HOME_BRANCH"}, branch=library.east)
    item = library.item()
    HoldFactory(record=item.record, pickup_branch=library.east)
    sibling = library.item(record=item.record)
    wanted = HoldFactory(record=item.record, item=sibling, pickup_branch=library.main)

    assert [(line.item, line.hold) for line in holds_to_pick(library.main, now=now)] == [(sibling, wanted)]


def test_pick_list_has_no_lent_items(library, now):
    loan = LoanFactory(item=library.item())
    HoldFactory(record=loan.item.record, pickup_branch=library.main)

    assert holds_to_pick(library.main, now=now) == []


def test_shelf_to_clear_has_what_nobody_fetches(library):
    kept = HoldFactory(ready=True, pickup_branch=library.main)
    late = HoldFactory(ready=True, pickup_branch=library.main, shelf_until=TODAY - timedelta(days=1), shelf_number=4)
    cancelled = HoldFactory(ready=True, pickup_branch=library.main, shelf_number=3)
    Hold.objects.filter(pk=cancelled.pk).update(state="CANCELLED", end_reason="BY_PATRON", ended_at=NOW)
    elsewhere = HoldFactory(ready=True, pickup_branch=library.east, shelf_until=TODAY - timedelta(days=1))

    lines = shelf_to_clear(library.main, today=TODAY)

    assert [(line.shelf_number, line.hold, line.why) for line in lines] == [
        (3, cancelled, "BY_PATRON"),
        (4, late, "NOT_COLLECTED"),
    ]
    assert [line.hold for line in shelf_to_clear(library.east, today=TODAY)] == [elsewhere]
    assert ready_holds(library.main, today=TODAY) == [kept]
    assert set(ready_holds(library.main, today=late.shelf_until)) == {kept, late}


def test_shelf_to_clear_has_what_was_bound_to_a_patron_who_took_another(library, now):
    hold = HoldFactory(ready=True, patron=library.patron, pickup_branch=library.main)
    sibling = library.item(record=hold.record)
    check_out(item=sibling, patron=library.patron, branch=library.main, staff=library.staff, now=now)

    lines = shelf_to_clear(library.main, today=TODAY)

    assert [(line.item, line.why) for line in lines] == [(hold.trapped_item, "HAS_ANOTHER")]


def test_shelf_to_clear_leaves_out_what_lies_there_for_the_next(library):
    earlier = HoldFactory(ready=True, pickup_branch=library.main)
    Hold.objects.filter(pk=earlier.pk).update(state="EXPIRED", ended_at=NOW)
    HoldFactory(ready=True, trapped_item=earlier.trapped_item, pickup_branch=library.main)

    assert shelf_to_clear(library.main, today=TODAY) == []


def test_transits_list_what_comes_here(library):
    coming = TransitFactory(item=library.item(), from_branch=library.east)
    TransitFactory(item=library.item(home_branch=library.east), from_branch=library.main)
    TransitFactory(item=library.item(), from_branch=library.east, received_at=NOW)

    assert transits_to(library.main) == [coming]
    assert Item.objects.get(pk=coming.item_id).status == Item.Status.IN_TRANSIT
