"""A library's own records: nobody else finds, reads, harvests, changes or takes one, until it's shown to all."""

from io import BytesIO, StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.test import Client
from django_tenants.utils import schema_context

from accounts.models import AuditEntry
from catalogue.errors import Code, RecordRefused, StaleRecord
from catalogue.harvesting import View, Window, harvest_page, harvested_title, records_to_export
from catalogue.marc.problems import Problem
from catalogue.marc.records import MarcField
from catalogue.models import BibliographicRecord, RecordMerge
from catalogue.search import SearchRequest, other_editions, search, suggest
from catalogue.search.writing import rebuild
from catalogue.selectors import get_record, records_by_identifier, records_by_ids
from catalogue.selectors.works import edition_ids
from catalogue.services.enrichments import Whose, save_enrichment
from catalogue.services.import_marc import import_marc, plan_import
from catalogue.services.local_records import share_record, unshare_record
from catalogue.services.merging import merge_records
from catalogue.services.records import Author, add_record, delete_record, save_record
from catalogue.services.standing import standing_record
from holdings.errors import ItemRefused
from holdings.services.items import ItemDetails, add_item
from tests.catalogue.marc_samples import DANISH_NOVEL, iso2709
from tests.factories import HoldFactory, ItemFactory, RecordFactory, StaffAccountFactory
from tests.interop.harvests import hold

DANISH_LEADER = "00000name 2200000   4500"


def kettle(number="1", *, agency="", title="Elkedel til udlån", **more):
    fields = {**dict(DANISH_NOVEL), "001": f"00$a{number}" + (f"$b{agency}" if agency else "")}
    fields |= {"245": f"00$a{title}", "100": "00$aKogekompagniet"}
    fields |= {tag.removeprefix("t"): text for tag, text in more.items()}
    return iso2709(sorted(fields.items()), leader=DANISH_LEADER)


@pytest.fixture(autouse=True)
def _no_followers(monkeypatch):
    monkeypatch.setattr("catalogue.services.change_feed.wake_followers", lambda: None)


@pytest.fixture
def author(alpha):
    return Author(StaffAccountFactory(name="Karen Holm"), alpha)


@pytest.fixture
def neighbour(beta):
    return Author(None, beta)


@pytest.fixture
def record(author, now):
    """Return Alpha's kettle."""
    return add_record(raw=kettle(), source="", author=author, now=now, is_local=True)


@pytest.fixture
def shared(record, author, now):
    return share_record(record_id=record.pk, expected_version=1, author=author, now=now)


def test_is_its_librarys_own(record, alpha):
    assert (record.source, record.control_number, record.owner) == ("alpha", "1", "alpha")
    assert (record.is_local, record.visible_to) == (True, alpha)
    assert get_record(record.pk) == record


def test_nobody_else_reads_it_by_its_ids(record, beta):
    for choose in (lambda: connection.set_tenant(beta), connection.set_schema_to_public):
        choose()

        assert get_record(record.pk) is None
        assert records_by_ids([record.pk]) == {}
        assert records_by_identifier("9788702407006") == []
        assert standing_record(record.pk) is None


def test_ii_i15_shown_to_all_everybody_reads_it_and_its_owner_alone_changes_it(shared, beta, neighbour, author, now):
    connection.set_tenant(beta)

    assert (shared.version, shared.change_kind, shared.visible_to_id) == (2, "SHARE", None)
    assert get_record(shared.pk) == records_by_identifier("9788702407006")[0] == shared
    assert standing_record(shared.pk) == shared.pk
    with pytest.raises(RecordRefused) as refusal:
        save_record(record_id=shared.pk, expected_version=2, raw=kettle(title="Vores"), author=neighbour, now=now)
    assert refusal.value.codes == [Code.OTHERS_LOCAL_RECORD]
    again = share_record(record_id=shared.pk, expected_version=2, author=author, now=now)
    assert again.version == 2


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"owner": "beta"}, [Code.OTHERS_LOCAL_RECORD]),
        ({"is_local": False}, [Code.NOT_LOCAL]),
        ({"version": 2}, [Code.STALE]),
    ],
)
def test_ii_i15_is_not_shown_by_others_nor_by_the_stale(record, author, now, change, expected):
    BibliographicRecord.objects.filter(pk=record.pk).update(**change)

    with pytest.raises(RecordRefused) as refusal:
        share_record(record_id=record.pk, expected_version=1, author=author, now=now)

    assert refusal.value.codes == expected
    assert BibliographicRecord.objects.get(pk=record.pk).visible_to_id is not None


