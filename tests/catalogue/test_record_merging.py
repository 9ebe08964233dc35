"""Two records that become one, and two again: in the catalogue and in every municipality."""

from io import BytesIO

import pytest
from django.db import connection

from accounts.models import AuditEntry
from catalogue.errors import Code, RecordRefused, StaleRecord
from catalogue.marc.problems import Problem
from catalogue.models import BibliographicRecord, Change, HoldingsSummary
from catalogue.selectors import get_record, record_by_identifier
from catalogue.selectors.references import references
from catalogue.selectors.versions import marc_of, versions_of
from catalogue.services.import_marc import import_marc
from catalogue.services.merging import merge_records, undo_merge
from catalogue.services.records import Author, restore_version, save_record
from circulation.errors import HoldRefused
from circulation.models import Hold, Subscription
from circulation.services.holds import place_hold
from circulation.services.subscriptions import SubscriptionPlan, subscribe
from holdings.models import Item
from holdings.services.items import ItemDetails, add_item
from tests.catalogue.marc_samples import DANISH_NOVEL, NOVEL, iso2709
from tests.factories import BranchFactory, HoldFactory, ItemFactory, ItemTypeFactory, PatronFactory, StaffAccountFactory

DANISH_LEADER = "00000name 2200000   4500"
SIGN = "\x1f"


def danish(number, *more, isbn="9788702407006", encoding="utf-8", agency="870970"):
    fields = {**dict(DANISH_NOVEL), "001": f"00$a{number}$b{agency}", "021": f"00$e{isbn}"}
    return iso2709((*fields.items(), *more), leader=DANISH_LEADER, encoding=encoding)


@pytest.fixture(autouse=True)
def _no_followers(monkeypatch):
    monkeypatch.setattr("catalogue.services.change_feed.wake_followers", lambda: None)


@pytest.fixture
def author(alpha):
    return Author(StaffAccountFactory(name="Karen Holm"), alpha)


@pytest.fixture
def pair(alpha, now):
    """Return the record that stays and the one that goes, both Alpha's."""
    file = danish("50000011", encoding="latin-1") + danish("50000012", isbn="9788700000001")
    import_marc(file=BytesIO(file), source="test", owner="alpha", now=now)
    return list(BibliographicRecord.objects.order_by("control_number"))


@pytest.fixture
def merge(pair, author, now):
    def do(winner=pair[0], loser=pair[1], winner_version=1, loser_version=1, by=author):
        return merge_records(
            winner_id=winner.pk,
            winner_version=winner_version,
            loser_id=loser.pk,
            loser_version=loser_version,
            author=by,
            now=now,
        )

    return do


def fields(record, tag):
    return [text for text in marc_of(record.pk, record.version).texts(tag)]


def test_ii_i7_the_number_lives_on_and_finds_the_record_that_stayed(pair, merge, now):
    winner, loser = pair
    before = winner.raw

    merge()

    winner.refresh_from_db()
    loser.refresh_from_db()
    assert fields(winner, "002") == [f"00{SIGN}a50000012"]
    assert fields(winner, "245") == [f"00{SIGN}aDen ¤blå æblehave{SIGN}croman"]
    assert (winner.version, winner.change_kind, winner.changed_by) == (2, "MERGE", "Karen Holm")
    assert (loser.merged_into_id, loser.deleted_at, loser.version) == (winner.pk, now, 2)
    for text in ("50000012", "978-87-00-00000-1", "50000011"):
        assert record_by_identifier(text) == winner, text
    assert get_record(loser.pk) == winner
    assert bytes(before) != bytes(winner.raw)
    assert list(Change.objects.order_by("number").values_list("record", "kind"))[2:] == [
        (winner.pk, "RECORD"),
        (winner.pk, "HOLDINGS"),
        (loser.pk, "DELETED"),
    ]
    entry = AuditEntry.objects.get(action="catalogue.merge_records")
    assert entry.facts == {"winner": winner.pk, "loser": loser.pk, "number": "50000012"}


def test_ii_i7_marc_21_keeps_the_number_as_a_cancelled_one(alpha, author, now):
    other = {**dict(NOVEL), "001": "20260002"}
    import_marc(file=BytesIO(iso2709(NOVEL) + iso2709(other.items())), source="t", owner="alpha", now=now)
    winner, loser = BibliographicRecord.objects.order_by("control_number")

    merge_records(winner_id=winner.pk, winner_version=1, loser_id=loser.pk, loser_version=1, author=author, now=now)

    winner.refresh_from_db()
    assert fields(winner, "035") == [f"  {SIGN}z(FI-TEST)20260002"]
    tags = [field.tag for field in marc_of(winner.pk, 2).fields]
    assert tags == sorted(tags)


