"""Cases I.E at the desk: what a return, a night and a payment make of an overdue fee, with the cases' own figures."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from circulation.models import CirculationRule, Fee, LedgerEntry
from circulation.selectors.fees import owed_by
from circulation.services.check_in import check_in
from circulation.services.fees import charge_overdue, take_payment, waive
from circulation.services.nightly.overdue_fees import charge_overdue_fees
from patrons.models import Block
from tests.circulation.cases.calendars import EVERY_DAY, open_on
from tests.factories import LoanFactory, RuleFactory, StaffAccountFactory

DAY = timedelta(days=1)
DUE = date(2000, 1, 1)


@pytest.fixture
def rules(library):
    """Return a function that sets the general values anew; main is open every day."""
    open_on(library.main, EVERY_DAY)

    def rules(**values):
        CirculationRule.objects.all().delete()
        RuleFactory(set={"fee_steps": None, **values})

    return rules


@pytest.fixture
def late(library):
    """Return a function that gives the patron a loan that was due on 1 January 2000."""

    def late(**values):
        return LoanFactory(
            item=library.item(**values),
            patron=library.patron,
            lending_branch=library.main,
            loaned_at=_noon(DUE - 14 * DAY),
            loaned_on=DUE - 14 * DAY,
            due_date=DUE,
        )

    return late


@pytest.fixture
def take_back(library):
    """Return a function that checks a loan's item in so many days late."""

    def take_back(loan, days, **values):
        return check_in(item=loan.item, branch=library.main, staff=library.staff, now=_noon(DUE + days * DAY), **values)

    return take_back


def _noon(day):
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def _money(text):
    return Decimal(text)


def _night(day):
    counts = Counter()
    charge_overdue_fees(on=day, now=_noon(day), counts=counts)


def test_i_e1_returned_on_30_january_it_costs_twenty_nine(rules, late, take_back):
    rules(fee_per_day="1.00")

    back = take_back(late(), 29)

    assert (back.fee.balance, back.days_late) == (_money("29.00"), 29)


@pytest.mark.parametrize(("price", "fee"), [("5.00", "5.00"), ("0.00", "6.00")])
def test_i_e2_never_more_than_the_item_s_price_or_the_rule_s(rules, late, take_back, price, fee):
    rules(fee_per_day="1.00", fee_cap_at_price=True, replacement_price="6.00")

    assert take_back(late(price=_money(price)), 29).fee.balance == _money(fee)


@pytest.mark.parametrize(("cap", "fee"), [("3.00", "3.00"), ("6.00", "5.00")])
def test_i_e3_of_cap_and_price_the_lower_one_wins(rules, late, take_back, cap, fee):
    rules(fee_per_day="1.00", fee_cap_at_price=True, fee_cap=cap)

    assert take_back(late(price=_money("5.00")), 29).fee.balance == _money(fee)


@pytest.mark.parametrize(("open_days", "fee"), [(True, "4.00"), (False, "5.00")])
def test_i_e4_a_closed_day_is_no_day_late_where_the_rule_says_so(library, rules, late, take_back, open_days, fee):
    rules(fee_per_day="1.00", fee_open_days_only=open_days)
    open_on(library.main, EVERY_DAY, closed=[DUE + 3 * DAY])

    assert take_back(late(), 5).fee.balance == _money(fee)


@pytest.mark.parametrize(
    ("days", "charged_at", "grace", "counts", "fee"),
    [
        (8, "END", None, False, "10.00"),
        (8, "START", None, False, "20.00"),
        (6, "END", None, False, None),
        (6, "START", None, False, "10.00"),
        (8, "END", 2, False, None),
        (8, "START", 2, False, "10.00"),
        (8, "END", 2, True, "10.00"),
        (8, "START", 2, True, "20.00"),
        (2, "START", 2, True, None),
        (3, "START", 2, True, "10.00"),
    ],
)
def test_i_e5_ten_for_each_week_begun_or_over_with_days_of_grace(
    rules, late, take_back, days, charged_at, grace, counts, fee
):
    rules(
        fee_per_day="10.00",
        fee_period_days=7,
        fee_charged_at=charged_at,
        fee_grace_days=grace,
        fee_grace_counts=counts,
    )

    back = take_back(late(), days)

    assert (back.fee.balance if back.fee else None) == (_money(fee) if fee else None)


@pytest.mark.parametrize("days", [0, -1])
def test_i_e7_what_is_back_on_its_day_costs_nothing(rules, late, take_back, days):
    rules(fee_per_day="1.00", fee_charged_at="START")

    assert (take_back(late(), days).fee, Fee.objects.count()) == (None, 0)


def test_i_e8_a_hundred_for_all_unpaid_overdue_fees_and_what_is_paid_makes_room(rules, late, library, take_back):
    rules(fee_per_day="10.00", fee_cap_patron="100.00")
    a, b, c = late(), late(), late()
    take_back(a, 8)
    take_back(b, 3)
    assert sorted(Fee.objects.values_list("balance", flat=True)) == [_money("20.00"), _money("80.00")]

    take_payment(
        patron=library.patron,
        amount=_money("30.00"),
        method="CASH",
        staff=library.staff,
        now=_noon(DUE + 9 * DAY),
        form_id="form-0001",
        only_fees=[Fee.objects.get(loan=a).pk],
    )
    _night(DUE + 9 * DAY)

    assert Fee.objects.get(loan=c).balance == _money("30.00")
    assert owed_by(library.patron.pk) == _money("100.00")


