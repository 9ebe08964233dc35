"""What people's hands do at the screens: log in, type, scan, read the rows.

A press returns before the page that it leads to is there, and the old one stands meanwhile. Whatever reads, types or
goes elsewhere next must have waited for what only the new page has: `follow`, `leave_by` and `expect` do.
"""

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.demo import Demo

# Which branch each role works at when a test doesn't say; the others choose none.
_BRANCHES = {"librarian": 0, "supervisor": 0, "school_librarian": 2}


def follow(link: Locator) -> None:
    """Press what leads to another page, or to this one anew, and wait until that page is whole and its scripts run."""
    with link.page.expect_navigation():
        link.click()


def leave_by(page: Page, key: str) -> None:
    """Press a key that leads to another page, and wait as `follow` does."""
    with page.expect_navigation():
        page.keyboard.press(key)


def type_login(page: Page, demo: Demo, role: str, name: str = "Aarhus") -> None:
    """Log in at the log-in page with user name and password."""
    account = demo.staff(role, name)
    page.goto(demo.url("/account/log-in", name))
    page.get_by_label("User name").fill(account["username"])
    page.get_by_label("Password", exact=True).fill(account["password"])
    follow(page.get_by_role("button", name="Log in"))
    expect(page).not_to_have_url(re.compile("/account/log-in"))


def log_in(page: Page, demo: Demo, role: str, *, name: str = "Aarhus", branch: int | None = None) -> None:
    """Be logged in at a branch; whoever has logged in once in this run needn't type it again."""
    place = _BRANCHES.get(role) if branch is None else branch
    where = demo.branch(place, name) if place is not None else ""
    key = (name, role, where)
    # A log-in on top of another one would end that one's session, which a later test takes again.
    page.context.clear_cookies(name="staff_session")
    if key not in demo.sessions:
        type_login(page, demo, role, name)
        if where:
            page.goto(demo.url("/account/branch", name))
            page.get_by_label(where).check()
            follow(page.get_by_role("button", name="Work here"))
            expect(page.locator("header")).to_contain_text(where)
        address = demo.url("/", name)
        demo.sessions[key] = [each for each in page.context.cookies(address) if each["name"] == "staff_session"]
    page.context.add_cookies(demo.sessions[key])


def log_in_patron(page: Page, demo: Demo, state: str, *, name: str = "Aarhus", place: int = 0) -> dict[str, str]:
    """Log a patron in to the portal and return what the demo knows of her."""
    patron = demo.patron(state, name, place=place)
    page.goto(demo.url("/log-in", name))
    page.get_by_label("Card number").fill(patron["card"])
    page.get_by_label("PIN").fill(patron["pin"])
    follow(page.get_by_role("main").get_by_role("button", name="Log in"))
    expect(page).to_have_url(re.compile("/me$"))
    return patron


def scan_box(page: Page) -> Locator:
    """Return the field that scans go to."""
    return page.locator("[data-scan-box]")


def scan(page: Page, *texts: str) -> None:
    """Type barcodes as a scanner does, each with Enter behind it, and wait for the answers."""
    expect(scan_box(page)).to_be_focused()
    # The box has the focus before the scripts that take its scans are there.
    page.wait_for_load_state()
    for text in texts:
        page.keyboard.type(text)
        page.keyboard.press("Enter")
    settled(page)


def press(page: Page, key: str) -> None:
    """Press a key of a scanning page and wait for what it does."""
    page.keyboard.press(key)
    settled(page)


def settled(page: Page) -> None:
    """Wait until every scan is answered."""
    expect(page.locator("form[data-scan-queue]")).not_to_have_attribute("data-scan-waiting", re.compile("[1-9]"))


def rows(page: Page) -> Locator:
    """Return the results of scans, the newest first, without the details below them."""
    return page.locator("[data-scan-rows] > tr:not(.detail)")


def panel(page: Page) -> Locator:
    """Return what stands beside the work: the patron at check-out."""
    return page.get_by_role("complementary", name="Patron")


def loans_in(page: Page) -> int:
    """Return how many loans the panel says that the patron has; ask it only when nothing is on its way any more."""
    return int(re.match(r"\d+", _loans(page).inner_text())[0])


def expect_loans(page: Page, count: int) -> None:
    """Expect the panel to say that the patron has so many loans."""
    expect(_loans(page)).to_have_text(re.compile(rf"^\s*{count}\b"), use_inner_text=True)


def _loans(page: Page) -> Locator:
    return panel(page).locator("dl > div", has=page.locator("dt", has_text=re.compile("^Loans$"))).locator("dd")


def begin(page: Page, demo: Demo, patron: dict[str, str], *, name: str = "Aarhus") -> None:
    """Open check-out and scan a card."""
    page.goto(demo.url("/desk/check-out", name))
    scan(page, patron["card"])
    expect(panel(page).get_by_role("heading", level=2)).to_have_text(patron["name"])


def check_in(page: Page, demo: Demo, *barcodes: str, name: str = "Aarhus") -> None:
    """Take items back at the check-in page."""
    page.goto(demo.url("/desk/check-in", name))
    scan(page, *barcodes)
    expect(rows(page)).to_have_count(len(barcodes))


def place_hold(page: Page, demo: Demo, barcode: str, card: str, pickup: str, *, name: str = "Aarhus") -> str:
    """Place a hold for a card on the title of an item, and return the title."""
    page.goto(demo.url(f"/desk/items/{barcode}", name))
    title = page.get_by_role("heading", level=1).inner_text()
    follow(page.get_by_role("link", name="The title"))
    page.get_by_label("Patron's card").fill(card)
    page.get_by_label("Pick up at").select_option(label=pickup)
    follow(page.get_by_role("complementary", name="Hold").get_by_role("button", name="Place a hold"))
    expect(page.get_by_text(f"{title} is on hold for")).to_be_visible()
    return title
