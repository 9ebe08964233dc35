"""The locked screen: nothing answers in her name until her PIN, and what she was doing waits."""

import pytest

from accounts.models import AuditEntry
from circulation.models import Loan
from staffing.models import DeskHabits
from staffing.services import set_lock_pin
from tests.factories import ItemFactory, PatronFactory, RuleFactory, StaffAccountFactory

pytestmark = pytest.mark.usefixtures("empty_cache")
PIN = "2580"


@pytest.fixture
def with_pin(librarian_client):
    set_lock_pin(account=librarian_client.staff, pin=PIN, minutes=5)
    return librarian_client


def unlock(client, pin):
    return client.post("/account/unlock", {"pin": pin}, headers={"X-Lock": "1"})


def test_sets_a_pin_with_her_password(librarian_client):
    librarian_client.staff.set_password("correct horse 12")
    librarian_client.staff.save()
    librarian_client.force_login(librarian_client.staff)
    librarian_client.cookies["staff_session"] = librarian_client.cookies.pop("sessionid").value

    wrong = librarian_client.post("/account/lock-pin", {"pin": PIN, "minutes": "5", "password": "x"})
    right = librarian_client.post("/account/lock-pin", {"pin": PIN, "minutes": "5", "password": "correct horse 12"})

    habits = DeskHabits.objects.get(account=librarian_client.staff)
    assert (wrong.status_code, right.status_code) == (422, 302)
    assert habits.lock_minutes == 5
    assert PIN not in habits.lock_pin


@pytest.mark.parametrize("pin", ["123", "123456789", "12a4", "٤٤٤٤", "1111"])
def test_refuses_a_pin_that_is_none(librarian_client, pin):
    librarian_client.staff.set_password("correct horse 12")
    librarian_client.staff.save()
    librarian_client.force_login(librarian_client.staff)
    librarian_client.cookies["staff_session"] = librarian_client.cookies.pop("sessionid").value

    form = {"pin": pin, "minutes": "5", "password": "correct horse 12"}

    assert librarian_client.post("/account/lock-pin", form).status_code == 422


def test_without_a_pin_nothing_locks_and_the_way_to_one_is_told(librarian_client):
    answer = librarian_client.post("/account/lock", headers={"X-Lock": "1"})

    assert answer.status_code == 409
    assert answer.json()["set_pin"] == "/account/lock-pin"
    assert librarian_client.get("/desk/check-out").status_code == 200


def test_nothing_answers_while_it_is_locked(with_pin, desk_branch):
    RuleFactory()
    patron, item = PatronFactory(home_branch=desk_branch), ItemFactory(home_branch=desk_branch)
    with_pin.post("/account/lock", headers={"X-Lock": "1"})

    page = with_pin.get("/desk/check-out")
    form = {"scan": item.barcode, "scan_id": "s1", "patron": patron.pk}
    scan = with_pin.post("/desk/check-out/scan", form, headers={"X-Scan": "1"})
    fragment = with_pin.post(f"/desk/patrons/{patron.pk}/renew", headers={"HX-Request": "true"})

    assert page.status_code == 423
    assert 'name="next" value="/desk/check-out"' in page.content.decode()
    assert (scan.status_code, "X-Scan-Kind" in scan.headers) == (423, False)
    assert fragment.status_code == 423
    assert not Loan.objects.exists()


def test_the_pin_unlocks_and_the_same_scan_goes_through(with_pin, desk_branch):
    RuleFactory()
    patron, item = PatronFactory(home_branch=desk_branch), ItemFactory(home_branch=desk_branch)
    form = {"scan": item.barcode, "scan_id": "s1", "patron": patron.pk}
    with_pin.post("/account/lock", headers={"X-Lock": "1"})
    with_pin.post("/desk/check-out/scan", form, headers={"X-Scan": "1"})

    wrong, right = unlock(with_pin, "2581"), unlock(with_pin, PIN)
    scan = with_pin.post("/desk/check-out/scan", form, headers={"X-Scan": "1"})

    assert (wrong.status_code, right.status_code, scan.status_code) == (422, 200, 200)
    assert Loan.objects.count() == 1
    assert [entry.facts["right"] for entry in AuditEntry.objects.filter(action="staffing.unlock")] == [True, False]


def test_a_page_without_script_unlocks_and_goes_where_she_was(with_pin):
    with_pin.post("/account/lock")

    answer = with_pin.post("/account/unlock", {"pin": PIN, "next": "/desk/check-in"})
    elsewhere = with_pin.post("/account/unlock", {"pin": PIN, "next": "https://evil.example/"})

    assert (answer.status_code, answer.headers["Location"]) == (302, "/desk/check-in")
    assert elsewhere.headers["Location"] == "/account/"


def test_after_five_wrong_pins_the_whole_log_in_is_asked_for(with_pin):
    with_pin.post("/account/lock", headers={"X-Lock": "1"})

    tries = [unlock(with_pin, "0001").status_code for _ in range(5)]

    assert tries == [422, 422, 422, 422, 401]
    assert with_pin.get("/desk/check-out").status_code == 302


def test_a_scan_that_hits_the_field_is_no_try(with_pin):
    with_pin.post("/account/lock", headers={"X-Lock": "1"})

    tries = [unlock(with_pin, "5012345678903").status_code for _ in range(8)]

    assert set(tries) == {422}
    assert unlock(with_pin, PIN).status_code == 200


def test_another_session_of_hers_goes_on(with_pin, logged_in, desk_branch):
    with_pin.post("/account/lock", headers={"X-Lock": "1"})

    assert logged_in(with_pin.staff, desk_branch).get("/desk/check-out").status_code == 200


def test_a_colleague_takes_over_by_logging_in(with_pin, empty_cache):
    colleague = StaffAccountFactory(name="Kaj Colleague", username="kaj")
    colleague.set_password("correct horse 12")
    colleague.save()
    with_pin.post("/account/lock", headers={"X-Lock": "1"})

    answer = with_pin.post("/account/log-in", {"username": "kaj", "password": "correct horse 12"})

    assert answer.status_code == 302
    assert "Kaj Colleague" in with_pin.get("/account/").content.decode()


def test_logging_in_again_unlocks(with_pin):
    with_pin.staff.set_password("correct horse 12")
    with_pin.staff.save()
    with_pin.force_login(with_pin.staff)
    with_pin.cookies["staff_session"] = with_pin.cookies.pop("sessionid").value
    with_pin.post("/account/lock", headers={"X-Lock": "1"})

    form = {"username": with_pin.staff.username, "password": "correct horse 12"}

    assert with_pin.post("/account/log-in", form).status_code == 302
    assert with_pin.get("/desk/check-out").status_code == 200


def test_says_whether_it_is_locked_and_whose_it_is(with_pin):
    before = with_pin.get("/account/lock").json()
    with_pin.post("/account/lock")

    assert before == {"locked": False, "who": with_pin.staff.username}
    assert with_pin.get("/account/lock").json()["locked"] is True
