"""The desk without a mouse: every step by key, the focus always to be seen, the cursor back in the scan box."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.hands import leave_by, panel, press, rows, scan, scan_box, settled
from tests.browser.keyboard import expect_visible_focus, tab_to

TOWN = "Oulu"


def expect_ready(page: Page) -> None:
    """Expect the cursor in the empty scan box, to be seen."""
    expect(scan_box(page)).to_be_focused()
    expect(scan_box(page)).to_have_value("")
    expect_visible_focus(page)


def log_in_by_keyboard(page: Page, demo) -> None:
    account = demo.staff("librarian", TOWN)
    page.goto(demo.url("/account/log-in", TOWN))
    tab_to(page, page.get_by_label("User name"))
    page.keyboard.type(account["username"])
    tab_to(page, page.get_by_label("Password", exact=True))
    page.keyboard.type(account["password"])
    leave_by(page, "Enter")
    expect(page).not_to_have_url(re.compile("/account/log-in"))
    if "/account/branch" in page.url:
        tab_to(page, page.get_by_role("radio").first)
        page.keyboard.press("Space")
        tab_to(page, page.get_by_role("button", name="Work here"))
        leave_by(page, "Enter")
        expect(page).to_have_url(re.compile("/desk/"))


def test_a_whole_visit_without_a_mouse(page, demo):
    first, second, third = demo.items("available", TOWN)[:3]
    patron = demo.patron("fine", TOWN)
    log_in_by_keyboard(page, demo)

    leave_by(page, "F2")
    expect(page).to_have_url(re.compile("/desk/check-out"))
    expect_ready(page)
    scan(page, patron["card"], first, second, third)
    expect(rows(page)).to_have_count(3)
    expect_ready(page)
    press(page, "Control+z")
    expect(rows(page).first).to_contain_text("Undone")
    expect_ready(page)

    # A dialog is left by Esc, and the patron isn't.
    press(page, "Control+d")
    expect(page.get_by_role("dialog")).to_be_visible()
    expect_visible_focus(page)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(panel(page)).to_contain_text(patron["name"])
    expect_ready(page)
    press(page, "?")
    expect(page.get_by_role("dialog")).to_contain_text("Finish with a receipt")
    expect_visible_focus(page)
    page.keyboard.press("Escape")
    expect_ready(page)

    press(page, "F9")
    expect(page.locator(".print-sheet [data-paper]")).to_contain_text("2 loans")
    expect(rows(page)).to_have_count(0)
    expect_ready(page)
    press(page, "F10")
    expect_ready(page)

    leave_by(page, "F3")
    expect(page).to_have_url(re.compile("/desk/check-in"))
    expect_ready(page)
    scan(page, first, second)
    expect(rows(page).filter(has_text="Checked in")).to_have_count(2)
    expect_ready(page)


def test_finds_a_patron_and_comes_back_without_a_mouse(page, demo):
    patron = demo.patron("child", TOWN)
    log_in_by_keyboard(page, demo)

    leave_by(page, "F4")
    expect(page).to_have_url(re.compile("/desk/patrons"))
    expect(page.get_by_role("combobox")).to_be_focused()
    page.keyboard.type(patron["name"])
    expect(page.get_by_role("option").first).to_contain_text(patron["name"])
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("option", selected=True)).to_contain_text(patron["name"])
    leave_by(page, "Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(patron["name"])

    # Through the whole page, and nothing that can't be seen.
    tab_to(page, page.get_by_role("region", name="Holds").get_by_role("link", name=re.compile("^Place a hold")))
    leave_by(page, "F2")
    expect(page).to_have_url(re.compile(r"/desk/check-out\?patron="))
    expect(panel(page)).to_contain_text(patron["name"])
    expect_ready(page)
    press(page, "Escape")
    expect(panel(page)).not_to_contain_text(patron["name"])
    expect_ready(page)


def test_a_refusal_is_overridden_without_a_mouse(page, demo):
    barcode, patron = demo.items("reference_only", TOWN)[0], demo.patron("fine", TOWN)
    log_in_by_keyboard(page, demo)
    leave_by(page, "F2")
    expect(page).to_have_url(re.compile("/desk/check-out"))
    scan(page, patron["card"], barcode)
    expect(rows(page).first).to_contain_text("Not checked out")
    expect_ready(page)

    press(page, "Control+g")
    expect(page.get_by_label("Why do you override?")).to_be_focused()
    expect_visible_focus(page)
    page.keyboard.press("Escape")
    expect_ready(page)
    press(page, "Control+g")
    page.keyboard.type("For an exhibition")
    page.keyboard.press("Enter")

    expect(rows(page).first).to_contain_text("Overridden")
    settled(page)
    expect_ready(page)
    leave_by(page, "F3")
    expect(page).to_have_url(re.compile("/desk/check-in"))
    scan(page, barcode)
    expect(rows(page).first).to_contain_text("Checked in")


def test_the_skip_link_comes_first_and_leads_past_the_bar(page, demo):
    log_in_by_keyboard(page, demo)
    page.goto(demo.url("/desk/", TOWN))

    page.keyboard.press("Tab")

    expect(page.get_by_role("link", name="Skip to the work")).to_be_focused()
    expect_visible_focus(page)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("#main$"))


def test_staff_change_a_key_and_the_button_says_so(page, demo):
    log_in_by_keyboard(page, demo)
    page.goto(demo.url("/account/keys", TOWN))
    field = page.get_by_label("Finish with a receipt")
    before = field.input_value()

    save_key(page, field, "Ctrl+K")
    page.goto(demo.url("/desk/check-out", TOWN))
    scan(page, demo.patron("fine", TOWN)["card"])
    expect(panel(page).get_by_role("button", name="Finish with a receipt Ctrl+K")).to_be_visible()
    press(page, "Control+k")
    expect(panel(page)).to_contain_text("Scan a card or type a name")

    page.goto(demo.url("/account/keys", TOWN))
    save_key(page, field, "Ctrl+T")
    expect(page.get_by_text("The browser keeps Ctrl+T for itself.").first).to_be_visible()
    save_key(page, field, before)


def save_key(page: Page, field: Locator, key: str) -> None:
    field.fill(key)
    leave_by(page, "Enter")


def test_catalogues_a_book_without_a_mouse(page, demo):
    log_in_by_keyboard(page, demo)
    leave_by(page, "F6")
    tab_to(page, page.get_by_role("link", name="New record"), key="Shift+Tab")
    leave_by(page, "Enter")
    tab_to(page, page.get_by_role("region", name="MARC 21").get_by_role("link", name="Book", exact=True))
    leave_by(page, "Enter")
    lines, checked = page.get_by_label("Fields, one on each line"), page.get_by_role("complementary")
    expect(lines).to_be_focused()
    # The cursor is in the first subfield that has nothing; the panel has followed it there.
    expect(checked).to_contain_text("020")
    expect(checked).to_contain_text("Field 245 is missing.")

    for _ in range(4):
        page.keyboard.press("F9")
    page.keyboard.type("Tyhjä kirjastoauto")
    expect(lines).to_have_value(re.compile(r"^245 10 \$aTyhjä kirjastoauto\$b\$c$", re.MULTILINE))
    expect(checked).to_contain_text("The record follows the format's rules.")
    leave_by(page, "Control+s")

    expect(page.get_by_role("heading", level=1)).to_have_text("Tyhjä kirjastoauto")
    expect(page.get_by_text("Only your library shows this title.")).to_be_visible()
