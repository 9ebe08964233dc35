"""Orders of copies: what making one leaves, what stands against it, and what becomes of its copies."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from accounts.models import AuditEntry
from catalogue.models import Change, HoldingsSummary
from circulation.models import Hold
from circulation.selectors.subscriptions import known_suppliers
from circulation.services.orders import receive_copy
from circulation.services.results import GoesTo
from circulation.services.subscriptions import SubscriptionPlan, subscribe
from circulation.services.undo import undo
from common.barcodes import BarcodeScheme
from common.errors import Refused
from holdings.models import Item, Order, OrderedItem
from holdings.selectors import OrderFilter, copies_of, expected_at, orders_like, orders_of, suppliers
from holdings.services.orders import (
    BranchCopies,
    Copies,
    OrderFacts,
    cancel_copies,
    change_order,
    claim_order,
    order_copies,
    order_more,
)
from tenants.selectors import current_municipality
from tests.factories import HoldFactory, ItemFactory, ItemTypeFactory, RecordFactory, ShelvingLocationFactory


@pytest.fixture
def today(now):
    return now.date()


@pytest.fixture
def facts(today):
    return OrderFacts("Bogladen", today, today + timedelta(days=14), "B-77", "For the summer")


@pytest.fixture
def novel(library):
    return RecordFactory(title="Regnens hus")


@pytest.fixture
def copies(library):
    return Copies(ItemTypeFactory(), [BranchCopies(library.main, 2)], Decimal("199.50"))


@pytest.fixture
def order(library, novel, facts, copies, now):
    """Two copies for main."""
    return order_copies(record=novel, facts=facts, copies=copies, actor=library.staff, now=now)


@pytest.fixture
def receive(library, now):
    def _receive(item, barcode="", *, at=None):
        return receive_copy(item_id=item.pk, barcode=barcode, branch=at or library.main, staff=library.staff, now=now)

    return _receive


@pytest.fixture
def label(alpha):
    """A barcode from a roll of labels."""
    return BarcodeScheme(**alpha.barcode_schemes["item"]).make(77)


def state():
    """What a refusal leaves as it was."""
    return (
        list(Order.objects.order_by("pk").values()),
        list(OrderedItem.objects.order_by("pk").values()),
        list(Item.objects.order_by("pk").values()),
        AuditEntry.objects.count(),
        Change.objects.count(),
    )


def awaited(**wanted):
    return [each.pk for each in orders_like(OrderFilter(**wanted))]


def test_an_order_makes_its_copies_under_free_barcodes_and_tells_of_them_once(library, novel, facts, now):
    room = ShelvingLocationFactory(branch=library.east)
    shares = [BranchCopies(library.main, 2), BranchCopies(library.east, 1, room)]
    changes = Change.objects.count()

    made = order_copies(
        record=novel,
        facts=facts,
        copies=Copies(ItemTypeFactory(), shares, Decimal("199.50")),
        actor=library.staff,
        now=now,
    )

    items = copies_of(made.pk)
    assert [(each.status, each.home_branch.code, each.location, each.price) for each in items] == [
        ("ON_ORDER", "main", None, Decimal("199.50")),
        ("ON_ORDER", "main", None, Decimal("199.50")),
        ("ON_ORDER", "east", room, Decimal("199.50")),
    ]
    assert len({each.barcode for each in items}) == 3
    assert (made.title, made.supplier, made.number) == ("Regnens hus", "Bogladen", "B-77")
    assert Change.objects.count() == changes + 1
    assert dict(HoldingsSummary.objects.filter(record=novel).values_list("branch_code", "items")) == {
        "main": 2,
        "east": 1,
    }
    entry = AuditEntry.objects.get(action="holdings.order_copies")
    assert (entry.actor, entry.facts["copies"], entry.facts["supplier"]) == (library.staff, 3, "Bogladen")
    shown = orders_like(OrderFilter()).get()
    assert (shown.in_all, shown.awaited, shown.cost) == (3, 3, Decimal("598.50"))
    day = facts.expected_on
    assert expected_at(novel.pk, day) == {library.main.pk: day, library.east.pk: day}
    # Once it's late, nobody is promised a day that's over.
    assert expected_at(novel.pk, day + timedelta(days=1)) == {}
    assert orders_of([items[0].pk]) == {items[0].pk: made}
    assert suppliers() == ["Bogladen"]


def test_without_a_scheme_copies_are_numbered_by_their_order(library, novel, facts, copies, now, monkeypatch):
    monkeypatch.setattr(current_municipality(), "barcode_schemes", {})

    made = order_copies(record=novel, facts=facts, copies=copies, actor=library.staff, now=now)

    assert [item.barcode for item in copies_of(made.pk)] == [f"ORDER{made.pk}X1", f"ORDER{made.pk}X2"]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"supplier": " "}, "SUPPLIER_MISSING"),
        ({"ordered": -4000}, "ORDERED_FAR_AWAY"),
        ({"expected": 4000}, "EXPECTED_FAR_AWAY"),
        ({"expected": -1}, "EXPECTED_BEFORE_ORDERED"),
    ],
)
def test_an_order_that_cannot_be_changes_nothing(library, novel, order, facts, copies, now, today, changed, code):
    values = {name: value for name, value in changed.items() if name == "supplier"}
    values |= {f"{name}_on": today + timedelta(days=days) for name, days in changed.items() if name != "supplier"}
    before = state()

    with pytest.raises(Refused) as refused:
        order_copies(record=novel, facts=replace(facts, **values), copies=copies, actor=library.staff, now=now)
    assert code in refused.value.codes
    with pytest.raises(Refused) as refused:
        change_order(order_id=order.pk, facts=replace(facts, **values), actor=library.staff, now=now)
    assert code in refused.value.codes
    assert state() == before


@pytest.mark.parametrize(
    ("count", "price", "code"),
    [
        (0, "1", "NO_COPIES"),
        (201, "1", "TOO_MANY_COPIES"),
        (1, "-1", "PRICE_NOT_VALID"),
        (1, "NaN", "PRICE_NOT_VALID"),
        (-1, "1", "NO_COPIES"),
    ],
)
def test_copies_that_cannot_be_change_nothing(library, novel, order, facts, now, count, price, code):
    wrong = Copies(ItemTypeFactory(), [BranchCopies(library.main, count)], Decimal(price))
    before = state()

    with pytest.raises(Refused, match=code):
        order_copies(record=novel, facts=facts, copies=wrong, actor=library.staff, now=now)
    with pytest.raises(Refused, match=code):
        order_more(order_id=order.pk, copies=wrong, actor=library.staff, now=now)
    assert state() == before


def test_a_deleted_title_or_another_branch_s_room_is_refused(library, novel, facts, copies, now):
    room = ShelvingLocationFactory(branch=library.east)
    wrong = Copies(copies.item_type, [BranchCopies(library.main, 1, room)])
    with pytest.raises(Refused, match="LOCATION_ELSEWHERE"):
        order_copies(record=novel, facts=facts, copies=wrong, actor=library.staff, now=now)
    novel.deleted_at = now
    novel.save()
    with pytest.raises(Refused, match="RECORD_DELETED"):
        order_copies(record=novel, facts=facts, copies=copies, actor=library.staff, now=now)
    assert not Order.objects.exists()


def test_more_copies_are_of_the_same_title(library, order, novel, copies, now):
    order_more(order_id=order.pk, copies=copies, actor=library.staff, now=now)

    assert [item.record_id for item in copies_of(order.pk)] == [novel.pk] * 4


def test_changes_and_claims_are_noted(library, order, facts, today, now):
    change_order(order_id=order.pk, facts=replace(facts, expected_on=None), actor=library.staff, now=now)
    claim_order(order_id=order.pk, actor=library.staff, now=now)
    claim_order(order_id=order.pk, actor=library.staff, now=now)

    order.refresh_from_db()
    assert (order.expected_on, order.claims, order.claimed_on) == (None, 2, today)
    entry = AuditEntry.objects.get(action="holdings.change_order")
    assert entry.facts == {"expected_on": [facts.expected_on.isoformat(), None]}
    change_order(order_id=order.pk, facts=replace(facts, expected_on=None), actor=library.staff, now=now)
    assert AuditEntry.objects.filter(action="holdings.change_order").count() == 1


def test_a_copy_that_arrives_goes_to_whoever_waits_first(library, order, novel, receive, label, now):
    hold = HoldFactory(record=novel, patron=library.patron, pickup_branch=library.main)
    first, second = copies_of(order.pk)

    result = receive(first, label)

    hold.refresh_from_db()
    first.refresh_from_db()
    assert (result.goes_to, result.shelf_number) == (GoesTo.HOLD_SHELF, hold.shelf_number)
    assert (hold.state, hold.trapped_item_id) == (Hold.State.READY, first.pk)
    assert (first.barcode, first.status, first.acquired_on) == (label, "ON_HOLD_SHELF", now.date())
    assert list(HoldingsSummary.objects.filter(record=novel).values_list("items", "copies")) == [(2, 1)]

    assert receive(second, at=library.east).goes_to == GoesTo.TRANSIT
    assert awaited() == []
    assert awaited(with_closed=True) == [order.pk]
    with pytest.raises(Refused, match="COPY_NOT_ON_ORDER"):
        receive(second)
    with pytest.raises(Refused, match="NOTHING_ON_ORDER"):
        claim_order(order_id=order.pk, actor=library.staff, now=now)


@pytest.fixture
def take_back(library, now):
    def _take_back(result):
        undo(entry=AuditEntry.objects.get(pk=result.entry_id), staff=library.staff, now=now)

    return _take_back


def test_an_arrival_that_is_taken_back_frees_the_labels_barcode(library, order, novel, receive, take_back, label):
    first, second = copies_of(order.pk)
    ordered_as = first.barcode
    counts = HoldingsSummary.objects.filter(record=novel).values_list("items", "copies")
    before = list(counts)

    take_back(receive(first, label))

    first.refresh_from_db()
    assert (first.barcode, first.status, first.acquired_on) == (ordered_as, "ON_ORDER", None)
    assert list(counts.all()) == before
    receive(second, label)
    second.refresh_from_db()
    assert second.barcode == label


def test_a_barcode_that_something_else_has_by_now_is_not_taken_from_it(
    library, order, receive, take_back, label, alpha
):
    first, _second = copies_of(order.pk)
    ordered_as = first.barcode
    result = receive(first, label)
    other = ItemFactory(barcode=ordered_as)

    take_back(result)

    first.refresh_from_db()
    other.refresh_from_db()
    assert first.status == "ON_ORDER"
    assert other.barcode == ordered_as
    assert first.barcode == BarcodeScheme(**alpha.barcode_schemes["item"]).make(78)


def test_an_arrival_is_not_taken_back_where_no_barcode_is_left(order, receive, take_back, label, monkeypatch):
    first, _second = copies_of(order.pk)
    ordered_as = first.barcode
    result = receive(first, label)
    ItemFactory(barcode=ordered_as)
    monkeypatch.setattr("holdings.services.orders.next_barcodes", lambda count: [])
    before = state()

    with pytest.raises(Refused, match="CHANGED_SINCE"):
        take_back(result)

    assert state() == before


def test_a_copy_that_kept_its_barcode_keeps_it_when_its_arrival_is_taken_back(order, receive, take_back):
    first, _second = copies_of(order.pk)
    ordered_as = first.barcode

    take_back(receive(first))

    first.refresh_from_db()
    assert (first.barcode, first.status, first.acquired_on) == (ordered_as, "ON_ORDER", None)


def test_suppliers_of_orders_and_subscriptions_are_one_list(library, order, today):
    for supplier in ("Agent A/S", "BOGLADEN", ""):
        plan = SubscriptionPlan("WEEK", today, ItemTypeFactory(), supplier=supplier)
        subscribe(record=RecordFactory(), branch=library.main, plan=plan, staff=library.staff)

    assert known_suppliers() == ["Agent A/S", "Bogladen"]
    assert suppliers() == ["Bogladen"]


def test_a_label_that_cannot_be_changes_nothing(order, receive):
    first, second = copies_of(order.pk)
    before = state()

    with pytest.raises(Refused, match="BARCODE_MALFORMED"):
        receive(first, "12")
    with pytest.raises(Refused, match="BARCODE_TAKEN"):
        receive(first, second.barcode)
    assert state() == before


def test_copies_that_will_not_come_are_cancelled(library, order, novel, copies, now):
    first, second = copies_of(order.pk)
    changes = Change.objects.count()

    assert cancel_copies(order_id=order.pk, item_ids=[first.pk], actor=library.staff, now=now) == 1

    order.refresh_from_db()
    assert (order.cancelled, [item.pk for item in copies_of(order.pk)]) == (1, [second.pk])
    assert Change.objects.count() == changes + 1
    assert HoldingsSummary.objects.get(record=novel).items == 1
    cancel_copies(order_id=order.pk, item_ids=[second.pk], actor=library.staff, now=now)
    assert awaited() == []
    assert AuditEntry.objects.filter(action="holdings.cancel_copies").count() == 2
    with pytest.raises(Refused, match="NOTHING_ON_ORDER"):
        cancel_copies(order_id=order.pk, item_ids=[second.pk], actor=library.staff, now=now)
    with pytest.raises(Refused, match="ORDER_WITHOUT_TITLE"):
        order_more(order_id=order.pk, copies=copies, actor=library.staff, now=now)


def test_none_is_cancelled_when_one_has_come_or_is_asked_for_by_itself(library, order, novel, receive, now):
    first, second = copies_of(order.pk)
    HoldFactory(record=novel, item=first, pickup_branch=library.main)
    before = state()
    with pytest.raises(Refused, match="COPY_IN_USE"):
        cancel_copies(order_id=order.pk, item_ids=[first.pk, second.pk], actor=library.staff, now=now)
    assert state() == before

    receive(second)
    before = state()
    with pytest.raises(Refused) as refused:
        cancel_copies(order_id=order.pk, item_ids=[first.pk, second.pk], actor=library.staff, now=now)
    assert refused.value.codes == ["COPY_IN_USE", "COPY_NOT_ON_ORDER"]
    assert state() == before


def test_no_order_cancels_another_s_copies(library, order, novel, facts, copies, now):
    other = order_copies(record=novel, facts=facts, copies=copies, actor=library.staff, now=now)

    with pytest.raises(Refused, match="NOTHING_ON_ORDER"):
        cancel_copies(order_id=order.pk, item_ids=[copies_of(other.pk)[0].pk], actor=library.staff, now=now)


@pytest.mark.parametrize("act", [change_order, claim_order, order_more, cancel_copies])
def test_what_is_gone_cannot_be_acted_on(library, facts, copies, now, act):
    values = {change_order: {"facts": facts}, order_more: {"copies": copies}, cancel_copies: {"item_ids": [1]}}

    with pytest.raises(Refused, match="ORDER_GONE"):
        act(order_id=404, actor=library.staff, now=now, **values.get(act, {}))


def test_lists_are_narrowed_by_supplier_branch_and_lateness(library, order, novel, facts, copies, today, now):
    early = replace(facts, supplier="Akademi", ordered_on=today - timedelta(days=9), expected_on=today)
    east = replace(copies, shares=[BranchCopies(library.east, 1)])
    late = order_copies(record=novel, facts=early, copies=east, actor=library.staff, now=now)

    assert awaited() == [late.pk, order.pk]
    assert awaited(late_on=today + timedelta(days=1)) == [late.pk]
    assert awaited(late_on=today) == []
    assert awaited(supplier="Bogladen") == [order.pk]
    assert awaited(branch_id=library.east.pk) == [late.pk]
    assert orders_like(OrderFilter(branch_id=library.main.pk)).get().in_all == 2
