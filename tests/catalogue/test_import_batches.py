"""Imports by a profile write a batch at a time, whatever becomes of its records, and each record for itself."""

from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEntry
from catalogue.errors import Code
from catalogue.models import (
    BibliographicRecord,
    Change,
    Enrichment,
    EnrichmentVersion,
    ImportEntry,
    RecordVersion,
)
from catalogue.selectors import matching
from catalogue.services import import_by_profile
from catalogue.services.import_by_profile import plan_profile_import, run_profile_import
from catalogue.services.import_marc import import_marc
from catalogue.services.import_profiles import save_profile
from catalogue.services.records import Author
from tests.catalogue.marc_samples import iso2709

pytestmark = pytest.mark.django_db


def title(number, text="", *more, year=2024, isbn=None, agency="FI-TEST"):
    fields = [
        ("001", str(number)),
        ("003", agency),
        ("245", f"10$a{text or f'Title number {number} of all'}"),
        ("264", f" 1$c{year}"),
        *more,
    ]
    return iso2709(sorted([*fields, ("020", f"  $a{isbn}")] if isbn else fields))


@pytest.fixture
def author(alpha):
    return Author(None, alpha)


@pytest.fixture
def bring(author, now):
    profiles = {}

    def bring_file(*records, by=author, **settings):
        key = str(settings)
        if key not in profiles:
            profiles[key] = save_profile(values={"name": f"Supplier {len(profiles)}", **settings}, author=by)
        run = plan_profile_import(
            profile=profiles[key], file_name="delivery.mrc", source="supplier", author=by, now=now
        )
        return run_profile_import(run_id=run.pk, file=BytesIO(b"".join(records)), author=by, now=now)

    return bring_file


@pytest.fixture
def known(now):
    def bring_in(*records):
        import_marc(file=BytesIO(b"".join(records)), source="test", owner="alpha", now=now)
        return list(BibliographicRecord.objects.order_by("pk"))

    return bring_in


def outcomes(run):
    entries = ImportEntry.objects.filter(run=run).order_by("position")
    return [(each.position, each.outcome, each.reasons) for each in entries]


@pytest.mark.parametrize(
    ("how", "outcome", "versions"),
    [({}, "CHANGED", RecordVersion), ({"on_match": "ENRICH", "enriches": ["520"]}, "ENRICHED", EnrichmentVersion)],
)
def test_the_statements_do_not_grow_with_the_batch(bring, known, how, outcome, versions):
    def delivery(numbers, text):
        return [title(number, "", ("520", f"  $a{text}")) for number in numbers]

    known(*(title(number) for number in range(1, 45)))
    counts = []
    for numbers in (range(1, 4), range(4, 44)):
        bring(*delivery(numbers, "Once."), **how)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            run = bring(*delivery(numbers, "Twice."), **how)
        assert run.counts == {outcome: len(numbers)}
        counts.append(len(queries))

    assert counts[0] == counts[1]
    assert versions.objects.count() == (2 if outcome == "CHANGED" else 1) * 43


def test_every_change_has_its_version_its_audit_entry_and_its_place_in_the_feed(bring, known):
    rows = known(title(1), title(2))
    Change.objects.all().delete()

    run = bring(title(1, "", ("520", "  $aMore.")), title(2), title(3))

    assert outcomes(run) == [(1, "CHANGED", []), (2, "UNCHANGED", []), (3, "CREATED", [])]
    new = BibliographicRecord.objects.get(control_number="3")
    assert sorted(Change.objects.values_list("record", "kind")) == [(rows[0].pk, "RECORD"), (new.pk, "RECORD")]
    assert list(RecordVersion.objects.values_list("record", "number")) == [(rows[0].pk, 1)]
    saved = AuditEntry.objects.get(action="catalogue.save_record")
    assert (saved.subject_id, saved.facts) == (rows[0].pk, {"version": 2, "kind": "EDIT"})
    rows[0].refresh_from_db()
    assert bytes(rows[0].raw) == title(1, "", ("520", "  $aMore."))
    assert (rows[0].summary, rows[0].version, rows[0].import_run_id) == ("More.", 2, run.pk)


