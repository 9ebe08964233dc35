"""Scans as fast as a scanner sends them, and two desks at once: nothing is lost, doubled or out of order."""

import re

from playwright.sync_api import expect

from tests.browser.hands import begin, check_in, expect_loans, follow, loans_in, log_in, panel, rows, scan_box, settled

BURST = 30


def type_burst(page, barcodes):
    """Type everything without waiting for anything."""
    expect(scan_box(page)).to_be_focused()
    page.wait_for_load_state()
    for barcode in barcodes:
        page.keyboard.type(barcode)
        page.keyboard.press("Enter")
    settled(page)


def shown_barcodes(page):
    """Return what the rows show, in the order of the scans."""
    return list(reversed(rows(page).locator("td.num.only-wide:nth-child(4)").all_inner_texts()))


def test_thirty_scans_in_a_burst_are_thirty_loans_in_order_and_thirty_returns(page, demo):
    name, barcodes = "Sundbyberg", demo.items("available", "Sundbyberg")[:BURST]
    log_in(page, demo, "librarian", name=name)
    begin(page, demo, demo.patron("fine", name, place=1), name=name)
    before = loans_in(page)

    type_burst(page, barcodes)

    expect(rows(page)).to_have_count(BURST)
    assert shown_barcodes(page) == barcodes
    assert rows(page).locator("td.n").all_inner_texts() == [str(number) for number in range(BURST, 0, -1)]
    expect(rows(page).locator(".status", has_text="Checked out")).to_have_count(BURST)
    expect(page.locator(".tally")).to_contain_text(f"{BURST} checked out")
    expect_loans(page, before + BURST)
    follow(panel(page).get_by_role("link", name="Open the patron"))
    lent = page.get_by_role("region", name="Loans").locator("td.num.only-wide")
    for barcode in barcodes:
        expect(lent.filter(has_text=barcode)).to_have_count(1)

    page.goto(demo.url("/desk/check-in", name))
    type_burst(page, barcodes)

    expect(rows(page)).to_have_count(BURST)
    expect(rows(page).locator(".status", has_text="Checked in")).to_have_count(BURST)
    begin(page, demo, demo.patron("fine", name, place=1), name=name)
    expect_loans(page, before)


def test_a_card_in_the_middle_of_a_burst_changes_the_patron_for_what_follows(page, demo):
    name = "Hedensted"
    first, second = demo.patron("fine", name), demo.patron("fine", name, place=1)
    barcodes = demo.items("available", name)[:4]
    log_in(page, demo, "librarian", name=name)
    begin(page, demo, first, name=name)

    type_burst(page, [*barcodes[:2], second["card"], *barcodes[2:]])

    expect(panel(page).get_by_role("heading", level=2)).to_have_text(second["name"])
    expect(rows(page)).to_have_count(2)
    assert shown_barcodes(page) == barcodes[2:]
    for patron, lent in ((first, barcodes[:2]), (second, barcodes[2:])):
        page.goto(demo.url(f"/desk/patrons?q={patron['card']}", name))
        for barcode in lent:
            expect(page.get_by_role("region", name="Loans")).to_contain_text(barcode)
    check_in(page, demo, *barcodes, name=name)


def test_two_desks_scan_the_same_item_at_once_and_one_of_them_lends_it(page, other_page, demo):
    name, barcode = "Hedensted", demo.items("available", "Hedensted")[5]
    for desk, role, place in ((page, "librarian", 0), (other_page, "supervisor", 1)):
        log_in(desk, demo, role, name=name)
        begin(desk, demo, demo.patron("fine", name, place=place), name=name)

    moment = page.evaluate("Date.now() + 1000")
    for desk in (page, other_page):
        scan_box(desk).fill(barcode)
        desk.evaluate(
            "at => setTimeout(() => document.querySelector('[data-scan-queue]').requestSubmit(), at - Date.now())",
            moment,
        )
    for desk in (page, other_page):
        expect(rows(desk)).to_have_count(1)
        settled(desk)

    results = [rows(desk).first.inner_text() for desk in (page, other_page)]
    assert sorted("Not checked out" in result for result in results) == [False, True]
    assert sum("Checked out" in result for result in results) == 1
    loser = page if "Not checked out" in results[0] else other_page
    winner = other_page if loser is page else page
    reasons = loser.locator("[data-scan-rows] .reasons li")
    expect(reasons).to_have_count(1)
    expect(reasons).to_contain_text("On loan to another patron.")
    loser.goto(demo.url(f"/desk/items/{barcode}", name))
    served = panel(winner).get_by_role("heading", level=2).inner_text()
    expect(loser.get_by_role("main")).to_contain_text(re.compile(f"On loan until .*{served}", re.DOTALL))
    check_in(winner, demo, barcode, name=name)


def test_a_scan_is_kept_while_the_network_is_down_and_lent_once_when_it_is_back(page, demo):
    name, barcode = "Hedensted", demo.items("available", "Hedensted")[6]
    log_in(page, demo, "librarian", name=name)
    begin(page, demo, demo.patron("fine", name), name=name)
    before = loans_in(page)

    page.context.set_offline(True)
    page.keyboard.type(barcode)
    page.keyboard.press("Enter")
    expect(rows(page).first).to_contain_text("Recorded")
    page.context.set_offline(False)

    expect(rows(page).first).to_contain_text("Checked out")
    expect(page.locator("[data-outage-banner]")).to_be_hidden()
    settled(page)
    expect(rows(page)).to_have_count(1)
    expect_loans(page, before + 1)
    check_in(page, demo, barcode, name=name)
