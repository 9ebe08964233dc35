"""Many items changed at once: what's foreseen, what's done, what can't be, and how it's undone."""

from datetime import timedelta

import pytest

from accounts.models import AuditEntry
from catalogue.models import HoldingsSummary
from circulation.errors import BulkRefused, Code
from circulation.models import BulkChange, BulkLine
from circulation.selectors.availability import availability
from circulation.selectors.bulk_changes import lines_not_changed, progress_of, reason_counts
from circulation.services import bulk_changes
from circulation.services.bulk_changes import (
    begin_change,
    begin_undo,
    make_change,
    propose_change,
    takes_up_again,
    undo_change,
)
from circulation.services.check_in import check_in
from circulation.services.check_out import check_out
from circulation.services.undo import undo
from holdings.errors import LOCATION_ELSEWHERE
from holdings.models import Item
from tests.factories import HoldFactory, ItemTypeFactory, LoanFactory, ShelvingLocationFactory, TransitFactory
from tests.locks import statements_of

Outcome = BulkLine.Outcome
WITHDRAW = {"status": Item.Status.WITHDRAWN}


@pytest.fixture
def propose(library, now):
    """Return a function that proposes a change of items, or of what stands on a list."""

    def write_down(items, changes, reason="worn"):
        barcodes = [each if isinstance(each, str) else each.barcode for each in items]
        return propose_change(barcodes=barcodes, changes=changes, reason=reason, staff=library.staff, now=now)

    return write_down


@pytest.fixture
def make(library, propose, now):
    """Return a function that proposes a change and makes it."""

    def change(items, changes):
        bulk = propose(items, changes)
        begin_change(bulk_id=bulk.pk, staff=library.staff, now=now)
        make_change(bulk_id=bulk.pk, staff=library.staff, clock=lambda: now)
        bulk.refresh_from_db()
        return bulk

    return change


@pytest.fixture
def take_back(library, now):
    """Return a function that undoes a change."""

    def back(bulk):
        begin_undo(bulk_id=bulk.pk, staff=library.staff, now=now)
        undo_change(bulk_id=bulk.pk, staff=library.staff, clock=lambda: now)
        bulk.refresh_from_db()

    return back


def fresh(item):
    return Item.objects.get(pk=item.pk)


def outcomes(bulk):
    return [line.outcome for line in BulkLine.objects.filter(bulk=bulk)]


def why_not(library, state):
    """Return an item in a state in which it can't be withdrawn."""
    item = library.item(withdrawn=state == "withdrawn")
    if state == "on loan":
        LoanFactory(item=item, lending_branch=library.main)
    elif state == "on the hold shelf":
        HoldFactory(item=item, ready=True)
    elif state == "in transit":
        TransitFactory(item=item, from_branch=library.main, to_branch=library.east)
    elif state == "waited for":
        HoldFactory(record=item.record, pickup_branch=library.main)
    elif state == "a bundle":
        library.item(bundle=item)
    return fresh(item)


@pytest.mark.parametrize(
    ("state", "code"),
    [
        ("on loan", Code.ITEM_ON_LOAN),
        ("in transit", Code.ITEM_IN_TRANSIT),
        ("waited for", Code.HOLDS_WAITING),
        ("a bundle", Code.BUNDLE_NOT_EMPTY),
    ],
)
def test_withdraws_nothing_that_is_still_needed(library, propose, make, state, code):
    item, worn = why_not(library, state), library.item()

    foreseen = propose([item, worn], WITHDRAW)
    assert outcomes(foreseen) == [Outcome.REFUSED, Outcome.TO_DO]
    bulk = make([item, worn], WITHDRAW)

    assert reason_counts(bulk) == {code: 1}
    assert fresh(item).status == item.status
    assert fresh(worn).status == Item.Status.WITHDRAWN


def test_proposes_without_changing_anything(library, propose):
    gone, there = library.item(withdrawn=True), library.item()
    barcodes = ["no-such", gone.barcode, there.barcode]

    bulk = propose(barcodes, {"status": Item.Status.REFERENCE_ONLY})

    assert outcomes(bulk) == [Outcome.REFUSED, Outcome.REFUSED, Outcome.TO_DO]
    assert [line.reasons[0][0] for line in lines_not_changed(bulk)] == [Code.ITEM_UNKNOWN, Code.ITEM_WITHDRAWN]
    assert fresh(there).status == Item.Status.AVAILABLE
    assert not AuditEntry.objects.filter(subject_type="holdings.item", subject_id=there.pk).exists()


@pytest.mark.parametrize(
    ("barcodes", "changes", "reason", "code"),
    [
        ([], WITHDRAW, "worn", Code.NOTHING_TO_CHANGE),
        (["1"], {}, "worn", Code.NOTHING_TO_CHANGE),
        (["1"], WITHDRAW, " \u200e ", Code.TEXT_MISSING),
        ([str(number) for number in range(20_001)], WITHDRAW, "worn", Code.LIST_TOO_LONG),
    ],
)
def test_refuses_what_says_nothing_or_too_much(propose, barcodes, changes, reason, code):
    with pytest.raises(BulkRefused) as refused:
        propose(barcodes, changes, reason)

    assert [each.code for each in refused.value.reasons] == [code]
    assert not BulkChange.objects.exists()


