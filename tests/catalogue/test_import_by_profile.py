"""Imports by a profile: decided, protected, paused, gone on with after a kill, asked, previewed and undone."""

import gzip
from io import BytesIO

import pytest

from catalogue.errors import Code, RecordRefused
from catalogue.models import (
    BibliographicRecord,
    CataloguingLibrary,
    Enrichment,
    HoldingsSummary,
    ImportEntry,
    ImportProfile,
    ImportRun,
    RecordVersion,
)
from catalogue.rules.import_decisions import Action
from catalogue.services import import_by_profile, import_preview
from catalogue.services.import_answers import answer_question
from catalogue.services.import_by_profile import pause_import, plan_profile_import, resume_import, run_profile_import
from catalogue.services.import_marc import import_marc
from catalogue.services.import_preview import preview_import
from catalogue.services.import_profiles import rules_of, save_profile
from catalogue.services.import_undo import begin_undo, undo_import
from catalogue.services.records import Author, delete_record, save_record
from tests.catalogue.marc_samples import DANISH_NOVEL, NOVEL, iso2709
from tests.factories.accounts import StaffAccountFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def author(alpha):
    return Author(StaffAccountFactory(name="Karen Holm"), alpha)


@pytest.fixture
def root():
    return Author(None, None)


@pytest.fixture
def known(now):
    """The novel, as another library's delivery brought it in."""
    import_marc(file=BytesIO(novel()), source="test", owner="alpha", now=now)
    return BibliographicRecord.objects.get()


@pytest.fixture
def bring(author, now):
    def bring_file(raw, *, by=author, run=None, **settings):
        if run is None:
            run = planned(by, now, **settings)
        return run_profile_import(run_id=run.pk, file=BytesIO(raw), author=by, now=now)

    return bring_file


def planned(author, now, **settings):
    number = ImportProfile.objects.count()
    profile = save_profile(values={"name": f"Supplier {number}", **settings}, author=author)
    return plan_profile_import(profile=profile, file_name="delivery.mrc", source="supplier", author=author, now=now)


def novel(*more, leader="00000nam a2200000 a 4500", **changed):
    """Return the novel with some fields replaced: `t245` is field 245; None leaves one out."""
    fields = [(tag, changed.get(f"t{tag}", text)) for tag, text in NOVEL]
    return iso2709(sorted([field for field in fields if field[1]] + list(more)), leader=leader)


def same_book(**changed):
    """Return the novel as a supplier describes it, under its own number."""
    return novel(("520", "  $aAbout the night."), **{"t001": "77", "t003": "SUPPLIER", **changed})


def another(number, isbn):
    return novel(t001=number, t020=f"  $a{isbn}", t245=f"10$aAnother title {number}", t100=None)


def outcomes(run):
    return [
        (entry.position, entry.outcome, entry.why) for entry in ImportEntry.objects.filter(run=run).order_by("position")
    ]


def test_brings_in_what_is_new_and_lays_over_what_matches(bring, known):
    run = bring(same_book() + another("78", "9788702407006"))

    assert outcomes(run) == [(1, "CHANGED", "ONE_MATCH"), (2, "CREATED", "NO_MATCH")]
    assert (run.state, run.counts, run.position) == (ImportRun.State.DONE, {"CHANGED": 1, "CREATED": 1}, 2)
    known.refresh_from_db()
    assert (known.control_number, known.source, known.summary) == ("20260001", "FI-TEST", "About the night.")
    assert (known.version, known.change_kind, known.changed_by, known.import_run_id) == (
        2,
        "IMPORT",
        "Karen Holm",
        run.pk,
    )


def test_knows_the_record_by_the_suppliers_number_the_next_time(bring, known):
    bring(same_book())

    run = bring(same_book(t020=None, t264=None, t300=None))

    entry = ImportEntry.objects.get(run=run)
    assert (entry.record_id, entry.outcome) == (known.pk, "CHANGED")


def test_the_same_file_again_changes_nothing(bring, known):
    bring(same_book())

    run = bring(same_book())

    assert outcomes(run) == [(1, "UNCHANGED", "ONE_MATCH")]
    assert BibliographicRecord.objects.get().version == 2


def test_protects_fields_as_the_profile_says(bring, known):
    bring(same_book(t245="10$aYön äänet", t264=" 1$aHelsinki :$bOther,$c2024."), preserve=["245", "264"])

    known.refresh_from_db()
    assert (known.remainder, known.publisher, known.summary) == ("romaani", "Öljykustannus", "About the night.")


def test_lays_local_fields_over_the_record_for_its_library_alone(bring, known, alpha):
    run = bring(same_book(), on_match="ENRICH", enriches=["520"])

    assert outcomes(run) == [(1, "ENRICHED", "ONE_MATCH")]
    assert [tag for tag, _ in Enrichment.objects.get(municipality=alpha).fields] == ["520"]
    known.refresh_from_db()
    assert (known.version, known.summary) == (1, "")


