from datetime import timedelta
from decimal import Decimal

import pytest

from accounts.models import AuditEntry
from circulation.errors import CheckInRefused, Code, Override
from circulation.models import CirculationRule, Fee, Hold, Loan, Transit
from circulation.services.check_in import check_in
from circulation.services.check_out import check_out
from circulation.services.fees import charge_overdue
from circulation.services.results import GoesTo
from holdings.models import Branch, Item, OpeningHours
from notices.models import Notice
from tests.factories import (
    TODAY,
    CalendarDayFactory,
    FeeFactory,
    HoldFactory,
    ItemTypeFactory,
    LoanFactory,
    PatronFactory,
    RuleFactory,
    TransitFactory,
)


@pytest.fixture
def take_back(library, now):
    """Return a function that checks in at main; arguments change where and when."""

    def take_back(item, branch=None, **values):
        return check_in(item=item, branch=branch or library.main, staff=library.staff, **{"now": now, **values})

    return take_back


@pytest.fixture
def loan(library):
    """Return an open loan of an item of main."""
    return LoanFactory(item=library.item(), patron=library.patron, lending_branch=library.main)


def _state(item):
    item.refresh_from_db()
    return item.status, item.current_branch.code


# --- Loans ---


def test_ends_the_loan_and_puts_the_item_on_its_shelf(take_back, library, loan, now):
    result = take_back(loan.item)

    assert (result.goes_to, result.branch, result.changed) == (GoesTo.SHELF, library.main, True)
    assert (result.patron_id, result.days_late, result.fee) == (library.patron.pk, 0, None)
    loan.refresh_from_db()
    assert (loan.returned_at, loan.returned_to) == (now, library.main)
    assert _state(loan.item) == ("AVAILABLE", "main")


def test_forgets_who_had_it_when_nothing_is_owed(take_back, loan):
    take_back(loan.item)

    loan.refresh_from_db()
    assert loan.patron is None


def test_remembers_a_patron_who_keeps_her_history(take_back, library):
    loan = LoanFactory(item=library.item(), patron=PatronFactory(history=True))

    take_back(loan.item)

    loan.refresh_from_db()
    assert loan.patron is not None


def test_remembers_who_owes_for_it(take_back, library):
    loan = LoanFactory(item=library.item(), patron=library.patron, lending_branch=library.main, overdue=True)

    result = take_back(loan.item)

    loan.refresh_from_db()
    assert loan.patron == library.patron
    assert (result.days_late, result.fee.balance) == (10, Decimal("60.00"))
    assert Fee.objects.get().closed_at is not None


def test_charges_nothing_on_the_due_date(take_back, library):
    loan = LoanFactory(item=library.item(), lending_branch=library.main, due_date=TODAY)

    result = take_back(loan.item)

    assert (result.days_late, result.fee) == (0, None)


def test_takes_a_late_item_back_when_no_rule_says_what_it_costs(take_back, library):
    loan = LoanFactory(item=library.item(), lending_branch=library.main, overdue=True)
    CirculationRule.objects.all().delete()

    result = take_back(loan.item)

    assert result.goes_to == GoesTo.SHELF
    assert [(reason.code, reason.facts["name"]) for reason in result.notices] == [(Code.RULE_MISSING, "fee_steps")]
    loan.refresh_from_db()
    assert loan.returned_at is not None


def test_counts_a_back_dated_return_by_its_day(take_back, library):
    loan = LoanFactory(item=library.item(), lending_branch=library.main, overdue=True)

    result = take_back(loan.item, back_dated_to=loan.due_date + timedelta(days=2))

    assert (result.days_late, result.fee.balance) == (2, Decimal("20.00"))
    loan.refresh_from_db()
    assert loan.returned_at.isoformat() == "2026-11-11T22:59:00+00:00"


def test_asks_nothing_of_a_return_back_dated_to_the_due_date(take_back, library, now):
    loan = LoanFactory(item=library.item(), lending_branch=library.main, overdue=True)
    charge_overdue(loan=loan, on=TODAY, now=now, actor=None)
    assert Fee.objects.get().balance == Decimal("60.00")

    result = take_back(loan.item, back_dated_to=loan.due_date)

    assert Fee.objects.get().balance == 0
    assert result.days_late == 0
    loan.refresh_from_db()
    assert loan.patron is None


