"""Cases I.E: overdue fees, caps, back-dated returns, stops instead of fees. Ours where a case leaves the choice."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from circulation.models import Fee, LedgerEntry
from circulation.rules.fee_schemes import FeeScheme, claim_on
from circulation.rules.fees import Ladder
from circulation.rules.suspensions import suspended_until, suspension_days
from circulation.selectors.fees import owed_by
from circulation.services.check_in import check_in
from circulation.services.fees import charge_overdue, close_overdue_fee, reopen_overdue_fee, take_payment
from circulation.services.renew import renew_loan
from holdings.rules.calendars import Calendar
from patrons.models import Block
from tests.factories import BlockFactory, LoanFactory, PatronFactory, RuleFactory, StaffAccountFactory

DUE = date(2026, 11, 9)
EVERY_DAY_OPEN = frozenset(range(7))


def money(text):
    return Decimal(text)


def total(late, *, price=None, calendar=None, **scheme):
    on = DUE + timedelta(days=late)
    return claim_on(FeeScheme(**scheme), due_date=DUE, on=on, ladder=Ladder.ADULT, price=price, calendar=calendar).total


def by_week(late, **scheme):
    return total(late, per_day=money("10"), period_days=7, **scheme)


def test_e1_one_a_day_from_the_first_to_the_thirtieth_of_january():
    claim = claim_on(
        FeeScheme(per_day=money("1.00")), due_date=date(2000, 1, 1), on=date(2000, 1, 30), ladder=Ladder.ADULT
    )

    assert claim.total == money("29.00")


@pytest.mark.parametrize(("price", "capped"), [("5.00", "5.00"), ("0.00", "6.00")])
def test_e2_no_more_than_the_price_or_the_rule_s_for_an_item_without_one(price, capped):
    scheme = {"per_day": money("1.00"), "cap_at_price": True, "fallback_price": money("6.00")}

    assert total(29, price=money(price), **scheme) == money(capped)


@pytest.mark.parametrize(("cap", "capped"), [("3", "3"), ("6", "5")])
def test_e3_the_lower_cap_wins(cap, capped):
    assert total(29, price=money("5"), per_day=money("1"), cap=money(cap), cap_at_price=True) == money(capped)


def test_e4_closed_days_do_not_count_where_the_rule_says_so():
    closed_once = Calendar(EVERY_DAY_OPEN, {DUE + timedelta(days=3): False})

    assert total(5, per_day=money("1"), open_days_only=True, calendar=closed_once) == money("4")
    assert total(5, per_day=money("1"), calendar=closed_once) == money("5")


@pytest.mark.parametrize(
    ("late", "scheme", "fee"),
    [
        (8, {"at_start": False}, "10"),
        (8, {"at_start": True}, "20"),
        (6, {"at_start": False}, "0"),
        (6, {"at_start": True}, "10"),
        (8, {"at_start": False, "grace_days": 2}, "0"),
        (8, {"at_start": True, "grace_days": 2}, "10"),
        (8, {"at_start": False, "grace_days": 2, "grace_counts": True}, "10"),
        (8, {"at_start": True, "grace_days": 2, "grace_counts": True}, "20"),
        (2, {"at_start": True, "grace_days": 2, "grace_counts": True}, "0"),
    ],
)
def test_e5_ten_a_week_at_the_beginning_or_the_end_with_grace(late, scheme, fee):
    assert by_week(late, **scheme) == money(fee)


def test_e7_not_past_due_is_no_unit():
    assert total(0, per_day=money("1")) == total(-3, per_day=money("1")) == money("0")


@pytest.fixture
def capped(alpha):
    RuleFactory(set={"fee_per_day": "10.00", "fee_cap_patron": "100.00"})
    patron = PatronFactory()
    return [LoanFactory(overdue=True, patron=patron) for _ in range(3)]


def charge(loan, days, now):
    return charge_overdue(loan=loan, on=DUE + timedelta(days=days), now=now, actor=None)


def test_e8_the_patron_s_cap_holds_over_all_her_unpaid_overdue_fees(capped, now):
    a, b, c = capped
    charge(a, 5, now)
    fee_a = charge(a, 8, now)
    fee_b = charge(b, 3, now)

    assert (fee_a.balance, fee_b.balance) == (money("80.00"), money("20.00"))
    assert fee_b.entries.get().rule["patron_cap"] == "100.00"
    assert charge(c, 3, now).balance == money("0.00")


def test_e8_what_is_paid_makes_room(capped, now):
    a, b, _ = capped
    fee_a = charge(a, 8, now)
    charge(b, 3, now)
    take_payment(
        patron=a.patron,
        amount=money("30.00"),
        method="CASH",
        staff=StaffAccountFactory(),
        now=now,
        form_id="form-0001",
        only_fees=[fee_a.pk],
    )

    assert charge(b, 3, now).balance == money("30.00")
    assert owed_by(a.patron_id) == money("80.00")


def test_e9_nothing_makes_no_line_and_growing_makes_no_second(alpha, now):
    RuleFactory(set={"fee_per_day": "1.00", "fee_grace_days": 2})
    loan = LoanFactory(overdue=True)

    assert charge(loan, 2, now) is None
    charge(loan, 3, now)
    charge(loan, 4, now)

    assert Fee.objects.count() == 1
    assert [entry.amount for entry in LedgerEntry.objects.order_by("pk")] == [money("1.00"), money("1.00")]


def test_e10_a_return_closes_the_fee_with_its_amount(alpha, now):
    RuleFactory(set={"fee_per_day": "1.00"})
    loan = LoanFactory(overdue=True)
    charge(loan, 5, now)

    fee = close_overdue_fee(loan=loan, on=DUE + timedelta(days=5), now=now, actor=None)

    assert (fee.balance, fee.closed_at) == (money("5.00"), now)


def test_e11_a_back_dated_return_computes_the_fee_anew_down_to_nothing(alpha, now):
    RuleFactory(set={"fee_per_day": "1.00"})
    loan = LoanFactory(overdue=True)
    charge(loan, 10, now)

    fee = close_overdue_fee(loan=loan, on=DUE, now=now, actor=None)

    assert (fee.balance, owed_by(loan.patron_id)) == (money("0.00"), money("0.00"))


def test_e12_night_and_return_twice_give_the_same_balance(alpha, now):
    RuleFactory(set={"fee_per_day": "1.00"})
    loan = LoanFactory(overdue=True)
    for _ in range(2):
        charge(loan, 7, now)
    for _ in range(2):
        close_overdue_fee(loan=loan, on=DUE + timedelta(days=7), now=now, actor=None)

    assert owed_by(loan.patron_id) == money("7.00")


def test_e13_two_days_without_lending_for_each_day_late_after_one_of_grace():
    assert suspension_days(late=5, days=2, grace=1) == 8


def stop(returned_on, late, adds_up, running_until=None):
    days = suspension_days(late=late, days=2, grace=1)
    return suspended_until(
        returned_on=returned_on, days=days, calendar=None, running_until=running_until, adds_up=adds_up
    )


def test_e13_the_longest_of_two_stops_holds_or_both_add_up():
    day = date(2026, 11, 19)
    first = stop(day, 5, False)

    assert (stop(day, 10, False, first) - day).days == 18
    assert (stop(day, 10, True, first) - day).days == 26


def test_e14_a_stop_for_every_so_many_days_late():
    assert suspension_days(late=5, days=2, period=2) == 5
    assert suspension_days(late=5, days=2, period=3, grace=1) == 2


def test_e15_closed_days_count_neither_late_nor_as_a_stop():
    day = date(2026, 11, 19)

    def until(*closed):
        calendar = Calendar(EVERY_DAY_OPEN, {day + timedelta(days=number): False for number in closed})
        return suspended_until(returned_on=day, days=8, calendar=calendar, running_until=None, adds_up=False)

    assert (until() - day).days == 8
    assert (until(4) - day).days == 9
    assert (until(8) - day).days == 9


def test_e15_a_closed_day_among_the_days_late_shortens_the_stop(library, now):
    RuleFactory._meta.model.objects.all().delete()
    RuleFactory(set={"fee_steps": None, "suspension_days": 2, "fee_grace_days": 1, "fee_open_days_only": True})
    due = date(2026, 11, 13)
    loan = LoanFactory(item=library.item(), patron=library.patron, lending_branch=library.main, overdue=True)
    loan.due_date = due
    loan.save()
    calendar_days(library.main, open_until=date(2027, 3, 1), closed=[date(2026, 11, 15)])

    check_in(item=loan.item, branch=library.main, staff=library.staff, now=now)

    # Six days late, one of them closed, one free: 4 × 2.
    assert Block.objects.get().until == date(2026, 11, 27)


def calendar_days(branch, *, open_until, closed):
    """Open a branch on every day but these."""
    from holdings.models import CalendarDay, OpeningHours  # beside its only use

    OpeningHours.objects.filter(branch=branch).delete()
    for weekday in range(7):
        OpeningHours.objects.create(branch=branch, weekday=weekday, opens="09:00", closes="17:00")
    CalendarDay.objects.filter(branch=branch).delete()
    for day in closed:
        CalendarDay.objects.create(branch=branch, date=day, is_open=False)


def test_e16_a_stop_has_a_longest():
    assert suspension_days(late=90, days=2, longest=30) == 30


@pytest.fixture
def stopped(library, now):
    """Return a loan that came back late where that stops from borrowing, with the entry that undoes it."""
    RuleFactory._meta.model.objects.all().delete()
    RuleFactory(set={"fee_steps": None, "suspension_days": 2, "block_at_overdue": 1})
    loan = LoanFactory(item=library.item(), patron=library.patron, lending_branch=library.main, overdue=True)
    check_in(item=loan.item, branch=library.main, staff=library.staff, now=now)
    loan.refresh_from_db()
    return loan


def test_e13_a_late_return_stops_the_patron_once_and_costs_nothing(stopped, library, now):
    block = Block.objects.get(patron=library.patron)

    assert (block.until - now.date()).days == 20
    assert owed_by(library.patron.pk) == money("0.00")


def test_e17_what_a_return_has_set_is_lifted_with_it_and_what_staff_set_stays(stopped, library, now):
    by_hand = BlockFactory(patron=library.patron)
    stopped.patron = library.patron

    reopen_overdue_fee(loan=stopped, now=now, actor=library.staff)

    assert list(Block.objects.filter(lifted_at=None)) == [by_hand]


def test_e17_the_stop_for_overdue_loans_ends_with_the_last_of_them(library, now):
    RuleFactory._meta.model.objects.all().delete()
    RuleFactory(set={"block_at_overdue": 1, "fee_steps": None})
    late = LoanFactory(item=library.item(), patron=library.patron, lending_branch=library.main, overdue=True)
    other = LoanFactory(item=library.item(), patron=library.patron, lending_branch=library.main)
    check_in(item=late.item, branch=library.main, staff=library.staff, now=now)

    assert renew_loan(loan=other, staff=library.staff, now=now).loan.renewals == 1


@pytest.mark.parametrize(("closed", "fee"), [([], "13.00"), ([date(2026, 11, 12)], "12.00")])
def test_ii_g1_a_seven_day_loan_back_dated_twenty_days_costs_thirteen(alpha, now, closed, fee):
    RuleFactory(set={"fee_per_day": "1.00", "fee_open_days_only": True})
    loan = LoanFactory(overdue=True)
    loan.due_date = date(2026, 11, 6)
    loan.save()
    calendar_days(loan.lending_branch, open_until=None, closed=closed)

    charged = charge_overdue(loan=loan, on=date(2026, 11, 19), now=now, actor=None)

    assert charged.balance == money(fee)


def test_ii_g5_open_days_the_day_after_and_the_last_step_cut_to_the_most_there_is():
    weekdays = Calendar(frozenset(range(5)))
    steps = [
        {"from_day": 1, "adult": "2.00", "child": "2.00"},
        {"from_day": 4, "adult": "5.00", "child": "5.00"},
    ]
    scheme = {"steps": steps, "open_days_only": True, "cap": money("4.00"), "calendar": weekdays}

    assert [total(late, **scheme) for late in (0, 1, 3, 4, 5)] == [
        money(fee) for fee in ("0.00", "2.00", "2.00", "4.00", "4.00")
    ]
