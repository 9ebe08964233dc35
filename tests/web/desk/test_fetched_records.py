"""Copy cataloguing at the desk: other catalogues are asked for an ISBN, and a record opens in the editor."""

import re

import pytest
from django.urls import reverse

from catalogue.models import BibliographicRecord
from catalogue.remote import sru
from catalogue.services.remote_targets import add_remote_target
from common.remote_sources import RemoteAnswer, RemoteFailed, Trouble
from tenants.models import Municipality
from tests.catalogue.marc_samples import NOVEL, marcxml
from tests.catalogue.test_remote_catalogues import response
from tests.factories.catalogue import RecordFactory

ISBN = "9789510433904"


@pytest.fixture(autouse=True)
def _no_followers(monkeypatch):
    monkeypatch.setattr("catalogue.services.change_feed.wake_followers", lambda: None)


@pytest.fixture
def remote(monkeypatch):
    """Let other catalogues answer by their host; one that's not named here can't be reached."""
    bodies = {}

    def fetch(address, **_):
        host = address.split("/")[2]
        if host not in bodies:
            raise RemoteFailed(Trouble.UNREACHABLE)
        return RemoteAnswer(bodies[host], "text/xml")

    monkeypatch.setattr(sru, "fetch", fetch)
    return bodies


def name(host, municipality):
    return add_remote_target(
        municipality=municipality,
        name=host.upper(),
        address=f"https://{host}/sru",
        version="1.2",
        record_schema="marcxml",
        isbn_index="bath.isbn",
        actor=None,
    )


def fetched(client, isbn=ISBN):
    return client.get(reverse("desk:fetch_record"), {"isbn": isbn})


def test_each_catalogue_says_what_it_has_and_a_record_opens_in_the_editor(librarian_client, alpha, remote):
    consortium = Municipality.objects.get(schema_name="public")
    for host, whose in (("all.example", consortium), ("own.example", alpha), ("off.example", alpha)):
        name(host, whose)
    remote |= {"own.example": response(count=0), "all.example": response(marcxml(NOVEL), count=1)}
    page = fetched(librarian_client)

    own, off, shared = page.context["answers"]
    assert (own["name"], own["none"]) == ("OWN.EXAMPLE", "It doesn't have this ISBN.")
    assert (off["problem"], off["none"]) == ("It can't be reached.", "")
    assert (shared["problem"], shared["records"][0]["columns"].title) == ("", "Yön äänet")
    assert page.context["focus"] == "record"
    assert page.content.decode().count("autofocus") == 1

    sent = dict(re.findall(r'name="(flavour)" value="(\w+)"', page.content.decode()))
    lines = re.search(r'<textarea name="lines" hidden>\n(.*?)</textarea>', page.content.decode(), re.DOTALL)[1]
    editor = librarian_client.post(reverse("desk:new_record"), {**sent, "lines": lines, "do": "check"})

    assert (editor.status_code, editor.context["wrong"]) == (200, [])
    assert "035 ## $a(FI-TEST)20260001" in editor.context["typed"].lines
    form = {**sent, "lines": editor.context["typed"].lines, "do": "save", "whose": "common"}
    saved = librarian_client.post(reverse("desk:new_record"), form)
    record = BibliographicRecord.objects.get()
    assert saved.url == reverse("desk:record", args=[record.pk])
    assert (record.title, record.source) == ("Yön äänet", "alpha")
    assert record.control_number != "20260001"


def test_says_first_that_it_is_here_already(librarian_client, alpha, remote):
    record = RecordFactory(title="Here", isbns=[ISBN])

    page = fetched(librarian_client, "951-0-43390-x")

    assert [each.pk for each in page.context["own"]] == [record.pk]
    assert page.context["focus"] == "own"
    assert reverse("desk:record", args=[record.pk]) in page.content.decode()
    assert "No other catalogue is named yet." in page.content.decode()


def test_a_wrong_number_asks_nobody(librarian_client, alpha, remote):
    name("own.example", alpha)
    page = fetched(librarian_client, "9789510433905")

    assert page.status_code == 422
    assert "9789510433905" in page.context["problem"]
    assert page.context["answers"] == []


def test_another_municipality_s_catalogues_are_not_asked(librarian_client, alpha, beta, remote):
    name("secret.example", beta)

    assert fetched(librarian_client).context["answers"] == []
