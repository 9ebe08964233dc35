"""A library's own record at the desk: shown to all, and before that on nobody else's pages."""

import pytest
from django.urls import reverse
from django_tenants.utils import tenant_context

from catalogue.models import BibliographicRecord, Enrichment
from circulation.models import Hold
from tests.factories import ItemFactory, RecordFactory
from tests.interop.harvests import hold, tell


@pytest.fixture
def record(alpha, monkeypatch):
    monkeypatch.setattr("catalogue.services.change_feed.wake_followers", lambda: None)
    return RecordFactory(owner="alpha", is_local=True, visible_to=alpha)


def test_at_the_desk_its_library_shows_it_to_all_once_it_has_read_what_that_does(record, librarian_client):
    address = reverse("desk:share_record", args=[record.pk])
    page = librarian_client.get(reverse("desk:record", args=[record.pk])).content.decode()
    assert "Only your library shows this title." in page
    assert address in page

    asked = librarian_client.get(address).content.decode()
    assert "Every library finds the title" in asked
    assert "You can take this back" in asked
    record.refresh_from_db()
    assert record.visible_to is not None

    shown = librarian_client.post(address, {"expected": 1}, follow=True).content.decode()
    assert "All libraries show this title now." in shown
    assert "Only your library shows this title." not in shown
    record.refresh_from_db()
    assert record.visible_to is None
    assert librarian_client.get(address).status_code == 302


def test_at_the_desk_it_is_taken_back_or_the_page_says_who_has_it(record, alpha, beta, librarian_client):
    BibliographicRecord.objects.filter(pk=record.pk).update(visible_to=None)
    address = reverse("desk:unshare_record", args=[record.pk])
    assert address in librarian_client.get(reverse("desk:record", args=[record.pk])).content.decode()
    with tenant_context(beta):
        item = ItemFactory(record=record)

    asked = librarian_client.get(address).content.decode()
    assert "These have or had items of it: Beta." in asked
    assert 'name="expected"' not in asked
    refused = librarian_client.post(address, {"expected": 1}, follow=True).content.decode()
    assert "These have or had items of it: Beta." in refused
    record.refresh_from_db()
    assert record.visible_to is None

    with tenant_context(beta):
        item.delete()
    assert 'name="expected"' in librarian_client.get(address).content.decode()
    done = librarian_client.post(address, {"expected": 1}, follow=True).content.decode()
    assert "Only your library shows this title." in done
    record.refresh_from_db()
    assert record.visible_to == alpha
    assert librarian_client.get(address).status_code == 302


def test_only_its_own_library_is_offered_to_take_it_back(record, beta, librarian_client):
    BibliographicRecord.objects.filter(pk=record.pk).update(visible_to=None, owner="beta")
    address = reverse("desk:unshare_record", args=[record.pk])

    assert address not in librarian_client.get(reverse("desk:record", args=[record.pk])).content.decode()
    assert librarian_client.get(address).status_code == 302
    refused = librarian_client.post(address, {"expected": 1}, follow=True).content.decode()
    assert "another library&#x27;s local record" in refused
    record.refresh_from_db()
    assert record.visible_to is None


def test_a_common_record_or_a_stale_page_is_refused_with_a_word(record, librarian_client):
    address = reverse("desk:share_record", args=[record.pk])
    stale = librarian_client.post(address, {"expected": 9}, follow=True)
    common = reverse("desk:share_record", args=[RecordFactory(owner="alpha").pk])

    assert "Somebody has changed the record" in stale.content.decode()
    assert "no local record" in librarian_client.post(common, {"expected": 1}, follow=True).content.decode()
    assert librarian_client.post(address, {}).status_code == 404


@pytest.fixture
def anothers(beta, record):
    """Return Beta's kettle, which it has an item of and says something of for itself."""
    kettle = RecordFactory(
        title="Elkedel med fløjte", isbns=["9788702407006"], owner="beta", is_local=True, visible_to=beta
    )
    tell(kettle)
    hold(kettle, beta)
    moments = {"created_at": kettle.created_at, "changed_at": kettle.created_at}
    Enrichment.objects.create(record=kettle, municipality=beta, fields=[["504", "00\x1faFløjter"]], **moments)
    return kettle


@pytest.mark.parametrize(
    "name", ["record", "record_history", "local_fields", "compare_records", "new_item", "queue", "place_hold"]
)
def test_no_desk_page_of_a_neighbours_record_is_there(anothers, supervisor_client, name):
    address = reverse(f"desk:{name}", args=[anothers.pk])

    assert supervisor_client.get(address).status_code in (404, 405)
    assert supervisor_client.post(address, {"expected": 0, "lines": "504 00 *aOurs"}).status_code in (404, 405)
    assert Enrichment.objects.count() == 1
    assert not Hold.objects.exists()


def test_no_merge_and_no_number_shows_a_neighbours_record(anothers, record, supervisor_client):
    compare = reverse("desk:compare_records", args=[record.pk])

    for asked in ({"other": anothers.pk}, {"number": anothers.control_number}, {"number": anothers.isbns[0]}):
        page = supervisor_client.get(compare, asked)
        assert (page.status_code, "fløjte" in page.content.decode()) == (404, False)
    sent = {"other": anothers.pk, "stays_version": 1, "goes_version": 1}
    assert supervisor_client.post(reverse("desk:merge_records", args=[record.pk]), sent).status_code == 404


@pytest.mark.parametrize("host", ["alpha.localhost", "localhost"])
def test_no_list_or_answer_to_machines_names_a_neighbours_record(anothers, client, host):
    for arguments in (
        {"verb": "ListRecords", "metadataPrefix": "oai_dc"},
        {"verb": "GetRecord", "metadataPrefix": "oai_dc", "identifier": f"oai:{host}:{anothers.pk}"},
    ):
        answer = client.get("/oai", arguments, headers={"host": host}).content.decode()
        assert "<error code=" in answer
        assert "Elkedel" not in answer
    for rest in ("", "/availability"):
        assert client.get(f"/api/v1/records/{anothers.pk}{rest}", headers={"host": host}).status_code == 404
