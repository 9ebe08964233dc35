"""The scan queue in a browser: bursts, slow and failing servers, and what a scan means when it's sent."""

import time

import pytest
from playwright.sync_api import Page, expect

from tests.web.ui.scan_server import ScanServer

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def scan(page: Page, value: str) -> None:
    """Type like a scanner: two milliseconds a character, then Enter."""
    page.keyboard.type(value, delay=2)
    page.keyboard.press("Enter")


def fire(page: Page, value: str, *, key: str, code: int) -> None:
    """Type like a scanner that ends with another key, at the scanner's pace however slow this machine is just now.

    :param code: what browsers call the number of the last key
    """
    keyboard, now = page.context.new_cdp_session(page), time.time()
    strokes = [{"type": "keyDown", "key": each, "text": each} for each in value]
    strokes.append({"type": "rawKeyDown", "key": key, "code": key, "windowsVirtualKeyCode": code})
    for number, stroke in enumerate(strokes):
        keyboard.send("Input.dispatchKeyEvent", stroke | {"timestamp": now + number / 500})
        keyboard.send("Input.dispatchKeyEvent", stroke | {"type": "keyUp", "text": "", "timestamp": now + number / 500})
    keyboard.detach()


def results(page: Page) -> list[str]:
    """List the results on the page, oldest first."""
    rows = page.locator("#rows tr[data-result]").all()
    return [row.get_attribute("data-result") or "" for row in reversed(rows)]


def until_empty(page: Page) -> None:
    """Wait until no scan waits for its answer."""
    expect(page.locator("form[data-scan-waiting='0']")).to_be_attached()


def test_answers_a_burst_of_30_scans_in_order_while_the_first_answer_is_slow(desk: Page, server: ScanServer) -> None:
    server.behaviour.first_delay = 2.0
    server.behaviour.delay = 0.02
    barcodes = [f"50123{number:05d}" for number in range(30)]

    for barcode in barcodes:
        scan(desk, barcode)

    assert desk.locator("#scan").input_value() == ""
    until_empty(desk)
    assert [request.value for request in server.behaviour.requests] == barcodes
    assert len({request.scan_id for request in server.behaviour.requests}) == 30
    assert [request.number for request in server.behaviour.requests] == list(range(1, 31))
    assert server.behaviour.overlaps == 0
    assert results(desk) == barcodes
    expect(desk.locator("[data-tally='ok hold transit notice']")).to_have_text("30 checked out")
    expect(desk.locator("[data-scan-box]")).to_be_focused()


def test_keeps_the_same_barcode_scanned_twice_as_two_scans(desk: Page, server: ScanServer) -> None:
    scan(desk, "5012340001")
    scan(desk, "5012340001")
    until_empty(desk)

    assert server.behaviour.done_values() == ["5012340001", "5012340001"]


def test_shows_a_row_at_once_and_its_number(desk: Page, server: ScanServer) -> None:
    answer = server.behaviour.hold("5012340001")

    scan(desk, "5012340001")
    scan(desk, "5012340002")

    waiting = desk.locator("#rows tr.is-queued")
    expect(waiting).to_have_count(2)
    expect(waiting.nth(0)).to_contain_text("In the queue")
    expect(waiting.nth(1)).to_contain_text("Sending …")
    assert waiting.nth(0).locator("[data-scan-number]").inner_text() == "2"
    expect(desk.locator("[data-tally-queue]")).to_contain_text("2 in the queue")
    answer.set()
    until_empty(desk)


def test_reads_the_patron_when_the_scan_is_sent(desk: Page, server: ScanServer) -> None:
    card = server.behaviour.hold("card-17")

    for value in ("card-17", "5012340001", "card-18", "5012340002"):
        scan(desk, value)
    card.set()
    until_empty(desk)

    assert [(r.value, r.patron) for r in server.behaviour.requests][1::2] == [
        ("5012340001", "17"),
        ("5012340002", "18"),
    ]
    expect(desk.locator("#panel h2")).to_have_text("18")


