from datetime import timedelta
from decimal import Decimal

import pytest

from accounts.models import AuditEntry
from circulation.errors import Code, Override, UndoRefused
from circulation.models import Fee, Hold, Loan, Transit
from circulation.services.check_in import check_in
from circulation.services.check_out import check_out
from circulation.services.claims import claim_never_had
from circulation.services.fees import charge_overdue
from circulation.services.holds import cancel_hold, extend_hold
from circulation.services.inventory import see_item
from circulation.services.renew import renew_loan
from circulation.services.undo import undo
from holdings.models import Item
from notices.models import Notice
from patrons.models import Patron
from tests.factories import TODAY, HoldFactory, LoanFactory, TransitFactory


@pytest.fixture
def lend(library, now):
    """Return a function that lends at main."""
    values = {"branch": library.main, "staff": library.staff, "now": now}
    return lambda item, **other: check_out(**{"item": item, "patron": library.patron, **values, **other})


@pytest.fixture
def take_back(library, now):
    """Return a function that checks in at main."""
    return lambda item, branch=None: check_in(item=item, branch=branch or library.main, staff=library.staff, now=now)


@pytest.fixture
def take(library, now):
    """Return a function that undoes the action behind a result."""
    return lambda result: undo(entry=AuditEntry.objects.get(pk=result.entry_id), staff=library.staff, now=now)


def _refused(take, result):
    with pytest.raises(UndoRefused) as refused:
        take(result)
    return refused.value.codes


def _everything():
    return {model: list(model.objects.order_by("pk").values()) for model in (Item, Hold, Transit)}


# --- Check-out ---


def test_undoes_a_check_out(lend, take, library, now):
    item = library.item()
    before = _everything()
    result = lend(item)

    undone = take(result)

    assert undone.action == "circulation.check_out"
    loan = Loan.objects.get()
    assert (loan.returned_at, loan.undone_at, loan.patron) == (now, now, None)
    assert _everything() == before


def test_lends_again_after_an_undone_check_out(lend, take, library):
    item = library.item()
    take(lend(item))

    assert lend(item).loan.returned_at is None


def test_puts_a_ready_hold_back_in_its_old_place(lend, take, library):
    hold = HoldFactory(ready=True, trapped_item=library.item(), patron=library.patron, pickup_branch=library.main)
    before = Hold.objects.filter(pk=hold.pk).values().get()

    undone = take(lend(hold.trapped_item))

    assert undone.hold == hold
    assert Hold.objects.filter(pk=hold.pk).values().get() == before
    assert Item.objects.get(pk=hold.trapped_item_id).status == Item.Status.ON_HOLD_SHELF


def test_gives_another_number_when_the_old_one_is_taken(lend, take, library):
    hold = HoldFactory(
        ready=True, trapped_item=library.item(), patron=library.patron, pickup_branch=library.main, shelf_number=5
    )
    lent = lend(hold.trapped_item)
    HoldFactory(ready=True, pickup_branch=library.main, shelf_number=5)

    take(lent)

    hold.refresh_from_db()
    assert (hold.state, hold.shelf_number) == (Hold.State.READY, 1)


def test_puts_a_hold_for_the_title_back_into_the_queue(lend, take, library):
    item = library.item()
    hold = HoldFactory(record=item.record, patron=library.patron, pickup_branch=library.main)

    take(lend(item))

    hold.refresh_from_db()
    assert (hold.state, hold.trapped_item, hold.ended_at, hold.end_reason) == (Hold.State.QUEUED, None, None, "")


def test_gives_the_item_back_to_the_hold_that_was_gone_past(lend, take, library):
    hold = HoldFactory(
        ready=True, trapped_item=library.item(), patron=library.another_patron(), pickup_branch=library.main
    )
    before = Hold.objects.filter(pk=hold.pk).values().get()

    take(lend(hold.trapped_item, override=Override([Code.ITEM_ON_HOLD], "Mixed up")))

    assert Hold.objects.filter(pk=hold.pk).values().get() == before


