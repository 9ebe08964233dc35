from decimal import Decimal

import pytest

from accounts.models import AuditEntry
from catalogue.models import Change, HoldingsSummary
from holdings.errors import ItemRefused
from holdings.models import Item, ShelvingLocation
from holdings.selectors import get_item_by_barcode
from holdings.services.items import ItemDetails, add_item, change_item
from holdings.services.rooms import remove_room
from tests.factories import (
    NOW,
    BranchFactory,
    ItemFactory,
    ItemTypeFactory,
    LoanFactory,
    RecordFactory,
    ShelvingLocationFactory,
    StaffAccountFactory,
)


@pytest.fixture
def branch(alpha, monkeypatch):
    """Return a branch; nobody follows the change feed in these tests."""
    monkeypatch.setattr("catalogue.services.change_feed.wake_followers", lambda: None)
    alpha.barcode_schemes = {}
    return BranchFactory(code="main")


@pytest.fixture
def add(branch):
    """Return a function that adds an item at main; arguments change its details."""
    staff = StaffAccountFactory()

    def add(record, barcode="3010000001", **details):
        usual = {"item_type": ItemTypeFactory(), "home_branch": branch, "price": Decimal("249.00")}
        return add_item(
            record=record, barcode=barcode, details=ItemDetails(**{**usual, **details}), actor=staff, now=NOW
        )

    return add


def _details(item, **changes):
    values = {name: getattr(item, name) for name in ItemDetails.__dataclass_fields__}
    return ItemDetails(**{**values, **changes})


def _change(item, **changes):
    return change_item(item=item, details=_details(item, **changes), actor=None, now=NOW)


def _codes(action):
    with pytest.raises(ItemRefused) as refused:
        action()
    return refused.value.codes


def test_adds_an_item_and_tells_the_catalogue(add, branch):
    record = RecordFactory()

    item = add(record, "30-1000 0001", call_number="Lar", note="Signed")

    assert get_item_by_barcode("3010000001") == item
    assert (item.current_branch, item.status, item.call_number, item.note) == (branch, "AVAILABLE", "Lar", "Signed")
    assert AuditEntry.objects.get().action == "holdings.add_item"
    summary = HoldingsSummary.objects.get(record=record)
    assert (summary.branch_code, summary.items, summary.loanable) == ("main", 1, 1)
    assert Change.objects.filter(record=record, kind="HOLDINGS").count() == 1


def test_counts_reference_items_and_types_that_are_not_lent_as_not_loanable(add):
    record = RecordFactory()

    add(record, "1", status=Item.Status.REFERENCE_ONLY)
    add(record, "2", item_type=ItemTypeFactory(code="atlas", is_lent=False))
    add(record, "3")

    summary = HoldingsSummary.objects.get(record=record)
    assert (summary.items, summary.loanable) == (3, 1)


@pytest.mark.parametrize(
    ("barcode", "problem"),
    [
        ("3010000008", None),
        ("3010000009", "CHECK_DIGIT"),
        ("301", "LENGTH"),
        ("9910000008", "PREFIX"),
        ("æ", "CHARACTERS"),
    ],
)
def test_checks_the_barcode_by_the_municipalitys_scheme(add, alpha, barcode, problem):
    alpha.barcode_schemes = {"item": {"prefix": "30", "length": 10, "check_digit": "mod10"}}
    from common.barcodes import BarcodeScheme

    scheme = BarcodeScheme(**alpha.barcode_schemes["item"])
    if problem is None:
        assert add(RecordFactory(), scheme.make(1)).pk
    else:
        with pytest.raises(ItemRefused) as refused:
            add(RecordFactory(), barcode if problem != "CHECK_DIGIT" else _wrong_digit(scheme.make(1)))
        assert [reason.facts["scheme"] for reason in refused.value.reasons] == [problem]


def _wrong_digit(barcode):
    return barcode[:-1] + str((int(barcode[-1]) + 1) % 10)


