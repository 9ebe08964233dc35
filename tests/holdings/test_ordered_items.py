"""Items on order that come with a delivery: found, taken into use with their holds, told, and ordered again."""

from datetime import timedelta
from io import BytesIO

import pytest

from accounts.models import AuditEntry
from catalogue.models import HoldingsSummary, ImportEntry, ImportProfile
from catalogue.selectors.import_reports import entries_not_in
from catalogue.services.import_preview import preview_import
from catalogue.services.import_profiles import rules_of
from circulation.models import Hold
from circulation.services.check_in import check_in
from holdings.models import Item
from notices.models import Notice
from tests.factories import BranchFactory, HoldFactory, ItemFactory, ItemTypeFactory
from tests.holdings.test_imported_items import _profile, delivered, entries, undo


@pytest.fixture
def ordered(known, branch, number):
    """Return a function that orders an item of the title."""

    def order(nth, **values):
        values = {"home_branch": branch, "item_type": ItemTypeFactory(code="BOOK"), **values}
        return ItemFactory(record=known, barcode=number(nth), on_order=True, **values)

    return order


def states():
    return {(item.barcode, item.status, item.home_branch.code) for item in Item.objects.all()}


def test_by_its_barcode_it_gets_what_the_row_says_and_keeps_the_rest(bring, ordered, number):
    item = ordered(1, call_number="Old", note="For Anna", home_branch=BranchFactory(code="elsewhere"))

    run = bring(delivered(f"$p{number(1)}$aCPL$cFIC$oLar"))

    assert (run.counts, entries(run)) == ({"ITEMS": 1}, [("ITEMS", [f"ITEM_ARRIVES {number(1)}"])])
    item.refresh_from_db()
    assert (item.status, item.home_branch.code, item.current_branch.code) == ("AVAILABLE", "hb", "hb")
    assert (item.location.name, item.call_number, item.note, item.price) == ("Fiction", "Lar", "For Anna", 249)
    summary = HoldingsSummary.objects.get(record=item.record_id)
    assert (summary.branch_code, summary.items, summary.copies) == ("hb", 1, 1)
    assert entries_not_in(run.pk, 9) == []
    actions = AuditEntry.objects.filter(subject_id=str(item.pk), subject_type__endswith="item").order_by("pk")
    assert list(actions.values_list("action", flat=True)) == [
        "holdings.change_item",
        "holdings.receive_ordered_item",
        "circulation.check_in",
    ]


def test_by_title_branch_and_volume_one_each(bring, ordered, number):
    ordered(1, home_branch=BranchFactory(code="elsewhere"))
    ordered(2, volume="2")
    ordered(3, item_type=ItemTypeFactory(code="DISC"))
    ordered(4)
    ordered(5)

    run = bring(delivered(f"$p{number(11)}$aCPL", f"$p{number(4)}$aCPL", *(f"$p{number(n)}$aCPL" for n in (12, 13))))

    # The fifth for the first row, as the fourth comes by its barcode; then the disc; then nothing that's on order.
    assert states() == {
        (number(1), "ON_ORDER", "elsewhere"),
        (number(2), "ON_ORDER", "hb"),
        (number(12), "AVAILABLE", "hb"),
        (number(4), "AVAILABLE", "hb"),
        (number(11), "AVAILABLE", "hb"),
        (number(13), "AVAILABLE", "hb"),
    }
    assert Item.objects.get(barcode=number(12)).item_type.code == "BOOK"
    assert entries(run) == [("ITEMS", [f"ITEM_ARRIVES {number(n)}" for n in (4, 11, 12)])]


def test_a_row_that_says_so_is_made_ready_first_and_one_still_on_order_arrives_not(bring, ordered, number):
    items = "952 barcode=p branch=a status=s\nbranch CPL = hb\ntype * = BOOK"
    ordered(1)
    ordered(2)

    run = bring(delivered(f"$p{number(1)}$aCPL$sin_process", f"$p{number(2)}$aCPL$son_order"), items=items)

    assert states() == {(number(1), "IN_PROCESS", "hb"), (number(2), "ON_ORDER", "hb")}
    assert entries(run) == [("ITEMS", [f"BARCODE_TAKEN {number(2)}", f"ITEM_ARRIVES {number(1)}"])]
    assert [entry.reasons for entry in entries_not_in(run.pk, 9)] == [entries(run)[0][1]]


