"""Importing MARC files into the catalogue."""

import io
from datetime import timedelta
from pathlib import Path

import pytest

from accounts.models import AuditEntry
from catalogue.marc.problems import Problem
from catalogue.models import BibliographicRecord, Change, HoldingsSummary, ImportRun
from catalogue.services import import_marc as service
from catalogue.services.import_marc import import_marc, plan_import
from tests.catalogue.marc_samples import DANISH_NOVEL, NOVEL, collection, iso2709, marcxml
from tests.factories import RecordFactory

pytestmark = pytest.mark.django_db
FILES = Path(__file__).parent.parent / "data" / "marc"
DANISH_LEADER = "00000name 2200000   4500"


@pytest.fixture(autouse=True)
def _no_followers(monkeypatch):
    monkeypatch.setattr("catalogue.services.change_feed.wake_followers", lambda: None)


@pytest.fixture
def bring(now):
    def bring_file(file, *, at=now, source="test", **options):
        if isinstance(file, bytes):
            file = io.BytesIO(file)
        return import_marc(file=file, source=source, owner="710100", now=at, **options)

    return bring_file


def novel(**changed):
    """Return the novel with some fields replaced: `t245` is field 245."""
    return tuple((tag, changed.get(f"t{tag}", text)) for tag, text in NOVEL)


def danish(**changed):
    fields = tuple((tag, changed.get(f"t{tag}", text)) for tag, text in DANISH_NOVEL)
    return iso2709(fields, leader=DANISH_LEADER)


def feed():
    return list(Change.objects.order_by("number").values_list("record__control_number", "kind"))


def test_brings_a_record_in_with_its_bytes_and_columns(bring, now):
    report = bring(FILES / "danmarc2-latin1.iso")

    assert report.counts == {"created": 3, "changed": 0, "deleted": 0, "unchanged": 0, "failed": 0, "repaired": 0}
    record = BibliographicRecord.objects.get(source="870970", control_number="50000011")
    assert bytes(record.raw) == (FILES / "danmarc2-latin1.iso").read_bytes()[: len(record.raw)]
    assert (record.raw_format, record.raw_encoding) == ("DANMARC2", "latin-1")
    assert (record.title, record.author, record.year) == ("Den blå æblehave", "Ørsted, Åse", 2024)
    assert (record.agency, record.owner, record.version) == ("870970", "710100", 1)
    assert (record.language, record.audience, record.material_type) == ("dan", "ADULT", "BOOK")
    assert record.isbns == ["9788702407006"]
    assert record.created_at == record.changed_at == now
    assert record.deleted_at is None


def test_enters_each_new_record_into_the_change_feed_once(bring):
    bring(FILES / "marc21-utf8.mrc")

    assert feed() == [("20260001", "RECORD"), ("20260002", "RECORD"), ("swe-1", "RECORD")]


@pytest.mark.parametrize("path", sorted(FILES.iterdir()), ids=lambda path: path.name)
def test_changes_nothing_when_the_same_file_comes_again(bring, now, path):
    first = bring(path)
    rows = list(BibliographicRecord.objects.order_by("pk").values())
    changes = Change.objects.count()

    second = bring(path, at=now + timedelta(days=1))

    assert second.unchanged == first.created > 0
    assert (second.created, second.changed, second.deleted, second.failed) == (0, 0, 0, 0)
    assert list(BibliographicRecord.objects.order_by("pk").values()) == rows
    assert Change.objects.count() == changes


def test_gives_a_changed_record_the_next_version(bring, now):
    bring(iso2709(NOVEL))
    later = now + timedelta(days=1)

    report = bring(iso2709(novel(t245="10$aYön uudet äänet", t005="20260301000000.0")), at=later)

    record = BibliographicRecord.objects.get()
    assert report.changed == 1
    assert (record.title, record.version) == ("Yön uudet äänet", 2)
    assert (record.created_at, record.changed_at) == (now, later)
    assert feed() == [("20260001", "RECORD"), ("20260001", "RECORD")]