def test_one_that_is_refused_leaves_the_others_of_its_batch_alone(bring, known):
    rows = known(title(1), title(2), title(3))
    BibliographicRecord.objects.filter(pk=rows[1].pk).update(owner="DBC")

    run = bring(*(title(number, "", ("520", "  $aMore.")) for number in (1, 2, 3)))

    refused = (2, "FAILED", [Code.NATIONAL_RECORD])
    assert outcomes(run) == [(1, "CHANGED", []), refused, (3, "CHANGED", [])]
    assert list(BibliographicRecord.objects.order_by("pk").values_list("version", flat=True)) == [2, 1, 2]


def test_two_that_are_one_record_by_different_signs_change_it_once(bring, known):
    text, isbn = "A title that is told apart", "9788702407006"
    (row,) = known(title(1, text, isbn=isbn))

    by_number = title(1, text, ("520", "  $aMore."))
    by_isbn = iso2709([("001", "9"), ("003", "OTHER"), ("020", f"  $a{isbn}"), ("245", f"10$aO {text}")])
    run = bring(by_number, by_isbn)

    assert outcomes(run) == [(1, "CHANGED", []), (2, "SKIPPED", ["DUPLICATE_IN_FILE"])]
    row.refresh_from_db()
    assert row.version == 2


def test_the_second_of_two_changes_the_record_when_the_first_could_not(bring, known):
    text, isbn = "A title that is told apart", "9788702407006"
    known(title(1, text, ("005", "20250101000000.0"), isbn=isbn))

    older = title(1, text, ("005", "20200101000000.0"))
    by_isbn = iso2709([("001", "9"), ("003", "OTHER"), ("020", f"  $a{isbn}"), ("245", f"10$aO {text}")])
    run = bring(older, by_isbn)

    assert outcomes(run) == [(1, "FAILED", ["OLDER_THAN_CATALOGUE"]), (2, "CHANGED", [])]


@pytest.mark.parametrize(
    ("years", "agencies", "batches"),
    [((2001, 2011), ("A", "B"), 1), ((2001, 2001), ("A", "B"), 2), ((2001, 2001), ("A", "A"), 1)],
)
def test_titles_that_cannot_be_one_are_brought_in_together(bring, monkeypatch, years, agencies, batches):
    real, taken = import_by_profile.entries_of, []

    def counting(batch, *more):
        taken.append(len(batch))
        return real(batch, *more)

    monkeypatch.setattr(import_by_profile, "entries_of", counting)

    bring(*(title(number, "Yearbook", year=years[number], agency=agencies[number]) for number in range(2)))

    assert len(taken) == batches


def test_only_what_may_be_the_title_is_read(bring, known, monkeypatch):
    here = [
        title(1, "Yearbook", agency="A"),
        title(2, "Yearbook", isbn="9788702407006", agency="B"),
        title(3, "Yearbook", ("035", "  $a(A)A90001"), agency="B"),
    ]
    known(*here)
    real, read = matching.parse_raw, []

    def counting(raw, **more):
        read.append(raw)
        return real(raw, **more)

    monkeypatch.setattr(matching, "parse_raw", counting)

    run = bring(title("A90001", "Yearbook", isbn="9788702407013", agency="A"))

    assert read == here[2:]
    assert outcomes(run) == [(1, "CHANGED", [])]


def test_what_a_library_lays_over_a_record_grows_by_what_is_named_alone(bring, known, alpha):
    known(title(1), title(2))
    bring(*(title(number, "", ("500", "  $aNote.")) for number in (1, 2)), on_match="ENRICH", enriches=["500"])

    run = bring(title(1, "", ("520", "  $aMore.")), title(2), on_match="ENRICH", enriches=["520"])

    assert outcomes(run) == [(1, "ENRICHED", []), (2, "UNCHANGED", [])]
    fields = Enrichment.objects.filter(municipality=alpha).order_by("record").values_list("fields", flat=True)
    assert [[tag for tag, _ in each] for each in fields] == [["500", "520"], ["500"]]
