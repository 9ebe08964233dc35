"""Deliveries lock like desks: all items, then each title's counter, then the change feed, and nothing behind it."""

import re
from io import BytesIO

import pytest

from catalogue.models import BibliographicRecord, Change, HoldingsSummary
from catalogue.services import import_by_profile
from catalogue.services.change_feed import _FEED_LOCK
from catalogue.services.import_marc import import_marc
from holdings.models import Item
from tenants.keys import lock_numbers
from tests.catalogue.test_import_by_profile import novel
from tests.factories import HoldFactory, ItemFactory, ItemTypeFactory
from tests.holdings.test_imported_items import undo
from tests.locks import statements_of

ANOTHER = {"t001": "another", "t020": "  $a9788702407006", "t245": "10$aAnother novel"}


@pytest.fixture
def two_known(known, now):
    import_marc(file=BytesIO(novel(**ANOTHER)), source="test", owner="alpha", now=now)
    return list(BibliographicRecord.objects.order_by("pk"))


def kinds(statements, titles):
    """Return what each statement waits for: "row", a title's "counter" or the "feed"."""
    counters = {lock_numbers(f"holdings-summary:{title.pk}"): title.pk for title in titles}
    found = []
    for sql, values in statements:
        if re.search(r"FOR (NO KEY )?UPDATE", sql):
            found.append("row")
        elif "pg_advisory_xact_lock(" in sql:
            key = tuple(values)
            found += ["feed"] if key == _FEED_LOCK else [f"counter {counters[key]}"] if key in counters else []
    return found


def assert_like_desks(statements, titles):
    found = kinds(statements, titles)
    # Behind the batch, the run itself is locked once more.
    found = found[: len(found) - found[::-1].index("feed")]
    counters = [f"counter {title.pk}" for title in titles]
    first = found.index(counters[0])
    assert set(found[:first]) == {"row"}
    # One title after the other, in the order of their numbers, each once; behind them the feed alone.
    assert found[first:] == [*counters, *["feed"] * (len(found) - first - len(counters))]


@pytest.fixture
def coming(two_known, branch, number):
    """Two titles in the other order than their numbers, each with an item on order and a new one; a hold on one."""
    for nth, title in enumerate(two_known, start=1):
        ItemFactory(
            record=title,
            barcode=number(nth),
            home_branch=branch,
            item_type=ItemTypeFactory(code="BOOK"),
            on_order=True,
        )
    HoldFactory(record=two_known[1], pickup_branch=branch)
    second = novel(("952", f"  $p{number(2)}$aCPL"), ("952", f"  $p{number(4)}$aCPL"), **ANOTHER)
    return second + novel(("952", f"  $p{number(1)}$aCPL"), ("952", f"  $p{number(3)}$aCPL"))


def test_a_delivery_locks_items_then_counters_then_the_feed(bring, two_known, coming):
    with statements_of() as statements:
        run = bring(coming)

    assert run.counts == {"ITEMS": 2}
    assert sorted(Item.objects.values_list("status", flat=True)) == [*["AVAILABLE"] * 3, "ON_HOLD_SHELF"]
    assert_like_desks(statements, two_known)
    assert set(HoldingsSummary.objects.values_list("record_id", "items", "copies")) == {
        (title.pk, 2, 2) for title in two_known
    }
    told = Change.objects.filter(kind="HOLDINGS", record__in=[title.pk for title in two_known])
    assert told.count() == 2


def test_undoing_it_does_too(bring, author, two_known, coming, now):
    run = bring(coming)

    with statements_of() as statements:
        run = undo(run, author, now)

    assert run.counts["UNDONE"] == 2
    assert set(Item.objects.values_list("status", flat=True)) == {"ON_ORDER"}
    assert_like_desks(statements, two_known)
    assert set(HoldingsSummary.objects.values_list("record_id", "items")) == {(title.pk, 1) for title in two_known}


def test_desks_wait_for_few_records_only(bring, two_known, coming, monkeypatch):
    monkeypatch.setattr(import_by_profile, "BATCH_WITH_ITEMS", 1)

    with statements_of() as statements:
        bring(coming)

    assert [each for each in kinds(statements, two_known) if each != "row"] == [
        f"counter {two_known[1].pk}",
        "feed",
        f"counter {two_known[0].pk}",
        "feed",
    ]