def test_puts_waiting_rows_back_when_an_answer_empties_the_list(desk: Page, server: ScanServer) -> None:
    card, item = server.behaviour.hold("card-17"), server.behaviour.hold("5012340001")
    for value in ("card-17", "5012340001", "5012340002"):
        scan(desk, value)
    expect(desk.locator("#rows tr.is-queued")).to_have_count(3)

    card.set()
    expect(desk.locator("#panel h2")).to_have_text("17")

    expect(desk.locator("#rows tr.is-queued")).to_have_count(2)
    item.set()
    until_empty(desk)
    assert results(desk) == ["5012340001", "5012340002"]


def test_takes_a_field_marked_so_when_the_scan_is_taken(desk: Page, server: ScanServer) -> None:
    answer = server.behaviour.hold("5012340001")
    desk.fill("#day", "2026-11-16")
    desk.focus("#scan")
    scan(desk, "5012340001")
    scan(desk, "5012340002")
    desk.fill("#day", "")
    desk.focus("#scan")
    scan(desk, "5012340003")
    answer.set()
    until_empty(desk)

    assert [request.day for request in server.behaviour.requests] == ["2026-11-16", "2026-11-16", ""]


def test_ends_the_patron_in_order_with_the_scans(desk: Page, server: ScanServer) -> None:
    card = server.behaviour.hold("card-17")
    scan(desk, "card-17")
    scan(desk, "5012340001")
    desk.keyboard.press("Escape")
    scan(desk, "5012340002")
    card.set()
    until_empty(desk)

    assert [(r.value, r.patron) for r in server.behaviour.requests if not r.command][1:] == [
        ("5012340001", "17"),
        ("5012340002", ""),
    ]
    assert [request.command for request in server.behaviour.requests] == ["", "", "end", ""]


@pytest.mark.parametrize(("failure", "state"), [("500", "No answer"), ("404", "No answer"), ("cut", "Not sent")])
def test_stops_at_a_failed_scan_and_sends_it_again_with_the_same_id(
    desk: Page, server: ScanServer, failure: str, state: str
) -> None:
    server.behaviour.failures["5012340002"].append(failure)
    for value in ("5012340001", "5012340002", "5012340003"):
        scan(desk, value)

    failed = desk.locator("#rows tr.is-open")
    expect(failed).to_contain_text(state)
    assert server.behaviour.done_values()[:1] == ["5012340001"]
    assert "5012340003" not in server.behaviour.done_values()
    failed.locator("[data-scan-retry]").click()
    until_empty(desk)

    assert server.behaviour.done_values() == ["5012340001", "5012340002", "5012340003"]
    assert results(desk) == ["5012340001", "5012340002", "5012340003"]
    tries = [request.scan_id for request in server.behaviour.requests if request.value == "5012340002"]
    assert len(tries) == 2
    assert len(set(tries)) == 1
    expect(desk.locator("[data-scan-box]")).to_be_focused()


@pytest.mark.parametrize("failure", ["503", "busy", "429", "cut", "lost"])
def test_repeats_by_itself_when_waiting_helps(desk: Page, server: ScanServer, failure: str) -> None:
    server.behaviour.failures["5012340001"].append(failure)

    scan(desk, "5012340001")
    scan(desk, "5012340002")
    until_empty(desk)

    assert server.behaviour.done_values() == ["5012340001", "5012340002"]


@pytest.mark.parametrize(
    ("failure", "words"), [("busy", "Another desk was at the same thing."), ("429", "Too many requests.")]
)
def test_says_why_it_waits(desk: Page, server: ScanServer, failure: str, words: str) -> None:
    server.behaviour.failures["5012340001"].extend([failure] * 100)

    scan(desk, "5012340001")

    expect(desk.locator("#rows .why:visible")).to_contain_text(words)
    server.behaviour.failures["5012340001"].clear()
    until_empty(desk)
    assert server.behaviour.done_values() == ["5012340001"]