def test_a_room_of_another_branch_goes_with_that_branch_only(library, propose):
    room, item = ShelvingLocationFactory(branch=library.east), library.item()

    with pytest.raises(BulkRefused):
        propose([item], {"location_id": room.pk, "home_branch_id": library.main.pk})
    bulk = propose([item], {"location_id": room.pk})

    assert reason_counts(bulk) == {LOCATION_ELSEWHERE: 1}
    assert outcomes(propose([item], {"location_id": room.pk, "home_branch_id": library.east.pk})) == [Outcome.TO_DO]


def test_moves_items_to_the_room_of_the_same_name(library, make):
    rooms = [ShelvingLocationFactory(branch=branch, name="Children") for branch in (library.main, library.east)]
    at_home, lent = library.item(location=rooms[0]), library.item(location=rooms[0])
    LoanFactory(item=lent, lending_branch=library.main)

    make([at_home, lent], {"home_branch_id": library.east.pk})

    for item in (at_home, lent):
        assert (fresh(item).home_branch, fresh(item).location) == (library.east, rooms[1])
    assert fresh(at_home).current_branch == library.east
    assert (fresh(lent).current_branch, fresh(lent).status) == (library.main, Item.Status.ON_LOAN)
    summary = HoldingsSummary.objects.get(record=at_home.record)
    assert (summary.branch_code, summary.items) == ("east", 1)


def test_keeps_an_entry_for_each_item_and_what_it_was(library, make):
    dvd = ItemTypeFactory(code="dvd")
    items = [library.item(), library.item(item_type=dvd)]

    bulk = make(items, {"item_type_id": dvd.pk})

    assert outcomes(bulk) == [Outcome.CHANGED, Outcome.SAME]
    entry = AuditEntry.objects.get(action="holdings.change_item", subject_id=items[0].pk)
    assert entry.facts == {"item_type": ["book", "dvd"], "bulk_change_id": bulk.pk}
    assert entry.actor == library.staff
    assert bulk.lines.first().before == {"item_type_id": items[0].item_type_id}
    assert AuditEntry.objects.filter(action="circulation.bulk_change", subject_id=bulk.pk).count() == 1


def test_receives_what_was_ordered_though_others_wait_for_it(library, make):
    ordered, shelved = library.item(on_order=True), library.item()
    HoldFactory(record=ordered.record, pickup_branch=library.main)
    HoldFactory(record=shelved.record, pickup_branch=library.main)

    assert reason_counts(make([ordered], WITHDRAW)) == {Code.HOLDS_WAITING: 1}
    bulk = make([ordered, shelved], {"status": Item.Status.IN_PROCESS})
    assert outcomes(bulk) == [Outcome.CHANGED, Outcome.REFUSED]
    assert outcomes(make([ordered], {"status": Item.Status.AVAILABLE})) == [Outcome.CHANGED]
    (line,) = availability([ordered.record_id])[ordered.record_id]
    assert (line.total, line.home, line.on_order) == (1, 1, 0)


def test_finds_again_what_came_in_the_way_since(library, propose, now):
    item = library.item()
    bulk = propose([item], WITHDRAW)
    check_out(item=item, patron=library.patron, branch=library.main, staff=library.staff, now=now)

    begin_change(bulk_id=bulk.pk, staff=library.staff, now=now)
    make_change(bulk_id=bulk.pk, staff=library.staff, clock=lambda: now)

    assert fresh(item).status == Item.Status.ON_LOAN
    assert reason_counts(bulk) == {Code.ITEM_ON_LOAN: 1}


def test_works_off_more_than_a_batch_and_begins_once(library, make, now):
    record = library.item().record
    items = [library.item(record=record) for _ in range(205)]

    bulk = make(items, WITHDRAW)

    assert progress_of(bulk).counts == {Outcome.CHANGED: 205}
    assert (bulk.state, progress_of(bulk).percent) == (BulkChange.State.DONE, 100)
    assert HoldingsSummary.objects.get(record=record).items == 1
    with pytest.raises(BulkRefused):
        begin_change(bulk_id=bulk.pk, staff=library.staff, now=now)


def test_undoes_all_but_what_was_changed_since(library, make, take_back, now):
    bundle = library.item()
    items = [library.item(bundle=bundle), library.item(missing=True), library.item()]
    bulk = make(items, WITHDRAW)
    entry = AuditEntry.objects.get(action="circulation.withdraw_item", subject_id=items[2].pk)
    undo(entry=entry, staff=library.staff, now=now + timedelta(minutes=1))
    assert fresh(items[0]).bundle is None

    take_back(bulk)

    assert outcomes(bulk) == [Outcome.UNDONE, Outcome.UNDONE, Outcome.KEPT]
    assert [line.reasons[0][0] for line in lines_not_changed(bulk)] == [Code.CHANGED_SINCE]
    assert [fresh(item).status for item in items] == ["AVAILABLE", "MISSING", "AVAILABLE"]
    assert fresh(items[0]).bundle == bundle
    assert bulk.state == BulkChange.State.UNDONE
    with pytest.raises(BulkRefused):
        begin_undo(bulk_id=bulk.pk, staff=library.staff, now=now)


