"""Items with loose parts, bundles, and uses in the house."""

from datetime import timedelta
from decimal import Decimal

import pytest

from accounts.models import AuditEntry
from circulation.errors import Code, ReportRefused, UndoRefused
from circulation.models import Fee, LocalUse
from circulation.services.bundles import count_bundle, note_parts, put_into_bundle, take_out_of_bundle
from circulation.services.check_in import check_in
from circulation.services.check_out import check_out
from circulation.services.results import GoesTo
from circulation.services.undo import undo
from holdings.models import Item
from tests.factories import TODAY, HoldFactory, ItemFactory, LoanFactory, RuleFactory


@pytest.fixture
def desk(library, now):
    """Return what every action at main is given."""
    return {"branch": library.main, "staff": library.staff, "now": now}


@pytest.fixture
def who(library, now):
    """Return who does it and when, where the branch doesn't matter."""
    return {"staff": library.staff, "now": now}


def _entry(result):
    return AuditEntry.objects.get(pk=result.entry_id)


def _codes(result):
    return [notice.code for notice in result.notices]


# --- Parts ---


@pytest.fixture
def game(library):
    """Return an item with five parts."""
    return library.item(parts=5, parts_note="5 dice")


def test_the_desk_counts_at_check_out_and_at_check_in(library, desk, game):
    lent = check_out(item=game, patron=library.patron, **desk)
    returned = check_in(item=game, **desk)

    for result in (lent, returned):
        (count,) = [notice for notice in result.notices if notice.code == Code.COUNT_PARTS]
        assert count.facts == {"parts": 5, "missing": 0, "note": "5 dice"}


def test_the_next_one_is_told_what_is_missing_already(library, desk, game):
    note_parts(item=game, missing=2, **desk)

    (count,) = check_out(item=game, patron=library.patron, **desk).notices

    assert count.facts["missing"] == 2


@pytest.fixture
def returned(library, desk, game):
    """Return the check-in of the game by the patron."""
    LoanFactory(item=game, patron=library.patron, lending_branch=library.main)
    return check_in(item=game, **desk)


def test_who_returned_it_pays_for_each_missing_part(library, desk, game, returned):
    RuleFactory(values={"missing_part_fee": "15.00"}, branch=library.main)

    result = note_parts(item=game, missing=2, returned_by=_entry(returned), **desk)

    fee = Fee.objects.get()
    assert (result.fee, fee.patron, fee.balance) == (fee, library.patron, Decimal("30.00"))
    entry = fee.entries.get()
    assert (entry.rule["parts"], entry.rule["each"], entry.rule["origin"]["level"]) == (2, "15.00", "BRANCH")


def test_nobody_pays_without_a_rule_or_for_what_was_missing_before(library, desk, game, returned):
    note_parts(item=game, missing=2, returned_by=_entry(returned), **desk)
    RuleFactory(values={"missing_part_fee": "15.00"}, branch=library.main)

    assert note_parts(item=game, missing=2, returned_by=_entry(returned), **desk).fee is None
    assert note_parts(item=game, missing=3, returned_by=_entry(returned), **desk).fee.balance == Decimal("15.00")


def test_an_entry_about_another_item_charges_nobody(library, desk, returned):
    RuleFactory(values={"missing_part_fee": "15.00"}, branch=library.main)
    other = library.item(parts=2)

    assert note_parts(item=other, missing=1, returned_by=_entry(returned), **desk).fee is None


@pytest.mark.parametrize("missing", [-1, 6])
def test_no_more_parts_are_missing_than_there_are(desk, game, missing):
    with pytest.raises(ReportRefused) as refused:
        note_parts(item=game, missing=missing, **desk)
    assert refused.value.codes == [Code.PARTS_TOO_MANY]


def test_undoing_a_count_takes_its_fee_back(library, desk, who, game, returned):
    RuleFactory(values={"missing_part_fee": "15.00"}, branch=library.main)
    result = note_parts(item=game, missing=2, returned_by=_entry(returned), **desk)

    undo(entry=_entry(result), **who)

    game.refresh_from_db()
    assert (game.parts_missing, Fee.objects.get().balance) == (0, Decimal("0.00"))


def test_a_count_whose_fee_was_paid_is_not_undone(library, desk, who, game, returned):
    RuleFactory(values={"missing_part_fee": "15.00"}, branch=library.main)
    result = note_parts(item=game, missing=2, returned_by=_entry(returned), **desk)
    result.fee.entries.create(kind="PAYMENT", amount=Decimal("-10.00"), at=desk["now"], method="CASH")

    with pytest.raises(UndoRefused) as refused:
        undo(entry=_entry(result), **who)
    assert refused.value.codes == [Code.FEE_PAID_SINCE]
    game.refresh_from_db()
    assert game.parts_missing == 2


# --- Bundles ---


@pytest.fixture
def bundle(library):
    """Return a bundle with two items in it."""
    bundle = library.item()
    ItemFactory.create_batch(2, home_branch=library.main, bundle=bundle)
    return bundle


def test_a_bundle_says_how_many_to_count(library, desk, bundle):
    (count,) = check_out(item=bundle, patron=library.patron, **desk).notices

    assert (count.code, count.facts) == (Code.COUNT_BUNDLE, {"contents": 2})


def test_scanned_by_itself_it_belongs_into_its_bundle(library, desk, bundle):
    item = bundle.bundled.first()
    HoldFactory(record=item.record, pickup_branch=library.main)

    result = check_in(item=item, **desk)

    assert (result.goes_to, result.hold) == (GoesTo.ASIDE, None)
    assert [n.facts["barcode"] for n in result.notices if n.code == Code.ITEM_IN_BUNDLE] == [bundle.barcode]


