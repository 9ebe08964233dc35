from datetime import timedelta
from decimal import Decimal

import pytest

from accounts.models import AuditEntry
from circulation.errors import FeeRefused
from circulation.models import Fee, LedgerEntry
from circulation.selectors.fees import get_receipt, owed_by
from circulation.services.fees import add_fee, take_payment, waive
from tests.factories import BranchFactory, FeeFactory, PatronFactory, StaffAccountFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def patron(alpha):
    return PatronFactory()


@pytest.fixture
def librarian(alpha):
    return StaffAccountFactory(name="Karen Lind")


@pytest.fixture
def supervisor(alpha):
    return StaffAccountFactory(supervisor=True)


def pay(patron, amount, staff, now, method="CARD", form_id="form-0001"):
    return take_payment(patron=patron, amount=Decimal(amount), method=method, staff=staff, now=now, form_id=form_id)


def balances(patron):
    return list(Fee.objects.filter(patron=patron).order_by("pk").values_list("balance", flat=True))


def test_pays_the_oldest_fee_first(patron, librarian, now):
    FeeFactory(patron=patron, amount=Decimal("40.00"), created_at=now - timedelta(days=5))
    FeeFactory(patron=patron, amount=Decimal("60.00"))
    FeeFactory(patron=patron, amount=Decimal("20.00"))

    receipt = pay(patron, "70.00", librarian, now)

    assert balances(patron) == [Decimal("0.00"), Decimal("30.00"), Decimal("20.00")]
    assert [(line.amount, line.left) for line in receipt.lines] == [
        (Decimal("40.00"), Decimal("0.00")),
        (Decimal("30.00"), Decimal("30.00")),
    ]
    assert (receipt.amount, receipt.owed, receipt.method) == (Decimal("70.00"), Decimal("50.00"), "CARD")
    assert (receipt.currency, receipt.staff_name, receipt.at) == ("DKK", "Karen Lind", now)


def test_leaves_an_audit_entry(patron, librarian, now):
    fee = FeeFactory(patron=patron, amount=Decimal("40.00"))

    receipt = pay(patron, "40.00", librarian, now)

    [entry] = AuditEntry.objects.filter(action="circulation.take_payment")
    assert (entry.actor, entry.subject_id) == (librarian, patron.pk)
    assert entry.facts == {"amount": "40.00", "method": "CARD", "receipt": receipt.number, "fees": [fee.pk]}


def test_gives_the_receipt_again_by_its_number(patron, librarian, now):
    FeeFactory(patron=patron)
    FeeFactory(patron=patron)
    receipt = pay(patron, "80.00", librarian, now)

    assert get_receipt(receipt.number) == receipt
    assert get_receipt(receipt.lines[1].fee.entries.get(kind="PAYMENT").pk) == receipt
    assert get_receipt(0) is None


def test_numbers_rise(patron, librarian, now):
    FeeFactory(patron=patron)

    first = pay(patron, "10.00", librarian, now, form_id="form-0001")
    second = pay(patron, "10.00", librarian, now, form_id="form-0002")

    assert second.number > first.number


def test_form_sent_twice_pays_once(patron, librarian, now):
    FeeFactory(patron=patron, amount=Decimal("40.00"))

    first = pay(patron, "10.00", librarian, now)
    again = pay(patron, "10.00", librarian, now)

    assert again == first
    assert balances(patron) == [Decimal("30.00")]
    assert LedgerEntry.objects.filter(kind="PAYMENT").count() == 1


def test_form_that_paid_everything_is_recognised_too(patron, librarian, now):
    FeeFactory(patron=patron, amount=Decimal("40.00"))

    first = pay(patron, "40.00", librarian, now)

    assert pay(patron, "40.00", librarian, now) == first


@pytest.mark.parametrize("form_id", ["a:b%_c", "x" * 500, "æøå"])
def test_takes_any_text_as_a_forms_id(patron, librarian, now, form_id):
    FeeFactory(patron=patron, amount=Decimal("40.00"))

    first = pay(patron, "10.00", librarian, now, form_id=form_id)
    again = pay(patron, "10.00", librarian, now, form_id=form_id)

    assert again.number == first.number
    assert get_receipt(first.number).amount == Decimal("10.00")


