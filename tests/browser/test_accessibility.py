"""WCAG 2.2 AA on each page and in its main states, by day and by night, on phones and desks."""

import re

import pytest
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve
from playwright.sync_api import expect

from tests.browser.hands import (
    begin,
    check_in,
    follow,
    leave_by,
    log_in,
    log_in_patron,
    place_hold,
    press,
    rows,
    scan,
    settled,
)
from tests.browser.looks import faults

# Title 100 is one of a series.
PAGES = {
    "anybody": [
        "/",
        "/?q=rejse",
        "/title/1",
        "/title/100",
        "/hours",
        "/log-in",
        "/account/log-in",
        "/nothing-here",
        "/styleguide",
    ],
    "patron": [
        "/me",
        "/me/messages",
        "/me/money",
        "/me/details",
        "/me/history",
        "/me/children",
        "/me/lists",
        "/title/1",
    ],
    "supervisor": [
        "/desk/",
        "/desk/check-out",
        "/desk/check-in",
        "/desk/outage",
        "/desk/records/1/queue",
        "/desk/records/1/history",
        "/desk/records/1/fields",
        "/desk/records/1/edit",
        "/desk/records/new",
        "/desk/records/new?kind=BOOK&flavour=MARC21",
        "/desk/kept-searches",
        "/desk/kept-searches/new?q=sea",
        "/desk/macros",
        "/desk/macros/new",
        "/desk/records/quick",
        "/desk/records/fetch?isbn=9788743406433",
        "/desk/records/1/local",
        "/desk/records/1/merge",
        "/desk/records/1/work",
        "/desk/records/1/merge?other=2",
        "/desk/patrons",
        "/desk/patrons/3",
        "/desk/patrons/new",
        "/desk/patrons/3/edit",
        "/desk/patrons/3/details",
        "/desk/patrons/3/compare",
        "/desk/patrons/3/compare?other=4",
        "/desk/patrons/duplicates",
        "/desk/memberships",
        "/desk/patrons/deceased",
        "/desk/patrons/3/messages",
        "/desk/messages",
        "/desk/patrons/3/receipt",
        "/desk/search?q=rejse",
        "/desk/records/1",
        "/desk/records/100",
        "/desk/records/1/items/new",
        "/desk/items/{on_loan}",
        "/desk/items/edit/{available}",
        "/desk/items/{on_hold_shelf}",
        "/desk/items/{in_transit}",
        "/desk/holds",
        "/desk/holds/hopeless",
        "/desk/shelf",
        "/desk/overdue",
        "/desk/transits",
        "/desk/transits?late=1",
        "/desk/item-list",
        "/desk/inventory",
        "/desk/bulk",
        "/desk/labels",
        "/desk/weeding?asked=1&copies=0",
        "/desk/inventory?since=2026-01-01T00:00:00Z",
        "/desk/inventory?since=2026-01-01T00:00:00Z&compare=1",
        "/desk/rotations",
        "/desk/periodicals",
        "/desk/periodicals/claims",
        "/desk/orders",
        "/desk/records/1/order",
        "/desk/records/1/subscription",
        "/desk/batch",
        "/desk/claims",
        "/desk/patrons/3/money",
        "/desk/cash-up",
        "/desk/cash-up/print",
        "/desk/debts",
        "/desk/fee-reversal?since=2026-01-01&until=2026-12-31&kind=OVERDUE",
        "/account/",
        "/account/keys",
        "/account/lock-pin",
        "/account/branch",
        "/account/second-factor",
    ],
    "school_librarian": [
        "/school/",
        "/school/new-year",
        "/school/leavers",
        "/school/class/add",
        "/school/class/1/",
        "/school/class/1/change",
        "/school/class/1/return",
        "/school/class/1/list",
    ],
    "it_admin": [
        "/console/",
        "/console/rules",
        "/console/rules?name=fee_steps",
        "/console/branches",
        "/console/branches/1",
        "/console/branches/add",
        "/console/kiosks",
        "/console/schools",
        "/console/schools/add",
        "/console/branches/closing",
        "/console/branches/groups",
        "/console/branches/not-sent",
        "/console/rules/case",
        "/console/rules/settings",
        "/console/rules/differences",
        "/console/rules/history",
        "/console/staff",
        "/console/staff/add",
        "/console/staff/1",
        "/console/privacy",
        "/console/privacy/look-ups",
        "/console/kinds",
        "/console/kinds/types/add",
        "/console/kinds/types/1",
        "/console/kinds/categories/add",
        "/console/kinds/categories/1",
        "/console/notices",
        "/console/notices/OVERDUE_1/da",
        "/console/notices/HOLD_READY/en?channel=SMS",
        "/console/messages",
        "/console/messages/branches/1",
        "/console/outbox",
        "/console/outbox/1",
        "/console/import",
        "/console/import/profiles",
        "/console/import/sources",
        "/console/import/sources/add",
        "/console/import/profiles/add",
        "/console/catalogues",
        "/console/cataloguing",
        "/console/jobs",
        "/console/settings",
        "/console/sign-on/staff",
        "/console/sign-on/unilogin",
        "/console/audit",
    ],
    "operator": [
        "/",
        "/provision",
        "/jobs",
        "/templates",
        "/templates/standard-dk",
        "/templates/standard-dk/loan_days",
        "/templates/standard-dk/history",
        "/catalogues",
        "/import",
        "/import/profiles",
        "/import/profiles/add",
        "/import/sources",
        "/import/sources/add",
        "/authorities?vocabulary=own-names",
        "/authorities/add/own-names/PERSON",
        "/cataloguing",
        "/cataloguing/2",
        "/staff",
        "/staff/add",
        "/staff/1",
        "/sign-on/staff",
        "/sign-on/unilogin",
        "/audit",
        "/account/",
        "/account/keys",
    ],
}
# Pages that need something to be done first; the states below, or the journeys, come by.
AFTER_A_DEED = {
    "desk:kept_page",
    "desk:hold_slip",
    "desk:transit_slip",
    "desk:payment_receipt",
    "desk:edit_subscription",
    "desk:claim_letter",
    "desk:order",
    "desk:edit_order",
    "desk:more_copies",
    "desk:cancel_order",
    "console:import",
    "console:change_import_profile",
    "console:change_import_source",
    "console:provisioning",
    "console:school",
    "console:roster",
    "console:roster_table",
    "console:authority",
    "console:authority_history",
    "account:invitation",
}
# Where a number in an address is no row's own.
EXAMPLES = {"code": "standard-dk", "kind": "OVERDUE_1", "language": "da", "token": "x", "job": "holds", "barcode": "x"}
FETCH_PAGES = """async (paths) => {
  const whole = [];
  for (const path of paths) {
    const answer = await fetch(path, { redirect: "manual" });
    if (answer.ok && (await answer.text()).includes("<html")) whole.push(path);
  }
  return whole;
}"""


