"""What the desk sends after an outage, the list of what wasn't possible, and the pages that the browser keeps."""

import re
from datetime import timedelta

import pytest

from circulation.models import Loan, OutageScan
from staffing.models import WorkPlace
from tests.factories import NOW, BranchFactory, ItemFactory, LoanFactory

AGO = NOW - timedelta(minutes=20)


@pytest.fixture
def send(desk_branch):
    def send_one(client, text, **values):
        form = {
            "scan_id": f"out-{text}",
            "kind": "CHECK_OUT",
            "scan": text,
            "at": AGO.isoformat(),
            "clock": NOW.isoformat(),
            "branch": desk_branch.pk,
            "by": "lis",
        }
        return client.post("/desk/outage/scans", form | values, headers={"X-Scan": "1"})

    return send_one


def text_of(answer):
    return answer.content.decode().replace("&#x27;", "'")


def test_lends_what_was_recorded_and_answers_with_its_row(librarian_client, patron, item, send):
    answer = send(librarian_client, item.barcode, patron=patron.pk)

    assert (answer.status_code, answer.headers["X-Scan-Kind"]) == (200, "ok")
    assert "Checked out" in text_of(answer)
    assert Loan.objects.get().loaned_at == AGO


@pytest.mark.parametrize("kind", ["CHECK_OUT", "CHECK_IN"])
def test_what_was_sent_can_be_taken_back_from_its_row(librarian_client, patron, item, send, kind):
    loan = LoanFactory(item=item, patron=patron) if kind == "CHECK_IN" else None

    row = text_of(send(librarian_client, item.barcode, patron=patron.pk, kind=kind))
    answer = librarian_client.post(re.search(r'action="(/desk/undo/\d+)"', row)[1], headers={"X-Scan": "1"})

    assert answer.status_code == 200
    item.refresh_from_db()
    assert item.status == ("ON_LOAN" if loan else "AVAILABLE")


def test_sent_again_it_answers_the_same(librarian_client, patron, item, send):
    first = send(librarian_client, item.barcode, patron=patron.pk)
    again = send(librarian_client, item.barcode, patron=patron.pk)

    assert (first.headers["X-Scan-Kind"], again.headers["X-Scan-Kind"]) == ("ok", "ok")
    assert Loan.objects.count() == 1


@pytest.mark.parametrize(
    "values",
    [
        {"at": "", "clock": ""},
        {"at": "yesterday"},
        {"at": "2026-11-19T10:00:00"},
        {"at": "9999-12-31T23:59:59+00:00"},
        {"clock": "\x01"},
        {"branch": "999999999999"},
        {"kind": "EAT"},
        {"card": "\x01" * 50},
        {"patron": "99999999999999999"},
        {"due": "2026-02-31", "returned": "x"},
    ],
)
def test_whatever_was_recorded_is_answered_and_kept(librarian_client, item, send, values):
    answer = send(librarian_client, item.barcode, **values)

    assert answer.status_code == 200
    assert answer.headers["X-Scan-Kind"] in ("ok", "stop")
    assert OutageScan.objects.count() == 1


def test_what_was_not_possible_stands_on_the_list_and_on_the_first_page(librarian_client, patron, item, send):
    item.status = "REFERENCE_ONLY"
    item.save()

    answer = send(librarian_client, item.barcode, patron=patron.pk)

    page = text_of(librarian_client.get("/desk/outage"))
    assert answer.headers["X-Scan-Kind"] == "stop"
    assert "To settle" in text_of(answer)
    assert "For use in the library only." in page
    assert "Solvang" in page
    assert "Scans of an outage to settle" in text_of(librarian_client.get("/desk/"))


def test_settles_by_override(librarian_client, patron, item, send):
    item.status = "REFERENCE_ONLY"
    item.save()
    send(librarian_client, item.barcode, patron=patron.pk)
    scan = OutageScan.objects.get()
    form = {"do": "it", "at": "2026-11-19T11:10", "code": "ITEM_REFERENCE_ONLY"}

    without = librarian_client.post(f"/desk/outage/scans/{scan.pk}", form)
    settled = librarian_client.post(f"/desk/outage/scans/{scan.pk}", form | {"reason": "She has it at home"})

    assert (without.status_code, settled.status_code) == (409, 302)
    assert "Write why you override." in text_of(without)
    assert Loan.objects.get().loaned_at == AGO
    assert "Nothing is left to settle." in text_of(librarian_client.get("/desk/outage"))


