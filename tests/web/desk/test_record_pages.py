"""A record's versions and merges at the desk."""

from io import BytesIO

import pytest
from django.urls import reverse

from catalogue.errors import Code
from catalogue.models import BibliographicRecord, ChangeKind, RecordMerge
from catalogue.rules.record_diff import Sign
from catalogue.services.import_marc import import_marc
from catalogue.services.libraries import set_cataloguing_library
from catalogue.services.records import Author, save_record
from common.errors import Reason
from tests.catalogue.marc_samples import NOVEL, iso2709
from tests.factories import RecordFactory
from web.words.about_records import KINDS, SIGNS, record_problems


@pytest.fixture(autouse=True)
def _no_followers(monkeypatch):
    monkeypatch.setattr("catalogue.services.change_feed.wake_followers", lambda: None)


@pytest.fixture
def record(alpha, now):
    """Return Alpha's own novel, 20260001."""
    import_marc(file=BytesIO(novel()), source="test", owner="alpha", now=now)
    return BibliographicRecord.objects.get(control_number="20260001")


@pytest.fixture
def twin(record, now):
    """Return the same novel once more, as 20260002."""
    import_marc(file=BytesIO(novel(t001="20260002")), source="test", owner="alpha", now=now)
    return BibliographicRecord.objects.get(control_number="20260002")


def novel(**changed):
    return iso2709([(tag, changed.get(f"t{tag}", text)) for tag, text in NOVEL])


def _edit(record, municipality, account, now):
    author = Author(account, municipality)
    raw = novel(t245="10$aYön <uudet> äänet")
    save_record(record_id=record.pk, expected_version=1, raw=raw, author=author, now=now)


def _text(response):
    return " ".join(response.content.decode().split())


def test_shows_who_made_each_version_and_what_differs(record, librarian_client, alpha, now):
    _edit(record, alpha, librarian_client.staff, now)

    page = librarian_client.get(reverse("desk:record_history", args=[record.pk]))

    text = _text(page)
    assert page.status_code == 200
    assert librarian_client.staff.name in text
    assert "From version 1 to 2" in text
    assert "<del>" in text
    assert '<b class="soft">$a</b> Yön &lt;uudet&gt; äänet</ins>' in text
    assert [row["tag"] for row in page.context["changes"]] == ["245"]


def test_does_not_tell_the_names_of_another_municipality_s_staff(record, librarian_client, beta, now):
    set_cataloguing_library(municipality=beta, edits_national=True)
    _edit(record, beta, "Somebody Else", now)

    text = _text(librarian_client.get(reverse("desk:record_history", args=[record.pk])))

    assert "Somebody Else" not in text
    assert "Beta" in text


def test_restores_a_version(record, librarian_client, alpha, now):
    _edit(record, alpha, None, now)

    answer = librarian_client.post(
        reverse("desk:restore_version", args=[record.pk]), {"version": 1, "expected": 2}, follow=True
    )

    record.refresh_from_db()
    assert (record.version, record.title, bytes(record.raw)) == (3, "Yön äänet", novel())
    assert "Version 1 is the newest again, as version 3." in _text(answer)


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"version": 1, "expected": 1}, 409),
        ({"version": 9, "expected": 2}, 409),
        ({"version": "", "expected": 2}, 404),
        ({"version": "x", "expected": "9" * 40}, 404),
    ],
)
def test_says_why_a_version_is_not_restored(record, librarian_client, alpha, now, sent, status):
    _edit(record, alpha, None, now)

    answer = librarian_client.post(reverse("desk:restore_version", args=[record.pk]), sent)

    assert answer.status_code == status
    record.refresh_from_db()
    assert record.version == 2


def test_shows_a_record_whose_bytes_cannot_be_read(alpha, librarian_client):
    page = librarian_client.get(reverse("desk:record_history", args=[RecordFactory().pk]))

    assert page.status_code == 200


def test_finds_the_other_record_by_its_number_and_shows_both(record, twin, supervisor_client):
    address = reverse("desk:compare_records", args=[record.pk])

    assert supervisor_client.get(address).status_code == 200
    assert supervisor_client.get(address, {"number": "no such number 1"}).status_code == 404
    page = supervisor_client.get(address, {"number": "20260002"})

    assert page.context["goes"] == twin
    assert {row["tag"]: row["sign"] for row in page.context["changes"]}["001"] == "CHANGED"
    # The same edition: both have the ISBN, of which one is this record.
    assert supervisor_client.get(address, {"number": "9789510433904"}).context["goes"] == twin


def test_merges_and_undoes(record, twin, supervisor_client, librarian_client):
    sent = {"other": twin.pk, "stays_version": 1, "goes_version": 1}
    assert librarian_client.post(reverse("desk:merge_records", args=[record.pk]), sent).status_code == 403

    merged = supervisor_client.post(reverse("desk:merge_records", args=[record.pk]), sent, follow=True)

    merge = RecordMerge.objects.get()
    assert "20260002" in _text(merged)
    assert supervisor_client.get(reverse("desk:record", args=[twin.pk])).url == reverse("desk:record", args=[record.pk])

    undone = supervisor_client.post(reverse("desk:undo_record_merge", args=[record.pk, merge.pk]), follow=True)

    assert "They&#x27;re two records again" in _text(undone)
    assert supervisor_client.get(reverse("desk:record", args=[twin.pk])).status_code == 200
    again = supervisor_client.post(reverse("desk:undo_record_merge", args=[record.pk, merge.pk]), follow=True)
    assert "This merge has been undone already." in _text(again)


def test_a_merge_that_is_refused_says_why(record, twin, supervisor_client):
    address = reverse("desk:merge_records", args=[record.pk])
    stale = supervisor_client.post(address, {"other": twin.pk, "stays_version": 1, "goes_version": 4})
    BibliographicRecord.objects.update(owner="870970")

    national = supervisor_client.post(address, {"other": twin.pk, "stays_version": 1, "goes_version": 1})
    preview = supervisor_client.get(reverse("desk:compare_records", args=[record.pk]), {"other": twin.pk})

    assert (stale.status_code, national.status_code) == (409, 409)
    assert "Somebody has changed the record" in _text(stale)
    assert "No member owns this record" in _text(national)
    assert not preview.context["can_merge"]
    assert RecordMerge.objects.count() == 0


def test_every_reason_kind_and_sign_has_words():
    assert all(record_problems([Reason(code, facts={"problem": "TRUNCATED"})])[0] for code in Code)
    assert set(KINDS) == set(ChangeKind)
    assert set(SIGNS) == set(Sign)