@pytest.fixture
def unshare(shared, author, now):
    """Return a function that shows the kettle to Alpha alone again, as Alpha or somebody else asks for it."""

    def take_back(by=author, version=2):
        return unshare_record(record_id=shared.pk, expected_version=version, author=by, now=now)

    return take_back


def test_what_nobody_else_has_anything_on_is_its_librarys_own_again(unshare, shared, alpha, beta, now):
    hold(shared, alpha)
    with schema_context("alpha"):
        HoldFactory(record=ItemFactory(record=shared).record)

    again = unshare()

    assert (again.version, again.change_kind, again.visible_to) == (3, "UNSHARE", alpha)
    assert [each.number for each in again.versions.order_by("number")] == [1, 2]
    entry = AuditEntry.objects.get(action="catalogue.unshare_record")
    assert (entry.actor.name, entry.subject_id, entry.facts) == ("Karen Holm", shared.pk, {"version": 3})
    assert get_record(shared.pk).pk == standing_record(shared.pk) == shared.pk
    assert unshare(version=3).version == 3
    connection.set_tenant(beta)
    assert (get_record(shared.pk), standing_record(shared.pk)) == (None, None)


def test_harvesters_hear_that_it_is_gone_and_nothing_of_it_after_that(unshare, shared, alpha, author, now):
    hold(shared, alpha)

    def listed(number):
        page = harvest_page(View(number), Window(), limit=9, with_marc=True)
        return [(each.record_id, each.is_gone, each.changed_at) for each in page]

    assert [each[:2] for each in listed(None)] == [(shared.pk, False)]
    unshare()
    [gone] = listed(None)
    assert gone[:2] == (shared.pk, True)
    assert [each[:2] for each in listed(alpha.pk)] == [(shared.pk, False)]

    save_record(record_id=shared.pk, expected_version=3, raw=kettle(title="Gryde"), author=author, now=now)
    assert listed(None) == [gone]
    share_record(record_id=shared.pk, expected_version=4, author=author, now=now)
    assert [each[:2] for each in listed(None)] == [(shared.pk, False)]


def beta_has_an_item(record, beta, now):
    with schema_context("beta"):
        ItemFactory(record=record, withdrawn=True)


def beta_had_a_hold(record, beta, now):
    with schema_context("beta"):
        HoldFactory(record=record, state="CANCELLED")


def beta_has_fields(record, beta, now):
    whose = Whose(record.pk, Author(None, beta))
    save_enrichment(whose=whose, fields=[MarcField("504", "00\x1faVores")], expected_version=0, now=now)


def all_see_a_part(record, beta, now):
    RecordFactory(part_of=record.control_number)


def beta_keeps_a_part(record, beta, now):
    RecordFactory(part_of=record.control_number, is_local=True, visible_to=beta)


def took_one_in_that_all_saw(record, beta, now):
    gone = RecordFactory(deleted_at=now, merged_into=record)
    RecordMerge.objects.create(winner=record, loser=gone, winner_version=1, merged_at=now)


@pytest.mark.parametrize(
    ("depends", "expected"),
    [
        (beta_has_an_item, [(Code.OTHERS_HAVE_ITEMS, ["Beta"])]),
        (beta_had_a_hold, [(Code.OTHERS_HAVE_HOLDS, ["Beta"])]),
        (beta_has_fields, [(Code.OTHERS_HAVE_FIELDS, None)]),
        (all_see_a_part, [(Code.HAS_PARTS, None)]),
        (beta_keeps_a_part, [(Code.HAS_PARTS, None)]),
        (took_one_in_that_all_saw, [(Code.TOOK_ANOTHER_IN, None)]),
    ],
)
def test_stays_shown_while_others_have_anything_on_it(unshare, shared, beta, now, depends, expected):
    depends(shared, beta, now)

    with pytest.raises(RecordRefused) as refusal:
        unshare()

    assert [(each.code, each.facts.get("names")) for each in refusal.value.reasons] == expected
    shared.refresh_from_db()
    assert (shared.version, shared.visible_to) == (2, None)
    assert not AuditEntry.objects.filter(action="catalogue.unshare_record").exists()


