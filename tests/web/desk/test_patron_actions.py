"""What's done from a patron's page: renewals, payments, waivers, fees by hand, holds moved and cancelled."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from circulation.models import Fee, Hold, LedgerEntry
from tests.factories import TODAY, BranchFactory, FeeFactory, HoldFactory, LoanFactory, RuleFactory

HTMX = {"HX-Request": "true"}


def text_of(answer):
    return answer.content.decode()


# --- Renewals ---


def test_renews_a_loan_in_its_row(librarian_client, patron):
    loan = LoanFactory(patron=patron)

    answer = librarian_client.post(f"/desk/loans/{loan.pk}/renew", {"form_id": "form-1"}, headers=HTMX)

    loan.refresh_from_db()
    assert answer.headers["X-Scan-Kind"] == "ok"
    assert "Renewed" in text_of(answer)
    assert loan.due_date == date(2026, 12, 17)


def test_renews_once_however_often_the_form_is_sent(librarian_client, patron):
    RuleFactory(patron_category=patron.category, values={"renewal_base": "DUE_DATE"})
    loan = LoanFactory(patron=patron)

    for _ in range(2):
        librarian_client.post(f"/desk/loans/{loan.pk}/renew", {"form_id": "form-1"}, headers=HTMX)

    loan.refresh_from_db()
    assert loan.renewals == 1


def test_says_why_it_isnt_renewed_and_offers_an_override(librarian_client, patron):
    loan = LoanFactory(patron=patron, renewals=3)

    answer = librarian_client.post(f"/desk/loans/{loan.pk}/renew", headers=HTMX)

    assert answer.status_code == 409
    assert "Renewed 3 of 3 times." in text_of(answer)
    assert 'name="code" value="RENEWAL_LIMIT_REACHED"' in text_of(answer)


def test_renews_in_spite_of_the_limit_with_a_reason(librarian_client, patron):
    loan = LoanFactory(patron=patron, renewals=3)
    form = {"code": "RENEWAL_LIMIT_REACHED", "reason": "Ill at home"}

    answer = librarian_client.post(f"/desk/loans/{loan.pk}/renew", form, headers=HTMX)

    loan.refresh_from_db()
    assert answer.status_code == 200
    assert loan.renewals == 4


def test_renews_all_and_counts_those_that_couldnt_be(librarian_client, patron):
    LoanFactory(patron=patron)
    LoanFactory(patron=patron, renewals=3)

    page = text_of(librarian_client.post(f"/desk/patrons/{patron.pk}/renew", follow=True))

    assert "1 loan has been renewed." in page
    assert "1 couldn&#x27;t be; its row says why." in page


def test_renews_no_loan_that_isnt_there(librarian_client, rules):
    assert librarian_client.post("/desk/loans/999999/renew").status_code == 404


# --- Money ---


def test_takes_a_payment_once_and_offers_its_receipt(librarian_client, patron):
    fee = FeeFactory(patron=patron, amount="60.00")
    form = {"amount": "20,00", "method": "CASH", "form_id": "payment-1"}

    answers = [librarian_client.post(f"/desk/patrons/{patron.pk}/pay", form) for _ in range(2)]

    fee.refresh_from_db()
    assert fee.balance == Decimal("40.00")
    assert answers[0].url == answers[1].url
    assert "?receipt=" in answers[0].url


def test_prints_the_receipt_of_a_payment(librarian_client, patron):
    FeeFactory(patron=patron, amount="60.00", description="Two film cases")
    answer = librarian_client.post(f"/desk/patrons/{patron.pk}/pay", {"amount": "60", "method": "CARD"})
    number = answer.url.split("receipt=")[1].split("#")[0]

    paper = text_of(librarian_client.get(f"/desk/receipts/{number}"))

    assert "data-paper" in paper
    assert "Two film cases" in paper
    assert "60.00" in paper


@pytest.mark.parametrize(
    ("amount", "method", "status"),
    [
        ("-5", "CASH", 422),
        ("0", "CASH", 422),
        ("a lot", "CASH", 422),
        ("NaN", "CASH", 422),
        ("1e99", "CASH", 422),
        ("20.005", "CASH", 422),
        ("20", "SHELLS", 422),
        ("61", "CASH", 409),
    ],
)
def test_takes_no_amount_that_cant_be(librarian_client, patron, amount, method, status):
    fee = FeeFactory(patron=patron, amount="60.00")

    answer = librarian_client.post(f"/desk/patrons/{patron.pk}/pay", {"amount": amount, "method": method})

    fee.refresh_from_db()
    assert answer.status_code == status
    assert "data-dialog-auto" in text_of(answer)
    assert fee.balance == Decimal("60.00")


def test_waives_a_fee_with_the_reason(supervisor_client, patron):
    fee = FeeFactory(patron=patron, amount="60.00")

    supervisor_client.post(f"/desk/fees/{fee.pk}/waive", {"amount": "60.00", "reason": "It stood on the shelf"})

    fee.refresh_from_db()
    entry = fee.entries.get(kind=LedgerEntry.Kind.WAIVER)
    assert fee.balance == 0
    assert (entry.reason, entry.actor) == ("It stood on the shelf", supervisor_client.staff)


@pytest.mark.parametrize(
    ("form", "status"), [({"amount": "60"}, 422), ({"amount": "99", "reason": "x"}, 409), ({"reason": "x"}, 422)]
)
def test_waives_nothing_without_reason_or_beyond_whats_owed(supervisor_client, patron, form, status):
    fee = FeeFactory(patron=patron, amount="60.00")

    answer = supervisor_client.post(f"/desk/fees/{fee.pk}/waive", form)

    fee.refresh_from_db()
    assert answer.status_code == status
    assert fee.balance == Decimal("60.00")


def test_lets_no_librarian_waive(librarian_client, patron):
    fee = FeeFactory(patron=patron, amount="60.00")

    assert librarian_client.post(f"/desk/fees/{fee.pk}/waive", {"amount": "60", "reason": "x"}).status_code == 403


def test_writes_a_fee_by_hand_once(librarian_client, patron):
    form = {"amount": "30,00", "description": "A film case", "form_id": "fee-00001"}

    for _ in range(2):
        librarian_client.post(f"/desk/patrons/{patron.pk}/fee", form)

    assert Fee.objects.get().balance == Decimal("30.00")


def test_shows_the_rule_behind_an_overdue_fee(librarian_client, patron, item, scan):
    LoanFactory(item=item, patron=patron, overdue=True)
    scan(librarian_client, item.barcode, at="desk:check_in_scan")

    page = text_of(librarian_client.get(f"/desk/patrons/{patron.pk}"))

    assert "Step 2, from day 8 on, adult: 10 days late" in page
    assert "the municipality&#x27;s rule" in page


# --- Holds ---


def test_places_a_hold_for_the_patron_of_a_card(librarian_client, patron, item):
    LoanFactory(item=item)
    form = {"card": "2090000001", "pickup": item.home_branch_id}

    answer = librarian_client.post(f"/desk/records/{item.record_id}/hold", form)

    hold = Hold.objects.get()
    assert answer.url == f"/desk/patrons/{patron.pk}#holds"
    assert (hold.patron, hold.record, hold.pickup_branch) == (patron, item.record, item.home_branch)


@pytest.mark.parametrize(
    ("changed", "status"),
    [({"card": "2099999999"}, 404), ({"card": ""}, 404), ({"pickup": ""}, 422), ({"pickup": "99999"}, 422)],
)
def test_places_no_hold_without_patron_or_branch(librarian_client, patron, item, changed, status):
    form = {"card": "2090000001", "pickup": item.home_branch_id} | changed

    answer = librarian_client.post(f"/desk/records/{item.record_id}/hold", form)

    assert answer.status_code == status
    assert not Hold.objects.exists()


def test_gives_the_reasons_when_no_hold_is_placed(librarian_client, patron, item):
    HoldFactory(patron=patron, record=item.record)
    form = {"patron": patron.pk, "pickup": item.home_branch_id}

    answer = librarian_client.post(f"/desk/records/{item.record_id}/hold", form)

    assert answer.status_code == 409
    assert "Has a hold on this already." in text_of(answer)
    assert Hold.objects.count() == 1


def test_moves_a_hold_to_another_branch(librarian_client, patron, item):
    hold, other = HoldFactory(patron=patron, record=item.record, pickup_branch=item.home_branch), BranchFactory()

    librarian_client.post(f"/desk/holds/{hold.pk}/move", {"pickup": other.pk})

    hold.refresh_from_db()
    assert hold.pickup_branch == other


def test_moves_no_hold_that_lies_ready(librarian_client, patron, item):
    hold = HoldFactory(ready=True, patron=patron, trapped_item=item, pickup_branch=item.home_branch)

    answer = librarian_client.post(f"/desk/holds/{hold.pk}/move", {"pickup": BranchFactory().pk})

    hold.refresh_from_db()
    assert answer.status_code == 409
    assert hold.pickup_branch == item.home_branch


def test_cancels_a_hold_once(librarian_client, patron):
    hold = HoldFactory(patron=patron)

    first = librarian_client.post(f"/desk/holds/{hold.pk}/cancel")
    again = librarian_client.post(f"/desk/holds/{hold.pk}/cancel")

    hold.refresh_from_db()
    assert (first.status_code, again.status_code) == (302, 409)
    assert (hold.state, hold.end_reason) == (Hold.State.CANCELLED, "BY_STAFF")


# --- Receipts and slips ---


def test_prints_what_was_borrowed_in_this_visit_only(librarian_client, patron, item, scan, now):
    LoanFactory(patron=patron, item__record__title="Borrowed last week")
    scan(librarian_client, item.barcode, patron=patron.pk)

    paper = text_of(librarian_client.get(f"/desk/patrons/{patron.pk}/receipt", {"since": now.isoformat()}))

    assert "Lucky Per" in paper
    assert "Borrowed last week" not in paper
    assert "Solvang" not in paper


def test_prints_the_slip_of_a_hold_without_the_whole_name(librarian_client, patron, item):
    until = TODAY + timedelta(days=5)
    hold = HoldFactory(
        ready=True, patron=patron, trapped_item=item, pickup_branch=item.home_branch, shelf_number=47, shelf_until=until
    )

    paper = text_of(librarian_client.get(f"/desk/slips/hold/{hold.pk}"))

    assert '<h1 class="huge">047</h1>' in paper
    assert "Ingrid S." in paper
    assert "Solvang" not in paper
    assert '<svg class="bars" viewBox="0 0' in paper
    assert f'aria-label="{item.barcode}"' in paper


def test_prints_no_slip_for_what_isnt_there(librarian_client, patron, item):
    queued = HoldFactory(patron=patron)

    for address in (f"/desk/slips/hold/{queued.pk}", f"/desk/slips/transit/{item.pk}", "/desk/receipts/999999"):
        assert librarian_client.get(address).status_code == 404
