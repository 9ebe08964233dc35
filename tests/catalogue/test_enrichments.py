"""A library's own fields over a common record: saved, stale, restored, taken back, and where they show."""

from io import BytesIO

import pytest

from accounts.models import AuditEntry
from catalogue.errors import Code, RecordRefused, StaleRecord
from catalogue.harvesting import View, harvested_title, records_to_export
from catalogue.marc.field_lines import fields_in
from catalogue.marc.records import Flavour
from catalogue.models import (
    BibliographicRecord,
    CataloguingLibrary,
    Change,
    Enrichment,
    EnrichmentVersion,
    HoldingsSummary,
)
from catalogue.rules.record_diff import Sign
from catalogue.selectors import get_record
from catalogue.selectors.enrichments import enrichment_of, enrichment_versions, record_view
from catalogue.selectors.retrieval import records_as_seen
from catalogue.services.enrichments import Whose, delete_enrichment, restore_enrichment, save_enrichment
from catalogue.services.import_marc import import_marc
from catalogue.services.merging import merge_records, undo_merge
from catalogue.services.records import Author, delete_record, save_record
from tests.catalogue.marc_samples import DANISH_NOVEL, iso2709
from tests.factories import StaffAccountFactory
from tests.interop.harvests import hold

DANISH_LEADER = "00000name 2200000   4500"
SHELF = "245 00 *aVor blå have\n652 00 *m86-096"


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
def bring(alpha, now):
    def bring_record(number="50000011", *, agency="870970", **changed):
        fields = {**dict(DANISH_NOVEL), "001": f"00$a{number}$b{agency}"}
        fields |= {tag.removeprefix("t"): text for tag, text in changed.items()}
        raw = iso2709(sorted((tag, text) for tag, text in fields.items() if text), leader=DANISH_LEADER)
        import_marc(file=BytesIO(raw), source="test", owner="alpha", now=now)
        return BibliographicRecord.objects.get(source=agency, control_number=number)

    return bring_record


@pytest.fixture
def save(author, now):
    def save_lines(record, lines, version=0, by=author, **options):
        fields, wrong = fields_in(lines, Flavour.DANMARC2)
        assert not wrong
        whose = Whose(record.pk, by, **options)
        return save_enrichment(whose=whose, fields=fields, expected_version=version, now=now)

    return save_lines


def seen(record, municipality):
    found = record_view(get_record(record.pk), municipality)
    return found.title, found.classification


def test_a_library_sees_its_own_fields_and_others_see_the_common_ones(bring, save, alpha, beta, now):
    record = bring()
    common = seen(record, beta)

    save(record, SHELF)

    assert common == ("Den blå æblehave", "sk")
    assert seen(record, alpha) == ("Vor blå have", "86-096")
    assert seen(record, beta) == seen(record, None) == common
    record.refresh_from_db()
    assert (record.version, record.title) == (1, common[0])
    assert list(Change.objects.values_list("record", "kind"))[-1] == (record.pk, "ENRICHED")
    entry = AuditEntry.objects.get(action="catalogue.save_enrichment")
    assert entry.facts == {"version": 1, "kind": "EDIT", "for_schools": False}


def test_a_view_takes_one_statement_when_nobody_says_anything(bring, alpha, django_assert_num_queries):
    record = get_record(bring().pk)

    with django_assert_num_queries(1):
        assert record_view(record, alpha) is record


def test_the_same_fields_again_change_nothing(bring, save):
    record = bring()
    save(record, SHELF)

    assert save(record, SHELF, 1).version == 1
    assert (EnrichmentVersion.objects.count(), Change.objects.filter(kind="ENRICHED").count()) == (0, 1)


def test_a_stale_editor_is_told_what_a_colleague_changed(bring, save):
    record = bring()
    save(record, SHELF)
    save(record, f"{SHELF}\n504 00 *aGod bog", 1)

    with pytest.raises(StaleRecord) as refusal:
        save(record, SHELF, 1)

    assert refusal.value.version == 2
    changed = [(each.sign, each.tag) for each in refusal.value.changes if each.sign != Sign.SAME]
    assert changed == [(Sign.ADDED, "504")]
    with pytest.raises(StaleRecord):
        save(record, SHELF)


