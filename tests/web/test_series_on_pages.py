"""Every series of a title on its page, in the portal and at the desk."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from lxml import html

from catalogue.models import BibliographicRecord, HoldingsSummary
from catalogue.search.writing import rebuild
from tests.factories import RecordFactory

SERIES = ["Katz & co ; 3", "Stora serien ; 12", "Uden nummer"]


@pytest.fixture
def titles(alpha, empty_cache):
    """Return a title in three series, and one in each of the first two."""
    found = [
        RecordFactory(title=title, series=series[0], all_series=series)
        for title, series in (("Kattehuset", SERIES), ("Hundehuset", ["Katz & co ; 4"]), ("X", ["Stora serien ; 1"]))
    ]
    for record in found:
        HoldingsSummary.objects.create(record=record, municipality=alpha, branch_code="hb", items=1, loanable=1)
    rebuild()
    return found


@pytest.fixture(params=["portal", "desk"])
def room(request):
    """Name where the page is."""
    return request.param


@pytest.fixture
def client(request, room, titles):
    """Return a reader's or a librarian's browser."""
    return request.getfixturevalue("client_of_alpha" if room == "portal" else "librarian_client")


@pytest.fixture
def page(room, client, titles):
    """Return a function that opens the first title's page."""

    def _open():
        answer = client.get(reverse(f"{room}:record", args=[titles[0].pk]))
        assert answer.status_code == 200
        return html.fromstring(answer.content)

    return _open


def test_names_every_series_with_its_number_and_a_link(page, client):
    (said,) = page().xpath('//dt[text()="Series"]/following-sibling::dd')

    assert said.text_content() == "Katz & co ; 3, Stora serien ; 12, Uden nummer"
    addresses = [link.get("href") for link in said.iter("a")]
    assert [address.partition("?")[2] for address in addresses] == [
        "series=Katz%20%26%20co",
        "series=Stora%20serien",
        "series=Uden%20nummer",
    ]
    assert "Kattehuset" in client.get(addresses[1]).content.decode()


def test_lists_what_stands_around_it_in_each_and_no_id_twice(page):
    found = page()

    heads = [head.text_content() for head in found.xpath('//h2[starts-with(@id, "h-series")]')]
    assert heads == ["Series: Katz & co", "Series: Stora serien"]
    sections = found.xpath('//section[starts-with(@aria-labelledby, "h-series")]')
    assert [section.xpath(".//h2/@id")[0] for section in sections] == [each.get("aria-labelledby") for each in sections]
    assert [section.xpath('.//a[contains(@class, "btn")]')[0].text_content() for section in sections] == [
        "All of the series Katz & co",
        "All of the series Stora serien",
    ]
    ids = found.xpath("//@id")
    assert len(ids) == len(set(ids))


def test_asks_the_database_no_more_for_several_series(page, titles):
    page()
    with CaptureQueriesContext(connection) as several:
        page()
    BibliographicRecord.objects.filter(pk=titles[0].pk).update(series="", all_series=[])
    with CaptureQueriesContext(connection) as none:
        page()

    assert len(several) == len(none)