def test_all_that_others_have_is_said_at_once(unshare, shared, alpha, beta, now):
    RecordFactory(part_of=shared.control_number, is_local=True, visible_to=alpha)
    for depends in (beta_has_fields, beta_had_a_hold, beta_has_an_item):
        depends(shared, beta, now)

    with pytest.raises(RecordRefused) as refusal:
        unshare()

    assert refusal.value.codes == [Code.OTHERS_HAVE_ITEMS, Code.OTHERS_HAVE_HOLDS, Code.OTHERS_HAVE_FIELDS]


@pytest.mark.parametrize(
    ("by", "expected"),
    [("beta", [Code.OTHERS_LOCAL_RECORD]), ("root", [Code.OTHERS_LOCAL_RECORD]), ("stale", [Code.STALE])],
)
def test_nobody_else_takes_it_back_nor_the_stale(unshare, shared, author, neighbour, by, expected):
    whose = {"beta": neighbour, "root": Author(None, None), "stale": author}[by]

    with pytest.raises(RecordRefused) as refusal:
        unshare(by=whose, version=1 if by == "stale" else 2)

    assert refusal.value.codes == expected
    shared.refresh_from_db()
    assert shared.visible_to is None


@pytest.mark.parametrize(
    ("raw", "by", "expected"),
    [
        (kettle(agency="870970"), "alpha", [Code.OTHERS_NUMBER]),
        (kettle(t996="00$abeta"), "alpha", [Code.OWNER_MUST_BE_EDITOR]),
        (kettle(), "root", [Code.NO_OWNER]),
    ],
)
def test_a_local_record_is_numbered_and_owned_by_its_library(author, now, raw, by, expected):
    by = author if by == "alpha" else Author(None, None)

    with pytest.raises(RecordRefused) as refusal:
        add_record(raw=raw, source="", author=by, now=now, is_local=True)

    assert refusal.value.codes == expected
    assert BibliographicRecord.objects.count() == 0


def test_nobody_else_changes_deletes_or_merges_it_or_learns_what_it_says(record, author, beta, neighbour, now):
    other = RecordFactory(owner="beta")
    connection.set_tenant(beta)
    attempts = [
        lambda: save_record(record_id=record.pk, expected_version=9, raw=kettle(), author=neighbour, now=now),
        lambda: delete_record(record_id=record.pk, expected_version=1, author=neighbour, now=now),
        lambda: share_record(record_id=record.pk, expected_version=1, author=neighbour, now=now),
        lambda: merge_records(
            winner_id=other.pk, winner_version=1, loser_id=record.pk, loser_version=1, author=neighbour, now=now
        ),
    ]

    for attempt in attempts:
        with pytest.raises(RecordRefused) as refusal:
            attempt()
        assert refusal.value.codes == [Code.RECORD_GONE]
        assert not isinstance(refusal.value, StaleRecord)


def test_its_owner_does_not_give_it_away(record, author, now):
    with pytest.raises(RecordRefused) as refusal:
        save_record(record_id=record.pk, expected_version=1, raw=kettle(t996="00$abeta"), author=author, now=now)

    assert refusal.value.codes == [Code.OWNER_MUST_BE_EDITOR]


@pytest.mark.parametrize(("who", "expected"), [("alpha", []), ("beta", [Problem.NUMBER_OF_ANOTHER])])
def test_a_delivery_overwrites_only_its_own(record, alpha, beta, now, who, expected):
    run = plan_import(file_name="x", source="x", now=now, municipality={"alpha": alpha, "beta": beta}[who])
    file = BytesIO(kettle(agency="alpha", title="Gryde"))

    report = import_marc(file=file, source="x", owner=who, now=now, run=run)

    assert [failure.code for failure in report.failures] == expected
    record.refresh_from_db()
    assert (record.title == "Gryde") is (who == "alpha")
    assert (record.is_local, record.visible_to) == (True, alpha)


def test_no_item_and_no_local_field_is_hung_on_anothers(record, beta, neighbour, now):
    connection.set_tenant(beta)
    pattern = ItemFactory()
    details = ItemDetails(item_type=pattern.item_type, home_branch=pattern.home_branch)

    with pytest.raises(ItemRefused):
        add_item(record=record, barcode="39990000000001", details=details, actor=StaffAccountFactory(), now=now)
    with pytest.raises(RecordRefused) as refusal:
        save_enrichment(
            whose=Whose(record.pk, neighbour), fields=[MarcField("504", "00\x1faOurs")], expected_version=0, now=now
        )
    assert refusal.value.codes == [Code.RECORD_GONE]


