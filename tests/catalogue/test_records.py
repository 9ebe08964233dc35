"""Changing records by hand: versions, stale editors, restoring, deleting."""

from datetime import timedelta
from io import BytesIO

import pytest

from accounts.models import AuditEntry
from catalogue.errors import Code, RecordRefused, StaleRecord
from catalogue.marc.problems import Problem
from catalogue.models import BibliographicRecord, CataloguingLibrary, Change, HoldingsSummary, RecordVersion
from catalogue.rules.record_diff import Sign
from catalogue.selectors.versions import content_of, provenance_of, version_diff, versions_of
from catalogue.services.import_marc import import_marc
from catalogue.services.records import Author, add_record, delete_record, restore_version, save_record
from tests.catalogue.marc_samples import DANISH_NOVEL, NOVEL, collection, iso2709, marcxml
from tests.factories import StaffAccountFactory

DANISH_LEADER = "00000name 2200000   4500"


@pytest.fixture(autouse=True)
def _no_followers(monkeypatch):
    monkeypatch.setattr("catalogue.services.change_feed.wake_followers", lambda: None)


@pytest.fixture
def author(alpha):
    return Author(StaffAccountFactory(name="Karen Holm"), alpha)


@pytest.fixture
def root():
    return Author(None, None)


@pytest.fixture
def bring(alpha, now):
    def bring_file(raw, *, owner="alpha", days=0, **options):
        import_marc(file=BytesIO(raw), source="test", owner=owner, now=now + timedelta(days=days), **options)
        return BibliographicRecord.objects.get()

    return bring_file


def novel(*more, **changed):
    """Return the novel with some fields replaced: `t245` is field 245."""
    return iso2709((*((tag, changed.get(f"t{tag}", text)) for tag, text in NOVEL), *more))


def danish(*more, owner="", **changed):
    fields = [(tag, changed.get(f"t{tag}", text)) for tag, text in DANISH_NOVEL]
    return iso2709((*fields, *more, *((("996", f"00$a{owner}"),) if owner else ())), leader=DANISH_LEADER)


RENAMED = novel(t245="10$aYön uudet äänet")


def test_a_first_import_keeps_no_version(bring):
    bring(novel())

    assert RecordVersion.objects.count() == 0


def test_an_import_keeps_what_it_supersedes(bring, now):
    record = bring(novel())
    changed = bring(novel(("500", "  $aA note"), t005="20260301000000.0"), days=1)

    [kept] = RecordVersion.objects.all()
    assert (kept.record_id, kept.number, bytes(kept.raw)) == (record.pk, 1, novel())
    assert (kept.raw_format, kept.raw_encoding, kept.changed_at) == ("MARC21", "utf-8", now)
    assert (kept.change_kind, kept.import_run_id) == ("IMPORT", record.import_run_id)
    assert changed.version == 2
    assert changed.import_run_id == record.import_run_id + 1


def test_an_import_costs_one_statement_more_for_a_batch_however_many_have_changed(
    alpha, now, django_assert_max_num_queries
):
    def many(title):
        fields = [[("001", f"{number:08d}"), *NOVEL[1:2], *NOVEL[3:6], ("245", title)] for number in range(40)]
        return BytesIO(b"".join(iso2709(each) for each in fields))

    import_marc(file=many("10$aThe see"), source="test", owner="alpha", now=now)
    with django_assert_max_num_queries(20):
        import_marc(file=many("10$aThe sea"), source="test", owner="alpha", now=now)

    assert RecordVersion.objects.count() == 40
    assert set(BibliographicRecord.objects.values_list("title", "version")) == {("The sea", 2)}


def test_a_save_makes_the_next_version_with_its_author(bring, author, now):
    record = bring(novel())
    later = now + timedelta(hours=1)
    feed = Change.objects.count()

    saved = save_record(record_id=record.pk, expected_version=1, raw=RENAMED, author=author, now=later)

    assert saved.is_changed
    record.refresh_from_db()
    assert (record.title, record.version, bytes(record.raw)) == ("Yön uudet äänet", 2, RENAMED)
    assert (record.changed_at, record.created_at, record.owner) == (later, now, "alpha")
    newest, oldest = versions_of(record.pk)
    assert (newest.number, newest.kind, newest.by, newest.municipality) == (2, "EDIT", "Karen Holm", "Alpha")
    assert (newest.at, newest.is_newest, newest.import_run) == (later, True, None)
    assert (oldest.number, oldest.kind, oldest.by, oldest.is_newest) == (1, "IMPORT", "", False)
    assert oldest.import_run is not None
    assert list(Change.objects.order_by("number").values_list("record", "kind"))[feed:] == [(record.pk, "RECORD")]
    entry = AuditEntry.objects.get(action="catalogue.save_record")
    assert (entry.actor, entry.subject_id, entry.facts) == (author.account, record.pk, {"version": 2, "kind": "EDIT"})