def town_of(role: str) -> str:
    return "" if role == "operator" else "Aarhus"


def become(page, demo, role: str) -> None:
    if role == "patron":
        log_in_patron(page, demo, "overdue")
    elif role != "anybody":
        log_in(page, demo, role, name=town_of(role))


@pytest.mark.parametrize("role", PAGES)
def test_each_page(page, demo, role):
    become(page, demo, role)
    items = {state: barcodes[0] for state, barcodes in demo.municipality()["items"].items()}
    found = {}
    for path in PAGES[role]:
        page.goto(demo.url(path.format(**items), town_of(role)))
        if problems := faults(page):
            found[path] = problems

    assert found == {}


@pytest.mark.parametrize("role", ["supervisor", "it_admin", "operator"])
def test_no_page_is_forgotten(page, demo, role):
    urlconf = "libsys.urls_consortium" if role == "operator" else "libsys.urls_municipality"
    seen = {name for paths in PAGES.values() for path in paths if (name := _view_of(path, urlconf))}
    left = {path: name for path, name in _routes(get_resolver(urlconf)) if name not in seen | AFTER_A_DEED}
    become(page, demo, role)
    page.goto(demo.url("/account/", town_of(role)))

    whole_pages = page.evaluate(FETCH_PAGES, list(left))

    assert {path: left[path] for path in whole_pages} == {}


def _view_of(path: str, urlconf: str) -> str:
    """Return the name of the view behind an address, empty when only the other kind of host has it."""
    try:
        return resolve(path.split("?")[0], urlconf).view_name
    except Resolver404:
        return ""


def _routes(resolver: URLResolver, before: str = "/", namespace: str = ""):
    """Walk all addresses below a resolver, each with an example in the place of its values."""
    for each in resolver.url_patterns:
        path = before + re.sub(r"<(?:\w+:)?(\w+)>", lambda found: EXAMPLES.get(found[1], "1"), str(each.pattern))
        if isinstance(each, URLPattern):
            yield path, ":".join(filter(None, (namespace, each.name or "")))
        else:
            yield from _routes(each, path, each.namespace or namespace)


def test_a_patron_s_panel_and_a_refusal_that_may_be_overridden(page, demo):
    log_in(page, demo, "supervisor")
    begin(page, demo, demo.patron("overdue"))
    scan(page, demo.items("reference_only")[2])
    expect(page.get_by_label("Why do you override?")).to_be_visible()

    assert faults(page) == []


def test_a_name_that_several_have(page, demo):
    log_in(page, demo, "librarian")
    page.goto(demo.url("/desk/check-out"))
    scan(page, "Nielsen")
    expect(rows(page).first).to_contain_text("Who is it?")

    assert faults(page) == []


def test_scans_that_wait_for_the_network(page, demo):
    log_in(page, demo, "librarian")
    page.goto(demo.url("/desk/check-in"))
    page.context.set_offline(True)
    for text in ("1", "2"):
        page.keyboard.type(text)
        page.keyboard.press("Enter")
    expect(rows(page).filter(has_text="Recorded")).to_have_count(2)
    expect(page.locator("[data-outage-banner]")).to_contain_text("No connection since")

    found = faults(page)
    page.context.set_offline(False)
    expect(page.locator("[data-outage-banner]")).to_be_hidden()
    settled(page)

    assert found == []