@pytest.mark.usefixtures("index_folder")
def test_nobody_else_finds_it_by_any_search(record, alpha, beta):
    twin = RecordFactory(title="Elkedel til udlån", author="Kogekompagniet", language="dan")
    rebuild()

    def found(text, **options):
        return [hit.record_id for hit in search(SearchRequest(text=text, **options)).hits]

    connection.set_tenant(alpha)
    assert set(found("elkedel")) == {record.pk, twin.pk}
    assert [hit.record_id for hit in other_editions(twin)] == [record.pk]

    for choose in (lambda: connection.set_tenant(beta), connection.set_schema_to_public):
        choose()
        assert found("elkedel") == found("") == [twin.pk]
        assert search(SearchRequest(text="elkedel")).total == 1
        assert search(SearchRequest(text="9788702407006")).record_id is None
        assert found("9788702407006") == []
        assert sum(value.count for value in search(SearchRequest(text="")).facets["material_type"]) == 1
        assert [each.count for each in suggest("elkedel")] == [1]
        assert other_editions(twin) == [] == edition_ids(twin)


@pytest.mark.usefixtures("index_folder")
def test_no_guess_at_what_somebody_else_means_knows_its_words(author, beta, now):
    for number in ("1", "2", "3"):
        raw = kettle(number, title="Rød tromlebajer", t700="00$aBartholdy$hIb")
        add_record(raw=raw, source="", author=author, now=now, is_local=True)
    rebuild()
    guesses = {
        "tromlebajar": "tromlebajer",
        "tromle bajer": "tromlebajer",
        "rødtromlebajer": "rød tromlebajer",
        "bartholdi": "bartholdy",
        "tromleb": None,
        "tromlebajer kedelsten": None,
        "ny bog af kogekompagniet": None,
        "tekijä:bartholdy": None,
    }

    for typed, meant in guesses.items():
        found = search(SearchRequest(typed))
        assert (typed, found.total, found.did_you_mean) == (typed, 3, meant)
    connection.set_tenant(beta)
    for typed in guesses:
        found = search(SearchRequest(typed, municipality="beta"))
        assert (typed, found.total, found.did_you_mean, found.everywhere_total) == (typed, 0, None, None)
    assert suggest("tromleb") == suggest("barth") == suggest("kogek") == []


def test_no_other_list_to_harvest_names_it(record, alpha, beta, author, now):
    hold(record, alpha)

    def listed(number):
        page = harvest_page(View(number), Window(), limit=9, with_marc=True)
        exported = records_to_export(municipality_id=number, since=None, ids=None, with_marc=True)
        return [each.record_id for each in page], [each.pk for each in exported]

    assert listed(alpha.pk) == ([record.pk], [record.pk])
    assert listed(beta.pk) == listed(None) == ([], [])
    assert harvested_title(View(None), record.pk) is None

    share_record(record_id=record.pk, expected_version=1, author=author, now=now)
    assert listed(None) == ([record.pk], [record.pk])


@pytest.mark.parametrize("address", ["/title/{}", "/title/{}/as/ris", "/api/v1/records/{}"])
def test_no_page_of_a_neighbours_shows_it(record, address):
    statuses = [
        Client(headers={"host": f"{name}.localhost"}).get(address.format(record.pk)).status_code
        for name in ("alpha", "beta")
    ]

    assert statuses == [200, 404]


def test_a_file_of_them_is_added_by_command(alpha, tmp_path):
    file, out, err = tmp_path / "kettles.mrc", StringIO(), StringIO()
    file.write_bytes(kettle() + kettle("2", agency="870970") + kettle("3"))

    with pytest.raises(CommandError, match="1 refused"):
        call_command("add_local_records", "alpha", str(file), stdout=out, stderr=err)

    assert (out.getvalue(), err.getvalue()) == ("2 added\n", "record 2: OTHERS_NUMBER\n")
    assert connection.schema_name == "public"
    found = BibliographicRecord.objects.filter(is_local=True, visible_to=alpha, owner="alpha", source="alpha")
    assert sorted(found.values_list("control_number", flat=True)) == ["1", "3"]
    connection.set_tenant(alpha)
    assert AuditEntry.objects.filter(action="catalogue.add_record").count() == 2


@pytest.mark.parametrize("arguments", [("nowhere", "x.mrc"), ("public", "x.mrc"), ("alpha", "/nowhere/x.mrc")])
def test_the_command_refuses_a_strange_municipality_or_file(alpha, arguments):
    with pytest.raises(CommandError):
        call_command("add_local_records", *arguments)