@pytest.mark.parametrize(("days", "code"), [(1, Code.RETURN_DAY_AHEAD), (-8, Code.RETURN_BEFORE_LOAN)])
def test_refuses_a_day_that_cannot_be(take_back, loan, days, code):
    with pytest.raises(CheckInRefused) as refused:
        take_back(loan.item, back_dated_to=TODAY + timedelta(days=days))

    assert refused.value.codes == [code]
    loan.refresh_from_db()
    assert loan.returned_at is None
    assert AuditEntry.objects.count() == 0


def test_sends_a_returned_item_home(take_back, library, now):
    loan = LoanFactory(item=library.item(), lending_branch=library.main)

    result = take_back(loan.item, library.east)

    assert (result.goes_to, result.branch) == (GoesTo.TRANSIT, library.main)
    assert _state(loan.item) == ("IN_TRANSIT", "east")
    transit = Transit.objects.get()
    assert (transit.from_branch, transit.to_branch) == (library.east, library.main)
    assert (transit.purpose, transit.sent_at, transit.received_at) == (Transit.Purpose.HOME, now, None)


def test_makes_a_reference_item_reference_again(take_back, library, now):
    item = library.item(reference_only=True)
    check_out(
        item=item,
        patron=library.patron,
        branch=library.main,
        staff=library.staff,
        now=now,
        override=Override([Code.ITEM_REFERENCE_ONLY], "For the weekend"),
    )

    take_back(item)

    assert _state(item) == ("REFERENCE_ONLY", "main")


@pytest.mark.parametrize(
    ("trait", "code"),
    [
        ("lost", Code.ITEM_WAS_LOST),
        ("missing", Code.ITEM_WAS_MISSING),
        ("on_order", Code.ITEM_WAS_ON_ORDER),
        ("in_process", Code.ITEM_WAS_IN_PROCESS),
    ],
)
def test_says_what_it_was_and_puts_it_back(take_back, library, trait, code):
    item = library.item(**{trait: True})

    result = take_back(item)

    assert [reason.code for reason in result.notices] == [Code.NOT_ON_LOAN, code]
    assert _state(item) == ("AVAILABLE", "main")


def test_cancels_the_claim_for_an_item_that_is_found(take_back, library):
    loan = LoanFactory(item=library.item(), patron=library.patron, lending_branch=library.main, overdue=True)
    Item.objects.filter(pk=loan.item_id).update(status=Item.Status.LOST)
    claim = FeeFactory(kind=Fee.Kind.REPLACEMENT, loan=loan, patron=library.patron, amount="249.00")

    take_back(loan.item)

    claim.refresh_from_db()
    assert claim.balance == 0
    assert _state(loan.item) == ("AVAILABLE", "main")


def test_puts_a_withdrawn_item_aside(take_back, library):
    item = library.item(withdrawn=True)

    result = take_back(item)

    assert (result.goes_to, result.changed) == (GoesTo.ASIDE, False)
    assert Code.ITEM_WITHDRAWN in [reason.code for reason in result.notices]


# --- Holds ---


def test_traps_for_the_first_in_the_queue(take_back, library, loan, now):
    record = loan.item.record
    HoldFactory(record=record, pickup_branch=library.main, suspended=True)
    second = HoldFactory(record=record, pickup_branch=library.main)
    first = HoldFactory(record=record, pickup_branch=library.main, priority=1)

    result = take_back(loan.item)

    assert (result.goes_to, result.hold, result.shelf_number) == (GoesTo.HOLD_SHELF, first, 1)
    first.refresh_from_db()
    assert (first.state, first.trapped_item, first.ready_at) == (Hold.State.READY, loan.item, now)
    second.refresh_from_db()
    assert second.state == Hold.State.QUEUED
    assert _state(loan.item) == ("ON_HOLD_SHELF", "main")


def test_tells_the_patron_once_when_it_lies_ready(take_back, library, loan):
    hold = HoldFactory(record=loan.item.record, pickup_branch=library.main)

    take_back(loan.item)
    take_back(loan.item)

    notice = Notice.objects.get()
    assert (notice.kind, notice.patron, notice.about) == ("HOLD_READY", hold.patron, {"hold": hold.pk})
    assert loan.item.record.title in notice.body


def test_counts_the_days_on_the_shelf_as_open_days(take_back, library, loan):
    hold = HoldFactory(record=loan.item.record, pickup_branch=library.main)
    CalendarDayFactory(branch=library.main, date=TODAY + timedelta(days=4))

    take_back(loan.item)

    # Seven open days after Thursday 19 November, without Sunday 22nd and Monday 23rd.
    hold.refresh_from_db()
    assert hold.shelf_until == TODAY + timedelta(days=9)


