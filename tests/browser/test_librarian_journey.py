"""A librarian's day at the desk: lends, is told why not, overrides, undoes, ends a visit with a receipt."""

import re

from playwright.sync_api import expect

from tests.browser.hands import (
    begin,
    check_in,
    expect_loans,
    follow,
    loans_in,
    log_in,
    panel,
    press,
    rows,
    scan,
    scan_box,
    settled,
    type_login,
)


def test_chooses_her_branch_once(page, demo):
    type_login(page, demo, "supervisor", "Oulu")
    expect(page).to_have_url(re.compile("/account/branch"))
    page.get_by_label("Kaukovainion kirjasto").check()
    follow(page.get_by_role("button", name="Work here"))

    for path in ("/desk/", "/desk/check-out", "/desk/check-in"):
        page.goto(demo.url(path, "Oulu"))
        expect(page.locator("header")).to_contain_text("Kaukovainion kirjasto")
    page.locator("summary", has_text="Kaukovainion kirjasto").click()
    follow(page.get_by_role("button", name="Log out"))
    type_login(page, demo, "supervisor", "Oulu")

    expect(page).to_have_url(re.compile("/desk/"))
    expect(page.locator("header")).to_contain_text("Kaukovainion kirjasto")


def test_lends_undoes_the_newest_and_ends_with_a_receipt(page, demo):
    first, second, third = demo.items("available")[:3]
    log_in(page, demo, "librarian")
    begin(page, demo, demo.patron("fine", place=1))
    before = loans_in(page)

    scan(page, first, second, third)
    expect(rows(page)).to_have_count(3)
    expect(rows(page).first).to_contain_text(third)
    expect(rows(page).locator(".status", has_text="Checked out")).to_have_count(3)
    expect_loans(page, before + 3)
    press(page, "Control+z")
    expect(rows(page).first).to_contain_text("Undone")
    expect_loans(page, before + 2)
    expect(scan_box(page)).to_be_focused()
    press(page, "F9")

    receipt = page.locator(".print-sheet [data-paper]")
    expect(receipt).to_contain_text("2 loans")
    expect(receipt).to_contain_text(first)
    expect(receipt).to_contain_text(second)
    expect(receipt).not_to_contain_text(third)
    expect(panel(page)).to_contain_text("Scan a card or type a name")
    expect(rows(page)).to_have_count(0)
    page.goto(demo.url(page.get_by_role("link", name="Print the receipt").get_attribute("href")))
    expect(page.locator("[data-paper]")).to_contain_text("2 loans")
    check_in(page, demo, first, second)


def test_esc_ends_the_patron_and_clears_the_screen(page, demo):
    barcode = demo.items("available")[3]
    log_in(page, demo, "librarian")
    begin(page, demo, demo.patron("fine", place=1))
    scan(page, barcode)

    # The first Esc leaves what's half typed, and only the next one the patron.
    page.keyboard.type("50000")
    press(page, "Escape")
    expect(scan_box(page)).to_have_value("")
    expect(rows(page)).to_have_count(1)
    press(page, "Escape")

    expect(rows(page)).to_have_count(0)
    expect(panel(page)).to_contain_text("Scan a card or type a name")
    expect(scan_box(page)).to_be_focused()
    scan(page, demo.items("available")[4])
    expect(rows(page).first).to_contain_text("Not checked out")
    check_in(page, demo, barcode)


def test_reads_all_reasons_at_once_and_who_may_override_each(page, demo):
    log_in(page, demo, "librarian")
    begin(page, demo, demo.patron("blocked"))

    scan(page, demo.items("reference_only")[0])

    expect(rows(page).first).to_contain_text("Not checked out")
    reasons = page.locator("[data-scan-rows] .reasons li")
    expect(reasons).to_have_count(2)
    expect(reasons.filter(has_text="For use in the library only.")).to_contain_text("You may override")
    expect(reasons.filter(has_text="Blocked.")).to_contain_text("Needs a supervisor")
    expect(page.get_by_label("Why do you override?")).to_have_count(0)