def test_a_title_that_comes_twice_under_two_numbers_is_brought_in_once(bring):
    run = bring(same_book() + same_book(t001="79", t003="OTHER"))

    assert outcomes(run) == [(1, "CREATED", "NO_MATCH"), (2, "SKIPPED", "ONE_MATCH")]
    assert ImportEntry.objects.get(run=run, position=2).reasons == ["DUPLICATE_IN_FILE"]


def test_leaves_a_poorer_record_out_and_says_why(bring, known):
    poor = same_book(t264=None, t300=None, leader="00000nam a22000008a 4500")

    run = bring(poor, never_worse=True)

    assert outcomes(run) == [(1, "SKIPPED", "POORER")]
    assert ImportEntry.objects.get().reasons == ["PREPUBLICATION"]
    known.refresh_from_db()
    assert known.version == 1


def test_refuses_what_the_library_has_no_right_to_change(bring, known):
    BibliographicRecord.objects.update(owner="DBC")

    run = bring(same_book())

    assert outcomes(run) == [(1, "FAILED", "ONE_MATCH")]
    assert ImportEntry.objects.get(run=run).reasons == [Code.NATIONAL_RECORD]
    known.refresh_from_db()
    assert known.version == 1


def test_a_library_without_schools_brings_in_no_record_of_theirs(bring, root):
    assert bring(novel(t003="300000")).counts == {"FAILED": 1}
    assert ImportEntry.objects.get().reasons == [Code.SCHOOLS_ONLY]

    assert bring(novel(t003="300000"), by=root).counts == {"CREATED": 1}


def test_a_library_that_takes_no_part_in_the_common_records_brings_in_none(bring, alpha):
    CataloguingLibrary.objects.create(municipality=alpha, edits_common=False)

    assert bring(novel()).counts == {"FAILED": 1}
    assert ImportEntry.objects.get().reasons == [Code.NO_RIGHT_TO_COMMON]
    assert not BibliographicRecord.objects.exists()


def test_what_another_library_deleted_stays_deleted(bring, known, root, beta, now):
    CataloguingLibrary.objects.create(municipality=beta, edits_common=False)
    BibliographicRecord.objects.update(owner="beta")
    delete_record(record_id=known.pk, expected_version=1, author=root, now=now)

    assert bring(novel(t245="10$aOurs now")).counts == {"FAILED": 1}
    assert ImportEntry.objects.get().reasons == [Code.OWNER_SHARES_NOTHING]
    assert BibliographicRecord.objects.get().deleted_at == now

    BibliographicRecord.objects.update(owner="alpha")
    assert bring(novel(t245="10$aOurs now")).counts == {"CHANGED": 1}


def test_keeps_the_newer_one_of_two_with_one_number(bring, known):
    run = bring(novel(t005="20200101000000.0", t245="10$aThe old title"))

    assert ImportEntry.objects.get(run=run).reasons == ["OLDER_THAN_CATALOGUE"]


def test_a_record_is_never_laid_over_one_of_the_other_family(bring, known, author, now):
    run = bring(iso2709(DANISH_NOVEL), on_no_match="ASK")

    with pytest.raises(RecordRefused) as refused:
        answer_question(run_id=run.pk, position=1, action=Action.OVERLAY, record_id=known.pk, author=author, now=now)

    assert refused.value.codes == [Code.ACTION_NOT_POSSIBLE]
    assert ImportEntry.objects.get(run=run).outcome == "ASKED"


def test_an_answer_that_cannot_be_carried_out_says_why(bring, known, author, now):
    run = bring(novel(t005="20200101000000.0", t245="10$aThe old title"), on_match="ASK")

    with pytest.raises(RecordRefused) as refused:
        answer_question(run_id=run.pk, position=1, action=Action.OVERLAY, record_id=known.pk, author=author, now=now)

    facts = {"problem": "OLDER_THAN_CATALOGUE"}
    assert [(each.code, each.facts) for each in refused.value.reasons] == [(Code.UNREADABLE, facts)]
    assert ImportEntry.objects.get(run=run).outcome == "ASKED"


def test_reports_what_cannot_be_read_and_goes_on(bring):
    run = bring(iso2709((("001", "1"), ("500", "  $aOnly a note"))) + another("78", "9788702407006"))

    assert outcomes(run) == [(1, "FAILED", ""), (2, "CREATED", "NO_MATCH")]
    assert ImportEntry.objects.get(run=run, position=1).reasons == ["NO_TITLE"]


FILE = another("1", "9788702407006") + another("2", "9789510433904") + another("3", "9780306406157")