def test_ii_i7_an_old_number_is_not_used_again(pair, merge, author, now):
    winner, loser = pair
    merge()

    report = import_marc(file=BytesIO(danish("50000012", ("504", "00$aA note"))), source="test", owner="alpha", now=now)

    assert [failure.code for failure in report.failures] == [Problem.MERGED_AWAY]
    loser.refresh_from_db()
    assert (loser.merged_into_id, loser.version) == (winner.pk, 2)
    with pytest.raises(RecordRefused) as refusal:
        restore_version(record_id=loser.pk, number=1, expected_version=2, author=author, now=now)
    assert refusal.value.codes == [Code.MERGED_AWAY]


def test_ii_i7_content_may_not_take_in_the_number_of_a_record_that_stands(pair, author, now):
    winner, loser = pair
    raw = danish("50000011", ("002", "00$a50000012"))

    with pytest.raises(RecordRefused) as refusal:
        save_record(record_id=winner.pk, expected_version=1, raw=raw, author=author, now=now)

    assert refusal.value.codes == [Code.FORMER_NUMBER_IN_USE]
    assert refusal.value.reasons[0].facts == {"numbers": ["50000012"]}


def _stock(municipality, winner, loser):
    """Give a municipality two items of the one that goes, one of the other, and holds for both."""
    connection.set_tenant(municipality)
    branch = BranchFactory(code="stock", name="Stock")
    items = [ItemFactory(record=record, home_branch=branch) for record in (loser, loser, winner)]
    patron = PatronFactory()
    holds = [
        HoldFactory(record=winner, patron=patron),
        HoldFactory(record=loser, patron=patron),
        HoldFactory(record=loser),
        HoldFactory(record=winner, any_edition=True, edition_ids=[loser.pk]),
    ]
    for record, count in ((loser, 2), (winner, 1)):
        HoldingsSummary.objects.create(
            record=record, municipality=municipality, branch_code="stock", items=count, loanable=count
        )
    return items, holds


def _state(municipality):
    connection.set_tenant(municipality)
    return (
        list(Item.objects.order_by("pk").values_list("pk", "record_id")),
        list(Hold.objects.order_by("pk").values_list("pk", "record_id", "number", "edition_ids", "state")),
        list(
            HoldingsSummary.objects.filter(municipality=municipality)
            .order_by("record")
            .values_list("record", "items", "loanable")
        ),
    )


def test_moves_items_and_holds_in_every_municipality_and_back(pair, merge, author, alpha, beta, now):
    winner, loser = pair
    for municipality in (beta, alpha):
        _stock(municipality, winner, loser)
    before = {municipality: _state(municipality) for municipality in (beta, alpha)}

    done = merge()

    assert connection.schema_name == "alpha"
    for municipality in (beta, alpha):
        items, holds, summaries = _state(municipality)
        assert [record for _pk, record in items] == [winner.pk] * 3
        assert [row[1:] for row in holds] == [
            (winner.pk, 1, [], "QUEUED"),
            (winner.pk, 2, [], "QUEUED"),
            (winner.pk, 1, [], "QUEUED"),
            (winner.pk, 1, [], "QUEUED"),
        ]
        assert summaries == [(winner.pk, 3, 3)]

    undo_merge(merge_id=done.pk, author=author, now=now)

    assert {municipality: _state(municipality) for municipality in (beta, alpha)} == before


def test_undoing_gives_both_records_their_bytes_back(pair, merge, author, now):
    winner, loser = pair
    contents = {record.pk: bytes(record.raw) for record in pair}
    done = merge()

    undo_merge(merge_id=done.pk, author=author, now=now)

    for record in pair:
        record.refresh_from_db()
        assert bytes(record.raw) == contents[record.pk]
        assert (record.deleted_at, record.merged_into_id, record.version) == (None, None, 3)
        assert [version.kind for version in versions_of(record.pk)] == ["UNMERGE", "MERGE", "IMPORT"]
    assert record_by_identifier("50000012") == loser
    with pytest.raises(RecordRefused) as refusal:
        undo_merge(merge_id=done.pk, author=author, now=now)
    assert refusal.value.codes == [Code.NOT_MERGED]


def test_undoing_keeps_what_was_edited_and_attached_since(pair, merge, author, alpha, now):
    winner, loser = pair
    old = ItemFactory(record=loser)
    done = merge()
    raw = danish("50000011", ("002", "00$a50000012"), ("504", "00$aEdited since"))
    save_record(record_id=winner.pk, expected_version=2, raw=raw, author=author, now=now)
    new = ItemFactory(record=winner)

    undo_merge(merge_id=done.pk, author=author, now=now)

    winner.refresh_from_db()
    assert (fields(winner, "002"), winner.summary) == ([], "Edited since")
    old.refresh_from_db()
    new.refresh_from_db()
    assert (old.record_id, new.record_id) == (loser.pk, winner.pk)