def test_is_taken_back_and_restored(bring, save, alpha, author, now):
    record = bring()
    save(record, SHELF)
    whose = Whose(record.pk, author)

    delete_enrichment(whose=whose, expected_version=1, now=now)
    assert seen(record, alpha) == ("Den blå æblehave", "sk")
    assert enrichment_of(record.pk, alpha.pk).fields == ()
    with pytest.raises(RecordRefused) as refusal:
        delete_enrichment(whose=whose, expected_version=2, now=now)
    assert refusal.value.codes == [Code.NOTHING_OF_ITS_OWN]

    restore_enrichment(whose=whose, number=1, expected_version=2, now=now)

    assert seen(record, alpha) == ("Vor blå have", "86-096")
    kinds = [(each.number, each.kind, each.by) for each in enrichment_versions(record.pk, alpha.pk)]
    assert kinds == [(number, kind, "Karen Holm") for number, kind in ((3, "RESTORE"), (2, "DELETE"), (1, "EDIT"))]
    with pytest.raises(RecordRefused) as refusal:
        restore_enrichment(whose=whose, number=9, expected_version=3, now=now)
    assert refusal.value.codes == [Code.NO_SUCH_VERSION]


@pytest.mark.parametrize(
    ("lines", "options", "expected"),
    [
        ("", {}, [Code.NOTHING_OF_ITS_OWN]),
        ("996 00 *a710100", {}, [Code.FIELDS_ARE_COMMON]),
        ("014 00 *a50000099", {}, [Code.PARENT_IS_COMMON]),
        # One field of the group hides all of it, the title too.
        ("652 00 *m86", {}, [Code.NO_TITLE]),
        (SHELF, {"for_schools": True}, [Code.SCHOOLS_ONLY]),
        ("652 00 *m86\n014 00 *a5", {"for_schools": True}, [Code.SCHOOLS_ONLY, Code.PARENT_IS_COMMON, Code.NO_TITLE]),
    ],
)
def test_ii_i5_refuses_with_every_reason_and_changes_nothing(bring, save, lines, options, expected):
    record = bring()

    with pytest.raises(RecordRefused) as refusal:
        save(record, lines, **options)

    assert refusal.value.codes == expected
    assert Enrichment.objects.count() == AuditEntry.objects.filter(action__contains="enrichment").count() == 0


def test_a_record_that_is_gone_is_not_enriched(bring, save, now):
    record = bring()
    delete_record(record_id=record.pk, expected_version=1, author=Author(None, None), now=now)

    with pytest.raises(RecordRefused) as refusal:
        save(record, SHELF)

    assert refusal.value.codes == [Code.RECORD_GONE]


def test_ii_i4_school_libraries_see_what_they_share_and_lay_their_own_over_it(bring, save, alpha, beta, neighbour):
    record = bring()
    CataloguingLibrary.objects.create(municipality=alpha, school_number="300101")
    save(record, "245 00 *aHaven\n652 00 *m37.1", for_schools=True)

    assert seen(record, alpha) == ("Haven", "37.1")
    assert seen(record, beta) == ("Den blå æblehave", "sk")

    save(record, SHELF)
    CataloguingLibrary.objects.create(municipality=beta, school_number="300102")
    assert seen(record, alpha) == ("Vor blå have", "86-096")
    assert seen(record, beta) == ("Haven", "37.1")

    whose = Whose(record.pk, Author(None, None))
    delete_enrichment(whose=whose, expected_version=1, now=record.changed_at)
    assert seen(record, alpha) == ("Vor blå have", "86-096")
    assert seen(record, beta) == ("Den blå æblehave", "sk")


@pytest.mark.parametrize("by_import", [False, True])
def test_ii_i4_enrichments_of_a_school_common_record_that_goes_hang_on_the_common_one(
    by_import, bring, save, alpha, neighbour, now
):
    common, schools = bring(), bring(agency="300000")
    CataloguingLibrary.objects.create(municipality=alpha, school_number="300101")
    save(schools, SHELF)
    save(schools, "504 00 *aFra Beta", by=neighbour)
    # Who has one of the common record already keeps that.
    save(common, "504 00 *aBetas egen", by=neighbour)

    if by_import:
        bring(agency="300000", t004="00$rd$ae")
    else:
        delete_record(record_id=schools.pk, expected_version=1, author=Author(None, None), now=now)

    schools.refresh_from_db()
    assert schools.deleted_at is not None
    assert seen(common, alpha) == ("Vor blå have", "86-096")
    assert [field.value for field in enrichment_of(common.pk, neighbour.municipality.pk).fields] == ["Betas egen"]
    assert list(Change.objects.order_by("number").values_list("record", "kind"))[-1] == (common.pk, "ENRICHED")