def test_counts_every_day_on_the_shelf_of_a_branch_that_never_opens(take_back, library, loan):
    OpeningHours.objects.filter(branch=library.main).delete()
    hold = HoldFactory(record=loan.item.record, pickup_branch=library.main)

    result = take_back(loan.item)

    hold.refresh_from_db()
    assert hold.shelf_until == TODAY + timedelta(days=7)
    assert [reason.code for reason in result.notices] == [Code.CALENDAR_NEVER_OPEN]


def test_keeps_a_hold_on_the_shelf_without_end_when_no_rule_says_how_long(take_back, library, loan):
    CirculationRule.objects.all().delete()
    hold = HoldFactory(record=loan.item.record, pickup_branch=library.main)

    result = take_back(loan.item)

    hold.refresh_from_db()
    assert (hold.state, hold.shelf_until) == (Hold.State.READY, None)
    assert [reason.code for reason in result.notices] == [Code.RULE_MISSING]


def test_gives_numbers_one_after_another_and_round_again(take_back, library):
    Branch.objects.filter(pk=library.main.pk).update(next_shelf_number=998)
    HoldFactory(ready=True, pickup_branch=library.main, shelf_number=999)
    numbers = []
    for _ in range(3):
        item = library.item()
        HoldFactory(record=item.record, pickup_branch=library.main)
        numbers.append(take_back(item).shelf_number)

    assert numbers == [998, 1, 2]


def test_sends_it_to_the_hold_and_tells_the_patron_only_when_it_arrives_g14(take_back, library, loan, now):
    hold = HoldFactory(record=loan.item.record, pickup_branch=library.east)

    sent = take_back(loan.item)
    assert (sent.goes_to, sent.branch, sent.hold, sent.shelf_number) == (GoesTo.TRANSIT, library.east, hold, None)
    assert Notice.objects.count() == 0
    assert Transit.objects.get().hold == hold

    arrived = take_back(loan.item, library.east)

    assert (arrived.goes_to, arrived.hold) == (GoesTo.HOLD_SHELF, hold)
    assert Transit.objects.get().received_at == now
    assert Notice.objects.count() == 1
    assert _state(loan.item) == ("ON_HOLD_SHELF", "east")


def test_sends_a_ready_item_back_when_it_is_scanned_elsewhere_d6(take_back, library):
    hold = HoldFactory(ready=True, trapped_item=library.item(), pickup_branch=library.main)

    result = take_back(hold.trapped_item, library.east)

    assert (result.goes_to, result.branch, result.hold) == (GoesTo.TRANSIT, library.main, hold)
    hold.refresh_from_db()
    assert (hold.state, hold.shelf_number, hold.ready_at) == (Hold.State.IN_TRANSIT, None, None)


def test_passes_over_holds_that_the_rules_keep_from_the_item(take_back, library):
    film = ItemTypeFactory(code="film")
    RuleFactory(values={"holds_allowed": False}, item_type=film)
    item = library.item(item_type=film)
    HoldFactory(record=item.record, pickup_branch=library.main)

    assert take_back(item).goes_to == GoesTo.SHELF


def test_finds_the_two_hundredth_hold_behind_those_it_may_not_fill_c9(take_back, library):
    RuleFactory(values={"pickup_policy": "ITEM_HOME_BRANCH"}, branch=library.east)
    item, patrons = library.item(), PatronFactory.create_batch(199, home_branch=library.main)
    Hold.objects.bulk_create(
        HoldFactory.build(record=item.record, patron=patron, pickup_branch=library.east) for patron in patrons
    )
    last = HoldFactory(record=item.record, pickup_branch=library.main)

    assert take_back(item).hold == last


def test_serves_a_hold_for_this_item_and_no_hold_for_another(take_back, library, loan):
    sibling = library.item(record=loan.item.record)
    HoldFactory(record=loan.item.record, item=sibling, pickup_branch=library.main)
    for_this = HoldFactory(record=loan.item.record, item=loan.item, pickup_branch=library.main)

    assert take_back(loan.item).hold == for_this


def test_traps_one_hold_for_one_item(take_back, library, loan):
    hold = HoldFactory(record=loan.item.record, pickup_branch=library.main)
    sibling = library.item(record=loan.item.record)

    assert take_back(loan.item).hold == hold
    assert take_back(sibling).hold is None


# --- Clearing the hold shelf ---