def test_refuses_stale_strange_and_gone_records_and_changes_nothing(pair, merge, author, beta, now):
    winner, loser = pair
    before = list(BibliographicRecord.objects.order_by("pk").values())

    for expected, kind, how in (
        ([Code.STALE], StaleRecord, {"loser_version": 2}),
        ([Code.STALE], StaleRecord, {"winner_version": 4}),
        ([Code.SAME_RECORD], RecordRefused, {"loser": winner}),
    ):
        with pytest.raises(kind) as refusal:
            merge(**how)
        assert refusal.value.codes == expected
    BibliographicRecord.objects.update(owner="870970")
    with pytest.raises(RecordRefused) as refusal:
        merge(by=Author(None, beta))
    assert refusal.value.codes == [Code.NATIONAL_RECORD]

    BibliographicRecord.objects.update(owner="alpha")
    assert list(BibliographicRecord.objects.order_by("pk").values()) == before
    merge()
    with pytest.raises(RecordRefused) as refusal:
        merge(winner=loser, loser=winner, winner_version=2, loser_version=2)
    assert refusal.value.codes == [Code.RECORD_GONE]


def test_a_chain_of_merges_leads_to_its_end_and_is_undone_from_there(pair, merge, author, now):
    winner, loser = pair
    import_marc(file=BytesIO(danish("50000013")), source="test", owner="alpha", now=now)
    last = BibliographicRecord.objects.get(control_number="50000013")
    first = merge()
    second = merge(winner=last, loser=winner, loser_version=2)

    assert get_record(loser.pk) == record_by_identifier("50000012") == last
    with pytest.raises(RecordRefused) as refusal:
        undo_merge(merge_id=first.pk, author=author, now=now)
    assert refusal.value.codes == [Code.RECORD_GONE]

    undo_merge(merge_id=second.pk, author=author, now=now)
    undo_merge(merge_id=first.pk, author=author, now=now)

    assert get_record(loser.pk) == loser


def test_an_item_for_a_record_that_was_merged_meanwhile_goes_to_the_one_that_stayed(pair, merge, alpha, author, now):
    winner, loser = pair
    alpha.barcode_schemes = {}
    pattern = ItemFactory(record=loser)
    merge()

    item = add_item(
        record=loser,
        barcode="3010000001",
        details=ItemDetails(item_type=pattern.item_type, home_branch=pattern.home_branch),
        actor=None,
        now=now,
    )

    assert item.record_id == winner.pk


def test_ii_i13_a_record_with_many_items_merges_in_a_fixed_number_of_statements(
    pair, merge, alpha, django_assert_max_num_queries
):
    _winner, loser = pair
    pattern = ItemFactory(record=loser)
    Item.objects.bulk_create(
        Item(
            record=loser,
            barcode=f"many-{number}",
            item_type=pattern.item_type,
            home_branch=pattern.home_branch,
            current_branch=pattern.home_branch,
        )
        for number in range(500)
    )

    with django_assert_max_num_queries(70):
        merge()

    assert Item.objects.filter(record=loser).count() == 0


def test_a_branch_that_subscribes_to_both_has_one_subscription_until_the_merge_is_undone(pair, merge, author, now):
    winner, loser = pair
    branch, kind = BranchFactory(), ItemTypeFactory()
    plan, staff = SubscriptionPlan("WEEK", now.date(), kind), StaffAccountFactory()
    kept, doubled = (subscribe(record=each, branch=branch, plan=plan, staff=staff) for each in pair)
    elsewhere = subscribe(record=loser, branch=BranchFactory(), plan=plan, staff=staff)

    merged = merge()

    running = Subscription.objects.filter(record=winner, ended_on=None)
    assert {each.pk for each in running} == {kept.pk, elsewhere.pk}

    undo_merge(merge_id=merged.pk, author=author, now=now)

    running = Subscription.objects.filter(record=loser, ended_on=None)
    assert {each.pk for each in running} == {doubled.pk, elsewhere.pk}


def test_everything_that_refers_to_records_moves():
    assert [f"{model._meta.label_lower}.{column}" for model, column in references()] == [
        "holdings.item.record_id",
        "patrons.shelvedtitle.record_id",
        "circulation.hold.record_id",
        "circulation.subscription.record_id",
    ]


def test_a_hold_on_a_record_that_was_merged_meanwhile_is_refused(pair, merge, alpha, now):
    _winner, loser = pair
    branch, patron = BranchFactory(), PatronFactory()
    merge()

    with pytest.raises(HoldRefused) as refusal:
        place_hold(record=loser, patron=patron, pickup_branch=branch, staff=None, now=now)

    assert refusal.value.codes == ["RECORD_UNKNOWN"]
    assert not Hold.objects.exists()
