import pyotp
import pytest

from common.encryption import encrypt
from staffing.models import DeskHabits
from tests.factories.accounts import StaffAccountFactory
from web.ui.keys import ACTIONS


def test_shows_who_she_is(librarian_client):
    page = librarian_client.get("/account/").content.decode()

    assert "Lis Librarian" in page
    assert "Main Library" in page


def test_leads_back_to_the_desk_or_to_the_console(librarian_client, admin_client):
    assert "/school/" in librarian_client.get("/account/").content.decode()
    assert "/console/rules" in admin_client.get("/account/").content.decode()


def test_keeps_a_key_of_her_own(librarian_client):
    response = librarian_client.post("/account/keys", {"check-out": "F8", "school": "F2"})

    assert response.status_code == 302
    assert DeskHabits.objects.get(account=librarian_client.staff).keys == {"check-out": "F8", "school": "F2"}


def test_an_empty_field_brings_back_the_first_key(librarian_client):
    librarian_client.post("/account/keys", {"check-out": "F9"})
    librarian_client.post("/account/keys", {"check-out": ""})

    assert DeskHabits.objects.get(account=librarian_client.staff).keys == {}


@pytest.mark.parametrize("key", ["Ctrl+T", "Ctrl+W", "Ctrl+N", "Enter", "a", "F2F2", "F3", "<b>"])
def test_refuses_a_key_that_can_not_be_had(librarian_client, key):
    response = librarian_client.post("/account/keys", {"check-out": key})

    assert response.status_code == 422
    assert response.context["problems"]["check-out"]
    assert DeskHabits.objects.get(account=librarian_client.staff).keys == {}


def test_shows_each_key_once(librarian_client):
    page = librarian_client.get("/account/keys")

    shown = [row["action"].id for group in page.context["groups"] for row in group["rows"]]
    assert sorted(shown) == sorted(ACTIONS)


def test_switches_the_second_factor_on_by_a_code(librarian_client):
    secret = librarian_client.get("/account/second-factor").context["secret"]

    assert librarian_client.post("/account/second-factor", {"code": "000000"}).status_code == 422
    assert librarian_client.post("/account/second-factor", {"code": pyotp.TOTP(secret).now()}).status_code == 302

    librarian_client.staff.refresh_from_db()
    assert librarian_client.staff.totp_secret
    assert secret not in librarian_client.staff.totp_secret


def test_switches_the_second_factor_off_only_by_the_password(logged_in, desk_branch):
    secret = encrypt("JBSWY3DPEHPK3PXP").decode()
    staff = StaffAccountFactory(password="seks-gule-cykler-77", totp_secret=secret)
    client = logged_in(staff, desk_branch)

    client.post("/account/second-factor/off", {"password": "wrong"})
    staff.refresh_from_db()
    assert staff.totp_secret == secret

    client.post("/account/second-factor/off", {"password": "seks-gule-cykler-77"})
    staff.refresh_from_db()
    assert staff.totp_secret == ""


@pytest.mark.parametrize("address", ["/account/log-out", "/account/second-factor/off"])
def test_an_address_that_changes_something_takes_no_get(librarian_client, address):
    assert librarian_client.get(address).status_code == 405
