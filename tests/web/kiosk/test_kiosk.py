"""The self-check machine: its secret link, card and PIN, borrowing without overrides, returns, receipt and end."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.hashers import make_password
from django.db import connection
from django.test import Client

from accounts.models import AuditEntry
from circulation.models import Hold, Loan
from notices.models import Notice
from patrons.models import Patron
from staffing.models import Kiosk
from staffing.services import add_kiosk, change_kiosk, renew_kiosk_link
from tests.factories import NOW, BranchFactory, HoldFactory, ItemFactory, LoanFactory, PatronFactory, RuleFactory

pytestmark = pytest.mark.usefixtures("empty_cache")
CARD, PIN = "2090000001", "2580"


class Machine(Client):
    """A browser on the floor of a library."""

    def __init__(self, municipality, kiosk):
        super().__init__(headers={"host": f"{municipality.schema_name}.localhost"})
        self.municipality, self.kiosk = municipality, kiosk

    def request(self, **request):
        try:
            return super().request(**request)
        finally:
            connection.set_tenant(self.municipality)

    def scan(self, barcode, *, at="visit/scan", scan_id=""):
        form = {"scan": barcode, "scan_id": scan_id or f"scan-{barcode}", "scan_number": "1"}
        return self.post(f"/kiosk/{at}", form, headers={"X-Scan": "1"})


@pytest.fixture
def machine(alpha, admin_client, desk_branch):
    RuleFactory()
    kiosk, token = add_kiosk(name="Entrance", branch=desk_branch, asks_pin=False, actor=admin_client.staff, now=NOW)
    machine = Machine(alpha, kiosk)
    assert machine.get(f"/kiosk/open/{token}").status_code == 302
    return machine


@pytest.fixture
def patron(desk_branch):
    return PatronFactory(family_name="Solvang", card=CARD, home_branch=desk_branch, pin=make_password(PIN))


@pytest.fixture
def visitor(machine, patron):
    """Return the machine with Ingrid Solvang before it."""
    assert machine.post("/kiosk/card", {"scan": CARD}).status_code == 302
    return machine


def text_of(answer):
    return answer.content.decode().replace("&#x27;", "'")


def test_an_administrator_makes_a_machine_and_sees_its_link_once(admin_client, desk_branch):
    answer = admin_client.post("/console/kiosks", {"name": "Door", "branch": desk_branch.pk, "asks_pin": "on"})

    link = text_of(answer).split("<dd>")[1].split("</dd>")[0]
    assert "/kiosk/open/" in link
    assert link.rsplit("/", 1)[1] not in text_of(admin_client.get("/console/kiosks"))
    assert Kiosk.objects.get().token_sha256 not in link
    assert AuditEntry.objects.filter(action="staffing.add_kiosk", subject_id=Kiosk.objects.get().pk).exists()


def test_two_administrators_who_press_the_same_button_want_the_same(admin_client, machine):
    address = f"/console/kiosks/{machine.kiosk.pk}"

    for _administrator in range(2):
        admin_client.post(address, {"pin": "0"})
        admin_client.post(address, {"use": "0"})

    kiosk = Kiosk.objects.get()
    assert (kiosk.asks_pin, kiosk.ended_at) == (False, NOW)


def test_an_administrator_changes_a_machine(admin_client, machine):
    address = f"/console/kiosks/{machine.kiosk.pk}"

    linked = admin_client.post(address, {"link": "1"})
    for pressed in ({"pin": "1"}, {"use": "0"}):
        assert admin_client.post(address, pressed).status_code == 302

    kiosk = Kiosk.objects.get()
    assert "/kiosk/open/" in text_of(linked)
    assert (kiosk.asks_pin, kiosk.ended_at) == (True, NOW)
    assert admin_client.post("/console/kiosks/999", {"pin": "1"}).status_code == 404


def test_a_browser_without_the_link_is_no_machine(alpha, machine):
    stranger = Machine(alpha, None)

    assert stranger.get("/kiosk/").status_code == 403
    assert stranger.get("/kiosk/open/guessed").status_code == 404
    assert stranger.post("/kiosk/card", {"scan": CARD}).status_code == 403
    assert stranger.scan("x", at="returns/scan").status_code == 403


def test_a_new_link_or_the_end_stops_the_old_one(admin_client, machine):
    assert machine.get("/kiosk/").status_code == 200

    renew_kiosk_link(kiosk=machine.kiosk, actor=admin_client.staff)
    assert machine.get("/kiosk/").status_code == 403

    token = renew_kiosk_link(kiosk=machine.kiosk, actor=admin_client.staff)
    machine.get(f"/kiosk/open/{token}")
    assert machine.get("/kiosk/").status_code == 200
    change_kiosk(kiosk=machine.kiosk, asks_pin=False, ended=True, actor=admin_client.staff, now=NOW)
    assert machine.get("/kiosk/").status_code == 403


def test_lends_by_card_alone_where_no_pin_is_asked_for(visitor, patron, desk_branch):
    item = ItemFactory(home_branch=desk_branch, record__title="Lucky Per")

    answer = visitor.scan(item.barcode)

    loan = Loan.objects.get()
    assert (answer.status_code, answer.headers["X-Scan-Kind"]) == (200, "ok")
    assert "Lucky Per" in text_of(answer)
    assert (loan.patron, loan.lending_branch) == (patron, desk_branch)


def test_the_log_names_the_machine(visitor, desk_branch):
    item = ItemFactory(home_branch=desk_branch)

    visitor.scan(item.barcode)

    entry = AuditEntry.objects.get(action="circulation.check_out")
    assert (entry.actor, entry.facts["kiosk_id"]) == (None, visitor.kiosk.pk)


def test_asks_for_the_pin_where_it_is_set_so(admin_client, machine, patron):
    change_kiosk(kiosk=machine.kiosk, asks_pin=True, ended=False, actor=admin_client.staff, now=NOW)

    asked = machine.post("/kiosk/card", {"scan": CARD})
    wrong = machine.post("/kiosk/card", {"scan": CARD, "pin": "0000"})
    right = machine.post("/kiosk/card", {"scan": CARD, "pin": PIN})

    assert (asked.status_code, 'name="pin"' in text_of(asked)) == (200, True)
    assert wrong.status_code == 422
    assert right.status_code == 302
    assert "Solvang" not in text_of(machine.get("/kiosk/visit"))


def test_slows_down_who_guesses_pins(admin_client, machine, patron):
    change_kiosk(kiosk=machine.kiosk, asks_pin=True, ended=False, actor=admin_client.staff, now=NOW)

    tries = [machine.post("/kiosk/card", {"scan": CARD, "pin": f"{number:04d}"}).status_code for number in range(11)]

    assert tries[-1] == 429
    assert set(tries[:3]) == {422}


@pytest.mark.parametrize("card", ["", "2099999999", "x" * 500])
def test_an_unknown_card_begins_no_visit(machine, patron, card):
    assert machine.post("/kiosk/card", {"scan": card}).status_code == 422
    assert machine.get("/kiosk/visit").status_code == 302


def test_nothing_is_overridden(visitor, desk_branch):
    item = ItemFactory(home_branch=desk_branch, status="REFERENCE_ONLY")
    forced = {"scan": item.barcode, "scan_id": "s2", "code": "ITEM_REFERENCE_ONLY", "reason": "please"}

    answer = visitor.scan(item.barcode)
    again = visitor.post("/kiosk/visit/scan", forced, headers={"X-Scan": "1"})

    assert (answer.status_code, again.status_code) == (409, 409)
    assert answer.headers["X-Scan-Kind"] == "stop"
    assert "Ask the staff." in text_of(answer)
    assert not Loan.objects.exists()


def test_the_same_scan_again_is_one_loan(visitor, desk_branch):
    item = ItemFactory(home_branch=desk_branch)

    answers = [visitor.scan(item.barcode, scan_id="same").status_code for _ in range(2)]

    assert answers == [200, 200]
    assert Loan.objects.count() == 1


def test_an_unknown_barcode_says_so(visitor):
    answer = visitor.scan("no such thing")

    assert (answer.status_code, answer.headers["X-Scan-Kind"]) == (404, "stop")


def test_says_what_is_ready_for_her(visitor, patron, desk_branch):
    hold = HoldFactory(patron=patron, pickup_branch=desk_branch, ready=True)

    assert f"{hold.shelf_number:03d}" in text_of(visitor.get("/kiosk/visit"))


def test_takes_back_without_a_card_and_sends_on_what_belongs_elsewhere(machine):
    east = BranchFactory(name="East Library")
    loan = LoanFactory(item=ItemFactory(home_branch=east), lending_branch=east)

    answer = machine.scan(loan.item.barcode, at="returns/scan")

    loan.refresh_from_db()
    loan.item.refresh_from_db()
    assert answer.status_code == 200
    assert "Put it into the box for the staff." in text_of(answer)
    assert (loan.returned_at, loan.item.status) == (NOW, "IN_TRANSIT")
    assert AuditEntry.objects.get(action="circulation.check_in").facts["kiosk_id"] == machine.kiosk.pk


def test_a_return_names_nobody_who_waits(machine, patron, desk_branch):
    loan = LoanFactory(item=ItemFactory(home_branch=desk_branch), lending_branch=desk_branch)
    HoldFactory(record=loan.item.record, patron=patron, pickup_branch=desk_branch)

    answer = text_of(machine.scan(loan.item.barcode, at="returns/scan"))

    assert Hold.objects.get().state == Hold.State.READY
    assert "Solvang" not in answer
    assert patron.given_name not in answer


def test_ends_with_a_receipt(visitor, desk_branch):
    item = ItemFactory(home_branch=desk_branch, record__title="Lucky Per")
    visitor.scan(item.barcode)

    receipt = visitor.post("/kiosk/visit/finish", {"receipt": "paper"})

    assert "data-print-now" in text_of(receipt)
    assert "Lucky Per" in text_of(receipt)
    assert visitor.get("/kiosk/visit").status_code == 302


def test_ends_with_a_receipt_by_e_mail(visitor, patron, desk_branch):
    visitor.scan(ItemFactory(home_branch=desk_branch, record__title="Lucky Per").barcode)
    assert 'value="email"' in text_of(visitor.get("/kiosk/visit"))

    done = visitor.post("/kiosk/visit/finish", {"receipt": "email"})
    again = visitor.post("/kiosk/visit/finish", {"receipt": "email"})

    notice, entry = Notice.objects.get(), AuditEntry.objects.get(action="circulation.email_receipt")
    assert "The receipt is on its way by e-mail." in text_of(done)
    assert patron.email not in text_of(done)
    assert "data-print-now" not in text_of(done)
    assert (notice.address, notice.branch, "Lucky Per" in notice.body) == (patron.email, desk_branch, True)
    assert (entry.actor, entry.facts["kiosk_id"]) == (None, visitor.kiosk.pk)
    assert again.status_code == 302


def test_offers_no_e_mail_to_who_has_no_address_and_sends_none(visitor, patron, desk_branch):
    Patron.objects.update(email="")
    visitor.scan(ItemFactory(home_branch=desk_branch).barcode)

    assert 'value="email"' not in text_of(visitor.get("/kiosk/visit"))
    assert "by e-mail" not in text_of(visitor.post("/kiosk/visit/finish", {"receipt": "email"}))
    assert not Notice.objects.exists()


def test_ends_without_one(visitor):
    done = visitor.post("/kiosk/visit/finish", {"receipt": "none"})

    assert (done.status_code, "data-print-now" in text_of(done)) == (200, False)
    assert visitor.get("/kiosk/visit").status_code == 302


def test_the_countdown_ends_the_visit_and_its_language(visitor):
    visitor.cookies["language"] = "fi"

    answer = visitor.post("/kiosk/leave")

    assert answer.status_code == 302
    assert answer.cookies["language"].value == ""
    assert visitor.get("/kiosk/visit").status_code == 302


def test_the_server_ends_a_visit_that_the_page_forgot(visitor):
    with time_machine.travel(NOW + timedelta(minutes=4), tick=False):
        assert visitor.scan("x").status_code == 403
        assert visitor.get("/kiosk/visit").status_code == 302


def test_a_visit_opens_no_page_of_the_portal_or_the_desk(visitor):
    assert visitor.get("/me").status_code == 302
    assert visitor.get("/desk/").status_code == 302


def test_a_visit_at_one_machine_is_none_at_another(admin_client, visitor, desk_branch):
    _kiosk, token = add_kiosk(name="Other", branch=desk_branch, asks_pin=False, actor=admin_client.staff, now=NOW)

    visitor.get(f"/kiosk/open/{token}")

    assert visitor.get("/kiosk/visit").status_code == 302


def test_another_card_in_the_middle_of_a_visit_ends_nothing_and_lends_nothing(visitor, desk_branch):
    PatronFactory(card="2090000017", home_branch=desk_branch)

    answer = visitor.scan("2090000017")

    assert (answer.status_code, answer.headers["X-Scan-Kind"]) == (404, "stop")
    assert "Finish this visit first" in text_of(answer)
    assert not Loan.objects.exists()


def test_says_why_an_item_on_loan_is_not_lent_without_naming_anybody(visitor, desk_branch):
    loan = LoanFactory(item=ItemFactory(home_branch=desk_branch), patron=PatronFactory(family_name="Bjerregaard"))

    answer = visitor.scan(loan.item.barcode)

    assert answer.status_code == 409
    assert "On loan to another patron." in text_of(answer)
    assert "Bjerregaard" not in text_of(answer)


def test_says_that_the_limit_is_reached(visitor, patron, desk_branch):
    RuleFactory(values={"max_loans": 1}, patron_category=patron.category)
    LoanFactory(item=ItemFactory(home_branch=desk_branch), patron=patron, lending_branch=desk_branch)

    answer = visitor.scan(ItemFactory(home_branch=desk_branch).barcode)

    assert "You have 1 of 1 loans." in text_of(answer)
