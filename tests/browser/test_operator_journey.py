"""The consortium's operator puts a municipality into service, and its administrator opens the door."""

import re

from playwright.sync_api import expect

from tests.browser.demo import eventually
from tests.browser.hands import follow, log_in


def operator(page, demo):
    account = demo.facts["console"]["staff"][0]
    page.goto(demo.url("/account/log-in", ""))
    page.get_by_label("User name").fill(account["username"])
    page.get_by_label("Password", exact=True).fill(account["password"])
    follow(page.get_by_role("button", name="Log in"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Municipalities")


def test_provisions_a_municipality_and_its_administrator_logs_in(page, demo):
    operator(page, demo)

    follow(page.get_by_role("link", name="Provision"))
    page.get_by_label("Name", exact=True).fill("Skanderborg")
    page.get_by_label("Host name").fill("skanderborg")
    page.get_by_label("Country").select_option("DK")
    page.get_by_label("Template").select_option("standard-dk")
    page.get_by_label("Population").fill("64000")
    follow(page.get_by_role("button", name="Put into service"))
    link = page.locator("a[href*='/account/invitation/']")
    # A worker copies a whole schema meanwhile.
    expect(link).to_be_visible(timeout=240_000)

    page.goto(link.get_attribute("href"))
    page.context.add_cookies([{"name": "language", "value": "en", "url": demo.url("/", "Skanderborg")}])
    page.reload()
    page.get_by_label("New password").fill("seks-gule-cykler-77")
    page.get_by_label("The same once more").fill("seks-gule-cykler-77")
    follow(page.get_by_role("button", name="Set the password"))
    page.get_by_label("User name").fill("admin")
    page.get_by_label("Password", exact=True).fill("seks-gule-cykler-77")
    follow(page.get_by_role("button", name="Log in"))

    expect(page).to_have_url(re.compile(r"skanderborg\.localhost:\d+/console/"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Skanderborg")


def test_suspends_and_resumes(page, demo):
    operator(page, demo)

    row = page.get_by_role("row", name=re.compile("Oulu"))
    row.get_by_role("button", name="Suspend").click()
    page.get_by_role("dialog").get_by_label("Reason").fill("Moving house")
    try:
        follow(page.get_by_role("dialog").get_by_role("button", name="Suspend"))
        expect(row).to_contain_text("Suspended")
        # Every node knows within two seconds.
        eventually(lambda: demo.status("oulu.localhost") == 503)
    finally:
        # Whatever came of it, others work there.
        page.goto(demo.url("/", ""))
        follow(row.get_by_role("button", name="Resume"))
    expect(row).not_to_contain_text("Suspended")

    eventually(lambda: demo.status("oulu.localhost") == 200)


def test_an_unknown_host_is_a_plain_404(page, demo):
    assert demo.status("nobody.localhost") == 404

    page.goto(f"http://nobody.localhost:{demo.port}/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_starts_a_job_by_hand_and_sees_its_counts(page, demo):
    operator(page, demo)
    follow(page.get_by_role("link", name="Jobs"))
    row = page.get_by_role("row", name=re.compile("Hedensted.*Overdue fees"))

    follow(row.get_by_role("button", name="Run now"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Overdue fees: Hedensted")
    # A press that's followed by a reload too soon never reaches the server.
    follow(page.get_by_role("button", name="Run now"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Jobs")

    def is_done() -> bool:
        page.reload()
        text = row.inner_text()
        return "done" in text and "by hand" in text

    eventually(is_done, pause=1)


def test_the_administrator_changes_a_rule_and_sees_where_it_comes_from(page, demo):
    log_in(page, demo, "it_admin", name="Hedensted")
    page.goto(demo.url("/console/rules?name=max_renewals", "Hedensted"))
    page.get_by_label("Own value").fill("5")
    follow(page.get_by_role("button", name="Set for this cell"))

    expect(page.get_by_role("complementary", name="Why this value")).to_contain_text("5")
    expect(page.get_by_role("complementary", name="Why this value")).to_contain_text("Municipality")
    follow(page.get_by_role("button", name="Back to the inherited value"))
    expect(page.get_by_role("complementary", name="Why this value")).to_contain_text("Template")


def test_the_administrator_previews_and_saves_a_text(page, demo):
    log_in(page, demo, "it_admin")
    page.goto(demo.url("/console/notices/HOLD_READY/en"))
    page.get_by_label("Subject").fill("Your title is here")
    page.get_by_label("Text").fill("Dear {addressee}, {title} waits at {library} under {shelf_number}. {wrong}")

    follow(page.get_by_role("button", name="Preview"))
    expect(page.locator("[data-error-summary]")).to_contain_text("wrong")
    page.get_by_label("Text").fill("Dear {addressee}, {title} waits at {library} under {shelf_number}.")
    follow(page.get_by_role("button", name=re.compile("^Save")))

    expect(page.get_by_text("The text is saved.")).to_be_visible()
    expect(page.get_by_text("Dear Karen Lind")).to_be_visible()
