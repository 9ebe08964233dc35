"""A patron on her phone: finds, reserves, looks at her loans, renews, understands why not."""

import re

from playwright.sync_api import expect

from tests.browser.hands import follow, leave_by, log_in_patron


def test_finds_a_title_and_places_moves_and_cancels_a_hold(page, demo):
    page.set_viewport_size({"width": 390, "height": 844})
    log_in_patron(page, demo, "child", place=1)
    held = page.get_by_role("region", name=re.compile(r"^\d+ holds?$"))

    page.goto(demo.url("/"))
    page.get_by_role("combobox", name="Search by title, author or subject").fill("rejse")
    leave_by(page, "Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(r"^\d+ titles?$"))
    follow(page.get_by_role("link", name="Place a hold").first)
    title = page.get_by_role("heading", level=1).inner_text()
    page.get_by_label("Pick up at").select_option(label="Dokk1")
    follow(page.get_by_role("button", name="Place a hold"))

    # She may wait for other titles too: what's moved and cancelled is this one.
    expect(page).to_have_url(re.compile("/me$"))
    expect(page.get_by_text(re.compile("You have a hold on .* to be picked up at Dokk1"))).to_be_visible()
    mine = held.get_by_role("listitem").filter(has=page.get_by_role("link", name=title, exact=True))
    expect(mine).to_have_count(1)
    mine.get_by_text("Change").click()
    mine.get_by_label("Pick up at").select_option(label="Gellerup Bibliotek")
    follow(mine.get_by_role("button", name="Move"))
    expect(page.get_by_text(re.compile("You pick .* up at Gellerup Bibliotek"))).to_be_visible()
    mine.get_by_text("Change").click()
    follow(mine.get_by_role("button", name="Cancel the hold"))
    expect(page.get_by_text(re.compile("Your hold on .* is cancelled"))).to_be_visible()
    expect(mine).to_have_count(0)


def test_sees_what_is_overdue_and_what_it_costs_with_the_rule_behind_it(page, demo):
    log_in_patron(page, demo, "overdue")

    expect(page.get_by_text(re.compile(r"\d+ days? late")).first).to_be_visible()
    fees = page.get_by_role("region", name=re.compile("^You owe"))
    expect(fees.get_by_text("the rule says").first).to_be_visible()


def test_renews_all_and_reads_why_not(page, demo):
    log_in_patron(page, demo, "fine")
    button = page.get_by_role("button", name=re.compile("^Renew all|^Renew 1$"))

    if button.count():
        follow(button)
        expect(page.get_by_text(re.compile("renewed|Can't be renewed")).first).to_be_visible()
    else:
        expect(
            page.get_by_text(re.compile("Can't be renewed|It can be renewed from|You have nothing on loan")).first
        ).to_be_visible()


def test_changes_the_language(page, demo):
    page.goto(demo.url("/"))

    page.locator("summary", has_text="English").click()
    follow(page.get_by_role("button", name="Suomi"))

    expect(page.locator("html")).to_have_attribute("lang", "fi")


def test_wrong_pin_says_so_and_nothing_more(page, demo):
    patron = demo.patron("blocked")
    page.goto(demo.url("/log-in"))

    page.get_by_label("Card number").fill(patron["card"])
    page.get_by_label("PIN").fill("0000")
    follow(page.get_by_role("main").get_by_role("button", name="Log in"))

    expect(page.locator("[data-error-summary]")).to_contain_text("Card number and PIN don't belong together.")


def test_a_patron_s_session_opens_no_staff_page(page, demo):
    log_in_patron(page, demo, "fine")

    for path in ("/desk/check-out", "/school/", "/console/", "/account/"):
        page.goto(demo.url(path))
        expect(page).to_have_url(re.compile("/account/log-in"))


def test_a_session_of_one_municipality_is_worth_nothing_in_another(page, demo):
    log_in_patron(page, demo, "fine")
    session = next(cookie for cookie in page.context.cookies() if cookie["name"] == "patron_session")

    page.context.add_cookies([{"name": "patron_session", "value": session["value"], "url": demo.url("/", "Hedensted")}])
    page.goto(demo.url("/me", "Hedensted"))

    expect(page).to_have_url(re.compile("/log-in"))


def test_types_and_is_shown_titles_before_the_word_is_whole(page, demo):
    page.goto(demo.url("/"))

    page.get_by_role("combobox", name="Search by title, author or subject").press_sequentially("lagerl", delay=20)

    expect(page.locator(".suggestions [role=option]").first).to_be_visible()
