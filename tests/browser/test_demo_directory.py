"""What `demo.json` promises, the desk's own pages say too: each patron, each item, each class."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.demo import TOWNS
from tests.browser.hands import follow, log_in

ITEM_WORDS = {
    "available": "On the shelf",
    "on_loan": "On loan",
    "reference_only": "For use in the library",
    "on_hold_shelf": "On the hold shelf",
    "in_transit": "In transit",
    "in_process": "Being made ready",
    "missing": "Missing",
    "lost": "Lost",
}
# What the page of a patron in this state says, and what it doesn't.
PATRON_WORDS = {
    "fine": (r"Overdue 0\b.*Owes 0[.,]00", r"Blocked|expired"),
    "overdue": (r"Overdue [1-9].*\d+ days? late", r"Blocked|expired"),
    "owes": (r"Overdue 0\b.*Owes (?!0[.,]00)", r"Blocked|expired"),
    "blocked": (r"Blocked .*Set by", r"expired"),
    "expired": (r"The card expired on", r"Blocked"),
    "child": (r"Overdue 0\b.*Guardians", r"Blocked|expired"),
    "hold_ready": (r"Ready for pick-up \d{3}\b|Ready for pick-up \w", r"Blocked|expired"),
}
# Fetched by the page itself, so that cookies and host are the browser's; opening each would take a minute.
FETCH_TEXTS = """async (paths) => {
  const textOf = async (path) => {
    const answer = await fetch(path);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const walker = page.createTreeWalker(page.querySelector("main") || page.body, NodeFilter.SHOW_TEXT);
    const parts = [];
    while (walker.nextNode()) parts.push(walker.currentNode.textContent);
    return [path, parts.join(" ").replace(/\\s+/g, " ").trim()];
  };
  const texts = [];
  const take = async () => { for (let path; (path = paths.shift());) texts.push(await textOf(path)); };
  await Promise.all([take(), take(), take(), take()]);
  return Object.fromEntries(texts);
}"""


@pytest.mark.parametrize("name", TOWNS)
def test_each_item_is_in_the_state_that_is_promised(page, demo, name):
    log_in(page, demo, "librarian", name=name)
    page.goto(demo.url("/desk/", name))
    promised = {
        f"/desk/items/{barcode}": ITEM_WORDS[state]
        for state, barcodes in demo.municipality(name)["items"].items()
        for barcode in barcodes
    }

    texts = page.evaluate(FETCH_TEXTS, list(promised))

    assert {path: texts[path][:200] for path, word in promised.items() if f"State {word} " not in texts[path]} == {}
    assert len(demo.items("available", name)) == 40
    assert all(demo.items(state, name) for state in ITEM_WORDS)


@pytest.mark.parametrize("name", TOWNS)
def test_each_patron_is_in_the_state_that_is_promised(page, demo, name):
    log_in(page, demo, "librarian", name=name)
    page.goto(demo.url("/desk/", name))
    patrons = demo.municipality(name)["patrons"]

    texts = page.evaluate(FETCH_TEXTS, [f"/desk/patrons?q={patron['card']}" for patron in patrons])

    assert {patron["state"] for patron in patrons} == set(PATRON_WORDS)
    for patron in patrons:
        text = texts[f"/desk/patrons?q={patron['card']}"]
        says, never_says = PATRON_WORDS[patron["state"]]
        assert text.startswith(f"{patron['name']} {patron['card']}"), patron
        assert re.search(says, text), (patron, text)
        assert not re.search(never_says, text), (patron, text)


@pytest.mark.parametrize("name", TOWNS)
def test_each_class_is_at_its_school(page, demo, name):
    log_in(page, demo, "school_librarian", name=name)

    page.goto(demo.url("/school/", name))

    for each in demo.municipality(name)["classes"]:
        row = page.get_by_role("row").filter(has=page.get_by_role("link", name=each["name"], exact=True))
        expect(row.locator("td.count")).to_have_text(str(each["pupils"]))


@pytest.mark.parametrize("name", TOWNS)
def test_each_patron_s_pin_opens_her_own_page(page, demo, name):
    for patron in demo.municipality(name)["patrons"][:2]:
        page.goto(demo.url("/log-in", name))
        page.get_by_label("Card number").fill(patron["card"])
        page.get_by_label("PIN").fill(patron["pin"])
        follow(page.get_by_role("main").get_by_role("button", name="Log in"))
        expect(page).to_have_url(re.compile("/me$"))
        page.context.clear_cookies(name="patron_session")
