"""axe-core's WCAG 2.2 AA rules on each page, by day and by night."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.hands import log_in, log_in_patron
from tests.browser.test_operator_journey import operator

RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
PAGES = {
    "anybody": ["/", "/?q=rejse", "/hours", "/log-in", "/account/log-in", "/nothing-here"],
    "patron": ["/me", "/title/1"],
    "librarian": [
        "/desk/",
        "/desk/check-out",
        "/desk/check-in",
        "/desk/patrons",
        "/desk/search?q=rejse",
        "/desk/holds",
        "/desk/overdue",
        "/account/",
        "/account/keys",
        "/account/branch",
    ],
    "school_librarian": ["/school/", "/school/class/1/", "/school/class/1/return", "/school/class/1/list"],
    "it_admin": [
        "/console/",
        "/console/rules",
        "/console/rules?name=fee_steps",
        "/console/branches",
        "/console/branches/1",
        "/console/branches/add",
        "/console/staff",
        "/console/staff/add",
        "/console/kinds",
        "/console/notices",
        "/console/notices/OVERDUE_1/da",
        "/console/outbox",
        "/console/import",
        "/console/jobs",
        "/console/audit",
        "/account/second-factor",
    ],
}


@pytest.mark.parametrize("role", PAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_of_each_person(page, demo, role, scheme):
    page.emulate_media(color_scheme=scheme)
    if role == "patron":
        log_in_patron(page, demo, "overdue")
    elif role != "anybody":
        log_in(page, demo, role)

    found = {path: problems for path in PAGES[role] if (problems := _problems(page, demo.url(path)))}

    assert found == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_of_the_operator(page, demo, scheme):
    page.emulate_media(color_scheme=scheme)
    operator(page, demo)

    found = {
        path: problems
        for path in ("/", "/provision", "/jobs", "/audit")
        if (problems := _problems(page, demo.url(path, "")))
    }

    assert found == {}


@pytest.mark.parametrize("width", [320, 390, 1100])
def test_no_page_is_wider_than_its_window(page, demo, width):
    page.set_viewport_size({"width": width, "height": 800})
    wide = {}
    for role, paths in PAGES.items():
        if role in ("librarian", "it_admin", "school_librarian"):
            page.context.clear_cookies(name="staff_session")
            log_in(page, demo, role)
        for path in paths:
            page.goto(demo.url(path))
            overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            if overflow > 0:
                wide[path] = overflow

    assert wide == {}


def _problems(page, address):
    page.goto(address)
    answer = Axe().run(page, options=RULES)
    return [f"{each['id']}: {each['nodes'][0]['html'][:120]}" for each in answer.response["violations"]]