def test_takes_a_change_that_its_cataloguers_did_not_date(bring):
    undated = [field for field in NOVEL if field[0] != "005"]
    bring(iso2709(undated))

    report = bring(iso2709([*undated, ("500", "  $aA note")]))

    assert report.changed == 1


def test_keeps_the_newer_version_when_an_older_one_comes(bring):
    bring(iso2709(novel(t005="20260301000000.0")))

    report = bring(iso2709(novel(t245="10$aThe old title")))

    assert [failure.code for failure in report.failures] == [Problem.OLDER_THAN_CATALOGUE]
    assert BibliographicRecord.objects.get().title == "Yön äänet"


def test_keeps_the_first_of_two_records_with_one_number_and_date(bring):
    twins = iso2709(NOVEL) + iso2709(novel(t245="10$aThe twin"))

    reports = [bring(twins), bring(twins)]

    assert [report.counts["created"] for report in reports] == [1, 0]
    assert [[failure.code for failure in report.failures] for report in reports] == [[Problem.DUPLICATE_IN_FILE]] * 2
    assert (reports[0].failures[0].number, reports[0].failures[0].control_number) == (2, "20260001")
    assert BibliographicRecord.objects.get().title == "Yön äänet"
    assert BibliographicRecord.objects.get().version == 1


@pytest.mark.parametrize("batch", [1, 2, 500])
def test_keeps_the_newest_of_several_versions_in_one_file_however_often_it_comes(bring, monkeypatch, batch):
    monkeypatch.setattr(service, "BATCH", batch)
    versions = [novel(t005=f"2026010{day}000000.0", t245=f"10$aVersion {day}") for day in (1, 3, 2)]
    file = b"".join(map(iso2709, versions))

    bring(file)
    after_first = BibliographicRecord.objects.values("title", "version").get()
    bring(file)

    assert after_first == {"title": "Version 3", "version": 2}
    assert BibliographicRecord.objects.values("title", "version").get() == after_first


def test_tells_the_same_number_of_two_agencies_apart(bring):
    common = danish()
    local = danish(t001="00$a50000011$b710100$c20260102030405$fa", t245="00$aOur own title")

    report = bring(common + local)

    assert report.created == 2
    assert set(BibliographicRecord.objects.values_list("source", "title")) == {
        ("870970", "Den blå æblehave"),
        ("710100", "Our own title"),
    }


def test_names_the_delivery_as_source_of_records_without_an_agency(bring):
    bring(iso2709([field for field in NOVEL if field[0] != "003"]), source="supplier")

    assert BibliographicRecord.objects.get().source == "supplier"


def test_numbers_a_record_without_a_number_by_its_content(bring):
    nameless = iso2709(NOVEL[1:])

    first, second = bring(nameless), bring(nameless)

    assert (first.created, second.unchanged) == (1, 1)
    assert BibliographicRecord.objects.get().control_number.startswith("content-")


def test_one_bad_record_does_not_keep_the_others_out(bring):
    broken = marcxml(NOVEL).replace(b"</datafield>", b"", 1)
    other = marcxml(novel(t001="20260009"))

    report = bring(collection(marcxml(NOVEL), broken, other))

    assert (report.created, report.failed) == (2, 1)
    assert [(failure.number, failure.code) for failure in report.failures] == [(2, Problem.ILLFORMED_XML)]


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (iso2709((("001", "1"), ("100", "1 $aStrindberg")), leader="00000cz  a2200000n  4500"), "AUTHORITY_RECORD"),
        (iso2709((("001", "1"), ("852", "  $aX")), leader="00000nx  a2200000ui 4500"), "HOLDINGS_RECORD"),
        (iso2709((("001", "1"), ("500", "  $aOnly a note"))), "NO_TITLE"),
    ],
)
def test_refuses_what_is_no_title(bring, data, problem):
    report = bring(data)

    assert [failure.code for failure in report.failures] == [problem]
    assert not BibliographicRecord.objects.exists()