def test_a_municipalitys_lists_and_exports_are_as_its_library_sees_them(bring, save, alpha, beta):
    record = bring()
    for municipality in (alpha, beta):
        hold(record, municipality)
    before = {each: harvested_title(View(each), record.pk).changed_at for each in (alpha.pk, beta.pk, None)}
    save(record, SHELF)

    for number, title in ((alpha.pk, "Vor blå have"), (beta.pk, "Den blå æblehave"), (None, "Den blå æblehave")):
        listed = harvested_title(View(number), record.pk)
        with_marc = harvested_title(View(number), record.pk, with_marc=True)
        [exported] = records_to_export(municipality_id=number, since=None, ids=None, with_marc=True)
        [found] = records_as_seen([record.pk], number, with_marc=True).values()
        assert listed.record.title == title == records_as_seen([record.pk], number, with_marc=False)[record.pk].title
        assert bytes(found.raw) == bytes(with_marc.record.raw)
        assert ("Vor blå have".encode() in bytes(with_marc.record.raw)) is (number == alpha.pk)
        assert bytes(exported.raw) == bytes(with_marc.record.raw)
        assert (listed.changed_at > before[number]) is (number == alpha.pk), "only its own list tells of it"


CHANGED = {"t652": "00$m79.41", "t001": "00$a50000011$b870970$c20260301000000"}


@pytest.fixture
def keeper(alpha):
    return CataloguingLibrary.objects.create(municipality=alpha, keeps_shelf_data=True)


def test_ii_i6_a_library_with_items_keeps_its_shelf_data_when_an_import_changes_them(bring, keeper, alpha, beta):
    record, other = bring(), bring("50000012")
    for municipality in (alpha, beta):
        hold(record, municipality)

    bring(**CHANGED)
    bring("50000012", t652="00$m79.41", t001="00$a50000012$b870970$c20260301000000")

    assert seen(record, alpha) == ("Den blå æblehave", "sk")
    assert seen(record, beta) == seen(other, alpha) == ("Den blå æblehave", "79.41")
    [row] = Enrichment.objects.all()
    assert (row.record_id, row.municipality_id, row.change_kind, row.changed_by) == (record.pk, alpha.pk, "KEEP", "")
    assert {tag for tag, _ in row.fields} == {"008", "009", "100", "245", "652"}

    bring(**CHANGED | {"t652": "00$m46", "t001": "00$a50000011$b870970$c20260302000000"})
    assert (Enrichment.objects.get().version, seen(record, alpha)[1]) == (1, "sk")


def test_ii_i6_what_a_library_had_of_its_own_stays_beside_it(bring, save, keeper, alpha):
    record = bring()
    hold(record, alpha)
    save(record, "504 00 *aGod bog")

    bring(**CHANGED)

    row = Enrichment.objects.get()
    assert [tag for tag, _ in row.fields] == ["008", "009", "100", "245", "504", "652"]
    assert [each.kind for each in enrichment_versions(record.pk, alpha.pk)] == ["KEEP", "EDIT"]


def test_ii_i6_nobody_who_has_not_chosen_to_keeps_anything(bring, alpha):
    record = bring()
    hold(record, alpha)

    bring(**CHANGED)

    assert Enrichment.objects.count() == 0


@pytest.mark.parametrize(("who", "expected"), [("alpha", 0), ("root", 1)])
def test_ii_i6_who_changes_a_record_herself_means_it(who, expected, bring, keeper, author, alpha, now):
    record = bring()
    hold(record, alpha)
    fields = {**dict(DANISH_NOVEL), "652": "00$m79.41"}
    by = author if who == "alpha" else Author(None, None)

    raw = iso2709(list(fields.items()), leader=DANISH_LEADER)
    save_record(record_id=record.pk, expected_version=1, raw=raw, author=by, now=now)

    assert Enrichment.objects.count() == expected