def test_goes_on_after_a_kill_and_does_nothing_twice(bring, author, now, monkeypatch):
    monkeypatch.setattr(import_by_profile, "BATCH", 1)
    run = planned(author, now)
    real, calls = import_by_profile.entries_of, []

    def dies_in_the_second_batch(*arguments):
        entries = real(*arguments)
        calls.append(1)
        if len(calls) == 2:
            # As when the process is killed: nobody gets to say that it failed.
            raise KeyboardInterrupt
        return entries

    monkeypatch.setattr(import_by_profile, "entries_of", dies_in_the_second_batch)
    with pytest.raises(KeyboardInterrupt):
        bring(FILE, run=run)
    run.refresh_from_db()
    assert (run.state, run.position, BibliographicRecord.objects.count()) == (ImportRun.State.RUNNING, 1, 1)

    monkeypatch.setattr(import_by_profile, "entries_of", real)
    resume_import(run_id=run.pk, author=author)
    run = bring(FILE, run=run)

    assert (run.state, run.counts) == (ImportRun.State.DONE, {"CREATED": 3})
    assert [entry[0] for entry in outcomes(run)] == [1, 2, 3]
    assert not RecordVersion.objects.exists()


def test_stops_at_a_pause_and_goes_on(bring, author, now, monkeypatch):
    monkeypatch.setattr(import_by_profile, "BATCH", 1)
    run = planned(author, now)
    real = import_by_profile.entries_of

    def somebody_pauses(*arguments):
        ImportRun.objects.filter(pk=run.pk).update(state=ImportRun.State.PAUSED)
        return real(*arguments)

    monkeypatch.setattr(import_by_profile, "entries_of", somebody_pauses)
    paused = bring(FILE, run=run)
    assert (paused.state, paused.position) == (ImportRun.State.PAUSED, 1)
    with pytest.raises(RecordRefused) as refusal:
        bring(FILE, run=run)
    assert refusal.value.codes == [Code.NOT_NOW]

    monkeypatch.setattr(import_by_profile, "entries_of", real)
    resume_import(run_id=run.pk, author=author)

    assert bring(FILE, run=run).counts == {"CREATED": 3}
    with pytest.raises(RecordRefused):
        pause_import(run_id=run.pk, author=author)


def test_a_second_worker_with_the_same_run_does_nothing_twice(bring, author, now, monkeypatch):
    monkeypatch.setattr(import_by_profile, "BATCH", 1)
    run = planned(author, now)
    real = import_by_profile.entries_of
    monkeypatch.setattr(import_by_profile, "_begin", lambda run_id: ImportRun.objects.get(pk=run_id))
    ImportRun.objects.filter(pk=run.pk).update(state=ImportRun.State.RUNNING)

    def another_worker_runs_meanwhile(*arguments):
        monkeypatch.setattr(import_by_profile, "entries_of", real)
        return real(*arguments)

    monkeypatch.setattr(import_by_profile, "entries_of", another_worker_runs_meanwhile)
    stale = ImportRun.objects.get(pk=run.pk)
    bring(FILE, run=run)
    monkeypatch.setattr(import_by_profile, "_begin", lambda run_id: stale)
    bring(FILE, run=run)

    assert BibliographicRecord.objects.count() == ImportEntry.objects.count() == 3


def test_undoes_a_whole_import(bring, known, author, now):
    before = bytes(known.raw)
    run = bring(same_book() + another("78", "9788702407006"))

    begin_undo(run_id=run.pk, author=author)
    run = undo_import(run_id=run.pk, author=author, now=now)

    known.refresh_from_db()
    assert (bytes(known.raw), known.version, known.deleted_at) == (before, 3, None)
    assert BibliographicRecord.objects.get(control_number="78").deleted_at == now
    assert (run.state, run.counts["UNDONE"], run.counts["KEPT"]) == (ImportRun.State.UNDONE, 2, 0)


def test_what_was_undone_can_come_again(bring, author, now):
    run = bring(same_book())
    begin_undo(run_id=run.pk, author=author)
    undo_import(run_id=run.pk, author=author, now=now)

    again = bring(same_book())

    assert outcomes(again) == [(1, "CHANGED", "NO_MATCH")]
    assert BibliographicRecord.objects.get().deleted_at is None
    begin_undo(run_id=again.pk, author=author)
    undo_import(run_id=again.pk, author=author, now=now)
    assert BibliographicRecord.objects.get().deleted_at == now


def test_undoes_local_fields(bring, known, author, now):
    run = bring(same_book(), on_match="ENRICH", enriches=["520"])

    begin_undo(run_id=run.pk, author=author)
    undo_import(run_id=run.pk, author=author, now=now)

    assert Enrichment.objects.get().deleted_at == now


