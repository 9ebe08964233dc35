from datetime import timedelta

import pytest
import time_machine

from accounts.models import AuditEntry, Invitation
from accounts.services.invitations import invite
from tests.factories import StaffAccountFactory

GOOD = "lys-havn-mose-42"


@pytest.fixture
def account(alpha, empty_cache):
    account = StaffAccountFactory(username="nina", name="Nina Newcomer")
    account.set_unusable_password()
    account.save()
    return account


@pytest.fixture
def address(account, now):
    return f"/account/invitation/{invite(account=account, now=now)}"


def test_shows_whose_it_is(browser, address):
    page = browser.get(address)

    assert page.status_code == 200
    assert "nina" in page.content.decode()


def test_sets_the_password_once(browser, address, account):
    response = browser.post(address, {"password": GOOD, "again": GOOD})

    assert response.url == "/account/log-in"
    account.refresh_from_db()
    assert account.check_password(GOOD)
    assert browser.post(address, {"password": "another-fine-one", "again": "another-fine-one"}).status_code == 410
    account.refresh_from_db()
    assert account.check_password(GOOD)
    assert AuditEntry.objects.filter(action="accounts.accept_invitation").count() == 1


@pytest.mark.parametrize(
    ("password", "again"),
    [
        ("short", "short"),
        ("1234567890", "1234567890"),
        ("password123", "password123"),
        ("nina-newcomer", "nina-newcomer"),
    ],
)
def test_refuses_a_weak_password_with_the_rule(browser, address, account, password, again):
    response = browser.post(address, {"password": password, "again": again})

    assert response.status_code == 422
    assert response.context["form"].errors["password"]
    account.refresh_from_db()
    assert not account.has_usable_password()


def test_refuses_two_different_passwords(browser, address):
    response = browser.post(address, {"password": GOOD, "again": GOOD + "x"})

    assert response.context["form"].errors == {"again": ["The two passwords differ."]}


def test_ends_after_a_week(browser, address, now):
    with time_machine.travel(now + timedelta(days=7, seconds=1)):
        response = browser.get(address)

    assert response.status_code == 410
    assert "older than a week" in response.content.decode()


def test_a_new_one_ends_the_one_before(browser, address, account, now):
    invite(account=account, now=now)

    assert browser.get(address).status_code == 410


def test_one_for_an_account_that_is_switched_off_is_worth_nothing(browser, address, account):
    account.is_active = False
    account.save()

    assert browser.get(address).status_code == 410


def test_one_of_a_municipality_is_worth_nothing_in_another(browse, address):
    assert browse("beta.localhost").get(address).status_code == 410
    assert browse("localhost").get(address).status_code == 410


@pytest.mark.parametrize("token", ["x", "%00", "x" * 3000, "' OR 1=1 --"])
def test_nonsense_is_worth_nothing(browser, account, token):
    assert browser.get(f"/account/invitation/{token}").status_code in (400, 410)


def test_only_its_hash_is_kept(address, account):
    token = address.rpartition("/")[2]

    assert token not in str(Invitation.objects.values().get())
