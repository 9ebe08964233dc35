"""The administrator connects the municipality's login, and from then on logs in there."""

import re

from playwright.sync_api import expect

from tests.browser.hands import follow, type_login
from tests.browser.looks import faults
from tests.fixtures.identity_providers import local_provider

TOWN = "Hedensted"


def answer_as(page, subject):
    expect(page.get_by_role("heading", name="Authorize Client")).to_be_visible()
    page.get_by_placeholder("sub").fill(subject)
    follow(page.get_by_role("button", name="Authorize"))


def connect_provider(page, demo, issuer):
    page.goto(demo.url("/console/settings", TOWN))
    follow(page.get_by_role("link", name="Logging in elsewhere"))
    page.get_by_label("a provider of our own, as below").check()
    page.get_by_label("What the button says").fill("Hedensted ID")
    page.get_by_label("The provider's address (issuer)").fill(issuer)
    page.get_by_label("Our client ID there").fill("libsys")
    page.get_by_label("Our client secret there").fill("hush-hush")
    page.get_by_label("What it says after two factors").fill("two")
    follow(page.get_by_role("button", name="Save"))
    follow(page.get_by_role("button", name="Ask the provider"))
    expect(page.get_by_role("main")).to_contain_text("It answers, and all that's needed is there.")


def test_connects_the_municipality_s_login_and_logs_in_there(page, demo):
    password = demo.staff("it_admin", TOWN)["password"]
    with local_provider() as provider:
        provider.know("ida", acr="two")
        provider.know("stranger", acr="one")
        type_login(page, demo, "it_admin", TOWN)
        connect_provider(page, demo, provider.issuer)
        assert faults(page) == []

        page.goto(demo.url("/account/", TOWN))
        page.get_by_label("Password", exact=True).fill(password)
        page.get_by_role("button", name="Connect my account with Hedensted ID").click()
        answer_as(page, "ida")
        expect(page.get_by_role("main")).to_contain_text("From now on you can log in with Hedensted ID.")
        assert faults(page) == []
        follow(page.get_by_role("main").get_by_role("button", name="Log out"))

        follow(page.get_by_role("link", name="Log in with Hedensted ID"))
        answer_as(page, "stranger")
        expect(page.get_by_role("heading", level=1)).to_have_text("You aren't logged in")
        assert faults(page) == []
        follow(page.get_by_role("link", name="Try again"))
        answer_as(page, "ida")
        expect(page).to_have_url(re.compile("/console/"))

        page.goto(demo.url("/account/", TOWN))
        page.get_by_role("main").get_by_role("button", name="Log out").click()
        expect(page.get_by_role("heading", name="End Session")).to_be_visible()
        follow(page.get_by_role("button", name="End session"))
        expect(page).to_have_url(demo.url("/account/log-in", TOWN))
        expect(page.get_by_role("heading", level=1)).to_have_text("Log in")
