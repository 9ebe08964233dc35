"""Undoing that a hold was cancelled or not collected, and that an item wasn't on its shelf."""

from datetime import timedelta

import pytest

from accounts.models import AuditEntry
from circulation.errors import Code, UndoRefused
from circulation.models import Hold, Loan, Pick
from circulation.selectors.holds import holds_of
from circulation.selectors.picks import holds_to_pick
from circulation.services.check_in import check_in
from circulation.services.check_out import check_out
from circulation.services.holds import cancel_hold, expire_shelf_hold, make_parallel, place_hold
from circulation.services.patrons_leaving import end_membership
from circulation.services.picks import not_on_shelf, start_fetching
from circulation.services.undo import undo
from holdings.models import Item
from notices.models import Notice
from tests.factories import TODAY, CalendarDayFactory, HoldFactory, LoanFactory, RuleFactory


@pytest.fixture
def by(library, now):
    """Return who acts, and when."""
    return {"staff": library.staff, "now": now}


@pytest.fixture
def queue(library):
    """Return the three holds that wait for an item of main, which is out."""
    record = library.item(status=Item.Status.MISSING).record
    return HoldFactory.create_batch(3, record=record, pickup_branch=library.main)


@pytest.fixture
def ready(library, queue):
    """Return the first hold of the queue with its item on the hold shelf, the day after its time was over."""
    item = Item.objects.get(record=queue[0].record)
    Item.objects.filter(pk=item.pk).update(status=Item.Status.ON_HOLD_SHELF)
    Hold.objects.filter(pk=queue[0].pk).update(
        state="READY", trapped_item=item, shelf_number=7, ready_at=queue[0].requested_at, shelf_until=TODAY
    )
    queue[0].refresh_from_db()
    return queue[0]


def newest(action):
    return AuditEntry.objects.filter(action=f"circulation.{action}").latest("pk")


def take_back(action, **by):
    return undo(entry=newest(action), **by)


def refused(action, **by):
    before = list(Hold.objects.order_by("pk").values()), AuditEntry.objects.count()
    with pytest.raises(UndoRefused) as refusal:
        take_back(action, **by)
    assert (list(Hold.objects.order_by("pk").values()), AuditEntry.objects.count()) == before
    return refusal.value.codes


def test_a_cancelled_hold_has_its_place_in_the_queue_again(queue, by, library):
    cancel_hold(hold=queue[0], **by)

    result = take_back("cancel_hold", **by)

    assert result.hold == queue[0]
    assert result.title == queue[0].record.title
    hold = Hold.objects.get(pk=queue[0].pk)
    assert (hold.state, hold.ended_at, hold.end_reason) == (Hold.State.QUEUED, None, "")
    assert [holds_of(each.patron, now=by["now"])[0].position for each in queue] == [1, 2, 3]
    entry = newest("undo")
    assert (entry.subject_type, entry.subject_id, entry.actor) == ("circulation.hold", hold.pk, library.staff)
    assert entry.facts["action"] == "circulation.cancel_hold"


def test_what_the_patron_cancelled_herself_is_given_back_at_the_desk(queue, by, now):
    cancel_hold(hold=queue[1], staff=None, now=now)

    assert take_back("cancel_hold", **by).hold.state == Hold.State.QUEUED


def test_it_is_undone_once(queue, by):
    cancel_hold(hold=queue[0], **by)
    entry = newest("cancel_hold")
    undo(entry=entry, **by)

    assert refused("cancel_hold", **by) == [Code.UNDONE_ALREADY]
    cancel_hold(hold=queue[0], **by)
    with pytest.raises(UndoRefused) as refusal:
        undo(entry=entry, **by)
    assert refusal.value.codes == [Code.UNDONE_ALREADY]
    assert take_back("cancel_hold", **by).hold.state == Hold.State.QUEUED


def test_not_a_day_later(queue, by, library, now):
    cancel_hold(hold=queue[0], **by)
    AuditEntry.objects.update(at=now)

    assert refused("cancel_hold", staff=library.staff, now=now + timedelta(hours=25)) == [Code.NOT_UNDOABLE]


