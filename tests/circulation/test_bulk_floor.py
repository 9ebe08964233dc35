"""Lists of withdrawals leave the copies that they were made to leave, whatever others withdraw meanwhile."""

import pytest

from catalogue.models import HoldingsSummary
from circulation.errors import Code
from circulation.models import BulkLine
from circulation.selectors.bulk_changes import lines_not_changed
from circulation.services.bulk_changes import begin_change, make_change, propose_change
from holdings.models import Item
from tenants.models import Municipality
from tests.locks import statements_of

Outcome = BulkLine.Outcome


@pytest.fixture
def propose(library, now):
    """Return a function that proposes to withdraw items but for so many copies."""

    def write_down(items, kept=1, anywhere=False):
        return propose_change(
            barcodes=[item.barcode for item in items],
            changes={"status": Item.Status.WITHDRAWN},
            reason="worn",
            staff=library.staff,
            now=now,
            copies_kept=kept,
            keeps_last_anywhere=anywhere,
        )

    return write_down


@pytest.fixture
def make(library, now):
    """Return a function that makes a proposed change."""

    def change(bulk):
        begin_change(bulk_id=bulk.pk, staff=library.staff, now=now)
        make_change(bulk_id=bulk.pk, staff=library.staff, clock=lambda: now)

    return change


def outcomes(bulk):
    return [line.outcome for line in BulkLine.objects.filter(bulk=bulk)]


def copies_of(library, count, **about):
    first = library.item(**about)
    return [first, *(library.item(record=first.record, **about) for _ in range(count - 1))]


def test_two_lists_made_at_the_same_time_leave_the_last_copy(library, propose, make):
    first, second = copies_of(library, 2)
    lists = [propose([first]), propose([second])]
    assert [outcomes(bulk) for bulk in lists] == [[Outcome.TO_DO], [Outcome.TO_DO]]

    for bulk in lists:
        make(bulk)

    assert [outcomes(bulk) for bulk in lists] == [[Outcome.CHANGED], [Outcome.REFUSED]]
    assert lines_not_changed(lists[1])[0].reasons == [[Code.LAST_COPY, {"kept": 1}]]
    assert Item.objects.get(pk=second.pk).status == Item.Status.AVAILABLE


def test_copies_are_counted_while_nobody_else_may_withdraw_one(library, propose, make):
    bulk = propose(copies_of(library, 2))
    with statements_of() as statements:
        make(bulk)

    def first(*parts):
        return next(at for at, (sql, _values) in enumerate(statements) if all(part in sql for part in parts))

    items, lock = first("holdings_item", "FOR NO KEY UPDATE"), first("pg_advisory_xact_lock")
    assert items < lock < first('SELECT "holdings_item"."record_id"', "GROUP BY")


@pytest.mark.parametrize(
    ("kept", "foreseen"),
    [
        (None, [Outcome.TO_DO] * 5),
        (0, [Outcome.TO_DO] * 5),
        (1, [Outcome.TO_DO, Outcome.TO_DO, Outcome.REFUSED, Outcome.TO_DO, Outcome.REFUSED]),
        (2, [Outcome.TO_DO, Outcome.REFUSED, Outcome.REFUSED, Outcome.TO_DO, Outcome.REFUSED]),
    ],
)
def test_counts_copies_of_each_title_and_volume(library, propose, kept, foreseen):
    """Three copies, one that's missing and is none, and the only one of another volume."""
    copies = copies_of(library, 3)
    missing = library.item(record=copies[0].record, missing=True)
    volume = library.item(record=copies[0].record, volume="2")

    assert outcomes(propose([*copies, missing, volume], kept)) == foreseen


@pytest.mark.parametrize(
    ("elsewhere", "outcome"),
    [
        (None, Outcome.REFUSED),
        ({"items": 1, "copies": 0}, Outcome.REFUSED),
        ({"items": 1, "copies": 1}, Outcome.CHANGED),
        ({"items": 1}, Outcome.CHANGED),
    ],
)
def test_the_last_copy_of_all_municipalities_stays(library, propose, make, elsewhere, outcome):
    item, beta = library.item(), Municipality.objects.get(schema_name="beta")
    bulk = propose([item], kept=0, anywhere=True)
    BulkLine.objects.filter(bulk=bulk).update(outcome=Outcome.TO_DO, reasons=[])
    if elsewhere:
        HoldingsSummary.objects.create(record=item.record, municipality=beta, branch_code="b", **elsewhere)

    make(bulk)

    assert outcomes(bulk) == [outcome]
