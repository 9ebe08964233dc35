from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.hashers import check_password
from django.contrib.messages import get_messages

from accounts.models import AuditEntry
from circulation.models import Loan
from patrons.models import Card
from tenants.selectors import forget_hosts
from tests.factories import (
    NOW,
    CardFactory,
    FeeFactory,
    GuardianshipFactory,
    HoldFactory,
    ItemFactory,
    LoanFactory,
    RecordFactory,
)
from tests.web.portal.conftest import CARD, PIN
from web.ui.templatetags.ui import money_filter

DETAILS = {"email": "ingrid@post.example", "phone": "+45 12 34 56 78", "language": "sv", "channel": "EMAIL"}


def said(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def test_shows_her_address_and_how_to_correct_it(at_home, patron):
    patron.address, patron.postal_code, patron.city = "Hill Road 4", "6200", "Aabenraa"
    patron.save()

    page = at_home.get("/me/details").content.decode()

    assert "Hill Road 4<br>6200 Aabenraa" in page
    assert "Tell us at any of the libraries" in page


def test_shows_no_protected_address(at_home, patron):
    patron.alias, patron.address = "Anna A", "Hidden Road 7"
    patron.save()

    page = at_home.get("/me/details").content.decode()

    assert "Hidden Road 7" not in page
    assert "are protected" in page


def test_changes_how_she_is_reached(at_home, patron):
    response = at_home.post("/me/details/change", DETAILS)

    patron.refresh_from_db()
    assert response.url == "/me/details"
    assert (patron.email, patron.phone, patron.language) == ("ingrid@post.example", "+4512345678", "sv")
    entry = AuditEntry.objects.get(action="patrons.change_own")
    assert entry.facts == {"changed": ["email", "phone", "language"]}


@pytest.mark.parametrize(
    "wrong", [{"email": "ingrid"}, {"phone": "call me"}, {"language": "xx"}, {"channel": "PIGEON"}]
)
def test_refuses_what_nobody_could_use(at_home, patron, wrong):
    before = (patron.email, patron.phone, patron.language, patron.channel)

    assert at_home.post("/me/details/change", DETAILS | wrong).status_code == 422

    patron.refresh_from_db()
    assert (patron.email, patron.phone, patron.language, patron.channel) == before


@pytest.mark.parametrize("wrong", [{"email": ""}, {"phone": "", "channel": "SMS"}, {"channel": "LETTER"}])
def test_refuses_a_way_of_messages_without_an_address_for_it(at_home, patron, wrong, alpha):
    alpha.settings = {**alpha.settings, "messages": {"channels": ["EMAIL", "SMS", "LETTER"]}}
    alpha.save()
    forget_hosts()

    response = at_home.post("/me/details/change", DETAILS | wrong)

    assert response.status_code == 422
    assert "no address for that" in response.content.decode()


def test_changes_the_pin_and_stays_logged_in_here_only(at_home, browse, patron):
    elsewhere = browse("alpha.localhost")
    elsewhere.post("/log-in", {"card": CARD, "pin": PIN})

    response = at_home.post("/me/details/pin", {"old": PIN, "new": "8642"})

    patron.refresh_from_db()
    assert response.status_code == 302
    assert check_password("8642", patron.pin)
    assert at_home.get("/me").status_code == 200
    assert elsewhere.get("/me").status_code == 302


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"old": "0000", "new": "8642"}, "isn&#x27;t your PIN"),
        ({"old": PIN, "new": "12"}, "four to eight digits"),
        ({"old": PIN, "new": "abcd"}, "four to eight digits"),
        ({"old": PIN, "new": "١٢٣٤"}, "four to eight digits"),
        ({"old": PIN, "new": ""}, "required"),
    ],
)
def test_refuses_another_pin(at_home, patron, fields, says):
    response = at_home.post("/me/details/pin", fields)

    before, patron.pin = patron.pin, ""
    patron.refresh_from_db()
    assert response.status_code == 422
    assert says in response.content.decode()
    assert patron.pin == before


def test_guessing_the_old_pin_is_counted_like_logging_in(at_home, patron):
    for _ in range(10):
        at_home.post("/me/details/pin", {"old": "0000", "new": "8642"})

    assert at_home.post("/me/details/pin", {"old": PIN, "new": "8642"}).status_code == 429
    patron.refresh_from_db()
    assert check_password(PIN, patron.pin)


