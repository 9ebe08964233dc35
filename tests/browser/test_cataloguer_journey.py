"""A cataloguer's keys in the editor: what is looked up and what a macro does goes in as if typed, and is taken back."""

import re

from playwright.sync_api import expect

from tests.browser.hands import leave_by, log_in

NEW_BOOK = "/desk/records/new?kind=BOOK&flavour=MARC21"


def write_macro(page, demo, name, number, steps):
    page.goto(demo.url("/desk/macros/new"))
    page.get_by_label("Name").fill(name)
    page.get_by_label("For records in").select_option("MARC21")
    page.get_by_label("Number on its key").select_option(number)
    page.get_by_label("Steps, one on each line").fill(steps)
    leave_by(page, "Control+s")


def test_a_macro_goes_in_by_one_key_and_is_taken_back_by_another(page, demo):
    log_in(page, demo, "librarian")
    write_macro(page, demo, "Horses", "7", "+ 650 #4 $aHeste\n= 008/35-37 dan")

    page.goto(demo.url(NEW_BOOK))
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
    page.goto(demo.url(NEW_BOOK))
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


def test_a_code_chosen_while_a_macro_is_looked_at_stays(page, demo):
    log_in(page, demo, "librarian")
    write_macro(page, demo, "Ponies", "8", "+ 650 #4 $aPonyer")
    page.goto(demo.url(NEW_BOOK))
    lines, shown = page.locator("[data-marc-lines]"), page.locator("#headings")
    page.get_by_role("button", name="Macros").click()
    shown.get_by_role("button", name="Preview Ponies").click()
    expect(shown.get_by_role("button", name="Apply")).to_be_visible()

    page.locator("#code-008-35").fill("dan")
    page.locator("#code-008-35").press("Tab")

    expect(shown).to_be_empty()
    expect(lines).to_have_value(re.compile("dan#c"))
    page.keyboard.press("Alt+8")
    expect(lines).to_have_value(re.compile(r"dan#c[\s\S]*\$aPonyer"))


def test_a_look_up_that_is_answered_after_a_code_was_chosen_is_not_shown(page, demo):
    log_in(page, demo, "librarian")
    page.goto(demo.url(NEW_BOOK))
    held = []
    page.route("**/records/headings", lambda route: held.append(route))
    with page.expect_request("**/records/headings"):
        page.get_by_role("button", name="Look up the heading").click()
    page.locator("#code-008-35").fill("dan")
    page.locator("#code-008-35").press("Tab")
    expect(page.locator("[data-marc-lines]")).to_have_value(re.compile("dan#c"))
    with page.expect_response("**/records/headings"):
        held[0].continue_()

    page.wait_for_function("!document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling')")
    expect(page.locator("#headings")).to_be_empty()


def test_what_is_typed_while_a_code_is_put_in_stays(page, demo):
    log_in(page, demo, "librarian")
    page.goto(demo.url(NEW_BOOK))
    lines, held = page.locator("[data-marc-lines]"), []

    def hold_first(route):
        if held or "008-35=dan" not in route.request.post_data:
            route.continue_()
        else:
            held.append(route)

    page.route("**/check", hold_first)
    page.locator("#code-008-35").fill("dan")
    with page.expect_request(lambda request: "008-35=dan" in (request.post_data or "")):
        page.locator("#code-008-35").press("Tab")
    lines.press("Control+End")
    page.keyboard.type("Holm, Anna")
    held[0].continue_()

    expect(lines).to_have_value(re.compile(r"dan#c[\s\S]*\$aHolm, Anna"))


def test_enter_in_a_coded_place_saves(page, demo):
    log_in(page, demo, "librarian")
    page.goto(demo.url(NEW_BOOK))
    page.get_by_role("button", name="Macros").click()
    expect(page.locator("#headings").get_by_role("link", name="All macros")).to_be_visible()

    with page.expect_navigation():
        page.locator("#code-008-35").press("Enter")

    # It lacks a title, so it isn't kept; but nothing else was opened in the place of saving it.
    expect(page.get_by_role("heading", name="New record")).to_be_visible()
    expect(page.get_by_role("button", name="Save as it is")).to_be_visible()
    assert len(page.context.pages) == 1