def test_clears_an_item_whose_hold_is_over_to_the_next_or_home_d16(take_back, library):
    hold = HoldFactory(ready=True, trapped_item=library.item(home_branch=library.east), pickup_branch=library.main)
    Hold.objects.filter(pk=hold.pk).update(state="EXPIRED")
    following = HoldFactory(record=hold.record, pickup_branch=library.main)

    assert take_back(hold.trapped_item).hold == following
    Hold.objects.filter(pk=following.pk).update(state="CANCELLED")

    result = take_back(hold.trapped_item)

    assert (result.goes_to, result.branch) == (GoesTo.TRANSIT, library.east)


# --- The same again ---


def test_changes_nothing_more_when_scanned_twice(take_back, library, loan):
    take_back(loan.item)
    before = AuditEntry.objects.count()

    again = take_back(loan.item)

    assert (again.goes_to, again.changed, again.entry_id) == (GoesTo.SHELF, False, None)
    assert [reason.code for reason in again.notices] == [Code.NOT_ON_LOAN]
    assert AuditEntry.objects.count() == before


def test_changes_nothing_at_a_branch_on_the_way(take_back, library):
    transit = TransitFactory(item=library.item(), from_branch=library.east)
    third = Branch.objects.create(code="third", name="Third")

    result = take_back(transit.item, third)

    assert (result.goes_to, result.branch, result.changed) == (GoesTo.TRANSIT, library.main, False)
    transit.refresh_from_db()
    assert (transit.received_at, transit.cancelled_at) == (None, None)


def test_keeps_the_hold_shelf_number_when_scanned_twice(take_back, library, loan):
    HoldFactory(record=loan.item.record, pickup_branch=library.main)
    first = take_back(loan.item)

    again = take_back(loan.item)

    assert (again.shelf_number, again.hold, again.changed) == (first.shelf_number, first.hold, False)


def test_returns_the_first_result_for_the_same_scan(take_back, library):
    loan = LoanFactory(item=library.item(), patron=library.patron, lending_branch=library.main, overdue=True)
    hold = HoldFactory(record=loan.item.record, pickup_branch=library.main)
    first = take_back(loan.item, scan_id="a-scan")

    again = take_back(loan.item, scan_id="a-scan")

    assert again.repeated
    assert (again.goes_to, again.hold, again.shelf_number) == (GoesTo.HOLD_SHELF, hold, first.shelf_number)
    assert (again.loan, again.patron_id, again.fee) == (first.loan, library.patron.pk, first.fee)
    assert (again.days_late, again.branch, again.entry_id) == (10, library.main, first.entry_id)


def test_refuses_a_scan_id_of_another_action(take_back, library, now):
    item = library.item()
    values = {"patron": library.patron, "branch": library.main, "staff": library.staff, "now": now}
    check_out(item=item, scan_id="a-scan", **values)

    with pytest.raises(CheckInRefused) as refused:
        take_back(item, scan_id="a-scan")

    assert refused.value.codes == [Code.SCAN_ID_TAKEN]
    assert Loan.objects.get().returned_at is None


def test_refuses_an_item_that_is_gone(take_back, library):
    with pytest.raises(CheckInRefused) as refused:
        take_back(Item(pk=10**9))

    assert refused.value.codes == [Code.ITEM_UNKNOWN]


# --- Journeys of several steps (D22) ---


def test_scenario_b_lends_elsewhere_and_comes_home(take_back, library, now):
    item = library.item()
    hold = HoldFactory(record=item.record, patron=library.patron, pickup_branch=library.east)

    assert take_back(item).goes_to == GoesTo.TRANSIT
    assert take_back(item, library.east).hold == hold
    lent = check_out(item=item, patron=library.patron, branch=library.east, staff=library.staff, now=now)
    assert lent.filled_hold == hold
    assert take_back(item, library.east).branch == library.main
    assert take_back(item).goes_to == GoesTo.SHELF

    assert _state(item) == ("AVAILABLE", "main")
    assert Transit.objects.filter(received_at__isnull=False).count() == 2
    assert not Transit.objects.filter(received_at__isnull=True).exists()


def test_scenario_d17_a_hold_cancelled_on_the_way_leaves_no_message(take_back, library):
    hold = HoldFactory(in_transit=True, trapped_item=library.item(), pickup_branch=library.east)
    following = HoldFactory(record=hold.record, pickup_branch=library.east)
    Hold.objects.filter(pk=hold.pk).update(state="CANCELLED")

    on_the_way = take_back(hold.trapped_item)
    assert (on_the_way.goes_to, on_the_way.changed) == (GoesTo.TRANSIT, False)
    assert Notice.objects.count() == 0

    assert take_back(hold.trapped_item, library.east).hold == following
    assert Notice.objects.get().patron == following.patron