def test_keeps_past_loans_only_for_whoever_wants_it(at_home, patron):
    LoanFactory(patron=patron, returned=True, item__record__title="Lucky Per")
    assert "Lucky Per" not in at_home.get("/me/history").content.decode()

    assert at_home.post("/me/details/history", {"keeps": "1"}).url == "/me/history"

    assert "Lucky Per" in at_home.get("/me/history").content.decode()


def test_forgets_past_loans_at_once_but_not_what_is_owed_for(at_home, patron):
    patron.keeps_history = True
    patron.save()
    over = LoanFactory(patron=patron, returned=True)
    owing = LoanFactory(patron=patron, returned=True)
    FeeFactory(patron=patron, loan=owing)
    open_loan = LoanFactory(patron=patron)

    at_home.post("/me/details/history", {"keeps": "0"})

    patron.refresh_from_db()
    assert not patron.keeps_history
    assert set(Loan.objects.filter(patron=patron)) == {owing, open_loan}
    assert Loan.objects.get(pk=over.pk).patron is None


def test_a_past_loan_has_the_cover_of_its_kind(at_home, patron):
    patron.keeps_history = True
    patron.save()
    LoanFactory(patron=patron, returned=True, item__record__material_type="FILM")

    assert 'class="cover cover-film"' in at_home.get("/me/history").content.decode()


def test_the_history_goes_on_page_by_page(at_home, patron):
    patron.keeps_history = True
    patron.save()
    LoanFactory(patron=patron, returned=True, item__record__title="The first of all")
    for _ in range(50):
        LoanFactory(patron=patron, returned=True)

    newest = at_home.get("/me/history")

    assert "The first of all" not in newest.content.decode()
    assert "The first of all" in at_home.get(f"/me/history?before={newest.context['older']}").content.decode()


@pytest.mark.parametrize("before", ["", "x", "9" * 30, "-1"])
def test_a_page_that_cannot_be_is_the_first(at_home, before):
    assert at_home.get(f"/me/history?before={before}").status_code == 200


def test_the_session_ends_with_its_card(at_home, patron):
    CardFactory(patron=patron, number="2090000019")
    Card.objects.filter(number=CARD).update(is_active=False, ended_reason="LOST")

    assert at_home.get("/me").url == "/log-in?next=%2Fme"


def test_the_session_ends_with_the_membership(at_home, patron):
    patron.left_at = NOW - timedelta(minutes=1)
    patron.save()

    assert at_home.get("/me").status_code == 302


def test_a_title_says_that_she_has_a_hold_on_it(at_home, patron, desk_branch):
    record = RecordFactory(title="Tine")
    ItemFactory(record=record, home_branch=desk_branch)
    HoldFactory(record=record, patron=patron, pickup_branch=desk_branch)

    page = at_home.get(f"/title/{record.pk}").content.decode()

    assert "You have a hold on this, to be picked up at Main Library" in page
    assert "Place a hold" not in page


def test_a_guardian_sees_her_childrens_loans_and_fees_where_agreed(at_home, patron):
    shown = GuardianshipFactory(guardian=patron, child__given_name="Bo").child
    hidden = GuardianshipFactory(guardian=patron, child__given_name="Kai", shows_loans=False).child
    LoanFactory(patron=shown, overdue=True, item__record__title="Shown book")
    LoanFactory(patron=hidden, item__record__title="Hidden book")

    page = at_home.get("/me/children").content.decode()

    assert "Shown book" in page
    assert "is owed for them" in page
    assert "Hidden book" not in page
    assert "Kai" not in page
    assert "Bo" in at_home.get("/me").content.decode()


def test_a_guardian_sees_what_she_owes_for_a_child_but_not_for_what(at_home, patron):
    child = GuardianshipFactory(guardian=patron, child__given_name="Kai", shows_loans=False).child
    LoanFactory(patron=child, item__record__title="Hidden book")
    FeeFactory(patron=child, liable=patron, description="Hidden book", amount="35.00")
    FeeFactory(patron=child, description="Hidden mug", amount="70.00")

    page = at_home.get("/me/children").content.decode()

    assert "Kai" in page
    assert page.count(money_filter(Decimal("35.00"), "DKK")) == 2
    assert money_filter(Decimal("70.00"), "DKK") not in page
    assert "Hidden" not in page
    assert "Kai" in at_home.get("/me").content.decode()


def test_who_is_guardian_for_nobody_sees_nobody(at_home):
    LoanFactory(item__record__title="Somebody's book")

    assert "Somebody" not in at_home.get("/me/children").content.decode()
