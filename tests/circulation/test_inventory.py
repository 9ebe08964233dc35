"""Inventory of a shelf, and lists of barcodes."""

from datetime import date, timedelta

import pytest

from accounts.models import AuditEntry
from circulation.errors import Code
from circulation.models import Loan
from circulation.selectors.inventory import ShelfRange, count_expected, not_seen, out_of_place, who_saw
from circulation.services.batches import barcodes_in, check_in_batch, check_out_batch
from circulation.services.check_in import check_in
from circulation.services.inventory import confirm_missing, see_item
from circulation.services.report_item import report_missing
from circulation.services.results import GoesTo
from circulation.services.undo import undo
from holdings.models import Item
from tests.factories import HoldFactory, LoanFactory, ShelvingLocationFactory, StaffAccountFactory, TransitFactory


@pytest.fixture
def shelf(library):
    """Return three items of a room at main, by their shelf marks, and items that don't stand there."""
    room = ShelvingLocationFactory(branch=library.main)
    items = [library.item(location=room, call_number=mark) for mark in ("Abe", "lar 1", "Zet")]
    library.item(call_number="Lar")
    library.item(location=room, call_number="Lar", withdrawn=True)
    library.item(location=room, call_number="Lar", is_damaged=True)
    LoanFactory(item=library.item(location=room, call_number="Lar"), lending_branch=library.main)
    return room, items


def test_expects_what_should_stand_in_the_room(library, shelf, now):
    room, items = shelf

    assert list(not_seen(ShelfRange(library.main.pk, room.pk), since=now)) == items
    assert count_expected(ShelfRange(library.main.pk, room.pk)) == 3

    everywhere = count_expected(ShelfRange(library.main.pk))
    library.item()
    assert count_expected(ShelfRange(library.main.pk)) == everywhere + 1


@pytest.mark.parametrize(
    ("first", "last", "marks"),
    [
        ("B", "", ["lar 1", "Zet"]),
        ("", "Lar", ["Abe", "lar 1"]),
        ("lar", "LAR", ["lar 1"]),
        ("M", "N", []),
    ],
)
def test_expects_a_range_of_shelf_marks(library, shelf, now, first, last, marks):
    room, _ = shelf

    found = not_seen(ShelfRange(library.main.pk, room.pk, first, last), since=now)

    assert [item.call_number for item in found] == marks


def test_what_was_scanned_has_been_seen(library, shelf, now):
    room, items = shelf

    assert (
        see_item(item=items[0], branch=library.main, staff=library.staff, now=now + timedelta(minutes=1)).notices == ()
    )

    assert list(not_seen(ShelfRange(library.main.pk, room.pk), since=now)) == items[1:]


def test_what_was_scanned_and_belongs_elsewhere_is_listed_until_it_is_dealt_with(library, shelf, now):
    room, items = shelf
    whole, later = ShelfRange(library.main.pk, room.pk), now + timedelta(minutes=1)
    other_room, withdrawn, missing = (
        library.item(call_number="B"),
        library.item(withdrawn=True),
        library.item(missing=True),
    )
    for item in (items[0], other_room, withdrawn, missing):
        see_item(item=item, branch=library.main, staff=library.staff, now=later, shelf=whole)
    see_item(
        item=library.item(), branch=library.main, staff=library.staff, now=later, shelf=ShelfRange(library.main.pk)
    )

    def listed():
        return {item.pk for item in out_of_place(whole, since=now, most=10)}

    assert listed() == {other_room.pk, withdrawn.pk, missing.pk}
    check_in(item=missing, branch=library.main, staff=library.staff, now=later + timedelta(minutes=1))
    assert listed() == {other_room.pk, withdrawn.pk}
    assert out_of_place(whole, since=later + timedelta(hours=1), most=10) == []


def test_a_scan_changes_only_when_the_item_was_last_seen(library, now):
    """Nothing of it is in the audit log, so there may be nothing else to tell."""
    missing = library.item(missing=True)
    (before,) = Item.objects.filter(pk=missing.pk).values()

    see_item(item=missing, branch=library.main, staff=library.staff, now=now + timedelta(minutes=1))

    (after,) = Item.objects.filter(pk=missing.pk).values()
    assert after == before | {"last_seen_at": now + timedelta(minutes=1)}


def test_tells_of_what_is_out_of_place(library, now):
    foreign = library.item(home_branch=library.east)
    lent = LoanFactory(item=library.item(), lending_branch=library.main).item
    travelling = TransitFactory(item=library.item(), from_branch=library.main, to_branch=library.east).item
    ready = HoldFactory(ready=True, trapped_item=library.item(), pickup_branch=library.main).trapped_item
    missing = library.item(missing=True)

    for item in (foreign, lent, travelling, ready, missing):
        (news,) = see_item(item=item, branch=library.main, staff=library.staff, now=now).notices
        assert news.code == Code.CHECK_IT_IN
    assert Loan.objects.get().returned_at is None


@pytest.mark.parametrize(
    ("first", "last", "misplaced"),
    [("", "", ()), ("Lar", "", ("Abe",)), ("", "Lar", ("Zet",)), ("lar", "LAR", ("Abe", "Zet"))],
)
def test_tells_of_what_stands_on_another_shelf_than_its_own(library, shelf, now, first, last, misplaced):
    room, items = shelf
    gone_through = ShelfRange(library.main.pk, room.pk, first, last)

    news = {
        each.call_number: see_item(item=each, branch=library.main, staff=None, now=now, shelf=gone_through)
        for each in items
    }

    found = {mark: [notice.code for notice in result.notices] for mark, result in news.items() if result.notices}
    assert found == {mark: [Code.WRONG_SHELF] for mark in misplaced}