def test_not_what_ended_with_a_membership(queue, by):
    end_membership(patron=queue[0].patron, reason="MOVED", **by)

    assert refused("cancel_hold", **by) == [Code.NOT_UNDOABLE]


def test_not_when_she_has_left_or_holds_it_again_or_has_it(queue, by, library):
    patron = queue[0].patron
    cancel_hold(hold=queue[0], **by)
    again = HoldFactory(record=queue[0].record, patron=patron, pickup_branch=library.main)
    assert refused("cancel_hold", **by) == [Code.ALREADY_HOLDS]
    Hold.objects.filter(pk=again.pk).update(state=Hold.State.CANCELLED)

    LoanFactory(item=library.item(record=again.record), patron=patron, loaned_at=by["now"], loaned_on=TODAY)
    patron.left_at = by["now"]
    patron.save()
    assert refused("cancel_hold", **by) == [Code.PATRON_LEFT, Code.HAS_IT_ON_LOAN]


def test_what_lay_ready_lies_ready_again_on_its_number(ready, by):
    cancel_hold(hold=ready, tell_patron=True, **by)

    take_back("cancel_hold", **by)

    hold = Hold.objects.get(pk=ready.pk)
    assert (hold.state, hold.trapped_item, hold.shelf_number) == (Hold.State.READY, ready.trapped_item, 7)
    assert (hold.ready_at, hold.shelf_until) == (ready.ready_at, ready.shelf_until)
    assert Notice.objects.get(kind="HOLD_CANCELLED").state == Notice.State.CANCELLED


def test_what_has_gone_back_to_its_shelf_is_waited_for_in_the_old_place(ready, queue, by):
    cancel_hold(hold=ready, **by)
    Item.objects.filter(pk=ready.trapped_item_id).update(status=Item.Status.AVAILABLE)

    take_back("cancel_hold", **by)

    hold = Hold.objects.get(pk=ready.pk)
    assert (hold.state, hold.trapped_item, hold.shelf_number) == (Hold.State.QUEUED, None, None)
    assert holds_of(hold.patron, now=by["now"])[0].position == 1


def test_not_when_the_item_lies_ready_for_the_next_or_is_on_loan(ready, queue, by, library):
    cancel_hold(hold=ready, **by)
    assert check_in(item=ready.trapped_item, branch=library.main, **by).hold == queue[1]
    assert refused("cancel_hold", **by) == [Code.ITEM_ON_HOLD]

    check_out(item=ready.trapped_item, patron=queue[1].patron, branch=library.main, **by)
    assert refused("cancel_hold", **by) == [Code.ITEM_ON_LOAN]


def test_what_was_on_its_way_is_on_its_way_again(library, by):
    item = library.item()
    hold = HoldFactory(record=item.record, pickup_branch=library.east)
    check_in(item=item, branch=library.main, **by)
    cancel_hold(hold=hold, **by)

    take_back("cancel_hold", **by)

    hold.refresh_from_db()
    assert (hold.state, hold.trapped_item) == (Hold.State.IN_TRANSIT, item)
    assert check_in(item=item, branch=library.east, **by).hold == hold


def test_one_that_was_not_collected_waits_for_her_again(ready, by, library, now):
    day_after = {"staff": library.staff, "now": now + timedelta(days=1)}
    other = HoldFactory(patron=ready.patron, pickup_branch=library.main)
    Hold.objects.filter(pk__in=[ready.pk, other.pk]).update(group="6c1b6cf4-7d3e-4f6c-9d4e-0d8a4f0f2f11")
    assert expire_shelf_hold(hold=ready, **day_after)
    assert Hold.objects.get(pk=other.pk).end_reason == "OTHER_FILLED"

    take_back("expire_hold", **day_after)

    states = dict(Hold.objects.filter(patron=ready.patron).values_list("pk", "state"))
    assert states == {ready.pk: Hold.State.READY, other.pk: Hold.State.QUEUED}
    assert Notice.objects.get(kind="HOLD_EXPIRED").state == Notice.State.CANCELLED
    # A Friday; she has until the next open day, and the night that comes leaves her alone.
    assert Hold.objects.get(pk=ready.pk).shelf_until == TODAY + timedelta(days=2)
    assert not expire_shelf_hold(hold=ready, staff=None, now=now + timedelta(days=2))
    assert expire_shelf_hold(hold=ready, staff=None, now=now + timedelta(days=3))
    assert Notice.objects.filter(kind="HOLD_EXPIRED", state=Notice.State.QUEUED).count() == 1


