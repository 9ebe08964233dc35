"""Keys, focus, dialogs, undo and suggestions in a browser."""

import pytest
from playwright.sync_api import Page, expect

from tests.web.ui.scan_server import ScanServer
from tests.web.ui.test_scan_queue import results, scan, until_empty

pytestmark = pytest.mark.browser


def test_brings_the_cursor_back_after_a_result_an_undo_and_a_press(desk: Page, server: ScanServer) -> None:
    box = desk.locator("[data-scan-box]")
    scan(desk, "5012340001")
    until_empty(desk)
    expect(box).to_be_focused()

    desk.locator("[data-result='5012340001'] button").click()
    expect(desk.locator("#rows")).to_contain_text("Undone")
    expect(box).to_be_focused()

    desk.click("#plain-button")
    expect(box).to_be_focused()


def test_brings_the_cursor_back_after_a_dialog(desk: Page) -> None:
    desk.keyboard.press("Control+g")
    expect(desk.locator("#why")).to_be_focused()

    desk.keyboard.press("Escape")

    expect(desk.locator("#reason")).to_be_hidden()
    expect(desk.locator("[data-scan-box]")).to_be_focused()


def test_scans_into_the_box_when_the_focus_is_on_a_button(desk: Page, server: ScanServer) -> None:
    desk.focus("#plain-button")

    scan(desk, "5012340001")
    until_empty(desk)

    assert server.behaviour.done_values() == ["5012340001"]


def test_leaves_somebody_who_fills_in_another_field_alone(desk: Page, server: ScanServer) -> None:
    answer = server.behaviour.hold("5012340001")
    scan(desk, "5012340001")
    desk.focus("#note")
    answer.set()
    until_empty(desk)

    desk.keyboard.type("abc")

    assert desk.locator("#note").input_value() == "abc"


def test_leaves_marked_text_to_be_copied(desk: Page) -> None:
    desk.dblclick("#text")

    assert desk.evaluate("getSelection().toString().trim()") != ""


@pytest.mark.parametrize(("key", "target"), [("F9", "finish"), (" ", "skip")])
def test_presses_what_carries_the_action(desk: Page, key: str, target: str) -> None:
    desk.evaluate("id => document.getElementById(id).addEventListener('click', () => { window.pressed = id; })", target)

    desk.keyboard.press(key)

    assert desk.evaluate("window.pressed") == target
    assert desk.locator("#scan").input_value() == ""


def test_types_a_space_inside_a_name(desk: Page, server: ScanServer) -> None:
    scan(desk, "ellen bak")
    until_empty(desk)

    assert server.behaviour.done_values() == ["ellen bak"]


def test_undoes_the_newest(desk: Page, server: ScanServer) -> None:
    scan(desk, "5012340001")
    scan(desk, "5012340002")
    until_empty(desk)

    desk.keyboard.press("Control+z")
    expect(desk.locator("#rows tr").first).to_contain_text("Undone")

    assert server.behaviour.undone == ["5012340002"]
    assert results(desk) == ["5012340001"]


def test_shows_the_undo_key_on_the_newest_row_only(desk: Page) -> None:
    scan(desk, "5012340001")
    scan(desk, "5012340002")
    until_empty(desk)

    expect(desk.locator("#rows kbd:visible")).to_have_count(1)


def test_opens_the_table_of_keys_from_an_empty_box_only(desk: Page) -> None:
    desk.keyboard.type("a?")
    assert desk.locator("#scan").input_value() == "a?"
    expect(desk.locator("[data-keys-dialog]")).to_be_hidden()
    desk.fill("#scan", "")

    desk.keyboard.type("?")

    expect(desk.locator("[data-keys-dialog]")).to_be_visible()
    expect(desk.locator("[data-key-of='override']")).not_to_have_class("is-absent")
    expect(desk.locator("[data-key-of='renew-all']")).to_have_class("is-absent")
    desk.keyboard.press("Escape")
    expect(desk.locator("[data-scan-box]")).to_be_focused()


def test_does_nothing_behind_an_open_dialog(desk: Page) -> None:
    desk.evaluate("document.getElementById('finish').addEventListener('click', () => { window.pressed = true; })")
    desk.keyboard.press("Control+g")

    desk.keyboard.press("F9")

    assert desk.evaluate("window.pressed") is None


def test_uses_the_keys_of_the_page(desk: Page) -> None:
    desk.evaluate("document.body.dataset.keys = JSON.stringify({ override: 'Ctrl+Shift+L' })")

    desk.keyboard.press("Control+g")
    expect(desk.locator("#reason")).to_be_hidden()
    desk.keyboard.press("Control+Shift+l")

    expect(desk.locator("#reason")).to_be_visible()


def test_remembers_day_and_night(desk: Page, server: ScanServer) -> None:
    desk.emulate_media(color_scheme="light")
    desk.locator("[data-theme-toggle]").click()

    desk.goto(f"{server.address}/search")

    assert desk.locator("html").get_attribute("data-theme") == "dark"


def test_chooses_a_suggestion_by_arrow_and_enter(page: Page, server: ScanServer) -> None:
    page.goto(f"{server.address}/search")
    box = page.locator("#q")
    box.press_sequentially("hånd")
    expect(page.locator("[role=option]")).to_have_text(["hånd 1", "hånd 2", "hånd 3"])
    expect(box).to_have_attribute("aria-expanded", "true")

    box.press("ArrowDown")
    box.press("ArrowDown")
    chosen = page.locator("[aria-selected=true]")
    assert box.get_attribute("aria-activedescendant") == chosen.get_attribute("id")
    box.press("Enter")

    page.wait_for_url("**/found?q=h%C3%A5nd+2")


def test_a_late_answer_takes_no_choice_from_whoever_chooses(page: Page, server: ScanServer) -> None:
    page.goto(f"{server.address}/search")
    box = page.locator("#q")
    box.press_sequentially("hå")
    expect(page.locator("[role=option]")).to_have_text(["hå 1", "hå 2", "hå 3"])
    late = server.behaviour.hold("hånd")
    with page.expect_request("**/suggest?q=h%C3%A5nd"):
        box.press_sequentially("nd")

    with page.expect_event("requestfailed"):
        box.press("ArrowDown")
    late.set()
    expect(page.locator("[aria-selected=true]")).to_have_text("hå 1")
    box.press("Enter")

    page.wait_for_url("**/found?q=h%C3%A5+1")


def test_closes_the_suggestions_on_escape(page: Page, server: ScanServer) -> None:
    page.goto(f"{server.address}/search")
    box = page.locator("#q")
    box.press_sequentially("hånd")
    expect(page.locator("[role=option]")).to_have_text(["hånd 1", "hånd 2", "hånd 3"])

    box.press("Escape")

    expect(page.locator(".suggestions")).to_be_hidden()
    assert box.input_value() == "hånd"


def test_leaves_a_half_typed_scan_before_it_ends_the_patron(desk: Page, server: ScanServer) -> None:
    desk.keyboard.type("50123")

    desk.keyboard.press("Escape")
    assert desk.locator("#scan").input_value() == ""
    assert server.behaviour.requests == []

    desk.keyboard.press("Escape")
    until_empty(desk)
    assert [request.command for request in server.behaviour.requests] == ["end"]


def test_leaves_a_field_before_it_ends_the_patron(desk: Page, server: ScanServer) -> None:
    desk.fill("#note", "half a reason")

    desk.keyboard.press("Escape")

    expect(desk.locator("[data-scan-box]")).to_be_focused()
    assert desk.locator("#note").input_value() == "half a reason"
    assert server.behaviour.requests == []