@pytest.mark.parametrize(
    "same",
    [
        pytest.param(novel(), id="the same bytes"),
        pytest.param(collection(marcxml(NOVEL)), id="the same fields in another format"),
    ],
)
def test_what_is_unchanged_stays_byte_for_byte(bring, author, now, same):
    record = bring(novel())
    before = list(BibliographicRecord.objects.values())
    feed = Change.objects.count()

    saved = save_record(record_id=record.pk, expected_version=1, raw=same, author=author, now=now + timedelta(1))

    assert not saved.is_changed
    assert list(BibliographicRecord.objects.values()) == before
    assert RecordVersion.objects.count() == 0
    assert Change.objects.count() == feed


def test_ii_i14_a_stale_editor_is_told_what_others_changed(bring, author, now):
    record = bring(novel())
    save_record(record_id=record.pk, expected_version=1, raw=RENAMED, author=author, now=now)
    late = novel(("500", "  $aA note"))

    with pytest.raises(StaleRecord) as refusal:
        save_record(record_id=record.pk, expected_version=1, raw=late, author=author, now=now)

    assert refusal.value.codes == [Code.STALE]
    assert refusal.value.version == 2
    [change] = [each for each in refusal.value.changes if each.sign != Sign.SAME]
    assert (change.old.value, change.new.value) == ("Yön äänet : romaani / Aino Tähti.", "Yön uudet äänet")
    record.refresh_from_db()
    assert (record.version, record.title) == (2, "Yön uudet äänet")
    assert RecordVersion.objects.count() == 1


@pytest.mark.parametrize(
    ("raw", "codes"),
    [
        pytest.param(b"", [Code.UNREADABLE], id="nothing"),
        pytest.param(b"\x00" * 3000, [Code.UNREADABLE], id="noughts"),
        pytest.param(novel()[:-40], [Code.UNREADABLE], id="cut off"),
        pytest.param(novel() + novel(), [Code.UNREADABLE], id="two records"),
        pytest.param(novel(t245="10$c-"), [Code.NO_TITLE], id="no title"),
        pytest.param(novel(t001="20260002"), [Code.NUMBER_CHANGED], id="another number"),
        pytest.param(novel(t003="OTHER"), [Code.NUMBER_CHANGED], id="another agency"),
        pytest.param(
            novel(("773", "0 $w(FI-TEST)20260001"), t245="10$c-"),
            [Code.NO_TITLE, Code.PART_OF_ITSELF],
            id="two reasons",
        ),
        pytest.param(iso2709(NOVEL, leader="00000dam a2200000 a 4500"), [Code.MARKED_AS_DELETED], id="marked deleted"),
        pytest.param(
            iso2709(NOVEL[:3], leader="00000nz  a2200000n  4500"), [Code.NOT_A_TITLE, Code.NO_TITLE], id="a name"
        ),
    ],
)
def test_refuses_content_that_is_none_and_changes_nothing(bring, author, now, raw, codes):
    record = bring(novel())
    before = list(BibliographicRecord.objects.values())

    with pytest.raises(RecordRefused) as refusal:
        save_record(record_id=record.pk, expected_version=1, raw=raw, author=author, now=now)

    assert refusal.value.codes == codes
    assert list(BibliographicRecord.objects.values()) == before
    assert RecordVersion.objects.count() == 0


def test_says_what_is_wrong_with_the_bytes(bring, author, now):
    record = bring(novel())

    with pytest.raises(RecordRefused) as refusal:
        save_record(record_id=record.pk, expected_version=1, raw=b"[]", author=author, now=now)

    assert refusal.value.reasons[0].facts["problem"] == Problem.JSON_FORMAT


def test_restores_an_old_version_byte_for_byte_as_the_newest(bring, author, now):
    record = bring(novel())
    save_record(record_id=record.pk, expected_version=1, raw=RENAMED, author=author, now=now)

    restore_version(record_id=record.pk, number=1, expected_version=2, author=author, now=now)

    record.refresh_from_db()
    assert (record.version, record.title, bytes(record.raw)) == (3, "Yön äänet", novel())
    assert [version.kind for version in versions_of(record.pk)] == ["RESTORE", "EDIT", "IMPORT"]
    assert content_of(record.pk, 2).raw == RENAMED


@pytest.mark.parametrize(("number", "expected", "codes"), [(7, 1, [Code.NO_SUCH_VERSION]), (1, 4, [Code.STALE])])
def test_refuses_to_restore_what_is_not_there_or_was_not_seen(bring, author, now, number, expected, codes):
    record = bring(novel())

    with pytest.raises(RecordRefused) as refusal:
        restore_version(record_id=record.pk, number=number, expected_version=expected, author=author, now=now)

    assert refusal.value.codes == codes