def test_settles_with_the_right_card(librarian_client, patron, item, send):
    send(librarian_client, item.barcode, card="2099999999")
    scan = OutageScan.objects.get()

    wrong = librarian_client.post(f"/desk/outage/scans/{scan.pk}", {"do": "it", "card": "2088888888"})
    right = librarian_client.post(f"/desk/outage/scans/{scan.pk}", {"do": "it", "card": "2090000001"})

    assert (wrong.status_code, right.status_code) == (404, 302)
    assert Loan.objects.get().patron == patron


def test_settles_by_a_note(librarian_client, rules, send):
    send(librarian_client, "unknown thing", kind="CHECK_IN")
    scan = OutageScan.objects.get()

    empty = librarian_client.post(f"/desk/outage/scans/{scan.pk}", {"do": "note", "note": " "})
    noted = librarian_client.post(f"/desk/outage/scans/{scan.pk}", {"do": "note", "note": "A receipt, no book"})
    again = librarian_client.post(f"/desk/outage/scans/{scan.pk}", {"do": "note", "note": "Once more"})

    assert [answer.status_code for answer in (empty, noted, again)] == [409, 302, 404]


def test_what_another_branch_recorded_is_not_sent_by_somebody_tied_to_hers(librarian_client, patron, item, send):
    desk = librarian_client.staff.desk_habits.branch
    WorkPlace.objects.create(account=librarian_client.staff, branch=desk)
    east = BranchFactory(name="East Library")

    answer = send(librarian_client, item.barcode, patron=patron.pk, branch=east.pk)

    assert "recorded at a branch where you don't work" in text_of(answer)
    assert not Loan.objects.exists()


def test_a_check_in_says_where_the_item_goes_and_offers_its_slip(librarian_client, desk_branch, rules, send):
    east = BranchFactory(name="East Library")
    loan = LoanFactory(item=ItemFactory(home_branch=east), lending_branch=desk_branch)

    answer = send(librarian_client, loan.item.barcode, kind="CHECK_IN")

    assert "East Library" in text_of(answer)
    assert f"/desk/slips/transit/{loan.item.pk}" in text_of(answer)


def test_the_kept_pages_name_nobody(librarian_client, patron, rules):
    for name in ("check-out", "check-in"):
        page = text_of(librarian_client.get(f"/desk/outage/kept/{name}?patron={patron.pk}"))
        assert "data-copy" in page
        assert "Lis Librarian" not in page
        assert librarian_client.staff.username not in page
        assert "Solvang" not in page
    assert librarian_client.get("/desk/outage/kept/patrons").status_code == 404


def test_the_worker_is_for_the_desk_and_never_stale(librarian_client):
    answer = librarian_client.get("/desk/worker.js")

    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert "no-store" in answer.headers["Cache-Control"]


def test_the_pulse_needs_somebody_who_is_logged_in(librarian_client, client, alpha):
    assert librarian_client.get("/desk/outage/pulse").status_code == 204
    assert client.get("/desk/outage/pulse", headers={"host": "alpha.localhost", "X-Scan": "1"}).status_code == 403


def test_resumes_whom_the_desk_serves_without_emptying_the_list(librarian_client, patron, scan):
    answer = scan(librarian_client, "2090000001", command="resume")
    nobody = scan(librarian_client, "", command="resume")
    unknown = scan(librarian_client, "2099999999", command="resume")

    assert f'id="scan-patron" value="{patron.pk}"' in text_of(answer)
    assert 'data-oob="#session-rows"' not in text_of(answer)
    assert 'id="scan-patron" value=""' in text_of(nobody)
    assert unknown.status_code == 404


def test_an_unknown_barcode_is_called_so(librarian_client, patron, rules, send):
    send(librarian_client, "9999", patron=patron.pk)

    page = text_of(librarian_client.get("/desk/outage"))

    assert "No item has the barcode 9999." in page
    assert "Check the label" in page


def test_what_was_scanned_since_is_offered_with_the_time_of_now(librarian_client, patron, item, send):
    LoanFactory(item=item, loaned_at=AGO - timedelta(days=3))
    send(librarian_client, item.barcode, patron=patron.pk)
    scan = OutageScan.objects.get()
    librarian_client.post("/desk/check-in/scan", {"scan": item.barcode, "scan_id": "in-again"}, headers={"X-Scan": "1"})

    refused = librarian_client.post(f"/desk/outage/scans/{scan.pk}", {"do": "it", "at": refused_time(scan)})

    offered = refused.context["rows"][0]["at"]
    assert refused.status_code == 409
    assert librarian_client.post(f"/desk/outage/scans/{scan.pk}", {"do": "it", "at": offered}).status_code == 302
    assert Loan.objects.get(returned_at=None).patron == patron


def refused_time(scan):
    return scan.happened_at.strftime("%Y-%m-%dT%H:%M")