def test_says_in_which_room_a_misplaced_item_belongs(library, shelf, now):
    other = ShelvingLocationFactory(branch=library.main, name="Children")
    item = library.item(location=other, call_number="86 Lin")

    (news,) = see_item(
        item=item, branch=library.main, staff=None, now=now, shelf=ShelfRange(library.main.pk, shelf[0].pk)
    ).notices

    assert news.facts == {"mark": "86 Lin", "room": "Children"}


def test_names_a_branch_only_when_the_item_belongs_elsewhere(library, now):
    lent = LoanFactory(item=library.item(), lending_branch=library.main).item
    foreign = library.item(home_branch=library.east)

    (here,), (elsewhere,) = (
        see_item(item=each, branch=library.main, staff=None, now=now).notices for each in (lent, foreign)
    )

    assert "branch_id" not in here.facts
    assert elsewhere.facts["branch_id"] == library.east.pk


def test_confirms_what_is_missing_unless_it_was_seen_meanwhile(library, shelf, now):
    _, items = shelf
    see_item(item=items[0], branch=library.main, staff=library.staff, now=now + timedelta(minutes=1))
    lent = Loan.objects.get().item

    results = confirm_missing(
        item_ids=[items[0].pk, items[1].pk, lent.pk, 0], since=now, staff=library.staff, now=now + timedelta(hours=1)
    )

    assert [result.item for result in results] == [items[1]]
    for item, status in ((items[0], "AVAILABLE"), (items[1], "MISSING"), (lent, "ON_LOAN")):
        item.refresh_from_db()
        assert item.status == status
    assert results[0].entry_id is not None


def test_says_who_saw_it_until_something_else_does(library, shelf, now):
    _, (first, second, third) = shelf
    for item in (first, second):
        see_item(item=item, branch=library.main, staff=library.staff, now=now)
    colleague = StaffAccountFactory(name="Mette Holm")
    see_item(item=second, branch=library.main, staff=colleague, now=now + timedelta(minutes=1))
    items = Item.objects.filter(pk__in=[first.pk, second.pk, third.pk])

    assert who_saw(items) == {first.pk: library.staff.name, second.pk: "Mette Holm"}

    check_in(item=first, branch=library.east, staff=library.staff, now=now + timedelta(minutes=2))
    assert who_saw(items.all()) == {second.pk: "Mette Holm"}


def test_leaves_what_was_done_before_as_undoable_as_it_was(library, now):
    item = library.item()
    entry_id = report_missing(item=item, staff=library.staff, now=now).entry_id
    see_item(item=item, branch=library.main, staff=library.staff, now=now)

    undo(entry=AuditEntry.objects.get(pk=entry_id), staff=library.staff, now=now)

    item.refresh_from_db()
    assert item.status == Item.Status.AVAILABLE


# --- Lists of barcodes ---


def test_reads_barcodes_from_a_list():
    text = '3001\r\n\n "3002";The Castle\n3003,2\n3004\tDune\n3001\n'

    assert barcodes_in(text) == ["3001", "3002", "3003", "3004"]


@pytest.fixture
def desk(library, now):
    """Return what a list at main is given."""
    return {"branch": library.main, "staff": library.staff, "now": now, "form_id": "a-form"}


def test_takes_a_list_back_line_by_line(library, desk):
    late = LoanFactory(item=library.item(), lending_branch=library.main, overdue=True)
    fresh = LoanFactory(item=library.item(), lending_branch=library.main)
    barcodes = [late.item.barcode, "no-such", fresh.item.barcode]

    lines = check_in_batch(barcodes=barcodes, back_dated_to=late.due_date, **desk)

    assert [line.number for line in lines] == [1, 2, 3]
    assert (lines[0].result.days_late, lines[0].result.fee) == (0, None)
    assert (lines[1].item, lines[1].refused.codes) == (None, [Code.ITEM_UNKNOWN])
    assert lines[2].refused.codes == [Code.RETURN_BEFORE_LOAN]
    assert Loan.objects.filter(returned_at=None).get() == fresh


def test_a_list_sent_twice_is_done_once(library, desk):
    loan = LoanFactory(item=library.item(), lending_branch=library.main)
    check_in_batch(barcodes=[loan.item.barcode], **desk)

    (line,) = check_in_batch(barcodes=[loan.item.barcode], **desk)

    assert (line.result.repeated, line.result.loan, line.result.goes_to) == (True, loan, GoesTo.SHELF)


def test_lends_a_list_line_by_line(library, desk):
    item, other = library.item(), LoanFactory(item=library.item()).item

    lines = check_out_batch(
        barcodes=[item.barcode, "no-such", other.barcode],
        patron=library.patron,
        due_date=date(2026, 12, 24),
        **desk,
    )

    assert lines[0].result.loan.due_date == date(2026, 12, 24)
    assert [line.refused.codes for line in lines[1:]] == [[Code.ITEM_UNKNOWN], [Code.ITEM_ON_LOAN]]
    assert Loan.objects.filter(patron=library.patron).count() == 1
