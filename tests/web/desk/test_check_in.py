"""Check-in by scans: where each item goes now, back-dating, fees and undo."""

from datetime import timedelta

from django.db import OperationalError
from django.urls import reverse
from psycopg.errors import DeadlockDetected

from accounts.models import AuditEntry
from circulation.models import Hold, Loan
from tests.factories import NOW, TODAY, BranchFactory, HoldFactory, ItemFactory, LoanFactory, PatronFactory

AT = "desk:check_in_scan"


def text_of(answer):
    return answer.content.decode()


def test_shows_the_page_with_todays_date_in_force(librarian_client, rules):
    page = text_of(librarian_client.get("/desk/check-in"))

    assert "Check in" in page
    assert "Check-ins are dated" not in page


def test_takes_an_item_back_and_sends_it_to_its_shelf(librarian_client, item, scan):
    loan = LoanFactory(item=item)

    answer = scan(librarian_client, item.barcode, at=AT)

    loan.refresh_from_db()
    assert answer.headers["X-Scan-Kind"] == "ok"
    assert 'data-to="shelf"' in text_of(answer)
    assert loan.returned_at == NOW


def test_a_deadlock_is_answered_so_that_the_scan_is_sent_again(librarian_client, item, scan, monkeypatch):
    def dead(**_values):
        raise OperationalError("called off") from DeadlockDetected()

    monkeypatch.setattr("web.desk.check_in.take_back", dead)

    answer = scan(librarian_client, item.barcode, at=AT)

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert "X-Scan-Kind" not in answer.headers


def test_gives_an_item_that_somebody_waits_for_its_shelf_number_and_slip(librarian_client, patron, item, scan):
    hold = HoldFactory(record=item.record, patron=patron, pickup_branch=item.home_branch)

    answer = scan(librarian_client, item.barcode, at=AT)

    hold.refresh_from_db()
    assert answer.headers["X-Scan-Kind"] == "hold"
    assert hold.state == Hold.State.READY
    assert f"{hold.shelf_number:03d}" in text_of(answer)
    assert f'href="/desk/slips/hold/{hold.pk}" data-print data-print-auto' in text_of(answer)


def test_never_shows_the_whole_name_of_who_waits(librarian_client, patron, item, scan):
    HoldFactory(record=item.record, patron=patron, pickup_branch=item.home_branch)

    answer = scan(librarian_client, item.barcode, at=AT)

    assert "Ingrid S." in text_of(answer)
    assert "Solvang" not in text_of(answer)


def test_sends_an_item_of_another_branch_home(librarian_client, desk_branch, rules, scan):
    other = ItemFactory(home_branch=BranchFactory(name="East Library"), current_branch=desk_branch)
    LoanFactory(item=other, lending_branch=desk_branch)

    answer = scan(librarian_client, other.barcode, at=AT)

    assert answer.headers["X-Scan-Kind"] == "transit"
    assert "East Library" in text_of(answer)
    assert f"/desk/slips/transit/{other.pk}" in text_of(answer)


def test_says_how_late_it_was_and_what_that_costs(librarian_client, patron, item, scan):
    LoanFactory(item=item, patron=patron, overdue=True)

    answer = scan(librarian_client, item.barcode, at=AT)

    assert answer.headers["X-Scan-Kind"] == "notice"
    assert "10 days late" in text_of(answer)
    assert "60.00" in text_of(answer)
    assert f"/desk/patrons/{patron.pk}#fees" in text_of(answer)


def test_dates_a_return_back(librarian_client, patron, item, scan):
    loan = LoanFactory(item=item, patron=patron, overdue=True)

    answer = scan(librarian_client, item.barcode, at=AT, returned=loan.due_date.isoformat())

    assert answer.headers["X-Scan-Kind"] == "ok"
    assert "days late" not in text_of(answer)


def test_switches_back_dating_on_under_a_loud_banner(librarian_client, rules, scan):
    answer = scan(librarian_client, "", at=AT, command="dated", new_returned="2026-11-17")

    assert 'id="scan-returned" value="2026-11-17"' in text_of(answer)
    assert "message-loud" in text_of(answer)