def test_refuses_with_every_reason(add):
    ItemFactory(barcode="1")
    record = RecordFactory(deleted_at=NOW)

    codes = _codes(
        lambda: add(record, "1", price=Decimal("-1"), location=ShelvingLocationFactory(), status=Item.Status.ON_LOAN)
    )

    assert codes == ["BARCODE_TAKEN", "PRICE_NOT_VALID", "LOCATION_ELSEWHERE", "STATUS_NOT_FOR_STAFF", "RECORD_DELETED"]
    assert Item.objects.count() == 1


@pytest.mark.parametrize(("barcode", "code"), [("  ", "BARCODE_MISSING"), ("9" * 33, "BARCODE_MALFORMED")])
def test_refuses_no_barcode_and_one_without_end(add, barcode, code):
    assert _codes(lambda: add(RecordFactory(), barcode)) == [code]


@pytest.mark.parametrize("price", [Decimal("NaN"), Decimal("Infinity"), Decimal("100000")])
def test_refuses_a_price_that_is_none(add, price):
    assert _codes(lambda: add(RecordFactory(), price=price)) == ["PRICE_NOT_VALID"]


def test_moves_an_item_and_counts_it_at_its_new_branch(add):
    record = RecordFactory()
    item, east = add(record), BranchFactory(code="east")

    changed = _change(item, home_branch=east)

    assert (changed.home_branch, changed.current_branch) == (east, east)
    assert list(HoldingsSummary.objects.values_list("branch_code", "items")) == [("east", 1)]
    assert AuditEntry.objects.first().facts == {"home_branch": ["main", "east"]}


def test_takes_a_withdrawn_item_out_of_the_count(add):
    item = add(RecordFactory())

    _change(item, status=Item.Status.WITHDRAWN)

    assert not HoldingsSummary.objects.exists()


def test_writes_nothing_when_nothing_changes(add):
    item = add(RecordFactory())
    entries, changes = AuditEntry.objects.count(), Change.objects.count()

    _change(item)

    assert (AuditEntry.objects.count(), Change.objects.count()) == (entries, changes)


def test_changes_everything_but_the_status_of_what_is_on_loan(branch):
    item = LoanFactory(item=ItemFactory(home_branch=branch)).item
    assert _codes(lambda: _change(item, status=Item.Status.WITHDRAWN)) == ["ITEM_IN_CIRCULATION"]

    changed = _change(item, call_number="Jen")

    assert (changed.call_number, changed.status) == ("Jen", "ON_LOAN")


def test_a_lost_item_is_found_by_a_scan_and_not_by_hand(branch):
    item = LoanFactory(item=ItemFactory(home_branch=branch)).item
    Item.objects.filter(pk=item.pk).update(status=Item.Status.LOST)
    item.refresh_from_db()

    for status in (Item.Status.AVAILABLE, Item.Status.WITHDRAWN):
        assert _codes(lambda status=status: _change(item, status=status)) == ["ITEM_IN_CIRCULATION"]
    changed = _change(item, call_number="Jen")

    assert (changed.call_number, changed.status) == ("Jen", "LOST")


def test_does_not_put_an_item_on_loan_by_hand(add):
    item = add(RecordFactory())

    assert _codes(lambda: _change(item, status=Item.Status.ON_LOAN)) == ["STATUS_NOT_FOR_STAFF"]


def test_refuses_an_item_that_is_gone(add):
    item = add(RecordFactory())
    details = _details(item)
    item.pk = 10**9

    assert _codes(lambda: change_item(item=item, details=details, actor=None, now=NOW)) == ["ITEM_GONE"]


def test_refuses_a_room_that_is_removed_meanwhile(add, branch):
    item, room = add(RecordFactory()), ShelvingLocationFactory(branch=branch)
    details = _details(item, location=room)
    remove_room(room=ShelvingLocation.objects.get(), actor=None)

    assert _codes(lambda: change_item(item=item, details=details, actor=None, now=NOW)) == ["LOCATION_GONE"]
    assert _codes(lambda: add(RecordFactory(), "3010000002", location=room)) == ["LOCATION_GONE"]