def test_an_undo_leaves_what_others_built_on_and_says_why(bring, known, author, alpha, now):
    run = bring(same_book() + another("78", "9788702407006"))
    known.refresh_from_db()
    save_record(record_id=known.pk, expected_version=2, raw=novel(t245="10$aBy hand"), author=author, now=now)
    held = BibliographicRecord.objects.get(control_number="78")
    HoldingsSummary.objects.create(record=held, municipality=alpha, branch_code="main", items=1, loanable=1)

    begin_undo(run_id=run.pk, author=author)
    run = undo_import(run_id=run.pk, author=author, now=now)

    kept = list(ImportEntry.objects.order_by("position").values_list("kept_because", flat=True))
    assert kept == [[Code.STALE], [Code.HAS_ITEMS]]
    assert (run.state, run.counts["KEPT"]) == (ImportRun.State.UNDONE, 2)
    known.refresh_from_db()
    assert known.title == "By hand"


@pytest.mark.parametrize(
    ("action", "outcome", "records"),
    [(Action.NEW, "CREATED", 2), (Action.OVERLAY, "CHANGED", 1), (Action.SKIP, "SKIPPED", 1)],
)
def test_asks_a_person_and_does_what_she_says(bring, known, author, now, action, outcome, records):
    run = bring(same_book(), on_match="ASK")
    assert outcomes(run) == [(1, "ASKED", "ONE_MATCH")]

    entry = answer_question(run_id=run.pk, position=1, action=action, record_id=known.pk, author=author, now=now)

    assert (entry.outcome, entry.why, entry.raw) == (outcome, "ANSWERED", None)
    assert BibliographicRecord.objects.count() == records
    run.refresh_from_db()
    assert run.counts == {"ASKED": 0, outcome: 1}
    with pytest.raises(RecordRefused) as refusal:
        answer_question(run_id=run.pk, position=1, action=action, record_id=known.pk, author=author, now=now)
    assert refusal.value.codes == [Code.NO_SUCH_QUESTION]


def test_shows_beforehand_what_would_become_of_the_first_records(known, author):
    profile = save_profile(values={"name": "Supplier"}, author=author)

    found = preview_import(
        file=BytesIO(same_book() + another("78", "9788702407006")), source="supplier", profile=rules_of(profile)
    )

    assert [(each.action, each.why, each.record_id) for each in found] == [
        ("OVERLAY", "ONE_MATCH", known.pk),
        ("NEW", "NO_MATCH", None),
    ]
    assert ("ADDED", "520") in [(change.sign, change.tag) for change in found[0].changes]
    assert found[0].points["ISBN"] == 75
    assert BibliographicRecord.objects.get().version == 1
    assert not ImportEntry.objects.exists()


def test_looks_at_no_more_than_it_may_of_what_a_file_unpacks_to(author, monkeypatch):
    monkeypatch.setattr(import_preview, "_MOST_BYTES", 100_000)
    packed = {name: gzip.compress(novel() + more) for name, more in (("small", b""), ("bomb", b"0" * 200_000))}
    profile = rules_of(save_profile(values={"name": "Packed"}, author=author))

    rows = {name: preview_import(file=BytesIO(raw), source="x", profile=profile) for name, raw in packed.items()}

    assert [each.title for each in rows["small"]] == ["Yön äänet"]
    assert [each.reasons for each in rows["bomb"] if each.position == 0] == [("TOO_MUCH_TO_LOOK_AT",)]


@pytest.mark.parametrize(
    ("values", "codes"),
    [
        ({"on_match": "NEW"}, [Code.ACTION_NOT_POSSIBLE]),
        ({"preserve": ["6X"], "name": " "}, [Code.NO_TAG, Code.NO_NAME]),
        ({"on_match": "ENRICH"}, [Code.NOTHING_TO_ENRICH]),
        ({"matches_from": 10}, [Code.POINTS_OUT_OF_RANGE]),
    ],
)
def test_refuses_a_profile_that_contradicts_itself(author, values, codes):
    with pytest.raises(RecordRefused) as refusal:
        save_profile(values={"name": "Supplier", **values}, author=author)

    assert refusal.value.codes == codes
    assert not ImportProfile.objects.exists()


def test_a_profile_for_all_makes_no_local_fields_and_names_are_taken_once(root):
    with pytest.raises(RecordRefused) as refusal:
        save_profile(values={"name": "National", "on_match": "ENRICH", "enriches": ["520"]}, author=root)
    assert refusal.value.codes == [Code.NO_OWNER]

    save_profile(values={"name": "National"}, author=root)
    with pytest.raises(RecordRefused) as refusal:
        save_profile(values={"name": "National"}, author=root)
    assert refusal.value.codes == [Code.NAME_TAKEN]