def test_switches_back_dating_off(librarian_client, rules, scan):
    answer = scan(librarian_client, "", at=AT, command="dated", new_returned="", returned="2026-11-17")

    assert 'id="scan-returned" value=""' in text_of(answer)
    assert "message-loud" not in text_of(answer)


def test_offers_the_last_open_day_for_the_drop_box(librarian_client, rules):
    page = text_of(librarian_client.get("/desk/check-in"))

    assert 'name="new_returned" value="2026-11-18"' in page


def test_offers_no_day_for_the_drop_box_of_a_branch_that_never_opens(librarian_client, desk_branch, rules):
    desk_branch.opening_hours.all().delete()

    assert 'data-key-action="drop-box"' not in text_of(librarian_client.get("/desk/check-in"))


def test_refuses_a_day_that_is_still_to_come(librarian_client, item, scan):
    loan = LoanFactory(item=item)
    ahead = (TODAY + timedelta(days=1)).isoformat()

    switched = scan(librarian_client, "", at=AT, command="dated", new_returned=ahead)
    scanned = scan(librarian_client, item.barcode, at=AT, returned=ahead)

    loan.refresh_from_db()
    assert (switched.status_code, scanned.status_code) == (422, 409)
    assert loan.returned_at is None


def test_says_that_no_item_has_the_barcode(librarian_client, rules, scan):
    answer = scan(librarian_client, "3099999999", at=AT)

    assert answer.status_code == 404
    assert "No item has the barcode 3099999999." in text_of(answer)


def test_changes_nothing_for_an_item_that_lies_where_it_belongs(librarian_client, item, scan):
    scan(librarian_client, item.barcode, at=AT)

    answer = scan(librarian_client, item.barcode, at=AT)

    assert "Nothing changed" in text_of(answer)
    assert "/desk/undo/" not in text_of(answer)


def test_undoes_a_check_in_from_its_row(librarian_client, patron, item, scan):
    loan = LoanFactory(item=item, patron=patron)
    scan(librarian_client, item.barcode, at=AT)
    entry = _newest_entry()

    answer = librarian_client.post(reverse("desk:undo", args=[entry]), headers={"HX-Request": "true"})

    loan.refresh_from_db()
    assert answer.status_code == 200
    assert "Undone" in text_of(answer)
    assert loan.returned_at is None


def test_undoes_a_check_out_and_shows_the_panel_anew(librarian_client, patron, item, scan):
    scan(librarian_client, item.barcode, patron=patron.pk)

    answer = librarian_client.post(reverse("desk:undo", args=[_newest_entry()]), headers={"HX-Request": "true"})

    assert f'data-oob="#panel-{patron.pk}"' in text_of(answer)
    assert "0 of 40" in text_of(answer)
    assert Loan.objects.get().undone_at == NOW


def test_undoes_nothing_twice(librarian_client, patron, item, scan):
    scan(librarian_client, item.barcode, patron=patron.pk)
    address = reverse("desk:undo", args=[_newest_entry()])
    librarian_client.post(address, headers={"HX-Request": "true"})

    answer = librarian_client.post(address, headers={"HX-Request": "true"})

    assert answer.status_code == 409
    assert "It has been undone already." in text_of(answer)


def test_finds_no_entry_that_isnt_there(librarian_client, rules):
    assert librarian_client.post("/desk/undo/999999").status_code == 404


def _newest_entry():
    return AuditEntry.objects.order_by("-pk").values_list("pk", flat=True).first()


def test_says_of_a_card_that_it_is_one(librarian_client, scan, desk_branch, rules):
    PatronFactory(card="2090000017", home_branch=desk_branch, family_name="Solvang")

    answer = scan(librarian_client, "2090000017", at=AT)

    assert (answer.status_code, answer.headers["X-Scan-Kind"]) == (404, "stop")
    assert "This is a patron&#x27;s card." in text_of(answer)
    assert "Solvang" not in text_of(answer)
