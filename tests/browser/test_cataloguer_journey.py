"""A cataloguer's keys in the editor: what is looked up and what a macro does goes in as if typed, and is taken back."""

import re

from playwright.sync_api import expect

from tests.browser.hands import leave_by, log_in


def test_a_macro_goes_in_by_one_key_and_is_taken_back_by_another(page, demo):
    log_in(page, demo, "librarian")
    page.goto(demo.url("/desk/macros/new"))
    page.get_by_label("Name").fill("Horses")
    page.get_by_label("For records in").select_option("MARC21")
    page.get_by_label("Number on its key").select_option("7")
    page.get_by_label("Steps, one on each line").fill("+ 650 #4 $aHeste\n= 008/35-37 dan")
    leave_by(page, "Control+s")

    page.goto(demo.url("/desk/records/new?kind=BOOK&flavour=MARC21"))
    lines = page.locator("[data-marc-lines]")
    before = lines.input_value()
    page.keyboard.press("Alt+7")
    expect(page.locator("#headings")).to_contain_text("has changed 2 fields")
    expect(lines).to_have_value(before.replace("und#c", "dan#c").replace("700 1#", "650 #4 $aHeste\n700 1#"))

    page.keyboard.press("Control+z")
    expect(lines).to_have_value(before)
    expect(page.locator("#headings")).to_be_empty()


def test_a_role_is_found_where_the_cursor_stands_and_taken_back(page, demo):
    log_in(page, demo, "librarian")
    page.goto(demo.url("/desk/records/new?kind=BOOK&flavour=MARC21"))
    lines = page.locator("[data-marc-lines]")
    lines.press("Control+End")
    page.keyboard.type("Holm, Anna$4illus")
    expect(lines).to_have_value(re.compile(r"\$aHolm, Anna\$4illus$"))
    typed = lines.input_value()

    page.keyboard.press("Control+k")
    expect(page.get_by_role("button", name="illustrator")).to_be_focused()
    page.keyboard.press("Enter")
    expect(lines).to_have_value(typed.removesuffix("illus") + "ill")

    page.keyboard.press("Control+z")
    expect(lines).to_have_value(typed)
