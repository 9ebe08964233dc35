"""What comes back over the desk: to the shelf, to the hold shelf with a slip, on the van to its branch."""

import re

from playwright.sync_api import Page, expect

from tests.browser.hands import (
    begin,
    check_in,
    follow,
    leave_by,
    log_in,
    place_hold,
    press,
    rows,
    scan,
    scan_box,
    settled,
)


def goes_to(page: Page):
    return page.get_by_role("region", name="Where it goes")


def slip(page: Page):
    return page.get_by_role("complementary", name="Slip")


def test_an_item_goes_back_to_its_shelf(page, demo):
    barcode = demo.items("available")[11]
    log_in(page, demo, "librarian")
    begin(page, demo, demo.patron("fine", place=1))
    scan(page, barcode)

    check_in(page, demo, barcode)

    expect(goes_to(page)).to_contain_text("Shelf")
    expect(rows(page).first).to_contain_text("Checked in")
    expect(scan_box(page)).to_be_focused()
    press(page, "Control+z")
    expect(rows(page).first).to_contain_text("Undone")
    check_in(page, demo, barcode)
    expect(rows(page).first).to_contain_text("Checked in")
    check_in(page, demo, barcode)
    expect(rows(page).first).to_contain_text("Nothing changed")


def test_a_hold_is_trapped_slipped_and_listed(page, demo):
    barcode, patron = demo.items("available")[12], demo.patron("hold_ready")
    log_in(page, demo, "librarian")
    title = place_hold(page, demo, barcode, patron["card"], "Dokk1")
    page.goto(demo.url("/desk/holds"))
    expect(page.get_by_role("row").filter(has_text=title).first).to_contain_text("Hold shelf")

    check_in(page, demo, barcode)

    expect(goes_to(page)).to_contain_text("Hold shelf")
    expect(goes_to(page).locator(".mark")).to_have_text(re.compile(r"^\s*\d{3}\s*$"))
    number = goes_to(page).locator(".mark").inner_text()
    expect(slip(page)).to_contain_text(number)
    press(page, "F10")
    paper = page.locator(".print-sheet [data-paper]")
    expect(paper).to_contain_text(number)
    expect(paper).to_contain_text(title)
    # The shelf is public: no whole name, no card.
    expect(paper).not_to_contain_text(patron["name"])
    expect(paper).not_to_contain_text(patron["card"])
    expect(scan_box(page)).to_be_focused()
    demo.ready.append(title)
    page.goto(demo.url("/desk/shelf"))
    ready = page.get_by_role("region", name="Ready for pick-up").get_by_role("row").filter(has_text=title)
    expect(ready.filter(has_text=number)).to_have_count(1)
    begin(page, demo, patron)
    expect(page.locator(".pick-list li").filter(has_text=number)).to_contain_text(title)


def test_what_lies_ready_is_lent_to_its_patron_only(page, demo):
    barcode = demo.items("on_hold_shelf")[0]
    log_in(page, demo, "librarian")
    begin(page, demo, demo.patron("fine", place=1))
    scan(page, barcode)
    expect(page.locator("[data-scan-rows] .reasons")).to_contain_text("On hold for another patron.")
    expect(page.locator("[data-scan-rows] .reasons")).to_contain_text(re.compile(r"number \d{3}"))

    page.goto(demo.url(f"/desk/items/{barcode}"))
    follow(page.get_by_text("Lies ready for").get_by_role("link"))
    leave_by(page, "F2")
    expect(page).to_have_url(re.compile(r"/desk/check-out\?patron="))
    scan(page, barcode)

    expect(rows(page).first).to_contain_text("Fills the hold")
    check_in(page, demo, barcode)


def test_an_item_of_another_branch_travels_home(page, demo):
    barcode = demo.items("available")[13]
    log_in(page, demo, "librarian", branch=1)

    check_in(page, demo, barcode)
    expect(goes_to(page)).to_contain_text("Dokk1")
    expect(slip(page)).to_contain_text("Dokk1")
    slip(page).get_by_role("link", name="Print").click()
    expect(page.locator(".print-sheet [data-paper]")).to_contain_text("Gellerup Bibliotek")
    expect(scan_box(page)).to_be_focused()

    log_in(page, demo, "librarian")
    page.goto(demo.url("/desk/transits"))
    expect(page.get_by_role("row").filter(has_text=barcode)).to_contain_text("Comes home")
    check_in(page, demo, barcode)
    expect(rows(page).first).to_contain_text("Arrived")
    expect(goes_to(page)).to_contain_text("Shelf")


def test_check_ins_are_dated_back_under_a_banner_until_that_is_ended(page, demo):
    log_in(page, demo, "librarian")
    page.goto(demo.url("/desk/check-in"))

    press(page, "Control+d")
    day = page.evaluate("new Date(Date.now() - 3 * 86400000).toISOString().slice(0, 10)")
    page.get_by_label("Returned on").fill(day)
    press(page, "Enter")
    banner = page.get_by_text(re.compile("^Check-ins are dated .* until you end this"))
    expect(banner).to_be_visible()
    expect(scan_box(page)).to_be_focused()
    scan(page, demo.items("available")[14])
    expect(banner).to_be_visible()
    page.get_by_role("button", name="Date them today again").click()
    settled(page)

    expect(banner).to_have_count(0)
    expect(scan_box(page)).to_be_focused()


def test_what_was_missing_is_found_again(page, demo):
    barcode = demo.items("missing")[0]
    log_in(page, demo, "librarian")

    check_in(page, demo, barcode)

    expect(rows(page).first).to_contain_text("It was marked as missing, and is found.")


def test_slips_print_themselves_when_that_is_ticked(page, demo):
    barcode = demo.items("available")[15]
    log_in(page, demo, "librarian", branch=1)
    page.goto(demo.url("/desk/check-in"))
    page.get_by_label("Print without asking").check()

    # The scanner doesn't know that the focus is elsewhere.
    page.keyboard.type(barcode)
    page.keyboard.press("Enter")

    expect(page.locator(".print-sheet [data-paper]")).to_contain_text("Dokk1")
    expect(scan_box(page)).to_be_focused()
    log_in(page, demo, "librarian")
    check_in(page, demo, barcode)