def test_i_e8_without_the_cap_each_costs_what_it_costs(rules, late, library, take_back):
    rules(fee_per_day="10.00", fee_cap_patron=None)
    for days in (8, 3):
        take_back(late(), days)

    assert owed_by(library.patron.pk) == _money("110.00")


def test_i_e9_a_night_before_the_fee_begins_writes_nothing_and_later_nights_one_line(rules, late):
    rules(fee_per_day="1.00", fee_grace_days=2)
    loan = late()

    for days in (1, 2):
        _night(DUE + days * DAY)
    assert not Fee.objects.exists()
    for days in (3, 4, 5):
        _night(DUE + days * DAY)

    assert Fee.objects.get().loan == loan
    assert Fee.objects.get().balance == _money("3.00")


def test_i_e10_while_it_is_out_the_fee_is_open_and_the_return_closes_it_as_it_is(rules, late, take_back):
    rules(fee_per_day="1.00")
    loan = late()
    _night(DUE + 5 * DAY)
    assert (Fee.objects.get().closed_at, Fee.objects.get().balance) == (None, _money("5.00"))

    take_back(loan, 5)

    assert (Fee.objects.get().closed_at, Fee.objects.get().balance) == (_noon(DUE + 5 * DAY), _money("5.00"))


def test_i_e10_forgiven_it_has_a_credit_of_the_same_amount_and_nothing_is_owed(rules, late, take_back, library):
    rules(fee_per_day="1.00")
    fee = take_back(late(), 5).fee

    waive(
        fee=fee,
        amount=fee.balance,
        reason="The drop was frozen",
        staff=StaffAccountFactory(supervisor=True),
        now=_noon(DUE + 5 * DAY),
    )

    assert list(LedgerEntry.objects.order_by("pk").values_list("kind", "amount")) == [
        ("CHARGE", _money("5.00")),
        ("WAIVER", _money("-5.00")),
    ]
    assert owed_by(library.patron.pk) == 0


@pytest.mark.parametrize(("days_ago", "owed"), [(0, "10.00"), (4, "6.00"), (10, "0.00"), (12, "0.00")])
def test_i_e11_a_back_dated_return_is_late_up_to_its_day(rules, late, take_back, library, days_ago, owed):
    rules(fee_per_day="1.00")
    loan = late()
    _night(DUE + 10 * DAY)

    take_back(loan, 10, back_dated_to=DUE + (10 - days_ago) * DAY)

    assert owed_by(library.patron.pk) == _money(owed)
    assert LedgerEntry.objects.filter(amount__gt=0).count() == 1


def test_i_e12_two_nights_of_one_day_and_two_scans_give_one_balance(rules, late, take_back, library):
    rules(fee_per_day="1.00")
    loan = late()

    for _ in range(2):
        _night(DUE + 7 * DAY)
    for _ in range(2):
        take_back(loan, 7)
    _night(DUE + 8 * DAY)

    assert owed_by(library.patron.pk) == _money("7.00")
    assert LedgerEntry.objects.count() == 1


def _stopped(library):
    """Return the last day on which the patron may not borrow."""
    return max(Block.objects.filter(patron=library.patron).values_list("until", flat=True))


def test_i_e13_five_days_late_less_one_of_grace_stop_for_eight(rules, late, take_back, library):
    rules(suspension_days=2, fee_grace_days=1)

    take_back(late(), 5)

    assert _stopped(library) == DUE + (5 + 8) * DAY
    assert not Fee.objects.exists()


@pytest.mark.parametrize(("adds_up", "days"), [(False, 18), (True, 26)])
def test_i_e13_of_two_stops_the_longest_holds_or_they_add_up(rules, library, take_back, late, adds_up, days):
    rules(suspension_days=2, fee_grace_days=1, suspension_adds_up=adds_up)
    five, ten = late(), late()
    type(five).objects.filter(pk=five.pk).update(due_date=DUE + 5 * DAY)

    take_back(five, 10)
    take_back(ten, 10)

    assert _stopped(library) == DUE + (10 + days) * DAY


@pytest.mark.parametrize(("period", "grace", "days"), [(2, 0, 5), (3, 1, 2)])
def test_i_e14_a_stop_for_each_period_late_rounded_down(rules, late, take_back, library, period, grace, days):
    rules(suspension_days=2, suspension_period_days=period, fee_grace_days=grace)

    take_back(late(), 5)

    assert _stopped(library) == DUE + (5 + days) * DAY


@pytest.mark.parametrize(
    ("closed", "days"),
    [(None, 10), (3, 8), (5 + 4, 11), (5 + 10, 11)],
    ids=["none", "while it's late", "within the stop", "on its last day"],
)
def test_i_e15_closed_days_shorten_what_is_late_and_lengthen_the_stop(rules, late, take_back, library, closed, days):
    rules(suspension_days=2, fee_open_days_only=True)
    open_on(library.main, EVERY_DAY, closed=[] if closed is None else [DUE + closed * DAY])

    take_back(late(), 5)

    assert _stopped(library) == DUE + (5 + days) * DAY


def test_i_e12_the_night_after_the_return_adds_nothing(rules, late, take_back, library):
    rules(fee_per_day="1.00")
    loan = late()
    take_back(loan, 3)

    charge_overdue(loan=loan, on=DUE + 9 * DAY, now=_noon(DUE + 9 * DAY), actor=None)

    assert owed_by(library.patron.pk) == _money("3.00")