@pytest.mark.parametrize(("closed", "needed", "days"), [(2, None, 4), (None, 1, 1), (None, 9, 2)])
def test_who_did_not_collect_it_has_until_the_next_open_day(ready, by, library, now, closed, needed, days):
    if closed:
        CalendarDayFactory(branch=library.main, date=TODAY + timedelta(days=closed))
    if needed:
        Hold.objects.filter(pk=ready.pk).update(needed_by=TODAY + timedelta(days=needed))
    day_after = {"staff": library.staff, "now": now + timedelta(days=1)}
    expire_shelf_hold(hold=ready, **day_after)

    take_back("expire_hold", **day_after)

    assert Hold.objects.get(pk=ready.pk).shelf_until == TODAY + timedelta(days=days)


def test_the_loan_that_was_let_go_is_called_back_again(library, by):
    RuleFactory(values={"recall_by_hold": True, "recall_min_days": 1, "recall_notice_days": 4}, branch=library.main)
    loan = LoanFactory(item=library.item(), lending_branch=library.main)
    hold = place_hold(record=loan.item.record, patron=library.patron, pickup_branch=library.main, **by)
    called_back = Loan.objects.get(pk=loan.pk).due_date
    cancel_hold(hold=hold, **by)
    assert Loan.objects.get(pk=loan.pk).recalled_at is None

    take_back("cancel_hold", **by)

    loan.refresh_from_db()
    assert (loan.recalled_for, loan.due_date) == (hold, called_back)


def test_an_item_that_was_not_on_its_shelf_is_to_be_fetched_again(library, by, now):
    RuleFactory(values={"missing_after_tries": 1}, branch=library.main)
    item = library.item()
    hold = HoldFactory(record=item.record, pickup_branch=library.main)
    start_fetching(item=item, hold=hold, **by)
    assert not_on_shelf(item=item, hold=hold, **by).status == Item.Status.MISSING

    assert take_back("not_on_shelf", **by).item == item

    item.refresh_from_db()
    assert (item.status, item.not_found_count, item.not_found_at) == (Item.Status.AVAILABLE, 0, None)
    assert [line.item for line in holds_to_pick(library.main, now=now)] == [item]
    assert not Pick.objects.exists()
    assert refused("not_on_shelf", **by) == [Code.UNDONE_ALREADY]


def test_the_second_time_in_vain_leaves_the_first(library, by, now):
    item = library.item()
    hold = HoldFactory(record=item.record, pickup_branch=library.main)
    not_on_shelf(item=item, hold=hold, **by)
    not_on_shelf(item=item, hold=hold, staff=library.staff, now=now + timedelta(hours=1))

    take_back("not_on_shelf", staff=library.staff, now=now + timedelta(hours=2))

    item.refresh_from_db()
    assert (item.not_found_count, item.not_found_at) == (1, now)


def test_not_when_the_item_has_been_found_and_scanned(library, by):
    item = library.item()
    hold = HoldFactory(record=item.record, pickup_branch=library.main)
    not_on_shelf(item=item, hold=hold, **by)
    check_in(item=item, branch=library.main, **by)

    assert refused("not_on_shelf", **by) == [Code.CHANGED_SINCE]


def test_parallel_holds_stay_parallel(queue, by, library):
    other = HoldFactory(patron=queue[0].patron, pickup_branch=library.main)
    make_parallel(hold_ids=[queue[0].pk, other.pk], **by)
    cancel_hold(hold=queue[0], **by)

    take_back("cancel_hold", **by)

    groups = set(Hold.objects.filter(patron=other.patron).values_list("group", flat=True))
    assert len(groups) == 1
    assert None not in groups