def test_says_what_differs_and_who_brought_a_field_in(bring, author, now):
    record = bring(novel())
    save_record(record_id=record.pk, expected_version=1, raw=RENAMED, author=author, now=now)

    differing = [change.tag for change in version_diff(record.pk, 1, 2) if change.sign != Sign.SAME]
    brought = {field.tag: (version.number, version.by) for field, version in provenance_of(record.pk)}

    assert differing == ["245"]
    assert brought["245"] == (2, "Karen Holm")
    assert brought["100"] == (1, "")
    assert version_diff(record.pk, 1, 9) is None


def test_ii_i2_a_new_common_record_is_owned_by_who_enters_it(author, now):
    record = add_record(raw=danish(), source="test", author=author, now=now)

    assert (record.source, record.control_number, record.owner, record.version) == ("870970", "50000011", "alpha", 1)
    for raw, codes in (
        (danish(), [Code.NUMBER_TAKEN]),
        (danish(t001="00$a50000012$b870970", owner="730000"), [Code.OWNER_MUST_BE_EDITOR]),
    ):
        with pytest.raises(RecordRefused) as refusal:
            add_record(raw=raw, source="test", author=author, now=now)
        assert refusal.value.codes == codes


def test_ii_i2_another_library_takes_a_common_record_over_when_both_share(bring, author, beta, now):
    record = bring(danish(owner="beta"), owner="870970")
    assert record.owner == "beta"
    CataloguingLibrary.objects.create(municipality=beta, number="710100", edits_common=False)

    def save(owner):
        raw = danish(("504", "00$aA note"), owner=owner)
        return save_record(record_id=record.pk, expected_version=1, raw=raw, author=author, now=now).record

    with pytest.raises(RecordRefused) as refusal:
        save("730000")
    assert refusal.value.codes == [Code.OWNER_SHARES_NOTHING, Code.OWNER_MUST_BE_EDITOR]

    CataloguingLibrary.objects.update(edits_common=True)

    assert save("alpha").owner == "alpha"


def test_ii_i2_what_the_national_centre_owns_needs_a_special_right(bring, author, alpha, now):
    record = bring(danish(), owner="870970")
    raw = danish(("504", "00$aA note"))

    with pytest.raises(RecordRefused) as refusal:
        save_record(record_id=record.pk, expected_version=1, raw=raw, author=author, now=now)
    assert refusal.value.codes == [Code.NATIONAL_RECORD]

    CataloguingLibrary.objects.create(municipality=alpha, edits_national=True)

    assert (
        save_record(record_id=record.pk, expected_version=1, raw=raw, author=author, now=now).record.owner == "870970"
    )


def test_ii_i3_schools_edit_the_school_common_record_and_others_do_not(bring, author, alpha, now):
    record = bring(danish(t001="00$a50000011$b300000"), owner="300000")
    raw = danish(("504", "00$aA note"), t001="00$a50000011$b300000")

    with pytest.raises(RecordRefused) as refusal:
        save_record(record_id=record.pk, expected_version=1, raw=raw, author=author, now=now)
    assert refusal.value.codes == [Code.SCHOOLS_ONLY]

    CataloguingLibrary.objects.create(municipality=alpha, school_number="300123")

    assert save_record(record_id=record.pk, expected_version=1, raw=raw, author=author, now=now).is_changed


def test_deletes_what_nobody_holds_and_brings_it_back(bring, root, now):
    record = bring(novel())

    delete_record(record_id=record.pk, expected_version=1, author=root, now=now)

    record.refresh_from_db()
    assert (record.deleted_at, record.version, record.change_kind) == (now, 2, "DELETE")
    assert list(Change.objects.order_by("number").values_list("kind", flat=True)) == ["RECORD", "DELETED"]
    assert [version.is_deleted for version in versions_of(record.pk)] == [True, False]

    restore_version(record_id=record.pk, number=1, expected_version=2, author=root, now=now)

    record.refresh_from_db()
    assert (record.deleted_at, record.version, bytes(record.raw)) == (None, 3, novel())


def test_ii_i5_refuses_to_delete_what_has_items_or_parts(bring, root, author, beta, now):
    record = bring(novel())
    HoldingsSummary.objects.create(record=record, municipality=beta, branch_code="main", items=2, loanable=2)
    part = novel(("773", "0 $w(FI-TEST)20260001"), t001="20260002")
    import_marc(file=BytesIO(part), source="test", owner="alpha", now=now)

    for who, codes in (
        (root, [Code.HAS_ITEMS, Code.HAS_PARTS]),
        (author, [Code.COMMON_RECORD_STAYS, Code.HAS_ITEMS, Code.HAS_PARTS]),
    ):
        with pytest.raises(RecordRefused) as refusal:
            delete_record(record_id=record.pk, expected_version=1, author=who, now=now)
        assert refusal.value.codes == codes

    record.refresh_from_db()
    assert (record.deleted_at, record.version) == (None, 1)


def test_a_record_that_is_not_there_is_gone(alpha, root, now):
    with pytest.raises(RecordRefused) as refusal:
        save_record(record_id=10**9, expected_version=1, raw=novel(), author=root, now=now)

    assert refusal.value.codes == [Code.RECORD_GONE]