def test_ii_i6_a_record_that_is_merged_away_leaves_its_class_where_it_stands(bring, keeper, author, alpha, beta, now):
    winner, loser = bring(t652="00$m79.41"), bring("50000012")
    CataloguingLibrary.objects.create(municipality=beta, keeps_shelf_data=True)
    hold(loser, alpha)
    # Beta has items of both, so it knows both classes.
    for record in (winner, loser):
        hold(record, beta)

    merge = merge_records(
        winner_id=winner.pk, winner_version=1, loser_id=loser.pk, loser_version=1, author=author, now=now
    )

    assert [(row.record_id, row.municipality_id) for row in Enrichment.objects.all()] == [(winner.pk, alpha.pk)]
    assert seen(winner, alpha) == ("Den blå æblehave", "sk")

    undo_merge(merge_id=merge.pk, author=author, now=now)
    assert Enrichment.objects.count() == 0


@pytest.mark.parametrize("of", ["winner", "loser"])
@pytest.mark.parametrize("edited", [False, True])
def test_ii_i6_undoing_a_merge_takes_back_what_a_library_s_own_fields_got(
    bring, save, keeper, author, alpha, now, of, edited
):
    records = {"winner": bring(t652="00$m79.41"), "loser": bring("50000012")}
    winner, loser = records["winner"], records["loser"]
    hold(loser, alpha)
    save(records[of], "504 00 *aGod bog")
    merge = merge_records(
        winner_id=winner.pk, winner_version=1, loser_id=loser.pk, loser_version=1, author=author, now=now
    )
    assert seen(winner, alpha) == ("Den blå æblehave", "sk")
    if edited:
        save(winner, f"{SHELF}\n504 00 *aBedre bog", 2)

    undo_merge(merge_id=merge.pk, author=author, now=now)

    own = enrichment_of(records[of].pk, alpha.pk)
    if edited:
        assert [each.tag for each in own.fields] == ["245", "652", "504"]
    else:
        assert [each.value for each in own.fields] == ["God bog"]
        kinds = [each.kind for each in enrichment_versions(records[of].pk, alpha.pk)]
        assert kinds == ["UNMERGE", "KEEP", "EDIT"]


def test_ii_i7_enrichments_move_with_a_merge_and_back(bring, save, author, neighbour, alpha, beta, now):
    winner, loser = bring(), bring("50000012")
    save(loser, SHELF)
    save(loser, "504 00 *aOm den anden", by=neighbour)
    save(winner, "504 00 *aOm den første", by=neighbour)

    merge = merge_records(
        winner_id=winner.pk, winner_version=1, loser_id=loser.pk, loser_version=1, author=author, now=now
    )

    assert seen(winner, alpha) == ("Vor blå have", "86-096")
    assert [field.value for field in enrichment_of(winner.pk, beta.pk).fields] == ["Om den første"]
    with pytest.raises(RecordRefused) as refusal:
        save(loser, SHELF)
    assert refusal.value.codes == [Code.MERGED_AWAY]

    undo_merge(merge_id=merge.pk, author=author, now=now)

    assert seen(winner, alpha) == ("Den blå æblehave", "sk")
    assert seen(loser, alpha) == ("Vor blå have", "86-096")
    assert [field.value for field in enrichment_of(loser.pk, beta.pk).fields] == ["Om den anden"]


def test_ii_i6_an_import_takes_as_many_statements_for_many_records(
    alpha, now, keeper, django_assert_max_num_queries, bring
):
    records = [bring(str(number)) for number in range(50000021, 50000031)]
    HoldingsSummary.objects.bulk_create(
        HoldingsSummary(record=record, municipality=alpha, branch_code="main", items=1) for record in records
    )
    raw = b"".join(
        iso2709(
            [
                (tag, {"001": f"00$a{each.control_number}$b870970$c20260401000000", "652": "00$m46"}.get(tag, text))
                for tag, text in DANISH_NOVEL
            ],
            leader=DANISH_LEADER,
        )
        for each in records
    )

    with django_assert_max_num_queries(32):
        import_marc(file=BytesIO(raw), source="test", owner="alpha", now=now)

    assert Enrichment.objects.filter(change_kind="KEEP").count() == len(records)
