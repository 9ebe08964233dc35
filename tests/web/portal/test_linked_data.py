"""What search engines and feed readers get: JSON-LD on a title's page, and a search's new titles as Atom."""

import json

from lxml import etree, html

from catalogue.search import SearchResult, State
from holdings.models import Item
from tests.factories import RecordFactory
from tests.web.portal.test_catalogue import shelve
from web.portal import feeds

__all__ = ["shelve"]
ATOM = {"a": "http://www.w3.org/2005/Atom"}


def linked_data(browser, pk):
    page = html.fromstring(browser.get(f"/title/{pk}").content)
    (script,) = page.xpath('//script[@type="application/ld+json"]')
    return json.loads(script.text)


def feed(browser, query=""):
    answer = browser.get(f"/new{query}")
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("application/atom+xml")
    root = etree.fromstring(answer.content)
    return root, root.xpath("a:entry/a:title/text()", namespaces=ATOM)


def test_a_title_says_what_it_is_and_where_it_can_be_had(browser, shelve):
    record, _items = shelve("Lucky Per", author="Pontoppidan, Henrik", language="dan", isbns=["9788702061710"])

    found = linked_data(browser, record.pk)

    assert found["@type"] == "Book"
    assert found["@id"] == f"http://alpha.localhost/title/{record.pk}"
    assert (found["name"], found["author"]) == ("Lucky Per", "Pontoppidan, Henrik")
    assert (found["inLanguage"], found["isbn"]) == ("da", ["9788702061710"])
    (offer,) = found["offers"]
    assert offer["availability"] == "https://schema.org/InStock"
    assert offer["offeredBy"]["name"] == "Main Library"


def test_a_title_that_is_only_on_order_says_so(browser, shelve):
    record, items = shelve("Lucky Per")
    Item.objects.filter(pk__in=[item.pk for item in items]).update(status=Item.Status.ON_ORDER)

    (offer,) = linked_data(browser, record.pk)["offers"]
    assert offer["availability"] == "https://schema.org/PreOrder"
    for address in (f"/title/{record.pk}", "/?q=lucky"):
        page = html.fromstring(browser.get(address).content).text_content().lower()
        assert "on order" in page
        assert "place a hold" in page


def test_no_title_ends_the_script_that_holds_it(browser, alpha):
    title = "</script><script>alert(1)</script> & <!-- more"
    record = RecordFactory(title=title)

    assert linked_data(browser, record.pk)["name"] == title
    assert b"<script>alert" not in browser.get(f"/title/{record.pk}").content


def test_a_feed_has_what_was_catalogued_last_first(browser, shelve):
    shelve("Lucky old and new", year=2026)
    shelve("Unlucky")
    shelve("Lucky reprint", year=1904)

    root, titles = feed(browser, "?q=lucky")

    assert titles == ["Lucky reprint", "Lucky old and new"]
    assert root.xpath("a:title/text()", namespaces=ATOM) == ["New at Alpha: lucky"]
    assert root.xpath("a:entry/a:updated", namespaces=ATOM)
    assert root.xpath('a:link[@rel="self"]/@href', namespaces=ATOM) == ["http://alpha.localhost/new?q=lucky"]


def test_a_feed_is_offered_beside_the_hits_and_keeps_their_limits(browser, shelve):
    shelve("Lucky Per")
    shelve("Lucky Film", film=True)

    page = html.fromstring(browser.get("/?q=lucky&material=FILM&sort=title").content)
    (address,) = page.xpath('//link[@rel="alternate"]/@href')

    assert address == "/new?q=lucky&material=FILM"
    assert feed(browser, address.removeprefix("/new"))[1] == ["Lucky Film"]


def test_a_feed_of_everything_and_of_nothing(browser, shelve):
    shelve("Lucky Per")

    assert feed(browser)[1] == ["Lucky Per"]
    assert feed(browser, "?q=nowhere-at-all")[1] == []
    # The page of hits would offer another spelling; a feed would tell of titles that nobody asked for.
    assert feed(browser, "?q=lucki")[1] == []
    assert feed(browser, "?q=%20&decade=x&sort=never&page=-1")[1] == ["Lucky Per"]


def test_a_feed_leaves_out_what_xml_cannot_say(browser, shelve):
    shelve("Lucky\x01 Per", author="Pontoppidan\x0b, Henrik", summary="Luck\x1f.")

    root, titles = feed(browser, "?q=lucky%01%0B")

    assert titles == ["Lucky Per"]
    assert root.xpath("a:title/text()", namespaces=ATOM) == ["New at Alpha: lucky"]
    assert root.xpath("a:entry/a:author/a:name/text()", namespaces=ATOM) == ["Pontoppidan, Henrik"]
    assert root.xpath("a:entry/a:summary/text()", namespaces=ATOM) == ["Luck."]


def test_a_feed_says_to_come_back_while_there_is_no_index(browser, alpha, monkeypatch):
    monkeypatch.setattr(feeds, "search", lambda _request: SearchResult(state=State.UNAVAILABLE))

    answer = browser.get("/new?q=lucky")

    assert (answer.status_code, answer["Retry-After"]) == (503, "600")
