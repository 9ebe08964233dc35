"""A library's own record at the desk: shown to all."""

import pytest
from django.urls import reverse

from tests.factories import RecordFactory


@pytest.fixture
def record(alpha, monkeypatch):
    monkeypatch.setattr("catalogue.services.change_feed.wake_followers", lambda: None)
    return RecordFactory(owner="alpha", is_local=True, visible_to=alpha)


def test_at_the_desk_its_library_shows_it_to_all(record, librarian_client):
    page = librarian_client.get(reverse("desk:record", args=[record.pk]))
    shown = librarian_client.post(reverse("desk:share_record", args=[record.pk]), {"expected": 1}, follow=True)

    assert "Only your library shows this title." in page.content.decode()
    assert "All libraries show this title now." in shown.content.decode()
    assert "Only your library shows this title." not in shown.content.decode()
    record.refresh_from_db()
    assert record.visible_to is None


def test_a_common_record_or_a_stale_page_is_refused_with_a_word(record, librarian_client):
    address = reverse("desk:share_record", args=[record.pk])
    stale = librarian_client.post(address, {"expected": 9}, follow=True)
    common = reverse("desk:share_record", args=[RecordFactory(owner="alpha").pk])

    assert "Somebody has changed the record" in stale.content.decode()
    assert "no local record" in librarian_client.post(common, {"expected": 1}, follow=True).content.decode()
    assert librarian_client.post(address, {}).status_code == 404
