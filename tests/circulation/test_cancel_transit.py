"""A transit that's cancelled: the item is available where it was sent from, the hold in the queue in its old place."""

from datetime import timedelta

import pytest

from accounts.models import AuditEntry
from circulation.errors import Code, ReportRefused, UndoRefused
from circulation.models import Hold, Transit
from circulation.selectors.picks import holds_to_pick
from circulation.services.check_in import check_in
from circulation.services.holds import cancel_hold
from circulation.services.report_item import cancel_transit
from circulation.services.undo import undo
from holdings.models import Item
from tests.factories import HoldFactory, LoanFactory, TransitFactory


@pytest.fixture
def sent(library, now):
    """Return a hold for east whose item main has just sent there, the first of two in the queue."""
    item = library.item()
    hold = HoldFactory(record=item.record, patron=library.patron, pickup_branch=library.east)
    HoldFactory(record=item.record, pickup_branch=library.east, requested_at=now - timedelta(hours=1))
    check_in(item=item, branch=library.main, staff=library.staff, now=now)
    hold.refresh_from_db()
    assert hold.state == Hold.State.IN_TRANSIT
    return hold


def _cancel(item, library, now):
    result = cancel_transit(item=item, staff=library.staff, now=now)
    item.refresh_from_db()
    return result


def _entry(result):
    return AuditEntry.objects.get(pk=result.entry_id)


def test_recovers_the_item_and_the_hold_with_its_place(library, sent, now):
    item = sent.trapped_item

    result = _cancel(item, library, now)

    sent.refresh_from_db()
    assert (item.status, item.current_branch) == (Item.Status.AVAILABLE, library.main)
    assert (sent.state, sent.trapped_item) == (Hold.State.QUEUED, None)
    assert Transit.objects.get().cancelled_at == now
    assert (_entry(result).action, _entry(result).actor) == ("circulation.cancel_transit", library.staff)
    assert [pick.hold for pick in holds_to_pick(library.main, now=now)] == [sent]


def test_the_next_scan_sends_it_to_the_same_hold(library, sent, now):
    _cancel(sent.trapped_item, library, now)

    again = check_in(item=sent.trapped_item, branch=library.main, staff=library.staff, now=now)

    assert (again.hold, again.branch) == (sent, library.east)
    assert Transit.objects.filter(cancelled_at=None, received_at=None).count() == 1


def test_on_its_way_home_it_stays_where_it_was_sent_from(library, now):
    transit = TransitFactory(item=library.item(), from_branch=library.east)

    _cancel(transit.item, library, now)

    assert (transit.item.status, transit.item.current_branch) == (Item.Status.AVAILABLE, library.east)


def test_what_is_for_reference_stays_so(library, now):
    transit = TransitFactory(item=library.item(), from_branch=library.east)
    Item.objects.filter(pk=transit.item_id).update(status=Item.Status.REFERENCE_ONLY)

    _cancel(transit.item, library, now)

    assert (transit.item.status, transit.item.current_branch) == (Item.Status.REFERENCE_ONLY, library.east)


def test_ii_e2_what_is_on_loan_stays_on_loan(library, now):
    transit = TransitFactory(item=library.item(), from_branch=library.east)
    loan = LoanFactory(item=transit.item, lending_branch=library.main)
    Item.objects.filter(pk=loan.item_id).update(status=Item.Status.ON_LOAN, current_branch=library.main)

    _cancel(loan.item, library, now)

    loan.refresh_from_db()
    transit.refresh_from_db()
    assert (loan.returned_at, loan.item.status, loan.item.current_branch) == (None, "ON_LOAN", library.main)
    assert transit.cancelled_at == now


def test_refuses_what_is_not_on_its_way(library, sent, now):
    item = sent.trapped_item
    _cancel(item, library, now)

    with pytest.raises(ReportRefused) as refused:
        _cancel(item, library, now)

    assert refused.value.codes == [Code.NOT_IN_TRANSIT]
    assert AuditEntry.objects.filter(action="circulation.cancel_transit").count() == 1


def test_undone_it_travels_for_its_hold_again(library, sent, now):
    item = sent.trapped_item
    result = _cancel(item, library, now)

    undo(entry=_entry(result), staff=library.staff, now=now)

    sent.refresh_from_db()
    item.refresh_from_db()
    assert (sent.state, sent.trapped_item, item.status) == (Hold.State.IN_TRANSIT, item, Item.Status.IN_TRANSIT)
    assert Transit.objects.get().cancelled_at is None
    arrived = check_in(item=item, branch=library.east, staff=library.staff, now=now)
    assert arrived.hold == sent


def test_undone_after_the_hold_has_ended_it_travels_for_nobody(library, sent, now):
    result = _cancel(sent.trapped_item, library, now)
    cancel_hold(hold=sent, staff=library.staff, now=now)

    undo(entry=_entry(result), staff=library.staff, now=now)

    sent.refresh_from_db()
    assert sent.state == Hold.State.CANCELLED


def test_is_not_undone_after_the_item_was_scanned(library, sent, now):
    result = _cancel(sent.trapped_item, library, now)
    check_in(item=sent.trapped_item, branch=library.east, staff=library.staff, now=now)

    with pytest.raises(UndoRefused) as refused:
        undo(entry=_entry(result), staff=library.staff, now=now)

    assert refused.value.codes == [Code.CHANGED_SINCE]