def test_queues_a_hold_whose_other_item_may_be_anywhere_by_now(lend, take, library):
    hold = HoldFactory(ready=True, trapped_item=library.item(), patron=library.patron, pickup_branch=library.main)
    sibling = library.item(record=hold.record)

    take(lend(sibling))

    hold.refresh_from_db()
    assert (hold.state, hold.trapped_item) == (Hold.State.QUEUED, None)


def test_lets_a_journey_go_on(lend, take, library):
    transit = TransitFactory(item=library.item(home_branch=library.east), from_branch=library.main)

    take(lend(transit.item))

    transit.refresh_from_db()
    assert (transit.received_at, transit.cancelled_at) == (None, None)
    assert Item.objects.get(pk=transit.item_id).status == Item.Status.IN_TRANSIT


# --- Check-in ---


def test_undoes_a_check_in_with_the_patron_that_it_forgot(take_back, take, library):
    loan = LoanFactory(item=library.item(), patron=library.patron, lending_branch=library.main)
    before = Loan.objects.filter(pk=loan.pk).values().get()
    result = take_back(loan.item)

    undone = take(result)

    assert undone.loan == loan
    assert Loan.objects.filter(pk=loan.pk).values().get() == before
    assert Item.objects.get(pk=loan.item_id).status == Item.Status.ON_LOAN


def test_puts_a_trapped_hold_back_and_keeps_back_its_message(take_back, take, library):
    loan = LoanFactory(item=library.item(), patron=library.patron, lending_branch=library.main)
    hold = HoldFactory(record=loan.item.record, pickup_branch=library.main)
    before = Hold.objects.filter(pk=hold.pk).values().get()

    take(take_back(loan.item))

    assert Hold.objects.filter(pk=hold.pk).values().get() == before
    assert Notice.objects.get().state == Notice.State.CANCELLED


def test_cancels_the_journey_that_it_began(take_back, take, library, now):
    loan = LoanFactory(item=library.item(), patron=library.patron, lending_branch=library.main)
    HoldFactory(record=loan.item.record, pickup_branch=library.east)

    take(take_back(loan.item))

    assert Transit.objects.get().cancelled_at == now
    assert Hold.objects.get().state == Hold.State.QUEUED


def test_sends_it_travelling_again(take_back, take, library):
    hold = HoldFactory(in_transit=True, trapped_item=library.item(), pickup_branch=library.east)

    take(take_back(hold.trapped_item, library.east))

    hold.refresh_from_db()
    assert (hold.state, hold.trapped_item.status) == (Hold.State.IN_TRANSIT, Item.Status.IN_TRANSIT)
    assert Transit.objects.get().received_at is None


def test_puts_a_ready_hold_scanned_elsewhere_back_on_its_shelf(take_back, take, library):
    hold = HoldFactory(ready=True, trapped_item=library.item(), pickup_branch=library.east)
    before = Hold.objects.filter(pk=hold.pk).values().get()

    take(take_back(hold.trapped_item))

    assert Hold.objects.filter(pk=hold.pk).values().get() == before
    assert Item.objects.get(pk=hold.trapped_item_id).current_branch == library.east


def test_lets_the_fee_grow_again(take_back, take, library, now):
    loan = LoanFactory(item=library.item(), patron=library.patron, lending_branch=library.main, overdue=True)
    result = take_back(loan.item)
    assert Fee.objects.get().closed_at is not None

    take(result)

    fee = Fee.objects.get()
    assert (fee.closed_at, fee.balance) == (None, Decimal("60.00"))
    loan.refresh_from_db()
    charge_overdue(loan=loan, on=TODAY.replace(day=30), now=now, actor=None)
    fee.refresh_from_db()
    assert fee.balance == Decimal("120.00")


