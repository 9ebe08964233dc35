from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.hashers import make_password

from patrons.models import Card
from tests.factories import CardFactory
from tests.web.portal.conftest import CARD, PIN


def log_in(browser, **fields):
    return browser.post("/log-in", {"card": CARD, "pin": PIN} | fields)


def test_leads_to_her_own_page(browser, patron):
    response = log_in(browser)

    assert (response.status_code, response.url) == (302, "/me")
    assert browser.cookies["patron_session"]["httponly"]
    assert "Hello Ingrid" in browser.get("/me").content.decode()


def test_takes_the_card_with_blanks(browser, patron):
    assert log_in(browser, card="2090 000 001").status_code == 302


def test_leads_back_to_the_title_she_wanted(browser, patron):
    response = browser.post("/log-in?next=/title/7%23get", {"card": CARD, "pin": PIN})

    assert response.url == "/title/7#get"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example"])
def test_never_leads_to_another_site(browser, patron, elsewhere):
    assert browser.post(f"/log-in?next={elsewhere}", {"card": CARD, "pin": PIN}).url == "/me"


def test_tells_a_wrong_pin_and_an_unknown_card_alike(browser, patron):
    wrong, unknown = log_in(browser, pin="0000"), log_in(browser, card="2099999999")

    assert (wrong.status_code, unknown.status_code) == (422, 422)
    assert wrong.context["form"].non_field_errors() == ["Card number and PIN don't belong together."]
    assert wrong.context["form"].errors == unknown.context["form"].errors


@pytest.mark.parametrize("fields", [{"card": ""}, {"pin": ""}, {"card": "1" * 41}, {"pin": "1" * 21}])
def test_asks_for_what_is_missing_or_too_long(browser, patron, fields):
    assert log_in(browser, **fields).status_code == 422


def test_makes_whoever_guesses_wait(browser, patron):
    for _ in range(10):
        log_in(browser, pin="0000")

    response = log_in(browser)

    assert response.status_code == 429
    assert browser.get("/me").status_code == 302


def test_blanks_do_not_help_whoever_guesses(browser, patron):
    for number in range(10):
        log_in(browser, card=CARD[:number] + " " + CARD[number:], pin="0000")

    assert log_in(browser).status_code == 429


def test_refuses_a_card_that_was_lost(browser, patron):
    Card.objects.filter(patron=patron).update(is_active=False, ended_reason="LOST")
    CardFactory(patron=patron, number="2090000019")

    assert log_in(browser).status_code == 422
    assert log_in(browser, card="2090000019").status_code == 302


def test_refuses_a_patron_without_a_pin_and_one_who_has_left(browser, patron, now):
    patron.pin = ""
    patron.save()
    assert log_in(browser, pin="").status_code == 422

    patron.pin, patron.left_at = make_password(PIN), now
    patron.save()
    assert log_in(browser).status_code == 422


def test_a_new_pin_ends_the_sessions_of_the_old_one(at_home, patron):
    patron.pin = make_password("1234")
    patron.save()

    assert at_home.get("/me").url == "/log-in?next=%2Fme"


def test_logging_out_ends_the_session(at_home):
    assert at_home.post("/log-out").url == "/"
    assert at_home.get("/me").status_code == 302


def test_the_session_ends_by_itself_and_the_page_counts_down(at_home, now):
    assert 'data-session-seconds="900"' in at_home.get("/me").content.decode()

    with time_machine.travel(now + timedelta(minutes=31)):
        assert at_home.get("/me").status_code == 302


def test_being_there_prolongs_the_session(at_home, now):
    for minutes in (20, 40, 60):
        with time_machine.travel(now + timedelta(minutes=minutes)):
            assert at_home.get("/hours").status_code == 200

    with time_machine.travel(now + timedelta(minutes=80)):
        assert at_home.get("/me").status_code == 200


def test_a_patrons_session_never_reaches_a_staff_page(at_home, browse):
    assert at_home.get("/account/").status_code == 302
    assert at_home.get("/desk/check-out").status_code == 302
    assert at_home.get("/school/").status_code == 302
    assert at_home.get("/console/").status_code == 302

    crossed = browse("alpha.localhost")
    crossed.cookies["staff_session"] = at_home.cookies["patron_session"].value
    assert crossed.get("/account/").status_code == 302


def test_a_patrons_session_is_worth_nothing_in_another_municipality(at_home, browse):
    stranger = browse("beta.localhost")
    stranger.cookies["patron_session"] = at_home.cookies["patron_session"].value

    assert stranger.get("/me").status_code == 302


def test_her_pages_are_kept_by_nobody(at_home):
    assert "no-store" in at_home.get("/me").headers["Cache-Control"]


def test_the_pin_stands_in_no_card(at_home, patron):
    assert Card.objects.get(number=CARD).patron == patron
    assert PIN not in patron.pin