def test_what_was_not_seen_is_missing_and_what_turns_up_is_found(desk, bundle):
    first, second = bundle.bundled.order_by("pk")

    (gone,) = count_bundle(bundle=bundle, seen={first.pk}, **desk)
    assert (gone.item, gone.item.status) == (second, "MISSING")
    assert count_bundle(bundle=bundle, seen={first.pk, second.pk}, **desk) == []
    second.refresh_from_db()
    assert second.status == "AVAILABLE"
    noted = AuditEntry.objects.filter(action="circulation.count_bundle", subject_id=bundle.pk).order_by("pk")
    assert [[entry.facts[name] for name in ("contents", "missing", "found", "note")] for entry in noted] == [
        [2, 1, 0, second.barcode],
        [2, 0, 1, ""],
    ]


@pytest.mark.parametrize("status", ["MISSING", "LOST"])
def test_what_was_known_to_be_gone_is_told_again_and_stays_what_it_was(desk, bundle, status):
    first, second = bundle.bundled.order_by("pk")
    Item.objects.filter(pk=second.pk).update(status=status)

    (gone,) = count_bundle(bundle=bundle, seen={first.pk}, **desk)

    second.refresh_from_db()
    assert (gone.item, gone.entry_id, second.status) == (second, None, status)


def test_what_is_for_reference_is_missing_as_well(desk, bundle):
    first, second = bundle.bundled.order_by("pk")
    Item.objects.filter(pk=second.pk).update(status=Item.Status.REFERENCE_ONLY)

    assert count_bundle(bundle=bundle, seen={first.pk, second.pk}, **desk) == []
    (gone,) = count_bundle(bundle=bundle, seen={first.pk}, **desk)

    assert gone.item.status == "MISSING"


def test_what_is_on_loan_alone_is_not_counted_where_it_is_not_taken_back(library, desk, bundle):
    first, second = bundle.bundled.order_by("pk")
    Item.objects.filter(pk=first.pk).update(home_branch=library.east, status=Item.Status.ON_LOAN)
    LoanFactory(item=first)
    RuleFactory(values={"returns_accepted": "HOME"}, branch=library.east)

    with pytest.raises(ReportRefused) as refused:
        count_bundle(bundle=bundle, seen={first.pk}, **desk)

    second.refresh_from_db()
    assert (refused.value.codes, second.status) == ([Code.RETURN_NOT_HERE], "AVAILABLE")


def test_an_item_without_contents_is_no_bundle_to_count(library, desk):
    with pytest.raises(ReportRefused) as refused:
        count_bundle(bundle=library.item(), seen=(), **desk)

    assert refused.value.codes == [Code.BUNDLE_EMPTY]


def test_puts_into_a_bundle_and_takes_out_again(library, who, bundle):
    item = library.item()

    result = put_into_bundle(item=item, bundle=bundle, **who)
    item.refresh_from_db()
    assert item.bundle == bundle
    undo(entry=_entry(result), **who)
    item.refresh_from_db()
    assert item.bundle is None

    member = bundle.bundled.first()
    take_out_of_bundle(item=member, **who)
    member.refresh_from_db()
    assert member.bundle is None


def test_refuses_what_can_not_be_in_a_bundle(library, who, bundle):
    lent = LoanFactory(item=library.item()).item
    inner = bundle.bundled.first()
    cases = [
        (lent, bundle, [Code.ITEM_NOT_ON_SHELF]),
        (bundle, library.item(), [Code.BUNDLE_NESTED]),
        (library.item(), inner, [Code.BUNDLE_NESTED]),
        (bundle, bundle, [Code.BUNDLE_NESTED]),
        (inner, library.item(), [Code.ITEM_IN_BUNDLE]),
    ]

    for item, into, codes in cases:
        with pytest.raises(ReportRefused) as refused:
            put_into_bundle(item=item, bundle=into, **who)
        assert refused.value.codes == codes


# --- Uses in the house ---


def test_i_c11_counts_a_use_and_makes_no_loan(library, desk):
    item = library.item()

    result = check_in(item=item, counts_use=True, scan_id="a-scan", **desk)

    assert (result.was_used, result.goes_to, result.loan) == (True, GoesTo.SHELF, None)
    assert LocalUse.objects.values_list("item", "branch", "used_on").get() == (item.pk, library.main.pk, TODAY)


def test_i_h1_counts_each_use_but_a_repeated_scan_once(library, desk):
    item = library.item()

    check_in(item=item, counts_use=True, scan_id="first", **desk)
    again = check_in(item=item, counts_use=True, scan_id="first", **desk)
    later = desk | {"now": desk["now"] + timedelta(minutes=10)}
    check_in(item=item, counts_use=True, scan_id="second", **later)

    assert (again.repeated, again.was_used, LocalUse.objects.count()) == (True, True, 2)


def test_a_return_is_no_use_in_the_house(library, desk):
    loan = LoanFactory(item=library.item(), lending_branch=library.main)

    result = check_in(item=loan.item, counts_use=True, **desk)

    assert (result.was_used, result.loan, LocalUse.objects.count()) == (False, loan, 0)


def test_undoing_takes_the_use_back(library, desk, who):
    result = check_in(item=library.item(), counts_use=True, **desk)

    undo(entry=_entry(result), **who)

    assert LocalUse.objects.count() == 0


def test_a_used_item_goes_where_it_is_wanted(library, desk):
    hold = HoldFactory(record=library.item().record, pickup_branch=library.main)
    item = ItemFactory(record=hold.record, home_branch=library.main)

    result = check_in(item=item, counts_use=True, **desk)

    assert (result.goes_to, result.hold, LocalUse.objects.count()) == (GoesTo.HOLD_SHELF, hold, 1)
