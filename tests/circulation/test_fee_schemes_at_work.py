"""The five municipalities' limits, replacement fees and hand-over days, played through nights and at the desk."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal

import pytest

from circulation.errors import CheckOutRefused, Code, FeeRefused, HoldRefused, RenewalRefused
from circulation.models import DebtClaim, Fee
from circulation.rules.values import parse_values
from circulation.selectors.debts import to_hand_over
from circulation.selectors.fees import owed_by
from circulation.services.check_in import check_in
from circulation.services.check_out import check_out
from circulation.services.debts import hand_over
from circulation.services.fees import take_payment
from circulation.services.holds import place_hold
from circulation.services.nightly.overdue_fees import charge_overdue_fees
from circulation.services.nightly.overdue_notices import make_overdue_notices
from circulation.services.renew import renew_loan
from notices.models import Notice
from tests.circulation.schemes import AABENRAA, BILLUND, HELSINGOER, RDB, RUDERSDAL
from tests.factories import NOW, TODAY, LoanFactory, RuleFactory, StaffAccountFactory

PRICE = Decimal(150)


@pytest.fixture
def charges_like(library):
    """Return a function that gives the library a municipality's rules, and no other fee than these name."""

    def charges_like(scheme):
        values = {"processing_fee": None, "notice_steps": None, **scheme}
        RuleFactory._meta.model.objects.all().delete()
        return RuleFactory(set=parse_values(values))

    return charges_like


def lent(library, days_late, **values):
    """Return a loan that's so many days late today, below zero if it isn't yet; lent 28 days before it was due."""
    due_date = TODAY - timedelta(days=days_late)
    values = {"patron": library.patron, "item": library.item(price=PRICE), **values}
    return LoanFactory(due_date=due_date, loaned_on=due_date - timedelta(days=28), **values)


def night(days):
    """Let the night so many days from today pass, twice: the second time changes nothing."""
    for _ in range(2):
        for job in (charge_overdue_fees, make_overdue_notices):
            job(on=TODAY + timedelta(days=days), now=NOW + timedelta(days=days), counts=Counter())


def balances(*kinds, **values):
    fees = Fee.objects.filter(kind__in=kinds, **values).order_by("pk")
    return [int(balance) for balance in fees.values_list("balance", flat=True)]


def refusals(library, loan, days):
    """Return why she's refused another loan at the desk, and a hold and a renewal in the portal."""
    at = {"now": NOW + timedelta(days=days)}
    patron, staff = library.patron, library.staff
    acts = [
        (
            CheckOutRefused,
            check_out,
            {"item": library.item(), "branch": library.main, "patron": patron, "staff": staff},
        ),
        (
            HoldRefused,
            place_hold,
            {"record": library.item().record, "pickup_branch": library.main, "patron": patron, "staff": None},
        ),
        (RenewalRefused, renew_loan, {"loan": loan, "staff": None}),
    ]
    found = []
    for refusal, act, values in acts:
        try:
            act(**values, **at)
        except refusal as refused:
            found.append(list(refused.codes))
        else:
            found.append([])
    return found


# Loans by how late they are on the day when she owes exactly the limit; one more is a day late on the day after.
@pytest.mark.parametrize(
    ("scheme", "limit", "late"),
    [(AABENRAA, 200, (16, 9, 2)), (RDB, 200, (16, 9, 2)), (RUDERSDAL, 300, (67, 9, 2))],
    ids=["Aabenraa", "rdb", "Rudersdal"],
)
def test_lends_up_to_the_limit_of_debt_and_no_further_at_the_desk_and_in_the_portal(
    library, charges_like, scheme, limit, late
):
    charges_like({**scheme, "notice_steps": None})
    for days in late:
        lent(library, days)
    renewable, last = lent(library, -10), lent(library, 0)
    night(0)

    assert owed_by(library.patron.pk) == limit
    assert refusals(library, renewable, 0) == [[], [], []]

    night(1)

    assert owed_by(library.patron.pk) == limit + 20
    assert refusals(library, renewable, 1) == [[Code.DEBT_LIMIT]] * 3

    # Bringing it back doesn't pay for it; paying does, and what she owes is the limit again.
    check_in(item=last.item, branch=library.main, staff=library.staff, now=NOW + timedelta(days=1))
    assert refusals(library, renewable, 1) == [[Code.DEBT_LIMIT]] * 3
    pay = {"patron": library.patron, "method": "CASH", "staff": library.staff, "now": NOW + timedelta(days=1)}
    take_payment(amount=Decimal(20), form_id="form-0001", **pay)
    assert refusals(library, renewable, 1) == [[], [], []]


