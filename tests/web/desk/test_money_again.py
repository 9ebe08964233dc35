"""What the desk sees of money afterwards: receipts once more, signs, counts, and a barcode typed into an amount."""

from datetime import timedelta
from decimal import Decimal

import pytest

from circulation.models import DebtClaim, LedgerEntry
from circulation.selectors.fees import owed_by
from circulation.selectors.tills import cash_up
from tests.factories import TODAY, FeeFactory, RuleFactory


def text_of(answer):
    return answer.content.decode().replace("&#x27;", "'")


@pytest.fixture
def fees(patron, desk_branch):
    return [FeeFactory(patron=patron, branch=desk_branch, amount=Decimal(amount)) for amount in ("40.00", "15.00")]


@pytest.fixture
def payment(librarian_client, patron, fees):
    form = {"amount": "60", "method": "MOBILE", "form_id": "form-mobile", "keep_rest": "on"}
    librarian_client.post(f"/desk/patrons/{patron.pk}/pay", form)
    return LedgerEntry.objects.filter(kind="PAYMENT").order_by("pk")


def test_every_part_of_a_payment_leads_to_its_receipt(librarian_client, patron, payment):
    page = text_of(librarian_client.get(f"/desk/patrons/{patron.pk}/money"))

    assert [f'"/desk/receipts/{part.pk}"' in page for part in payment] == [True, True, True]
    receipts = [text_of(librarian_client.get(f"/desk/receipts/{part.pk}")) for part in payment]
    assert [f"Receipt {payment[0].pk} " in receipt for receipt in receipts] == [True, True, True]
    assert "60.00" in receipts[2]


def test_the_receipt_of_a_credit_ends_with_no_colon(librarian_client, payment):
    receipt = text_of(librarian_client.get(f"/desk/receipts/{payment[0].pk}"))

    assert "<span>Credit</span>" in receipt


def test_a_credit_stands_as_what_the_patron_has(librarian_client, patron, payment):
    page = text_of(librarian_client.get(f"/desk/patrons/{patron.pk}/money"))

    held = page[page.index('id="h-credit"') :]
    assert "5.00" in held
    assert "−5.00" not in held[: held.index("</table>")]


def test_one_payment_of_several_fees_is_counted_once(payment):
    till = payment[0].till

    [line] = cash_up(till, TODAY).lines

    assert (line.method, line.payments, line.paid) == ("MOBILE", 1, Decimal("60.00"))


@pytest.mark.parametrize("amount", ["5000000017", "99999999", "1000000"])
@pytest.mark.parametrize("form", ["pay", "fee"])
def test_a_barcode_is_no_amount(librarian_client, patron, fees, form, amount):
    values = {"amount": amount, "method": "CASH", "description": "A mug", "keep_rest": "on", "form_id": "form-scan"}

    answer = librarian_client.post(f"/desk/patrons/{patron.pk}/{form}", values)

    assert answer.status_code == 422
    assert "Was a barcode scanned here?" in text_of(answer)
    assert owed_by(patron.pk) == Decimal("55.00")


def test_a_reason_stays_when_the_figures_have_changed(supervisor_client, fees):
    query = {"since": (TODAY - timedelta(days=9)).isoformat(), "until": TODAY.isoformat(), "kind": "MANUAL"}

    answer = supervisor_client.post("/desk/fee-reversal", {**query, "digest": "old", "reason": "Wrong step"})

    assert answer.status_code == 409
    assert 'value="Wrong step"' in text_of(answer)


def test_a_claim_paid_without_a_number_shows_none(supervisor_client, patron, fees):
    RuleFactory(patron_category=patron.category, values={"hand_over_days": 1})
    supervisor_client.post("/desk/debts", {"form_id": "form-0001"})
    claim = DebtClaim.objects.order_by("pk").first()

    paid = {"what": "paid", "text": "", "amount": str(claim.outstanding), "form_id": "0123456789abcdef"}
    supervisor_client.post(f"/desk/debts/claims/{claim.pk}", paid)

    assert LedgerEntry.objects.get(kind="PAYMENT").reason == ""


def test_a_claim_that_was_taken_back_says_why_and_waits(supervisor_client, patron, fees):
    RuleFactory(patron_category=patron.category, values={"hand_over_days": 1})
    supervisor_client.post("/desk/debts", {"form_id": "form-0001"})
    claims = DebtClaim.objects.order_by("pk")
    supervisor_client.post(f"/desk/debts/claims/{claims[0].pk}", {"what": "recall", "text": "Agreed on rates"})

    waiting = text_of(supervisor_client.get("/desk/debts"))
    answer = supervisor_client.post(f"/desk/debts/claims/{claims[0].pk}", {"what": "again"})
    released = supervisor_client.get("/desk/debts")

    assert "Agreed on rates" in waiting
    assert "Nothing is to be handed over." not in text_of(released)
    assert (answer.status_code, [debt.fee for debt in released.context["found"].debts]) == (302, [fees[0]])


def test_says_whose_claims_have_no_national_identity_number(supervisor_client, patron, fees):
    RuleFactory(patron_category=patron.category, values={"hand_over_days": 1})
    unnamed = text_of(supervisor_client.get("/desk/debts"))
    patron.national_id_encrypted = b"kept"
    patron.save()

    named = text_of(supervisor_client.get("/desk/debts"))

    assert "1 person has no national identity number here" in unnamed
    assert f'<li><a href="/desk/patrons/{patron.pk}">' in unnamed
    assert "has no national identity number" not in named
    assert "2 fees · 1 person · " in named


def test_a_claim_is_found_by_either_number_and_named_when_it_is_refused(supervisor_client, patron, fees):
    RuleFactory(patron_category=patron.category, values={"hand_over_days": 1})
    supervisor_client.post("/desk/debts", {"form_id": "form-0001"})
    first, second = DebtClaim.objects.order_by("pk")
    supervisor_client.post(f"/desk/debts/claims/{second.pk}", {"what": "accept", "text": "A-17"})

    found = [
        supervisor_client.get("/desk/debts", {"state": "PAID", "number": number}).context["claims"]
        for number in (str(first.pk), "a-17", "999999999999999999999", "A")
    ]
    refused = supervisor_client.post(f"/desk/debts/claims/{first.pk}", {"what": "recall", "text": ""})

    assert found == [[first], [second], [], []]
    assert refused.status_code == 409
    assert f"Claim {first.pk}, {patron.display_name}:" in text_of(refused)
