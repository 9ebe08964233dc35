"""Weeding lists: what may go by its use, its age and the number of copies, and what never may."""

from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone
from django_tenants.utils import tenant_context

from catalogue.models import HoldingsSummary
from circulation.models import LocalUse, RotatingCollection, RotatingItem
from circulation.selectors.item_lists import ItemFilter, items_like
from circulation.selectors.weeding import WeedingRules, weedable
from circulation.services.nightly.counting import count_copies
from circulation.services.report_item import report_lost, report_missing
from holdings.models import Item
from holdings.services.summaries import refresh_summaries
from tenants.models import Municipality
from tests.factories import TODAY, ItemFactory, LoanFactory, ShelvingLocationFactory

LONG_AGO = TODAY - timedelta(days=800)


@pytest.fixture
def lend(library, now):
    """Return a function that notes past loans of an item."""

    def note(item, *days):
        for day in days:
            LoanFactory(
                item=item,
                lending_branch=library.main,
                loaned_on=day,
                due_date=day + timedelta(days=28),
                returned_at=now,
                returned_to=library.main,
            )
        item.refresh_from_db()

    return note


def found(library, *, kept=0, items=None, **rules):
    rules = {"copies_kept": kept, "keeps_last_anywhere": False, **rules}
    items = items or {}
    listed = weedable(WeedingRules(items=ItemFilter(branch_id=library.main.pk, **items), **rules), today=TODAY)
    return set(listed.filter(call_number="Weed").values_list("note", flat=True))


@pytest.fixture
def shelf(library, lend, now):
    """Put items with a name in their note on a shelf: lent long ago, lately, never, read in the house, new."""
    items = {
        name: library.item(call_number="Weed", note=name, record__year=year, acquired_on=LONG_AGO)
        for name, year in {"old": 1990, "lately": 1990, "never": 2020, "read": 2020}.items()
    }
    items["new"] = library.item(call_number="Weed", note="new", record__year=2026, acquired_on=TODAY)
    lend(items["old"], LONG_AGO, LONG_AGO)
    lend(items["lately"], TODAY - timedelta(days=90))
    LocalUse.objects.create(item=items["read"], branch=library.main, used_on=TODAY, used_at=now)
    return items


@pytest.mark.parametrize(
    ("rules", "names"),
    [
        ({}, {"old", "lately", "never", "read", "new"}),
        ({"items": {"not_used_since": TODAY - timedelta(days=365)}}, {"old", "never"}),
        ({"published_before": 2000}, {"old", "lately"}),
        ({"most_loans": 0}, {"never", "read", "new"}),
        ({"most_loans": 1}, {"lately", "never", "read", "new"}),
        ({"most_last_year": 0}, {"old", "never", "read", "new"}),
        ({"published_before": 2000, "most_last_year": 0}, {"old"}),
        ({"items": {"is_damaged": True}}, set()),
        ({"kept": 1}, set()),
    ],
)
def test_lists_what_fits_all_rules(library, shelf, rules, names):
    assert found(library, **rules) == names


def test_leaves_the_most_used_copies_of_a_title_and_volume(library, lend):
    first = library.item(call_number="Weed", note="first")
    copies = [library.item(record=first.record, call_number="Weed", note=name) for name in ("second", "third")]
    library.item(record=first.record, missing=True)
    library.item(record=first.record, call_number="Weed", note="volume", volume="2")
    lend(first, LONG_AGO, LONG_AGO)
    lend(copies[1], LONG_AGO)

    assert found(library, kept=2) == {"second"}
    assert found(library, kept=1) == {"second", "third"}
    assert found(library) == {"first", "second", "third", "volume"}


def test_a_copy_that_is_lent_is_one_to_keep(library):
    item = library.item(call_number="Weed", note="here")
    LoanFactory(item=library.item(record=item.record), lending_branch=library.main)

    assert found(library, kept=1) == {"here"}


def test_keeps_the_last_one_of_all_municipalities(library):
    item, shared = (library.item(call_number="Weed", note=name) for name in ("only here", "elsewhere too"))
    HoldingsSummary.objects.create(
        record=shared.record, municipality=Municipality.objects.get(schema_name="beta"), branch_code="b", items=1
    )

    assert found(library, keeps_last_anywhere=True) == {"elsewhere too"}
    assert found(library) == {item.note, "elsewhere too"}


@pytest.mark.parametrize("state", ["missing", "lost", "on_order"])
def test_what_is_not_there_elsewhere_is_no_copy_to_rely_on(library, state):
    beta = Municipality.objects.get(schema_name="beta")
    library.item(call_number="Weed", note="only here")
    item = Item.objects.get(note="only here")
    with tenant_context(beta):
        ours = ItemFactory(record_id=item.record_id, **{state: True})
        refresh_summaries(ours.record_id, [ours.home_branch.code])
    assert found(library, keeps_last_anywhere=True) == set()

    with tenant_context(beta):
        Item.objects.filter(pk=ours.pk).update(status=Item.Status.AVAILABLE)
        count_copies(on=TODAY, now=timezone.now(), counts=(counts := Counter()))
    assert counts == {"titles": 1}
    assert found(library, keeps_last_anywhere=True) == {"only here"}


def test_a_copy_reported_as_gone_is_told_at_once(library, now):
    items = [library.item(), library.item()]
    for item in items:
        refresh_summaries(item.record_id, [item.home_branch.code])
    report_missing(item=items[0], staff=library.staff, now=now)
    report_lost(item=items[1], staff=library.staff, now=now)

    rows = HoldingsSummary.objects.filter(record__in=[item.record_id for item in items])
    assert list(rows.values_list("items", "copies")) == [(1, 0), (1, 0)]


def test_leaves_what_is_special(library):
    room = ShelvingLocationFactory(branch=library.main)
    library.item(call_number="Weed", note="local history", location=room)
    library.item(call_number="Weed", note="reference", reference_only=True)
    library.item(call_number="Weed", note="in a bundle", bundle=library.item())
    tour = library.item(call_number="Weed", note="on tour")
    RotatingItem.objects.create(collection=RotatingCollection.objects.create(name="Crate"), item=tour)

    assert found(library) == {"local history"}
    assert found(library, rooms_kept=[room.pk], with_reference=True) == {"reference"}


def test_lists_of_items_take_a_range_of_shelf_marks(library):
    for mark in ("Abe", "Lar 1", "Lar 9", "Zet"):
        library.item(call_number=mark)

    listed = items_like(ItemFilter(branch_id=library.main.pk, mark="b", last="lar"))

    assert [item.call_number for item in listed if item.call_number != "Lar"] == ["Lar 1", "Lar 9"]