def test_an_item_that_moved_and_is_lent_by_now_moves_back(library, make, take_back, now):
    item = library.item()
    bulk = make([item], {"home_branch_id": library.east.pk})
    check_out(item=fresh(item), patron=library.patron, branch=library.east, staff=library.staff, now=now)

    take_back(bulk)

    assert fresh(item).home_branch == library.main
    assert fresh(item).status == Item.Status.ON_LOAN


def test_undoing_a_move_leaves_an_item_where_a_desk_has_had_it_since(library, make, take_back, now):
    items = [library.item(), library.item()]
    bulk = make(items, {"home_branch_id": library.east.pk})
    later = now + timedelta(hours=1)
    check_out(item=fresh(items[0]), patron=library.patron, branch=library.east, staff=library.staff, now=later)
    check_in(item=fresh(items[0]), branch=library.east, staff=library.staff, now=later)

    take_back(bulk)

    assert [fresh(item).home_branch for item in items] == [library.main] * 2
    assert [fresh(item).current_branch for item in items] == [library.east, library.main]


def test_a_move_is_not_undone_into_a_room_of_another_branch(library, make, take_back):
    room, item = ShelvingLocationFactory(branch=library.east), library.item()
    bulk = make([item], {"home_branch_id": library.east.pk})
    make([item], {"location_id": room.pk})

    take_back(bulk)

    assert reason_counts(bulk) == {LOCATION_ELSEWHERE: 1}
    assert (fresh(item).home_branch, fresh(item).location) == (library.east, room)


def test_what_somebody_waits_for_by_now_stays_on_the_shelf(library, make, take_back):
    item = library.item(reference_only=True)
    bulk = make([item], {"status": Item.Status.AVAILABLE})
    HoldFactory(record=item.record, pickup_branch=library.main)

    take_back(bulk)

    assert reason_counts(bulk) == {Code.HOLDS_WAITING: 1}
    assert fresh(item).status == Item.Status.AVAILABLE


def test_undoes_what_a_change_did_before_it_broke_off(library, propose, take_back, now, monkeypatch):
    monkeypatch.setattr(bulk_changes, "_BATCH", 1)
    items = [library.item(), library.item()]
    bulk = propose(items, WITHDRAW)
    begin_change(bulk_id=bulk.pk, staff=library.staff, now=now)
    times = iter((now,))
    with pytest.raises(StopIteration):
        make_change(bulk_id=bulk.pk, staff=library.staff, clock=lambda: next(times))
    assert [fresh(item).status for item in items] == ["WITHDRAWN", "AVAILABLE"]

    take_back(bulk)

    assert [fresh(item).status for item in items] == ["AVAILABLE", "AVAILABLE"]
    assert outcomes(bulk) == [Outcome.UNDONE, Outcome.TO_DO]
    make_change(bulk_id=bulk.pk, staff=library.staff, clock=lambda: now)
    assert outcomes(bulk) == [Outcome.UNDONE, Outcome.TO_DO]


def test_is_taken_up_again_once_it_broke_off(library, propose, now):
    bulk, later = propose([library.item()], WITHDRAW), now + timedelta(minutes=3)
    begin_change(bulk_id=bulk.pk, staff=library.staff, now=now)

    asked = [takes_up_again(bulk_id=bulk.pk, now=moment) for moment in (now, later, later)]

    assert asked == [False, True, False]


def test_locks_rooms_only_for_what_moves_and_tells_the_catalogue_last(library, make):
    rooms = [ShelvingLocationFactory(branch=branch, name="Children") for branch in (library.main, library.east)]
    locked = []
    for changes in (WITHDRAW, {"home_branch_id": library.east.pk}):
        with statements_of() as statements:
            make([library.item(location=rooms[0])], changes)
        locked.append([row for row in statements if "shelvinglocation" in row[0] and "FOR NO KEY UPDATE" in row[0]])
    told = [at for at, (sql, _values) in enumerate(statements) if "catalogue_change" in sql]
    written = [at for at, (sql, _values) in enumerate(statements) if 'UPDATE "circulation_bulkline"' in sql]

    assert [[values for _sql, values in each] for each in locked] == [[], [(library.east.pk,)]]
    assert max(written) < min(told)


def test_forgets_what_was_only_looked_at(library, propose, now):
    old = propose([library.item()], WITHDRAW)
    BulkChange.objects.filter(pk=old.pk).update(made_at=now - timedelta(days=2))

    propose([library.item()], WITHDRAW)

    assert not BulkChange.objects.filter(pk=old.pk).exists()