@pytest.mark.parametrize("status", [Item.Status.MISSING, Item.Status.LOST, Item.Status.WITHDRAWN])
@pytest.mark.parametrize("keeps_history", [False, True])
def test_what_was_said_of_a_missing_item_stands_again(take_back, take, library, now, status, keeps_history):
    Patron.objects.filter(pk=library.patron.pk).update(keeps_history=keeps_history)
    loan = LoanFactory(item=library.item(), patron=library.patron, lending_branch=library.main)
    claim_never_had(loan=loan, staff=library.staff, now=now)
    Item.objects.filter(pk=loan.item_id).update(status=status, not_found_count=2)
    before = Loan.objects.filter(pk=loan.pk).values().get(), _everything()

    result = take_back(loan.item)

    assert Loan.objects.get(pk=loan.pk).claim == ""
    take(result)
    assert (Loan.objects.filter(pk=loan.pk).values().get(), _everything()) == before


def test_what_was_said_of_a_missing_item_that_was_lent_stands_again(lend, take, library, now):
    loan = LoanFactory(item=library.item(), patron=library.patron, lending_branch=library.main)
    claim_never_had(loan=loan, staff=library.staff, now=now)
    before = Loan.objects.filter(pk=loan.pk).values().get()

    take(lend(loan.item, patron=library.another_patron(), override=Override([Code.ITEM_MISSING], "Here it is")))

    assert Loan.objects.filter(pk=loan.pk).values().get() == before


def test_when_an_inventory_saw_the_item_since_stays(take_back, take, library, now):
    item = library.item()
    result = take_back(LoanFactory(item=item, patron=library.patron, lending_branch=library.main).item)
    later = now + timedelta(minutes=5)
    see_item(item=item, branch=library.main, staff=library.staff, now=later)

    take(result)

    assert Item.objects.get(pk=item.pk).last_seen_at == later


# --- Renewal ---


def test_undoes_a_renewal(take, library, now):
    loan = LoanFactory(item=library.item(), patron=library.patron, lending_branch=library.main, renewals=1)
    before = Loan.objects.filter(pk=loan.pk).values().get()

    take(renew_loan(loan=loan, staff=library.staff, now=now))

    assert Loan.objects.filter(pk=loan.pk).values().get() == before


def test_opens_the_fee_that_a_renewal_closed(take, library, now):
    loan = LoanFactory(item=library.item(), patron=library.patron, lending_branch=library.main, overdue=True)

    take(renew_loan(loan=loan, staff=library.staff, now=now))

    assert Fee.objects.get().closed_at is None


# --- What can't be undone ---


def test_undoes_once(lend, take, library):
    result = lend(library.item())
    take(result)

    assert _refused(take, result) == [Code.UNDONE_ALREADY]


def test_refuses_when_something_has_happened_to_the_item_since(lend, take_back, take, library):
    item = library.item()
    lent = lend(item)
    returned = take_back(item)

    assert _refused(take, lent) == [Code.CHANGED_SINCE]
    assert Loan.objects.get().undone_at is None

    take(returned)
    take(lent)
    assert Loan.objects.get().undone_at is not None


def test_leaves_a_hold_that_was_cancelled_since(take_back, take, library, now):
    loan = LoanFactory(item=library.item(), patron=library.patron, lending_branch=library.main)
    hold = HoldFactory(record=loan.item.record, pickup_branch=library.main)
    result = take_back(loan.item)
    cancel_hold(hold=hold, staff=library.staff, now=now)

    take(result)

    hold.refresh_from_db()
    assert hold.state == Hold.State.CANCELLED
    loan.refresh_from_db()
    assert loan.returned_at is None


def test_refuses_other_actions(library, now):
    hold = HoldFactory()
    extend_hold(hold=hold, staff=library.staff, now=now)

    with pytest.raises(UndoRefused) as refused:
        undo(entry=AuditEntry.objects.get(), staff=library.staff, now=now)

    assert refused.value.codes == [Code.NOT_UNDOABLE]
