"""The page of a record's work: why, who else, and that said otherwise."""

import pytest
from django.urls import reverse

from catalogue.models import WorkCorrection
from tests.catalogue.marc_samples import iso2709
from tests.factories import RecordFactory

LEADER = "00000nam a2200000 a 4500"


@pytest.fixture(autouse=True)
def _no_followers(monkeypatch):
    monkeypatch.setattr("catalogue.services.change_feed.wake_followers", lambda: None)


def catalogued(number, uniform, title):
    fields = [("001", number), ("100", "1 $aHolm, Anne"), ("240", f"10$a{uniform}"), ("245", f"10$a{title}")]
    key = f"anne holm|{uniform.casefold()}||"
    raw = iso2709(fields, leader=LEADER)
    return RecordFactory(control_number=number, raw=raw, title=title, author="Holm, Anne", work_key=key, owner="alpha")


@pytest.fixture
def pair(alpha):
    return catalogued("20260001", "David", "I am David"), catalogued("20260002", "David", "Minä olen David")


def _text(response):
    return " ".join(response.content.decode().split())


def test_says_why_a_record_is_with_others_and_parts_and_joins_them(pair, librarian_client):
    address = reverse("desk:record_work", args=[pair[0].pk])
    page = _text(librarian_client.get(address))
    assert "By its uniform title, from field 240: David." in page
    assert "By its author: Holm, Anne." in page
    assert "Minä olen David" in page

    parted = librarian_client.post(
        reverse("desk:take_out_of_work", args=[pair[0].pk]), {"expected": "0-0"}, follow=True
    )
    page = _text(parted)
    assert "It&#x27;s a work of its own now." in page
    assert "Somebody has said otherwise, and that holds." in page
    assert "Minä olen David" not in page

    found = _text(librarian_client.get(address, {"number": "20260002"}))
    assert "Join this record" in found
    data = {"expected": "1-0", "other": pair[1].pk}
    page = _text(librarian_client.post(reverse("desk:join_work", args=[pair[0].pk]), data, follow=True))
    assert "The same work as 20260002, Minä olen David" in page

    said = WorkCorrection.objects.get(same_as=pair[1])
    undone = librarian_client.post(
        reverse("desk:undo_work", args=[pair[0].pk, said.pk]), {"expected": "2-0"}, follow=True
    )
    assert '<span class="soft">Taken back.' in _text(undone)


def test_changes_nothing_when_a_colleague_was_faster(pair, librarian_client):
    answer = librarian_client.post(reverse("desk:take_out_of_work", args=[pair[0].pk]), {"expected": "1-0"})

    assert answer.status_code == 409
    assert "Somebody has changed this work since you opened it." in _text(answer)
    assert not WorkCorrection.objects.exists()


def test_a_number_that_nothing_has_is_said(pair, librarian_client):
    answer = librarian_client.get(reverse("desk:record_work", args=[pair[0].pk]), {"number": "12345678"})

    assert answer.status_code == 200
    assert "No other record has this number." in _text(answer)


def test_says_when_there_are_more_editions_than_it_shows(pair, librarian_client, monkeypatch):
    monkeypatch.setattr("catalogue.selectors.works.MOST_EDITIONS", 1)
    monkeypatch.setattr("web.desk.record_works.MOST_EDITIONS", 1)

    page = librarian_client.get(reverse("desk:record_work", args=[pair[0].pk]))

    assert [each["record"] for each in page.context["editions"]] == [pair[0]]
    assert "the first 1 at most" in page.content.decode()