def test_a_supervisor_overrides_with_a_reason_for_this_item_only(page, demo):
    reference, plain = demo.items("reference_only")[1], demo.items("available")[5]
    log_in(page, demo, "supervisor")
    begin(page, demo, demo.patron("blocked"))
    before = loans_in(page)
    scan(page, reference)

    press(page, "Control+g")
    expect(page.get_by_label("Why do you override?")).to_be_focused()
    page.keyboard.type("Her teacher phoned")
    page.keyboard.press("Enter")
    expect(rows(page).first).to_contain_text("Overridden")

    expect(rows(page)).to_have_count(1)
    expect(rows(page).first).to_contain_text("Checked out")
    expect_loans(page, before + 1)
    expect(scan_box(page)).to_be_focused()
    scan(page, plain)
    expect(rows(page).first).to_contain_text("Not checked out")
    expect(page.locator("[data-scan-rows] .reasons li")).to_have_count(1)
    check_in(page, demo, reference)


def test_an_override_without_a_reason_is_not_sent(page, demo):
    log_in(page, demo, "supervisor")
    begin(page, demo, demo.patron("blocked"))
    scan(page, demo.items("available")[6])

    page.get_by_role("button", name="Check out in spite of it").click()

    expect(page.get_by_label("Why do you override?")).to_be_focused()
    expect(rows(page).first).to_contain_text("Not checked out")


def test_undoes_any_row_by_its_own_button(page, demo):
    first, second = demo.items("available")[7:9]
    log_in(page, demo, "librarian")
    begin(page, demo, demo.patron("fine", place=1))
    scan(page, first, second)

    rows(page).filter(has_text=first).get_by_role("button", name=re.compile("^Undo")).click()

    expect(rows(page).nth(1)).to_contain_text("Undone")
    expect(rows(page).nth(0)).to_contain_text("Checked out")
    expect(scan_box(page)).to_be_focused()
    check_in(page, demo, second)


def test_lends_until_another_day_and_renews_all(page, demo):
    first, second = demo.items("available")[36:38]
    patron = demo.patron("child")
    log_in(page, demo, "librarian")
    begin(page, demo, patron)
    # No mouse: the dialog opens by its key and closes by Enter.
    press(page, "Control+d")
    day = page.evaluate("new Date(Date.now() + 2 * 86400000).toISOString().slice(0, 10)")
    page.get_by_label("Due on").fill(day)
    press(page, "Enter")
    banner = page.get_by_text(re.compile("^Everything is due on .* until you end this"))
    expect(banner).to_be_visible()
    shown = re.search("on (.*) until", banner.inner_text())[1]
    scan(page, first, second)
    expect(rows(page).filter(has_text=shown)).to_have_count(2)

    page.get_by_role("button", name="Back to the rules' due dates").click()
    settled(page)
    expect(banner).to_have_count(0)
    press(page, "Control+o")

    expect(rows(page).first).to_contain_text("Renewed")
    expect(rows(page).first).to_contain_text(re.compile(r"[2-9] loans"))
    follow(panel(page).get_by_role("link", name=patron["name"]))
    for barcode in (first, second):
        loan = page.get_by_role("region", name="Loans").get_by_role("row").filter(has_text=barcode)
        expect(loan).not_to_contain_text(shown)
    check_in(page, demo, first, second)


def test_types_a_name_instead_of_a_card_and_chooses_who_it_is(page, demo):
    family = demo.patron("child")["name"].split()[-1]
    log_in(page, demo, "librarian")
    page.goto(demo.url("/desk/check-out"))

    scan(page, family)
    expect(rows(page).first).to_contain_text("Who is it?")
    page.get_by_role("button", name=f"Choose {demo.patron('child')['name']}", exact=True).first.click()

    expect(panel(page).get_by_role("heading", level=2)).to_have_text(demo.patron("child")["name"])
    expect(scan_box(page)).to_be_focused()


def test_unknown_barcodes_are_refused_and_nothing_else_changes(page, demo):
    log_in(page, demo, "librarian")
    begin(page, demo, demo.patron("fine", place=1))
    before = loans_in(page)

    scan(page, "0000000000", "<script>alert(1)</script>", "5000000018")

    expect(rows(page)).to_have_count(3)
    expect(rows(page).locator(".status", has_text="Not checked out")).to_have_count(3)
    expect(rows(page).nth(1)).to_contain_text("<script>alert(1)</script>")
    expect_loans(page, before)