@pytest.mark.parametrize("scheme", [HELSINGOER, BILLUND], ids=["Helsingør", "Billund"])
def test_lends_whatever_is_owed_where_no_debt_stops_it(library, charges_like, scheme):
    charges_like({**scheme, "notice_steps": None})
    for days in (70, 80, 90):
        lent(library, days)
    renewable = lent(library, -10)
    night(0)

    assert owed_by(library.patron.pk) >= 600
    assert refusals(library, renewable, 0) == [[], [], []]


def test_helsingoer_s_90_for_each_item_that_has_to_be_replaced(library, charges_like):
    charges_like(HELSINGOER)
    first, second = lent(library, 0), lent(library, 0)
    for days in (1, 11, 21, 30):
        night(days)

    assert (balances("OVERDUE"), balances("REPLACEMENT", "PROCESSING")) == ([120], [])
    assert list(Notice.objects.order_by("pk").values_list("kind", flat=True)) == ["OVERDUE_1", "OVERDUE_2"]

    night(31)

    assert (balances("OVERDUE"), balances("REPLACEMENT"), balances("PROCESSING")) == ([230], [150, 150], [90, 90])
    assert Notice.objects.get(kind="INVOICE").context["processing"] == {"amount": "180.00"}
    assert owed_by(library.patron.pk) == 230 + 2 * (150 + 90)

    check_in(item=first.item, branch=library.main, staff=library.staff, now=NOW + timedelta(days=32))
    night(33)

    # What came back needn't be replaced; that it was invoiced costs its 90 all the same. Two visits cost two fees.
    assert balances("REPLACEMENT", "PROCESSING", loan=first) == [0, 90]
    assert balances("REPLACEMENT", "PROCESSING", loan=second) == [150, 90]
    assert balances("OVERDUE") == [230, 230]
    assert owed_by(library.patron.pk) == 2 * 230 + 90 + 150 + 90


def test_aabenraa_invoices_on_day_30_and_hands_over_on_day_45(library, charges_like):
    charges_like(AABENRAA)
    chief = StaffAccountFactory(supervisor=True)
    loan = lent(library, 0)

    def told(days):
        values = {"staff": chief, "now": NOW + timedelta(days=days), "form_id": f"form-day-{days}"}
        return hand_over(on=TODAY + timedelta(days=days), **values).lines

    for days in (1, 8, 15, 29):
        night(days)
    assert (balances("OVERDUE"), balances("REPLACEMENT")) == ([120], [])
    night(30)
    assert (balances("OVERDUE"), balances("REPLACEMENT")) == ([230], [150])
    assert Notice.objects.get(kind="INVOICE").context["total"] == {"amount": "380.00"}

    night(44)
    assert to_hand_over(TODAY + timedelta(days=44)).debts == ()
    with pytest.raises(FeeRefused) as refused:
        told(44)
    assert (list(refused.value.codes), DebtClaim.objects.count()) == ([Code.NOTHING_TO_HAND_OVER], 0)

    night(45)
    assert balances("OVERDUE") == [330]
    assert sorted(Decimal(line["amount"]) for line in told(45)) == [150, 330]
    night(46)
    assert to_hand_over(TODAY + timedelta(days=46)).debts == ()

    # Back after all: the debtor system is told to leave off the price, and goes on collecting the fee.
    check_in(item=loan.item, branch=library.main, staff=library.staff, now=NOW + timedelta(days=47))
    assert (balances("OVERDUE"), balances("REPLACEMENT")) == ([330], [0])
    assert [line["what"] for line in told(47)] == ["RECALL"]
    assert set(DebtClaim.objects.values_list("fee__kind", "outstanding")) == {("OVERDUE", 330), ("REPLACEMENT", 0)}