def test_refuses_a_form_that_another_patron_has_used(patron, librarian, now):
    other = FeeFactory().patron
    FeeFactory(patron=patron)
    pay(other, "10.00", librarian, now)

    with pytest.raises(FeeRefused) as refusal:
        pay(patron, "10.00", librarian, now)

    assert refusal.value.codes == ["SCAN_ID_TAKEN"]
    assert balances(patron) == [Decimal("40.00")]


def test_refuses_more_than_is_owed_and_says_how_much_that_is(patron, librarian, now):
    FeeFactory(patron=patron, amount=Decimal("40.00"))

    with pytest.raises(FeeRefused) as refusal:
        pay(patron, "40.01", librarian, now)

    [reason] = refusal.value.reasons
    assert (reason.code, reason.facts) == ("MORE_THAN_OWED", {"owed": "40.00"})
    assert balances(patron) == [Decimal("40.00")]


@pytest.mark.parametrize("amount", ["0", "-5", "10.001", "NaN", "Infinity", "1E+40"])
def test_refuses_what_is_no_amount(patron, librarian, now, amount):
    FeeFactory(patron=patron)

    with pytest.raises(FeeRefused) as refusal:
        pay(patron, amount, librarian, now, method="SHELLS")

    assert refusal.value.codes == ["AMOUNT_NOT_VALID", "METHOD_UNKNOWN"]
    assert LedgerEntry.objects.filter(kind="PAYMENT").count() == 0


def test_needs_the_permission_to_take_payments(patron, now):
    FeeFactory(patron=patron)

    with pytest.raises(FeeRefused) as refusal:
        pay(patron, "10.00", StaffAccountFactory(school_librarian=True), now)

    assert refusal.value.codes == ["NOT_PERMITTED"]


def test_waives_part_of_a_fee_with_a_reason(patron, supervisor, now):
    fee = FeeFactory(patron=patron, amount=Decimal("40.00"))

    fee = waive(fee=fee, amount=Decimal("15.00"), reason="  long  illness ", staff=supervisor, now=now)

    entry = fee.entries.get(kind=LedgerEntry.Kind.WAIVER)
    assert (fee.balance, entry.amount, entry.reason, entry.actor) == (
        Decimal("25.00"),
        Decimal("-15.00"),
        "long illness",
        supervisor,
    )
    assert AuditEntry.objects.get(action="circulation.waive_fee").facts == {
        "amount": "15.00",
        "reason": "long illness",
        "before": {"balance": "40.00"},
        "ledger_entry_id": entry.pk,
        "patron_id": patron.pk,
    }


def test_waives_once_for_a_form(patron, supervisor, now):
    fee = FeeFactory(patron=patron, amount=Decimal("40.00"))

    for _ in range(2):
        waive(fee=fee, amount=Decimal("15.00"), reason="ill", staff=supervisor, now=now, form_id="form-0001")

    assert balances(patron) == [Decimal("25.00")]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"amount": Decimal("40.01")}, "MORE_THAN_OWED"),
        ({"amount": Decimal("0")}, "AMOUNT_NOT_VALID"),
        ({"reason": " "}, "TEXT_MISSING"),
    ],
)
def test_waives_nothing_when_refused(patron, supervisor, now, changes, code):
    fee = FeeFactory(patron=patron, amount=Decimal("40.00"))

    with pytest.raises(FeeRefused) as refusal:
        waive(**{"fee": fee, "amount": Decimal("40.00"), "reason": "ill", "staff": supervisor, "now": now, **changes})

    assert refusal.value.codes == [code]
    assert balances(patron) == [Decimal("40.00")]


def test_librarian_may_not_waive(patron, librarian, now):
    fee = FeeFactory(patron=patron)

    with pytest.raises(FeeRefused) as refusal:
        waive(fee=fee, amount=Decimal("1.00"), reason="ill", staff=librarian, now=now)

    assert refusal.value.reasons[0].facts == {"needed": "waive_fees"}


def test_writes_a_fee_by_hand_once(patron, librarian, now):
    branch = BranchFactory()

    fees = [
        add_fee(
            patron=patron,
            branch=branch,
            amount=Decimal("30.00"),
            description="Broken case",
            staff=librarian,
            now=now,
            form_id="form-0001",
        )
        for _ in range(2)
    ]

    assert fees[0] == fees[1]
    assert (fees[0].kind, owed_by(patron.pk)) == ("MANUAL", Decimal("30.00"))