def test_lets_the_others_go_on_when_a_failed_scan_is_set_aside(desk: Page, server: ScanServer) -> None:
    server.behaviour.failures["5012340001"].append("500")
    scan(desk, "5012340001")
    scan(desk, "5012340002")

    desk.locator("[data-scan-aside]:visible").click()

    expect(desk.locator("[data-result='5012340002']")).to_be_visible()
    expect(desk.locator("#rows tr.is-open")).to_contain_text("Set aside")
    expect(desk.locator("[data-tally-queue]")).to_contain_text("1 in the queue")
    desk.locator("[data-scan-retry]:visible").click()
    until_empty(desk)
    assert server.behaviour.done_values() == ["5012340002", "5012340001"]


def test_takes_back_a_scan_that_is_not_sent_yet(desk: Page, server: ScanServer) -> None:
    answer = server.behaviour.hold("5012340001")
    scan(desk, "5012340001")
    scan(desk, "5012340002")

    desk.locator("#rows tr.is-queued", has_text="5012340002").locator("[data-scan-remove]").click()
    answer.set()
    until_empty(desk)

    assert [request.value for request in server.behaviour.requests] == ["5012340001"]


def test_keeps_the_scan_when_the_login_has_ended(desk: Page, server: ScanServer) -> None:
    server.behaviour.logged_in = False
    scan(desk, "5012340001")

    failed = desk.locator("#rows tr.is-open")
    expect(failed).to_contain_text("Logged out")
    assert failed.locator("[data-scan-login]").get_attribute("href") == "/login"
    server.behaviour.logged_in = True
    server.behaviour.token = "token-2"
    failed.locator("[data-scan-retry]").click()
    until_empty(desk)

    assert server.behaviour.done_values() == ["5012340001"]
    assert server.behaviour.requests[-1].token == "token-2"


def test_takes_an_answer_with_a_kind_for_a_result_whatever_its_status(desk: Page, server: ScanServer) -> None:
    scan(desk, "bad-1")
    until_empty(desk)

    assert results(desk) == ["bad-1"]
    expect(desk.locator("[data-tally='stop']")).to_have_text("1 refused")
    expect(desk.locator("[data-scan-said]")).to_have_text("Refused, bad-1")
    assert desk.evaluate("document.documentElement.dataset.lastSound") == "stop"


def test_asks_before_the_page_is_left_with_scans_unsent(desk: Page, server: ScanServer) -> None:
    asked = []
    desk.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    answer = server.behaviour.hold("5012340001")
    scan(desk, "5012340001")

    desk.goto(f"{server.address}/search")
    answer.set()

    assert asked == ["beforeunload"]


def test_ignores_an_empty_box(desk: Page, server: ScanServer) -> None:
    scan(desk, "   ")
    scan(desk, "")
    scan(desk, "5012340001")
    until_empty(desk)

    assert [request.value for request in server.behaviour.requests] == ["5012340001"]


def test_takes_tab_and_line_feed_of_a_scanner_for_enter(desk: Page, server: ScanServer) -> None:
    fire(desk, "5012340001", key="Tab", code=9)
    desk.keyboard.type("5012340002")
    desk.keyboard.press("Control+j")
    until_empty(desk)

    assert server.behaviour.done_values() == ["5012340001", "5012340002"]


def test_takes_a_list_of_the_page_for_as_many_scans(desk: Page, server: ScanServer) -> None:
    desk.evaluate(
        "document.querySelector('main').insertAdjacentHTML('beforeend',"
        ' \'<button type="button" id="all" data-scan-list="5012340001&#10;5012340002&#10;">All</button>\')'
    )
    desk.locator("#all").click()
    until_empty(desk)
    scan(desk, "5012340003")
    until_empty(desk)

    assert server.behaviour.done_values() == ["5012340001", "5012340002", "5012340003"]
    assert [request.listed for request in server.behaviour.requests] == ["1", "1", ""]


def test_takes_a_pasted_list_for_as_many_scans(desk: Page, server: ScanServer) -> None:
    desk.evaluate(
        "const data = new DataTransfer(); data.setData('text', '5012340001\\r\\n5012340002\\n\\n 5012340003 \\n');"
        "document.querySelector('#scan').dispatchEvent("
        "new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }))"
    )
    until_empty(desk)

    assert server.behaviour.done_values() == ["5012340001", "5012340002", "5012340003"]
    assert desk.locator("#scan").input_value() == ""
