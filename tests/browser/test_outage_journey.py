"""The server goes away in the middle of a burst, and comes back: no scan is lost, and none is doubled."""

import json
import re
from dataclasses import replace

import pytest
from playwright.sync_api import expect

from tests.browser.hands import begin, follow, log_in, panel, rows, scan, scan_box, settled
from tests.browser.lines import Line
from tests.browser.looks import faults

TOWN = "Oulu"
BURST = 12
CUT_AFTER = 4


@pytest.fixture
def line(demo):
    line = Line(demo.port)
    yield line
    line.end()


@pytest.fixture
def desk(demo, line):
    """Return the demo as a browser at the other end of the line sees it."""
    return replace(demo, port=line.port)


def type_scan(page, text):
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def banner(page):
    return page.locator("[data-outage-banner]")


def sent(page):
    """Wait until the browser keeps nothing any more and the page goes on as usual."""
    expect(banner(page)).to_be_hidden()
    settled(page)
    assert kept(page) == []


def kept(page):
    """Return what the browser keeps."""
    return page.evaluate(
        """() => new Promise((resolve) => {
          const opening = indexedDB.open("desk-outage", 1);
          opening.onsuccess = () => {
            const all = opening.result.transaction("scans").objectStore("scans").getAll();
            all.onsuccess = () => { opening.result.close(); resolve(all.result); };
          };
        })"""
    )


def loans_of(page, demo, patron):
    """Return the barcodes that the patron has on loan, as her page says."""
    begin(page, demo, patron, name=TOWN)
    follow(panel(page).get_by_role("link", name=re.compile("Open the patron")))
    return sorted(re.findall(r"\b\d{8,}\b", page.locator("#loans").inner_text()))


def take_back(page, demo, barcodes):
    page.goto(demo.url("/desk/check-in", TOWN))
    scan(page, *barcodes)


def test_a_burst_goes_on_without_the_server_and_every_scan_counts_once(page, demo, desk, line):
    log_in(page, desk, "librarian", name=TOWN)
    patron, barcodes = demo.patron("fine", TOWN), demo.items("available", TOWN)[:BURST]
    before = loans_of(page, desk, patron)
    begin(page, desk, patron, name=TOWN)

    for number, barcode in enumerate(barcodes):
        if number == CUT_AFTER:
            line.cut()
        type_scan(page, barcode)
    # By the clock of every page: 24 hours, in English too.
    expect(banner(page)).to_contain_text(re.compile(r"No connection since \d\d:\d\d\. "))
    expect(rows(page)).to_have_count(BURST)
    expect(scan_box(page)).to_be_focused()
    recorded = kept(page)

    line.mend()
    sent(page)

    assert len({each["id"] for each in recorded}) == len(recorded) >= BURST - CUT_AFTER
    assert {"name", "title", "email"}.isdisjoint(json.dumps(recorded))
    expect(rows(page)).to_have_count(BURST)
    expect(rows(page).get_by_text("Checked out", exact=True)).to_have_count(BURST)
    assert loans_of(page, desk, patron) == sorted([*before, *barcodes])
    take_back(page, desk, barcodes)
    assert loans_of(page, desk, patron) == before


def test_a_page_opened_without_the_server_records_for_the_card_and_lists_what_was_not_possible(page, demo, desk, line):
    log_in(page, desk, "librarian", name=TOWN)
    patron, barcode = demo.patron("fine", TOWN, place=1), demo.items("available", TOWN)[BURST]
    lent = demo.items("on_loan", TOWN)[0]
    page.goto(desk.url("/desk/outage", TOWN))
    left = page.locator("tr.is-open").count()
    page.goto(desk.url("/desk/check-out", TOWN))
    expect(page.locator("html[data-kept]")).to_be_attached()

    line.cut()
    page.goto(desk.url("/desk/check-out?patron=3", TOWN))
    expect(banner(page)).to_contain_text("No connection since")
    for text in (barcode, patron["card"], barcode, lent, "Korhonen"):
        type_scan(page, text)
    expect(rows(page)).to_have_count(5)
    expect(rows(page).nth(4)).to_contain_text("Scan the card first")
    expect(rows(page).nth(0)).to_contain_text("Names can't be looked up now")
    page.reload()
    expect(rows(page).filter(has_text="Recorded")).to_have_count(2)
    found = faults(page)

    # What's kept is sent first; then the page is loaded anew, whole.
    with page.expect_navigation():
        line.mend()
    expect(banner(page)).to_be_hidden()
    assert kept(page) == []
    assert loans_of(page, desk, patron).count(barcode) == 1
    assert found == []

    page.goto(desk.url("/desk/outage", TOWN))
    expect(page.locator("tr.is-open")).to_have_count(left + 1)
    expect(page.locator("tr.is-open").last).to_contain_text(lent)
    expect(page.get_by_text("On loan to another patron.").last).to_be_visible()
    page.get_by_label("What you did instead").last.fill("It stays with the one who has it")
    follow(page.get_by_role("button", name=re.compile("Settled without it")).last)
    expect(page.get_by_text("Settled.", exact=True)).to_be_visible()
    expect(page.locator("tr.is-open")).to_have_count(left)
    take_back(page, desk, [barcode])
