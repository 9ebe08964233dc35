"""A library's own fields over a common record: written at the desk, shown at the desk and in the portal."""

from io import BytesIO

import pytest
from django.urls import reverse

from catalogue.models import BibliographicRecord, Enrichment
from catalogue.services.import_marc import import_marc
from tests.catalogue.marc_samples import NOVEL, iso2709

OWN = "084 ## $a78.5$2ykl\n245 10 $aOmat äänet"


@pytest.fixture(autouse=True)
def _no_followers(monkeypatch):
    monkeypatch.setattr("catalogue.services.change_feed.wake_followers", lambda: None)


@pytest.fixture
def record(alpha, now):
    import_marc(file=BytesIO(iso2709(NOVEL)), source="test", owner="alpha", now=now)
    return BibliographicRecord.objects.get()


@pytest.fixture
def send(librarian_client, record):
    def send_form(lines=OWN, expected=0, do="save"):
        address = reverse("desk:local_fields", args=[record.pk])
        return librarian_client.post(address, {"lines": lines, "expected": expected, "do": do})

    return send_form


def _text(response):
    return " ".join(response.content.decode().split())


def test_what_a_library_writes_shows_on_its_own_pages_and_files(record, send, librarian_client, client_of_alpha):
    saved = send()

    assert saved.url == reverse("desk:record", args=[record.pk])
    assert "Omat äänet" in _text(librarian_client.get(saved.url))
    assert "Omat äänet" in _text(client_of_alpha.get(f"/title/{record.pk}"))
    api = client_of_alpha.get(f"/api/v1/records/{record.pk}").json()
    assert (api["title"], api["classification"], api["version"]) == ("Omat äänet", "78.5", 1)
    for code in ("ris", "marcxml"):
        assert "Omat äänet" in client_of_alpha.get(f"/title/{record.pk}/as/{code}").content.decode()


def test_looks_at_it_before_saving_and_copies_what_would_be_hidden(record, send):
    preview = send("500 ## $aHyvä kirja", do="preview")
    copied = send("500 ## $aHyvä kirja", do="copy")

    assert [row["tag"] for row in preview.context["view"] if row["is_local"]] == ["500"]
    assert copied.context["lines"].splitlines() == [
        "100 1# $aTähti, Aino,$ekirjoittaja.",
        "245 10 $aYön äänet :$bromaani /$cAino Tähti.",
        "500 ## $aHyvä kirja",
    ]
    assert Enrichment.objects.count() == 0


@pytest.mark.parametrize(
    ("lines", "status", "text"),
    [
        ("500 ## $aHyvä\nkirja", 422, "These lines aren&#x27;t fields: 2."),
        ("016 ## $a1", 409, "Only the common record has these fields: 016."),
        ("773 ## $a1", 409, "Only the common record says what the title is part of: 773."),
        ("084 ## $a78", 409, "The record has no title."),
        ("", 409, "There&#x27;s no local field."),
    ],
)
def test_a_refusal_says_why_and_keeps_what_was_typed(send, lines, status, text):
    page = send(lines)

    assert page.status_code == status
    assert text in _text(page)
    assert page.context["lines"].splitlines() == lines.splitlines()
    assert Enrichment.objects.count() == 0


def test_a_stale_form_is_refused(send):
    send()

    page = send(f"{OWN}\n500 ## $aHyvä")

    assert page.status_code == 409
    assert "Somebody has changed the record" in _text(page)
    assert page.context["expected"] == 0


def test_is_taken_back_and_restored(record, send, librarian_client):
    send()
    taken = librarian_client.post(
        reverse("desk:take_back_local_fields", args=[record.pk]), {"expected": 1}, follow=True
    )
    restore = reverse("desk:restore_local_fields", args=[record.pk])
    stale = librarian_client.post(restore, {"version": 1, "expected": 1})
    restored = librarian_client.post(restore, {"version": 1, "expected": 2}, follow=True)

    assert "Your library sees the common record again." in _text(taken)
    assert stale.status_code == 409
    assert "Version 1 is the newest again, as version 3." in _text(restored)
    assert restored.context["lines"] == OWN


@pytest.mark.parametrize(
    ("name", "sent"),
    [("local_fields", {"do": "save", "lines": OWN}), ("restore_local_fields", {"expected": "1"})],
)
def test_a_broken_form_is_no_page(record, librarian_client, name, sent):
    assert librarian_client.post(reverse(f"desk:{name}", args=[record.pk]), sent).status_code == 404
    assert librarian_client.get(reverse("desk:local_fields", args=[record.pk + 1])).status_code == 404
