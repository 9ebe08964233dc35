"""Reminders of invoices, and the letter that a claim goes to the debtor system: once, and only while it's owed."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from circulation.models import DebtClaim, Fee, Loan
from circulation.selectors.fees import credit_of
from circulation.services.debts import book_payment, hand_over, recall_claim
from circulation.services.fees import waive
from circulation.services.nightly.batches import SomeFailed
from circulation.services.nightly.overdue_notices import make_overdue_notices
from circulation.services.notice_checks import register
from notices.models import Notice
from notices.services.sending import send_batch
from patrons.models import Patron
from tests.factories import (
    FeeFactory,
    GuardianshipFactory,
    LoanFactory,
    PatronFactory,
    RuleFactory,
    StaffAccountFactory,
)
from tests.factories.moments import NOW, TODAY

REMINDER, COLLECTION = "INVOICE_REMINDER", "DEBT_COLLECTION"


@pytest.fixture(autouse=True)
def _checks(alpha):
    register()


@pytest.fixture
def staff(alpha):
    return StaffAccountFactory(supervisor=True)


@pytest.fixture
def invoiced(alpha):
    """Return a function that invoices a loan of a patron today: 120.00 overdue, 90.00 processing and the price."""
    RuleFactory(set={"invoice_reminder_days": 14, "processing_fee": "90.00", "replacement_fee": True})

    def invoiced(*loans, **patron):
        loans = loans or [late_loan(PatronFactory(**patron))]
        night()
        Notice.objects.filter(kind="INVOICE").update(state="SENT", sent_at=NOW)
        return loans[0]

    return invoiced


def late_loan(patron):
    due_date = TODAY - timedelta(days=31)
    return LoanFactory(patron=patron, due_date=due_date, loaned_on=due_date - timedelta(days=28), notices_made=2)


def night(days=0):
    counts = Counter()
    make_overdue_notices(on=TODAY + timedelta(days=days), now=NOW + timedelta(days=days), counts=counts)
    return +counts


def letters(kind):
    return list(Notice.objects.filter(kind=kind).order_by("pk"))


def owed(loan):
    return sum(Fee.objects.filter(loan=loan).values_list("balance", flat=True))


# --- Reminders of invoices ---


def test_an_invoice_is_reminded_of_once_when_its_days_are_over(invoiced):
    loan = invoiced(email="i@post.example")

    assert night(13) == {}
    assert night(14) == {"letters": 1}
    assert night(14) == night(15) == night(40) == {}
    [letter] = letters(REMINDER)
    assert (letter.patron, letter.address, letter.branch) == (loan.patron, "i@post.example", loan.lending_branch)
    assert letter.about["loans"] == [loan.pk]
    assert letter.context["total"] == {"amount": str(owed(loan))}
    assert loan.item.barcode in letter.body


def test_a_letter_that_fails_keeps_nobody_from_being_reminded(invoiced, monkeypatch):
    invoiced()
    late_loan(PatronFactory())

    def fails(*_arguments, **_values):
        raise ValueError

    monkeypatch.setattr("circulation.services.nightly.overdue_notices.write_letters", fails)
    with pytest.raises(SomeFailed):
        night(14)

    assert len(letters(REMINDER)) == 1


def test_nobody_is_reminded_where_no_rule_says_so(invoiced):
    loan = invoiced()
    RuleFactory(values={"invoice_reminder_days": None}, patron_category=loan.patron.category)

    assert night(14) == {}


def test_what_was_paid_is_left_out_and_what_is_paid_meanwhile_is_not_sent(invoiced, staff):
    patron = PatronFactory()
    settled, open_loan = late_loan(patron), late_loan(patron)
    invoiced(settled, open_loan)
    Fee.objects.filter(loan=settled).update(balance=0)

    night(14)

    [letter] = letters(REMINDER)
    assert letter.about["loans"] == [open_loan.pk]
    assert settled.item.barcode not in letter.body
    for fee in Fee.objects.filter(loan=open_loan):
        waive(fee=fee, amount=fee.balance, reason="agreed", staff=staff, now=NOW)
    send_batch(now=NOW + timedelta(days=14))
    letter.refresh_from_db()
    assert letter.state == "CANCELLED"


def test_one_fee_for_several_loans_is_claimed_once(invoiced):
    patron = PatronFactory()
    first, second = late_loan(patron), late_loan(patron)
    invoiced(first, second)
    Fee.objects.all().update(balance=0)
    covers = [{"loan": loan.pk, "title": "A"} for loan in (first, second)]
    FeeFactory(patron=patron, loan=None, description="A", amount=Decimal("55.00"), covers=covers, group_key="due:1")

    night(14)

    [letter] = letters(REMINDER)
    assert letter.context["total"] == {"amount": "55.00"}
    assert "A: " in letter.body
    assert "()" not in letter.body


@pytest.mark.parametrize("state", ["QUEUED", "FAILED", "CANCELLED"])
def test_an_invoice_that_never_went_out_is_not_reminded_of(invoiced, state):
    invoiced()
    Notice.objects.update(state=state)

    assert night(14) == {}


def test_an_invoice_from_long_before_the_rule_is_left_alone(invoiced):
    invoiced()

    assert night(45) == {}
    assert night(44) == {"letters": 1}


@pytest.mark.parametrize(
    "change",
    [
        lambda loan: Patron.objects.filter(pk=loan.patron_id).update(left_reason="DECEASED", left_at=NOW),
        lambda loan: Loan.objects.filter(pk=loan.pk).update(claim="RETURNED", claimed_at=NOW),
        lambda loan: Fee.objects.filter(loan=loan).update(balance=0),
    ],
    ids=["deceased", "says that it was returned", "paid"],
)
def test_nobody_is_reminded_of_what_is_not_claimed(invoiced, change):
    change(invoiced())

    assert night(14) == {}


def test_a_child_s_reminder_goes_to_the_guardian(invoiced):
    child = PatronFactory(child=True)
    GuardianshipFactory(child=child, guardian__given_name="Aase", guardian__email="aase@post.example")
    invoiced(late_loan(child))

    night(14)

    [letter] = letters(REMINDER)
    assert (letter.patron, letter.address) == (child, "aase@post.example")


def test_the_guardian_is_written_to_about_what_was_owed_before_the_child_came_of_age(invoiced):
    child = PatronFactory(birth_date=TODAY - timedelta(days=18 * 365 - 5), email="child@post.example")
    link = GuardianshipFactory(child=child, guardian__email="aase@post.example")
    invoiced(late_loan(child))

    night(30)

    [letter] = letters(REMINDER)
    assert (letter.patron, letter.address) == (link.guardian, "aase@post.example")
    assert {(item["title"], item["barcode"]) for item in letter.context["items"]} == {("", "")}


def test_an_invoice_to_two_guardians_is_reminded_of_once_to_each(invoiced):
    child = PatronFactory(child=True)
    for name in ("aase", "bent"):
        GuardianshipFactory(child=child, guardian__email=f"{name}@post.example")
    invoiced(late_loan(child))
    Notice.objects.filter(kind="INVOICE").update(state="SENT", sent_at=NOW)

    night(14)

    assert sorted(letter.address for letter in letters(REMINDER)) == ["aase@post.example", "bent@post.example"]


def test_what_was_owed_as_a_child_is_not_asked_of_the_grown_up_child_where_the_fee_names_nobody(invoiced):
    child = PatronFactory(birth_date=TODAY - timedelta(days=18 * 365 - 5), email="child@post.example")
    loan = invoiced(late_loan(child))
    alone = PatronFactory(birth_date=child.birth_date, email="alone@post.example")
    invoiced(late_loan(alone))
    link = GuardianshipFactory(child=child, guardian__email="aase@post.example")
    Notice.objects.filter(kind="INVOICE").update(state="SENT", sent_at=NOW)
    assert {fee.liable for fee in Fee.objects.filter(loan=loan)} == {None}

    night(30)

    # Of whom nobody knows the guardian, the list of debts tells.
    [letter] = letters(REMINDER)
    assert (letter.patron, letter.address) == (link.guardian, "aase@post.example")


# --- Debt collection ---


@pytest.fixture
def collect(alpha, staff):
    RuleFactory(set={"hand_over_days": 45})

    def collect(form_id="form-1"):
        return hand_over(on=TODAY, staff=staff, now=NOW, form_id=form_id)

    return collect


def ripe_fee(**values):
    return FeeFactory(**{"due_date": TODAY - timedelta(days=45), **values})


def test_what_is_handed_over_is_told_once(collect):
    loan = LoanFactory(overdue=True)
    patron = loan.patron
    fees = [ripe_fee(patron=patron, loan=loan), ripe_fee(patron=patron, kind="CARD", description="New card")]
    ripe_fee()

    assert collect() == collect()

    mine, _other = letters(COLLECTION)
    assert (mine.patron, mine.about["fees"]) == (patron, [fee.pk for fee in fees])
    assert mine.context["total"] == {"amount": str(sum(fee.balance for fee in fees))}
    assert loan.item.barcode in mine.body
    assert "New card: " in mine.body


def test_a_later_batch_tells_of_what_is_new_only(collect):
    patron = ripe_fee().patron
    collect()
    new = ripe_fee(patron=patron)
    collect("form-2")

    assert [letter.about["fees"] for letter in letters(COLLECTION)][1:] == [[new.pk]]


def test_a_claim_that_was_taken_back_is_not_announced(collect, staff):
    ripe_fee()
    collect()
    recall_claim(claim=DebtClaim.objects.get(), reason="agreed", staff=staff, now=NOW)

    send_batch(now=NOW)

    assert [letter.state for letter in letters(COLLECTION)] == ["CANCELLED"]


def test_the_guardian_is_told_not_the_child(collect):
    child = PatronFactory(child=True, email="child@post.example")
    link = GuardianshipFactory(child=child, guardian__email="aase@post.example")
    ripe_fee(patron=child, liable=link.guardian)

    collect()

    [letter] = letters(COLLECTION)
    assert (letter.patron, letter.address) == (child, "aase@post.example")


def test_who_the_claim_names_is_told_where_the_fee_names_nobody(collect):
    grown = PatronFactory(birth_date=TODAY - timedelta(days=18 * 366), email="grown@post.example")
    link = GuardianshipFactory(child=grown, guardian__email="aase@post.example")
    ripe_fee(patron=grown, created_at=NOW - timedelta(days=400))

    collect()

    [letter] = letters(COLLECTION)
    assert DebtClaim.objects.get().liable == link.guardian
    assert (letter.patron, letter.address) == (link.guardian, "aase@post.example")


def test_what_a_guardian_pays_to_the_debtor_system_reaches_a_fee_that_named_nobody(collect):
    child = PatronFactory(child=True)
    guardian = GuardianshipFactory(child=child).guardian
    fee = ripe_fee(patron=child)
    collect()

    book_payment(claim=DebtClaim.objects.get(), amount=fee.balance, payment_id="P1", staff=None, now=NOW)

    fee.refresh_from_db()
    assert (fee.balance, fee.liable, credit_of(guardian.pk)) == (0, guardian, 0)


def test_a_letter_names_the_day_of_a_fee_by_the_branch_s_clock(collect):
    ripe_fee(due_date=None, kind="CARD", description="New card", created_at=datetime(2026, 1, 5, 23, 30, tzinfo=UTC))

    collect()

    [letter] = letters(COLLECTION)
    assert letter.context["items"][0]["due_date"] == {"day": "2026-01-06"}


def test_a_hand_over_that_fails_leaves_neither_claims_nor_letters(collect, monkeypatch):
    ripe_fee()

    def fails(**_values):
        raise RuntimeError

    monkeypatch.setattr("circulation.services.debts.batches.record", fails)
    with pytest.raises(RuntimeError):
        collect()

    assert (letters(COLLECTION), DebtClaim.objects.count()) == ([], 0)