def test_counts_records_that_were_put_right(bring):
    seen = []

    report = bring(iso2709(NOVEL, leader="00000nam  2200000 a 4500"), on_repair=seen.append)

    assert (report.created, report.repaired) == (1, 1)
    assert [read.repairs for read in seen] == [(Problem.WRONG_ENCODING_MARK,)]


def test_withdraws_a_record_and_takes_it_back(bring, now):
    bring(danish())
    withdrawn = (("001", "00$a50000011$b870970$c20260201000000"), ("004", "00$rd$ae"))

    report = bring(iso2709(withdrawn, leader=DANISH_LEADER))

    assert report.deleted == 1
    assert BibliographicRecord.objects.get().deleted_at == now
    assert feed()[-1] == ("50000011", "DELETED")

    bring(danish(t001="00$a50000011$b870970$c20260202000000"))

    assert BibliographicRecord.objects.get().deleted_at is None
    assert feed()[-1] == ("50000011", "RECORD")


def test_does_not_withdraw_a_record_that_there_are_items_of(bring, alpha):
    bring(danish())
    record = BibliographicRecord.objects.get()
    HoldingsSummary.objects.create(record=record, municipality=alpha, branch_code="main", items=1, loanable=1)

    report = bring(iso2709((("001", "00$a50000011$b870970"), ("004", "00$rd$ae")), leader=DANISH_LEADER))

    assert [failure.code for failure in report.failures] == [Problem.HAS_ITEMS]
    record.refresh_from_db()
    assert (record.deleted_at, record.title) == (None, "Den blå æblehave")


def test_replaces_a_row_whose_kept_bytes_are_no_record(bring):
    RecordFactory(source="FI-TEST", control_number="20260001", title="Made by hand")

    assert bring(iso2709(NOVEL)).changed == 1
    assert BibliographicRecord.objects.get().title == "Yön äänet"


def test_keeps_account_of_the_run(bring, now):
    run = plan_import(file_name="delivery.mrc", source="supplier", now=now)
    assert run.state == ImportRun.State.WAITING

    data = iso2709(NOVEL) + iso2709(novel(t001="2"))[:-10]
    bring(data, run=run)

    run.refresh_from_db()
    assert run.state == ImportRun.State.DONE
    assert (run.bytes_read, run.bytes_total) == (len(data), len(data))
    assert run.counts == {"created": 1, "changed": 0, "deleted": 0, "unchanged": 0, "failed": 1, "repaired": 0}
    assert run.failures == [
        {"position": 2, "offset": len(iso2709(NOVEL)), "id": "2", "code": "TRUNCATED", "detail": ""},
    ]
    assert run.started_at <= run.finished_at
    entry = AuditEntry.objects.get(action="catalogue.import")
    assert (entry.subject_id, entry.facts["created"]) == (run.pk, 1)


def test_says_what_makes_a_whole_file_unreadable(bring):
    report = bring(b'{"leader": ""}')

    run = ImportRun.objects.get()
    assert report.problem == run.problem == "JSON_FORMAT"
    assert run.state == ImportRun.State.FAILED


def test_marks_a_run_that_breaks_off(bring, monkeypatch):
    def break_off(**_):
        raise RuntimeError("the database went away")

    monkeypatch.setattr(service, "write_records", break_off)

    with pytest.raises(RuntimeError):
        bring(iso2709(NOVEL))

    assert ImportRun.objects.get().state == ImportRun.State.FAILED


def test_tells_of_every_failure_but_keeps_only_so_many(bring, monkeypatch):
    monkeypatch.setattr(service, "MOST_FAILURES_KEPT", 2)
    told = []

    report = bring(iso2709((("001", "1"), ("500", "  $aNo title"))) * 5, on_failure=told.append)

    assert (report.failed, len(report.failures), len(told)) == (5, 2, 5)


def test_needs_few_queries_for_many_records(bring, django_assert_num_queries):
    file = b"".join(iso2709(novel(t001=str(number))) for number in range(200))

    # The run: made, begun, noted, finished, audited; a savepoint, two locks, known rows, rows, what's put to
    # them by hand or merged into them, their volumes, feed with its savepoint, the harvesters' dates.
    with django_assert_num_queries(17):
        bring(file)