@pytest.mark.parametrize("key", ["Control+d", "?"])
def test_a_dialog_of_the_desk(page, demo, key):
    log_in(page, demo, "librarian")
    page.goto(demo.url("/desk/check-out"))
    press(page, key)
    expect(page.get_by_role("dialog")).to_be_visible()

    assert faults(page) == []


def test_a_dialog_with_a_problem_in_it(page, demo):
    log_in(page, demo, "librarian")
    page.goto(demo.url(f"/desk/patrons?q={demo.patron('owes')['card']}"))
    page.keyboard.press("Control+p")
    page.get_by_role("dialog").get_by_label("Amount").fill("-1")
    leave_by(page, "Enter")
    expect(page.get_by_role("dialog").locator(".error, .message").first).to_be_visible()

    assert faults(page) == []


def test_a_form_that_was_refused(page, demo):
    log_in(page, demo, "librarian")
    page.goto(demo.url("/desk/patrons/new"))
    follow(page.get_by_role("button", name="Save"))
    expect(page.locator("[data-error-summary]")).to_be_visible()

    assert faults(page) == []


def test_where_an_item_goes_and_its_slip(page, demo):
    log_in(page, demo, "librarian", branch=1)
    check_in(page, demo, demo.items("available")[19])
    expect(page.get_by_role("complementary", name="Slip")).to_contain_text("Dokk1")
    assert faults(page) == []

    page.goto(page.evaluate("document.querySelector('a[data-print]').href"))
    assert faults(page) == []
    log_in(page, demo, "librarian")
    check_in(page, demo, demo.items("available")[19])


def test_check_ins_dated_back(page, demo):
    log_in(page, demo, "librarian")
    page.goto(demo.url("/desk/check-in?new_returned=2026-01-01"))
    expect(page.get_by_text(re.compile("^Check-ins are dated"))).to_be_visible()

    assert faults(page) == []


def test_a_class_half_done(page, demo):
    log_in(page, demo, "school_librarian")
    page.goto(demo.url("/school/class/3/"))
    scan(page, *demo.items("available")[20:22], "999")
    expect(rows(page)).to_have_count(3)

    found = faults(page)
    page.goto(demo.url("/school/class/3/return"))
    scan(page, *demo.items("available")[20:22])

    assert found == []
    assert faults(page) == []
    log_in(page, demo, "librarian")
    check_in(page, demo, *demo.items("available")[20:22])


def test_search_with_its_facets_open_on_a_phone(page, demo):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(demo.url("/?q=rejse"))
    page.locator(".facets summary").first.click()
    expect(page.locator(".facets a").first).to_be_visible()

    assert faults(page, widths=(320, 390)) == []


def test_suggestions_while_typing(page, demo):
    page.goto(demo.url("/"))
    page.get_by_role("combobox", name="Search by title, author or subject").press_sequentially("lagerl", delay=20)
    expect(page.locator(".suggestions [role=option]").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(page.locator(".suggestions [aria-selected=true]")).to_be_visible()

    assert faults(page) == []


def test_a_hold_that_a_patron_is_about_to_move(page, demo):
    patron = demo.patron("child", place=1)
    log_in(page, demo, "librarian")
    place_hold(page, demo, demo.items("on_loan")[4], patron["card"], "Dokk1")
    log_in_patron(page, demo, "child", place=1)
    page.get_by_role("region", name=re.compile(r"^\d+ holds?$")).get_by_text("Change").first.click()

    assert faults(page) == []


def test_patrons_that_were_found(page, demo):
    log_in(page, demo, "librarian")
    page.goto(demo.url("/desk/patrons"))
    page.get_by_role("combobox", name="Card, name, birth date, phone or e-mail").fill("petersen")
    leave_by(page, "Enter")
    expect(page.get_by_role("heading", name=re.compile(r"^\d+ patrons?$"))).to_be_visible()

    assert faults(page) == []


def test_a_log_in_that_failed(page, demo):
    page.goto(demo.url("/log-in"))
    follow(page.get_by_role("main").get_by_role("button", name="Log in"))
    expect(page.locator("[data-error-summary]")).to_be_visible()

    assert faults(page) == []


def test_an_order_of_copies(page, demo):
    log_in(page, demo, "librarian")
    page.goto(demo.url("/desk/records/1/order"))
    page.get_by_label("Supplier").fill("Bogladen")
    page.get_by_label("Expected").fill("2026-01-01")
    follow(page.get_by_role("button", name="Order copies"))
    found = [faults(page)]
    page.get_by_label("Expected").fill("")
    page.get_by_label("copies", exact=False).first.fill("2")
    follow(page.get_by_role("button", name="Order copies"))
    expect(page.get_by_text("Ordered.")).to_be_visible()
    order = page.url
    for path in (order, f"{order}/edit", f"{order}/more", f"{order}/cancel"):
        page.goto(path)
        found.append(faults(page))

    assert found == [[]] * 5
