"""Desks that act at the same moment, with real threads and real commits."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection

from accounts.models import AuditEntry
from circulation.errors import CheckOutRefused, Code, HoldRefused
from circulation.models import Fee, Hold, LedgerEntry, Loan, SubscribedIssue
from circulation.services.check_in import check_in
from circulation.services.check_out import check_out
from circulation.services.fees import waive
from circulation.services.holds import cancel_hold, place_hold
from circulation.services.issue_claims import claim_issues
from circulation.services.orders import receive_copy
from circulation.services.periodicals import receive_issue
from circulation.services.renew import renew_loan
from circulation.services.subscriptions import SubscriptionPlan, change_subscription, subscribe
from circulation.services.undo import undo
from common.barcodes import BarcodeScheme
from common.errors import Refused
from holdings.models import Item
from holdings.selectors import copies_of
from holdings.services.orders import BranchCopies, Copies, OrderFacts, cancel_copies, order_copies
from tests.factories import (
    BranchFactory,
    FeeFactory,
    HoldFactory,
    ItemFactory,
    ItemTypeFactory,
    LoanFactory,
    PatronFactory,
    RecordFactory,
    RuleFactory,
    StaffAccountFactory,
)


@pytest.fixture
def branch(committed_municipality):
    """Return a branch with the usual rules."""
    RuleFactory()
    return BranchFactory()


@pytest.fixture
def at_once(committed_municipality) -> Callable:
    """Return a function that runs others at the same moment and returns each one's result, or refusal's codes."""

    def run(action, start):
        start.wait()
        connection.set_tenant(committed_municipality)
        try:
            return action()
        except Refused as refused:
            return tuple(refused.codes)
        finally:
            connection.close()

    def at_once(actions):
        start = Barrier(len(actions))
        with ThreadPoolExecutor(len(actions)) as pool:
            return list(pool.map(lambda action: run(action, start), actions))

    return at_once


def test_lends_one_item_once_in_fifty_tries(branch, at_once, now):
    item, patrons = ItemFactory(home_branch=branch), PatronFactory.create_batch(50, home_branch=branch)

    results = at_once(
        [
            lambda patron=patron: check_out(item=item, patron=patron, branch=branch, staff=None, now=now).loan.pk
            for patron in patrons
        ]
    )

    loan = Loan.objects.get()
    assert Counter(results) == {loan.pk: 1, (Code.ITEM_ON_LOAN,): 49}
    assert Item.objects.get().status == Item.Status.ON_LOAN


def test_keeps_a_patrons_limit_at_twenty_desks(branch, at_once, now):
    patron = PatronFactory(home_branch=branch)
    RuleFactory(values={"max_loans": 3}, patron_category=patron.category)
    items = ItemFactory.create_batch(20, home_branch=branch)

    results = at_once(
        [
            lambda item=item: check_out(item=item, patron=patron, branch=branch, staff=None, now=now).was_renewal
            for item in items
        ]
    )

    assert Counter(results) == {False: 3, (Code.LOAN_LIMIT_REACHED,): 17}
    assert Loan.objects.count() == 3


def test_gives_one_scan_one_result(branch, at_once, now):
    item, patron = ItemFactory(home_branch=branch), PatronFactory(home_branch=branch)
    values = {"item": item, "patron": patron, "branch": branch, "staff": None, "now": now, "scan_id": "one-scan"}

    results = at_once([lambda: check_out(**values).repeated] * 8)

    assert Counter(results) == {False: 1, True: 7}
    assert Loan.objects.get().renewals == 0


def test_refuses_one_scan_id_for_two_items(branch, at_once, now):
    patron = PatronFactory(home_branch=branch)
    items = ItemFactory.create_batch(6, home_branch=branch)

    results = at_once(
        [
            lambda item=item: (
                check_out(item=item, patron=patron, branch=branch, staff=None, now=now, scan_id="one-scan").repeated
            )
            for item in items
        ]
    )

    assert Counter(results) == {False: 1, (Code.SCAN_ID_TAKEN,): 5}
    assert Loan.objects.count() == 1


def test_traps_a_hold_once_for_five_items(branch, at_once, now):
    record = RecordFactory()
    items = ItemFactory.create_batch(5, record=record, home_branch=branch)
    first, second = HoldFactory.create_batch(2, record=record, pickup_branch=branch)

    results = at_once(
        [lambda item=item: check_in(item=item, branch=branch, staff=None, now=now).hold for item in items]
    )

    assert Counter(results) == {first: 1, second: 1, None: 3}
    assert sorted(Hold.objects.values_list("state", "shelf_number")) == [("READY", 1), ("READY", 2)]


def test_takes_one_item_back_once(branch, at_once, now):
    loan = LoanFactory(item=ItemFactory(home_branch=branch), lending_branch=branch, overdue=True)

    results = at_once([lambda: check_in(item=loan.item, branch=branch, staff=None, now=now).changed] * 6)

    assert Counter(results) == {True: 1, False: 5}
    assert Fee.objects.count() == 1


def test_renews_once_for_one_scan_and_counts_right(branch, at_once, now):
    loan = LoanFactory(item=ItemFactory(home_branch=branch), lending_branch=branch)

    results = at_once([lambda: renew_loan(loan=loan, staff=None, now=now).loan.renewals] * 6)

    assert Counter(results) == {1: 1, (Code.NOT_LATER,): 5}
    loan.refresh_from_db()
    assert loan.renewals == 1


def test_places_one_hold_for_many_clicks(branch, at_once, now):
    item, patron = ItemFactory(home_branch=branch), PatronFactory(home_branch=branch)
    values = {"record": item.record, "patron": patron, "pickup_branch": branch, "staff": None, "now": now}

    results = at_once([lambda: place_hold(**values).state] * 6)

    assert Counter(results) == {Hold.State.QUEUED: 1, (Code.ALREADY_HOLDS,): 5}


def test_lends_and_cancels_without_a_deadlock(branch, at_once, now):
    # Two patrons whose items lie ready for each other's desks, while their holds are cancelled and items scanned.
    patrons = PatronFactory.create_batch(2, home_branch=branch)
    records = RecordFactory.create_batch(2)
    holds = [
        HoldFactory(ready=True, record=record, patron=patron, pickup_branch=branch, shelf_number=number)
        for number, (record, patron) in enumerate(zip(records, patrons, strict=True), start=1)
    ]
    spare = [ItemFactory(record=record, home_branch=branch) for record in records]
    staff = StaffAccountFactory(supervisor=True)

    def swallow(action):
        try:
            action()
        except (CheckOutRefused, HoldRefused):
            return "refused"
        return "done"

    actions = []
    for hold, other, item in zip(holds, patrons[::-1], spare, strict=True):
        values = {"branch": branch, "staff": staff, "now": now}
        actions += [
            lambda hold=hold, values=values: check_out(item=hold.trapped_item, patron=hold.patron, **values),
            lambda hold=hold, values=values, other=other: check_out(item=hold.trapped_item, patron=other, **values),
            lambda hold=hold, values=values, item=item: check_out(item=item, patron=hold.patron, **values),
            lambda hold=hold, values=values: check_in(item=hold.trapped_item, **values),
            lambda hold=hold, staff=staff: cancel_hold(hold=hold, staff=staff, now=now),
        ]

    results = at_once([lambda action=action: swallow(action) for action in actions])

    assert set(results) <= {"done", "refused"}
    assert len(results) == 10
    for item in Item.objects.filter(status=Item.Status.ON_LOAN):
        assert Loan.objects.filter(item=item, returned_at__isnull=True).count() == 1


def test_a_hold_placed_while_another_is_cancelled_keeps_the_loan_called_back(branch, at_once, now):
    RuleFactory(values={"recall_by_hold": True, "recall_min_days": 1, "recall_notice_days": 4}, branch=branch)
    loan = LoanFactory(item=ItemFactory(home_branch=branch), lending_branch=branch)
    where = {"record": loan.item.record, "pickup_branch": branch, "staff": None, "now": now}
    first = place_hold(patron=PatronFactory(home_branch=branch), **where)
    others = PatronFactory.create_batch(4, home_branch=branch)

    placed = at_once(
        [
            lambda: cancel_hold(hold=first, staff=None, now=now).state,
            *(lambda patron=patron: place_hold(patron=patron, **where).pk for patron in others),
        ]
    )

    loan.refresh_from_db()
    assert placed[0] == Hold.State.CANCELLED
    assert loan.recalled_at is not None
    assert loan.recalled_for_id in placed[1:]


def test_a_hold_is_cancelled_while_the_loan_that_it_called_back_comes_in(branch, at_once, now):
    RuleFactory(values={"recall_by_hold": True, "recall_min_days": 1, "recall_notice_days": 4}, branch=branch)
    loans = LoanFactory.create_batch(6, item__home_branch=branch, lending_branch=branch)
    holds = [
        place_hold(
            patron=PatronFactory(home_branch=branch),
            record=loan.item.record,
            pickup_branch=branch,
            staff=None,
            now=now,
        )
        for loan in loans
    ]

    at_once(
        [
            *(lambda loan=loan: check_in(item=loan.item, branch=branch, staff=None, now=now) for loan in loans),
            *(lambda hold=hold: cancel_hold(hold=hold, staff=None, now=now) for hold in holds),
        ]
    )

    assert not Loan.objects.filter(returned_at__isnull=True).exists()
    assert set(Hold.objects.values_list("state", flat=True)) == {Hold.State.CANCELLED}


def test_undoes_the_end_of_a_hold_once_and_never_takes_the_item_from_another(branch, at_once, now):
    staff = StaffAccountFactory()
    item = ItemFactory(home_branch=branch)
    first = HoldFactory(ready=True, trapped_item=item, patron__home_branch=branch, pickup_branch=branch)
    second = HoldFactory(record=item.record, patron__home_branch=branch, pickup_branch=branch)
    cancel_hold(hold=first, staff=staff, now=now)
    entry = AuditEntry.objects.get(action="circulation.cancel_hold")

    results = at_once(
        [
            lambda: check_in(item=item, branch=branch, staff=staff, now=now).hold,
            *[lambda: undo(entry=entry, staff=staff, now=now).hold] * 3,
        ]
    )

    bound = Hold.objects.get(trapped_item=item, state=Hold.State.READY)
    # Whoever came first: undone, the scan changes nothing; scanned, the item is the next one's.
    assert results[0] == bound
    undone = [result for result in results[1:] if result == first]
    refused = [result for result in results[1:] if result != first]
    assert (len(undone), set(refused)) in [(1, {(Code.UNDONE_ALREADY,)}), (0, {(Code.ITEM_ON_HOLD,)})]
    assert bound == (first if undone else second)


def test_undoes_a_waiver_once_at_four_desks(branch, at_once, now):
    staff = StaffAccountFactory(supervisor=True)
    fee = FeeFactory(branch=branch)
    waive(fee=fee, amount=fee.balance, reason="a mistake", staff=staff, now=now)
    entry = AuditEntry.objects.get(action="circulation.waive_fee")

    results = at_once([lambda: undo(entry=entry, staff=staff, now=now).fee] * 4)

    assert Counter(results) == {fee: 1, (Code.UNDONE_ALREADY,): 3}
    assert Fee.objects.get().balance == fee.balance
    assert LedgerEntry.objects.filter(kind="WAIVER").count() == 2


@pytest.fixture
def ordered(branch, now):
    """Return a function that orders two copies of a title."""
    record, item_type, staff = RecordFactory(), ItemTypeFactory(), StaffAccountFactory()
    copies = Copies(item_type, [BranchCopies(branch, 2)])

    def order():
        facts = OrderFacts("Bogladen", now.date())
        return order_copies(record=record, facts=facts, copies=copies, actor=staff, now=now)

    return order


def test_orders_at_several_desks_get_copies_of_their_own(ordered, at_once):
    results = at_once([ordered] * 4)

    assert len({order.pk for order in results}) == 4
    assert Item.objects.filter(ordered__isnull=False).count() == 8


def test_a_copy_arrives_at_one_of_several_desks(ordered, committed_municipality, branch, at_once, now):
    labels = map(BarcodeScheme(**committed_municipality.barcode_schemes["item"]).make, (71, 72, 73))
    item, staff = copies_of(ordered().pk)[0], StaffAccountFactory()

    results = at_once(
        [
            lambda barcode=barcode: (
                receive_copy(item_id=item.pk, barcode=barcode, branch=branch, staff=staff, now=now).item.barcode
            )
            for barcode in labels
        ]
    )

    item.refresh_from_db()
    assert Counter(results) == {item.barcode: 1, ("COPY_NOT_ON_ORDER",): 2}


def test_a_copy_either_arrives_or_is_cancelled(ordered, branch, at_once, now):
    order, staff = ordered(), StaffAccountFactory()
    item = copies_of(order.pk)[0]

    arrived, cancelled = at_once(
        [
            lambda: receive_copy(item_id=item.pk, barcode="", branch=branch, staff=staff, now=now).item.pk,
            lambda: cancel_copies(order_id=order.pk, item_ids=[item.pk], actor=staff, now=now),
        ]
    )

    is_here = Item.objects.filter(pk=item.pk, status=Item.Status.AVAILABLE).exists()
    assert (arrived, cancelled) == ((item.pk, ("COPY_NOT_ON_ORDER",)) if is_here else (("COPY_NOT_ON_ORDER",), 1))


@pytest.fixture
def weekly(branch, now):
    """A weekly whose first issue is late."""
    plan = SubscriptionPlan("WEEK", now.date() - timedelta(days=10), ItemTypeFactory(), supplier="Agent", runs_on=True)
    return subscribe(record=RecordFactory(), branch=branch, plan=plan, staff=StaffAccountFactory())


def test_an_issue_that_two_desks_write_in_two_ways_arrives_once(weekly, at_once, now):
    year, staff = weekly.first_on.year, StaffAccountFactory()
    about = {"subscription_id": weekly.pk, "barcode": "", "expected_on": None, "staff": staff, "now": now}
    volumes = (f"{year}:1", f"{year}, nr 01", f"1/{year}")

    results = at_once([lambda volume=volume: receive_issue(volume=volume, **about).volume for volume in volumes])

    assert Counter(results) == {f"{year}:1": 1, (Code.ISSUE_HERE,): 2}
    assert Item.objects.count() == 1


def test_an_issue_is_claimed_once_a_day_at_several_desks(weekly, branch, at_once, now):
    wanted, staff = [(weekly.pk, f"{weekly.first_on.year}:1")], StaffAccountFactory()

    results = at_once([lambda: claim_issues(branch=branch, wanted=wanted, staff=staff, now=now)] * 4)

    assert results == ["Agent"] * 4
    assert SubscribedIssue.objects.get().claims == 1


def test_an_issue_that_arrives_while_its_subscription_changes_is_not_awaited_too(weekly, branch, at_once, now):
    year, staff = weekly.first_on.year, StaffAccountFactory()
    plan = SubscriptionPlan("TIMES", now.date() + timedelta(days=20), weekly.item_type, first_number=2)
    by = {"subscription_id": weekly.pk, "staff": staff, "now": now}

    at_once(
        [
            lambda: receive_issue(volume=f"{year}:1", barcode="", expected_on=None, **by),
            lambda: change_subscription(branch=branch, plan=plan, **by),
        ]
    )

    assert [(row.volume, row.state) for row in SubscribedIssue.objects.filter(volume=f"{year}:1")] == [
        (f"{year}:1", "ARRIVED")
    ]