def test_the_preview_foresees_it(author, known, ordered, number):
    ordered(1)
    ordered(2)
    rules = rules_of(ImportProfile.objects.get(pk=_profile(author)))
    # The row without a barcode, which is the first, brings what has none of the others' barcodes.
    raw = delivered("$aCPL", f"$p{number(1)}$aCPL", f"$p{number(1)}$aCPL", f"$p{number(9)}$aCPL")

    found = preview_import(file=BytesIO(raw), source="supplier", profile=rules)

    assert [each.reasons for each in found] == [
        (f"BARCODE_TAKEN {number(1)}", *(f"ITEM_ARRIVES {number(n)}" for n in (2, 1)))
    ]
    assert set(Item.objects.values_list("status", flat=True)) == {"ON_ORDER"}


def test_the_first_hold_gets_it_and_waits_again_when_the_import_is_undone(
    bring,
    author,
    branch,
    ordered,
    known,
    number,
    now,
):
    before = ordered(1, note="For Anna")
    hold = HoldFactory(record=known, pickup_branch=branch)

    run = bring(delivered(f"$p{number(11)}$aCPL$zNew"))

    hold.refresh_from_db()
    assert (hold.state, hold.trapped_item_id) == (Hold.State.READY, before.pk)
    assert Notice.objects.get().kind == "HOLD_READY"
    assert Item.objects.get().status == "ON_HOLD_SHELF"

    # However late.
    run = undo(run, author, now + timedelta(days=3))

    assert (run.counts["UNDONE"], run.counts["KEPT"]) == (1, 0)
    hold.refresh_from_db()
    assert (hold.state, hold.trapped_item_id) == (Hold.State.QUEUED, None)
    item = Item.objects.get()
    assert (item.pk, item.barcode, item.status, item.note) == (before.pk, number(1), "ON_ORDER", "For Anna")
    assert item.last_seen_at is None
    assert HoldingsSummary.objects.get().copies == 0
    assert AuditEntry.objects.get(action="holdings.order_item_again").facts["ordered_as"] == number(1)

    assert bring(delivered(f"$p{number(11)}$aCPL")).counts == {"ITEMS": 1}
    assert Item.objects.get().status == "ON_HOLD_SHELF"


@pytest.mark.parametrize("what", ["scanned", "its barcode is another's"])
def test_what_somebody_has_used_since_stays(what, bring, author, branch, ordered, number, now):
    item = ordered(1)
    run = bring(delivered(f"$p{number(11)}$aCPL"))
    if what == "scanned":
        check_in(item=item, branch=BranchFactory(code="elsewhere"), staff=None, now=now + timedelta(hours=1))
    else:
        ItemFactory(barcode=number(1), home_branch=branch)

    run = undo(run, author, now + timedelta(hours=2))

    assert (run.counts["UNDONE"], run.counts["KEPT"]) == (0, 1)
    assert ImportEntry.objects.get(run=run).kept_because == [f"ITEM_IN_USE {number(11)}"]
    item.refresh_from_db()
    assert (item.barcode, item.status != "ON_ORDER") == (number(11), True)


def test_an_order_and_its_delivery_are_undone_one_after_the_other(bring, author, known, number, now):
    items = "952 barcode=p branch=a status=s\nbranch CPL = hb\ntype * = BOOK"
    order = bring(delivered(f"$p{number(1)}$aCPL$sON_ORDER"), items=items)
    assert states() == {(number(1), "ON_ORDER", "hb")}
    delivery = bring(delivered(f"$p{number(1)}$aCPL"), items=items)
    assert states() == {(number(1), "AVAILABLE", "hb")}

    assert undo(delivery, author, now).counts["UNDONE"] == 1
    assert states() == {(number(1), "ON_ORDER", "hb")}
    assert undo(order, author, now).counts["UNDONE"] == 1
    assert not Item.objects.exists()
