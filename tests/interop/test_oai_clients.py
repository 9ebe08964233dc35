"""Two programs that libraries harvest with, over HTTP, against a server that really commits."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from oaipmh_scythe import Scythe
from oaipmh_scythe.exceptions import BadResumptionToken as ScythesBadToken
from sickle import Sickle
from sickle.oaiexceptions import BadResumptionToken

from catalogue.harvesting import View, Window, clock, harvest_page
from catalogue.models import Change
from catalogue.services.change_feed import announce
from interop.oai import answers
from tests.factories import NOW
from tests.factories.catalogue import RecordFactory
from tests.interop.harvests import hold, tell
from tests.interop.live_server import serving

MARCXML = "{http://www.loc.gov/MARC21/slim}"


@pytest.fixture
def address(committed_municipality, monkeypatch) -> Iterator[str]:
    """Serve the installation, and give pages of four titles."""
    monkeypatch.setattr("catalogue.services.change_feed.wake_followers", lambda: None)
    monkeypatch.setattr(answers, "PAGE", 4)
    with serving(monkeypatch) as port:
        yield f"http://gamma.localhost:{port}/oai"


@pytest.fixture
def titles(committed_municipality, address):
    """Return eleven titles of Gamma, and one that nobody has."""
    made = RecordFactory.create_batch(12)
    for title in made:
        tell(title)
    for title in made[:11]:
        hold(title, committed_municipality)
    return made


def number(header: Any) -> int:
    return int(header.identifier.rpartition(":")[2])


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_sickle_harvests_while_titles_change(address, titles, committed_municipality, method):
    sickle = Sickle(address, http_method=method)
    records = sickle.ListRecords(metadataPrefix="marcxml")
    found = [next(records) for _ in range(5)]
    hold(titles[1], committed_municipality, items=2)
    hold(titles[9], committed_municipality, items=0)
    found += list(records)

    seen = [(number(record.header), record.deleted) for record in found]
    unmoved = [(title.pk, False) for place, title in enumerate(titles[:11]) if place != 9]
    assert seen == [*unmoved, (titles[1].pk, False), (titles[9].pk, True)]
    assert found[0].xml.find(f".//{MARCXML}leader") is not None


def test_sickle_reads_what_the_repository_is(address, titles):
    sickle = Sickle(address)

    assert sickle.Identify().deletedRecord == "persistent"
    assert [each.metadataPrefix for each in sickle.ListMetadataFormats()] == ["oai_dc", "marcxml", "marcxchange"]
    assert "material:BOOK" in [each.setSpec for each in sickle.ListSets()]
    one = sickle.GetRecord(identifier=f"oai:gamma.localhost:{titles[0].pk}", metadataPrefix="oai_dc")
    assert one.metadata["title"] == [titles[0].title]
    with pytest.raises(BadResumptionToken):
        sickle.ListRecords(resumptionToken="forged")


def test_scythe_harvests_all_pages_of_both_hosts(address, titles):
    for host, wanted in ((address, titles[:11]), (address.replace("gamma.", ""), titles)):
        with Scythe(host) as scythe:
            listed = [number(header) for header in scythe.list_identifiers(metadata_prefix="oai_dc")]
            records = list(scythe.list_records(metadata_prefix="oai_dc", set_="material:BOOK"))

        assert [each for each in listed if each >= titles[0].pk] == [title.pk for title in wanted]
        assert [record.metadata["title"] for record in records][-len(wanted) :] == [[title.title] for title in wanted]


def test_scythe_is_told_of_a_forged_token(address, titles):
    with Scythe(address) as scythe, pytest.raises(ScythesBadToken):
        list(scythe.list_records(resumption_token="forged"))


def test_a_harvest_waits_for_what_is_being_announced(committed_municipality, monkeypatch):
    """A change that's dated, but not committed, must be in the answer that has a later date."""
    monkeypatch.setattr("catalogue.services.change_feed.wake_followers", lambda: None)
    title = RecordFactory()
    announced, go_on = threading.Event(), threading.Event()

    def write() -> None:
        connection.set_tenant(committed_municipality)
        try:
            with transaction.atomic():
                announce(record_ids=[title.pk], kind=Change.Kind.RECORD, now=NOW)
                announced.set()
                go_on.wait(30)
        finally:
            connection.close()

    found: list[int] = []

    def harvest() -> None:
        connection.set_tenant(committed_municipality)
        try:
            started = clock()
            page = harvest_page(View(None), Window(before=started), limit=1000, with_marc=False)
            found.extend(each.record_id for each in page)
        finally:
            connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    assert announced.wait(30)
    harvester = threading.Thread(target=harvest)
    harvester.start()
    _until_somebody_waits()
    go_on.set()
    writer.join()
    harvester.join()

    assert title.pk in found


def _until_somebody_waits() -> None:
    """Return once a session waits for the feed's lock."""
    asked = (
        "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database"
        " WHERE datname = current_database() AND locktype = 'advisory' AND NOT granted AND classid = 7260411"
    )
    for _ in range(3000):
        with connection.cursor() as cursor:
            cursor.execute(asked)
            if cursor.fetchone()[0]:
                return
        threading.Event().wait(0.01)
    raise AssertionError("Nobody waits")
