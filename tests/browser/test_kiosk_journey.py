"""A patron at a self-check machine that an administrator has just made: card, PIN, scans, receipt, and the end."""

import re

from playwright.sync_api import expect

from tests.browser.hands import check_in, follow, leave_by, log_in, rows, scan, scan_box
from tests.browser.looks import faults

TOWN = "Sundbyberg"


def test_a_patron_borrows_at_a_machine(page, other_page, demo):
    log_in(page, demo, "it_admin", name=TOWN)
    page.goto(demo.url("/console/kiosks", TOWN))
    page.get_by_role("textbox", name="Name").fill("Entrance")
    follow(page.get_by_role("button", name="Add it"))
    link = page.get_by_role("main").locator("dd").inner_text()
    patron, barcodes = demo.patron("fine", TOWN), demo.items("available", TOWN)[-2:]
    machine = other_page

    machine.goto(link)
    expect(machine.get_by_role("heading", level=1)).to_have_text("Scan your library card")
    found = faults(machine)
    machine.keyboard.type(patron["card"])
    leave_by(machine, "Enter")
    expect(machine.get_by_role("heading", level=1)).to_have_text("Your PIN")
    found += faults(machine)
    for digit in patron["pin"]:
        machine.get_by_role("button", name=digit, exact=True).click()
    follow(machine.get_by_role("button", name="OK"))
    expect(scan_box(machine)).to_be_focused()
    expect(machine.locator("[data-session-left]")).to_contain_text(re.compile(r"\d"))

    scan(machine, *barcodes, "no such thing")
    expect(rows(machine)).to_have_count(3)
    expect(rows(machine).first).to_contain_text("Ask the staff.")
    expect(machine.locator(".tally")).to_contain_text("2 done")
    found += faults(machine)
    follow(machine.get_by_role("button", name="Finish", exact=True))
    expect(machine.get_by_role("heading", level=1)).to_have_text("Thank you")
    follow(machine.get_by_role("link", name="Done"))
    # The next patron finds the municipality's own language again.
    expect(machine.get_by_role("heading", level=1)).to_have_text("Skanna ditt lånekort")

    follow(machine.get_by_role("link", name="Lämna något"))
    scan(machine, barcodes[0])
    expect(rows(machine).first).to_contain_text("Återlämnat")
    found += faults(machine)
    log_in(page, demo, "librarian", name=TOWN)
    check_in(page, demo, barcodes[1], name=TOWN)
    assert found == []
