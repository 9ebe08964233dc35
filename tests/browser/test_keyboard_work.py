"""A supervisor's work at lists, money and entries without a mouse: she goes on where she was after every press."""

import re
import time

from playwright.sync_api import Locator, Page, expect

from common.barcodes import BarcodeScheme
from tests.browser.hands import leave_by, log_in
from tests.browser.keyboard import expect_visible_focus, tab_to, type_into

TOWN = "Sundbyberg"


def expect_focus_on(page: Page, target: Locator) -> None:
    expect(target).to_be_focused()
    expect_visible_focus(page)


def expect_news(page: Page, text: str) -> None:
    expect(page.get_by_role("main").get_by_text(text).first).to_be_visible()


def open_dialog(page: Page, opener: Locator) -> Locator:
    """Open a dialog by its button, and return it with the focus in it."""
    tab_to(page, opener)
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    expect(dialog.locator(":focus")).to_be_visible()
    expect_visible_focus(page)
    return dialog


def new_card(demo, place: int) -> str:
    """Return a card that nobody has had, not even in a first try of this test."""
    known = demo.patron("fine", TOWN)["card"]
    scheme = BarcodeScheme(known[:5], len(known), "mod10")
    return scheme.make(50_000_000 + (time.time_ns() // 10**8 + place) % 10_000_000)


def register(page: Page, demo, card: str, given: str) -> str:
    """Register a patron and return the address of her page."""
    page.goto(demo.url("/desk/patrons/new", TOWN))
    expect_focus_on(page, page.get_by_label("Card", exact=True))
    page.keyboard.type(card)
    type_into(page, page.get_by_label("Given name"), given)
    type_into(page, page.get_by_label("Family name"), "Tangent")
    leave_by(page, "Control+s")
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{given} Tangent")
    return page.url.split("?")[0]


def test_money_and_a_merge_without_a_mouse(page, demo):
    log_in(page, demo, "supervisor", name=TOWN)
    double = new_card(demo, 1)
    register(page, demo, double, "Dubbel")
    stays = register(page, demo, new_card(demo, 2), "Enkel")
    fees = page.get_by_role("region", name="Fees")

    write = fees.get_by_role("link", name=re.compile("^Write a fee"))
    dialog = open_dialog(page, write)
    page.keyboard.press("Escape")
    expect_focus_on(page, write)
    dialog = open_dialog(page, write)
    type_into(page, dialog.get_by_label("Amount"), "25")
    type_into(page, dialog.get_by_label("What for"), "A torn cover")
    leave_by(page, "Enter")
    expect(fees).to_contain_text("A torn cover")
    expect_focus_on(page, write)

    pay = fees.get_by_role("link", name=re.compile("^Take a payment"))
    tab_to(page, pay, key="Shift+Tab")
    dialog = open_dialog(page, pay)
    type_into(page, dialog.get_by_label("Amount"), "10")
    leave_by(page, "Enter")
    expect_news(page, "is paid.")
    expect_focus_on(page, pay)

    dialog = open_dialog(page, fees.get_by_role("link", name=re.compile("^Waive")))
    type_into(page, dialog.get_by_label("Why"), "It was torn before")
    leave_by(page, "Enter")
    expect(fees).to_contain_text("Nothing is owed.")
    expect(page.get_by_role("main").locator(":focus")).to_be_visible()
    expect_visible_focus(page)

    page.goto(f"{stays}/compare")
    type_into(page, page.get_by_label("card"), double)
    leave_by(page, "Enter")
    tab_to(page, page.get_by_role("button", name="Merge", exact=True))
    leave_by(page, "Enter")
    expect(page).to_have_url(stays)
    expect_focus_on(page, page.get_by_role("status").filter(has_text="Both entries are one now."))


def test_a_day_s_lists_without_a_mouse(page, demo):
    log_in(page, demo, "supervisor", name=TOWN)
    fetches_what_is_on_the_pick_list(page, demo)
    lends_a_list_takes_a_line_back_and_checks_the_rest_in(page, demo)
    counts_the_cash(page, demo)
    settles_a_scan(page, demo)


def fetches_what_is_on_the_pick_list(page: Page, demo) -> None:
    page.goto(demo.url("/desk/", TOWN))
    leave_by(page, "F7")
    expect(page).to_have_url(re.compile("/desk/holds"))
    lines = page.get_by_role("main").locator("tbody tr")
    free = lines.filter(has_text="I fetch it").first
    expect(free).to_be_visible()
    line = lines.filter(has_text=free.get_by_role("link").first.inner_text())
    fetch, leave = (line.get_by_role("button", name=re.compile(f"^{word}")) for word in ("I fetch it", "Leave it"))

    tab_to(page, fetch)
    leave_by(page, "Enter")
    expect(line).to_contain_text("You're fetching it")
    expect_focus_on(page, leave)
    leave_by(page, "Enter")
    expect_focus_on(page, fetch)

    absent = line.get_by_role("button", name=re.compile("^Not on the shelf"))
    tab_to(page, absent)
    leave_by(page, "Enter")
    expect_news(page, "isn't on its shelf.")
    expect(page.get_by_role("main").locator(":focus")).to_be_visible()
    expect_visible_focus(page)


def lends_a_list_takes_a_line_back_and_checks_the_rest_in(page: Page, demo) -> None:
    first, second = demo.items("available", TOWN)[20:22]
    barcodes = page.get_by_label("Barcodes, one on each line")
    page.goto(demo.url("/desk/batch", TOWN))
    expect_focus_on(page, barcodes)
    page.keyboard.type(f"{first}\n{second}")
    tab_to(page, page.get_by_label("Card of the patron"), key="Shift+Tab")
    page.keyboard.type(demo.patron("fine", TOWN, place=1)["card"])
    tab_to(page, page.get_by_label("Check in", exact=True), key="Shift+Tab")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("Check out", exact=True)).to_be_checked()
    leave_by(page, "Control+s")
    expect(page.get_by_role("heading", name="2 checked out")).to_be_visible()
    expect_focus_on(page, barcodes)

    undo = page.get_by_role("button", name=re.compile("^Undo"))
    tab_to(page, undo.last, key="Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("row").filter(has_text=second)).to_contain_text("Undone")
    expect(undo).to_have_count(1)
    expect_focus_on(page, undo)

    page.goto(demo.url("/desk/batch", TOWN))
    expect_focus_on(page, barcodes)
    page.keyboard.type(first)
    leave_by(page, "Control+s")
    expect(page.get_by_role("heading", name="1 checked in")).to_be_visible()
    expect_focus_on(page, barcodes)


def counts_the_cash(page: Page, demo) -> None:
    page.goto(demo.url("/desk/cash-up", TOWN))
    type_into(page, page.get_by_label("Cash counted"), "0")
    leave_by(page, "Control+s")
    expect_news(page, "The count is noted.")
    expect_focus_on(page, page.get_by_role("button", name=re.compile("^Note the count")))


def settles_a_scan(page: Page, demo) -> None:
    """What an outage left: a scan of a card that nobody has."""
    page.goto(demo.url("/desk/check-out", TOWN))
    sent = page.evaluate(
        """async (scan) => {
          const now = new Date().toISOString();
          const form = { scan_id: `keys-${now}`, kind: "CHECK_OUT", scan, at: now, clock: now, card: "1", by: "lis" };
          const headers = { "X-Scan": "1", "X-CSRFToken": libsys.csrfToken() };
          const body = new URLSearchParams(form);
          return (await fetch("/desk/outage/scans", { method: "POST", headers, body })).status;
        }""",
        demo.items("available", TOWN)[22],
    )
    assert sent == 200
    page.goto(demo.url("/desk/outage", TOWN))
    left = page.locator("tr.is-open").count()
    assert left > 0

    type_into(page, page.get_by_label("What you did instead").last, "It was brought back")
    leave_by(page, "Enter")
    expect_news(page, "Settled.")
    expect(page.locator("tr.is-open")).to_have_count(left - 1)
    expect(page.get_by_role("main").locator(":focus")).to_be_visible()
    expect_visible_focus(page)
