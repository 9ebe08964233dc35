"""Cases I.E6 and E16 at the desk: what a loan by the hour costs when it's late, and how long that stops its patron.

Ours: a stop lasts days, so each period of hours late costs the days that a period of days late would.
"""

from collections import Counter
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from accounts.models import AuditEntry
from circulation.models import CirculationRule, Fee, LedgerEntry
from circulation.rules.fee_schemes import FeeScheme, claim_on
from circulation.rules.fees import Ladder
from circulation.rules.hour_fees import hours_late
from circulation.selectors.fees import owed_by
from circulation.selectors.fees_today import fees_today
from circulation.selectors.loans import loans_of
from circulation.services.check_in import check_in
from circulation.services.claims import claim_never_had, claim_returned
from circulation.services.nightly.overdue_fees import charge_overdue_fees
from circulation.services.renew import renew_loan
from circulation.services.undo import undo
from holdings.rules.calendars import Calendar
from patrons.models import Block
from tests.circulation.cases.calendars import EVERY_DAY, open_on
from tests.factories import LoanFactory, RuleFactory

ZONE = ZoneInfo("Europe/Copenhagen")
DAY = timedelta(days=1)
# A Thursday; the branch is open from 10 to 20.
DUE = datetime(2026, 11, 19, 16, tzinfo=ZONE)


def money(text):
    return Decimal(text)


def after(**late):
    return DUE + timedelta(**late)


@pytest.fixture
def rules(library):
    """Return a function that sets the general values anew; main is open every day from 10 to 20."""
    open_on(library.main, EVERY_DAY)

    def rules(**values):
        CirculationRule.objects.all().delete()
        RuleFactory(set={"fee_steps": None, "loan_days": None, "loan_hours": 4, **values})

    return rules


@pytest.fixture
def late(library):
    """Return a function that gives the patron a loan that ended at 16 o'clock."""

    def late(**values):
        return LoanFactory(
            item=library.item(**values),
            patron=library.patron,
            lending_branch=library.main,
            loaned_at=DUE - timedelta(hours=4),
            loaned_on=DUE.date(),
            due_date=DUE.date(),
            due_at=DUE,
        )

    return late


@pytest.fixture
def take_back(library):
    """Return a function that checks a loan's item in at a moment."""

    def take_back(loan, at, **values):
        return check_in(item=loan.item, branch=library.main, staff=library.staff, now=at, **values)

    return take_back


@pytest.fixture
def owed_today(library):
    """Return a function that says what the patron's page says that she owes at a moment."""

    def owed_today(at):
        loans = [line.loan for line in loans_of(library.patron, now=at)]
        return sum(view.fee.balance for view in fees_today(library.patron, loans, now=at))

    return owed_today


def night(at):
    counts = Counter()
    charge_overdue_fees(on=at.astimezone(ZONE).date(), now=at, counts=counts)
    return counts


UNITS = [
    ({"seconds": 0}, 0),
    ({"seconds": -30}, 0),
    ({"seconds": 1}, 1),
    ({"minutes": 59}, 1),
    ({"minutes": 60}, 1),
    ({"minutes": 119}, 1),
    ({"minutes": 120}, 2),
    ({"hours": 26}, 26),
]


@pytest.mark.parametrize(("late_by", "hours"), UNITS)
def test_e6_whole_hours_count_and_the_first_as_soon_as_it_has_begun(late_by, hours):
    assert hours_late(DUE, after(**late_by)) == hours


def test_e6_the_night_in_which_summer_time_ends_has_an_hour_more():
    due = datetime(2026, 10, 24, 20, tzinfo=ZONE)

    assert hours_late(due, datetime(2026, 10, 25, 20, tzinfo=ZONE)) == 25


@pytest.mark.parametrize(
    ("until", "hours"),
    [
        (datetime(2026, 11, 19, 23, tzinfo=ZONE), 4),
        (datetime(2026, 11, 20, 9, tzinfo=ZONE), 4),
        (datetime(2026, 11, 20, 11, 30, tzinfo=ZONE), 5),
        (datetime(2026, 11, 23, 11, tzinfo=ZONE), 15),
    ],
)
def test_e6_only_the_time_counts_in_which_the_branch_is_open(until, hours):
    calendar = Calendar(frozenset(range(5)), hours=dict.fromkeys(range(5), (time(10), time(20))))

    assert hours_late(DUE, until, calendar=calendar) == hours


def test_e6_late_only_while_the_branch_is_closed_is_not_late():
    calendar = Calendar(frozenset(range(5)), hours=dict.fromkeys(range(5), (time(10), time(20))))
    closing = datetime(2026, 11, 19, 20, tzinfo=ZONE)

    assert hours_late(closing, datetime(2026, 11, 20, 9, 59, tzinfo=ZONE), calendar=calendar) == 0


def test_e6_where_nobody_has_told_the_hours_open_days_count_whole():
    calendar = Calendar(frozenset(range(7)), {date(2026, 11, 20): False})

    assert hours_late(DUE, datetime(2026, 11, 21, 1, tzinfo=ZONE), calendar=calendar) == 9


@pytest.mark.parametrize(
    ("hours", "scheme", "fee"),
    [
        (8, {"at_start": False}, "10"),
        (8, {"at_start": True}, "20"),
        (6, {"at_start": False}, "0"),
        (6, {"at_start": True}, "10"),
        (8, {"at_start": False, "grace_hours": 2}, "0"),
        (8, {"at_start": True, "grace_hours": 2}, "10"),
        (8, {"at_start": False, "grace_hours": 2, "grace_counts": True}, "10"),
        (8, {"at_start": True, "grace_hours": 2, "grace_counts": True}, "20"),
        (2, {"at_start": True, "grace_hours": 2, "grace_counts": True}, "0"),
        (40, {"at_start": True, "cap": Decimal(25)}, "25"),
    ],
)
def test_e6_periods_grace_and_caps_hold_as_for_days(hours, scheme, fee):
    until = after(hours=hours)

    claim = claim_on(
        FeeScheme(per_hour=money("10"), period_hours=7, **scheme),
        due_date=DUE.date(),
        on=until.date(),
        ladder=Ladder.ADULT,
        hours=(DUE, until),
    )

    assert claim.total == money(fee)


@pytest.mark.parametrize(("late_by", "hours"), UNITS)
def test_e6_returned_each_hour_late_costs_two(rules, late, take_back, owed_today, late_by, hours):
    rules(fee_per_hour="2.00")
    loan, at = late(), after(**late_by)
    shown = owed_today(at)

    back = take_back(loan, at)

    owed = back.fee.balance if back.fee else 0
    assert owed == shown == 2 * hours
    assert (Fee.objects.count(), back.hours_late) == (bool(hours), 0 if hours == 26 else hours)


def test_e6_without_a_fee_by_the_hour_it_costs_by_the_day_from_the_next_one_on(rules, late, take_back, owed_today):
    rules(fee_per_day="1.00")
    today, tomorrow = late(), late()

    assert (owed_today(after(hours=7)), take_back(today, after(hours=7)).fee) == (0, None)
    assert owed_today(after(hours=24)) == take_back(tomorrow, after(hours=24)).fee.balance == money("1.00")


def test_e6_a_loan_by_the_day_costs_by_the_day_beside_it(rules, late, take_back):
    rules(fee_per_hour="2.00", fee_per_day="1.00")
    loan = late()
    loan.due_at = None
    loan.save()

    assert take_back(loan, after(hours=48)).fee.balance == money("1.00") * 2


def test_e6_closed_hours_do_not_cost_where_the_rule_says_so_and_the_ledger_says_how_it_was_counted(
    rules, late, take_back, owed_today
):
    rules(fee_per_hour="2.00", fee_open_hours_only=True, fee_grace_hours=1)
    loan, at = late(), after(hours=19)
    shown = owed_today(at)

    # Until 20 four hours, from 10 to 11 a fifth, one of them free.
    assert take_back(loan, at).fee.balance == shown == money("8.00")
    rule = LedgerEntry.objects.get().rule
    assert (rule["per_hour"], rule["period_hours"], rule["periods"]) == ("2.00", 1, 4)
    assert (rule["hours_late"], rule["grace_hours"], rule["calendar"]) == (5, 1, "OPENING_HOURS")
    assert rule["origin"]["level"] == "MUNICIPALITY"


@pytest.mark.parametrize(("price", "fee"), [("5.00", "5.00"), ("0.00", "6.00")])
def test_e6_never_more_than_the_item_s_price_or_the_rule_s(rules, late, take_back, price, fee):
    rules(fee_per_hour="1.00", fee_cap_at_price=True, replacement_price="6.00")

    assert take_back(late(price=money(price)), after(hours=29)).fee.balance == money(fee)


def test_e6_never_more_than_the_patron_may_owe_for_being_late(rules, late, take_back, library):
    rules(fee_per_hour="10.00", fee_cap_patron="50.00")
    for hours in (4, 3):
        take_back(late(), after(hours=hours))

    assert owed_by(library.patron.pk) == money("50.00")


def test_e6_the_night_charges_up_to_its_hour_once_and_the_return_the_rest(rules, late, take_back, library, owed_today):
    rules(fee_per_hour="2.00")
    loan = late()
    at = after(hours=10)

    assert night(at)["charged"] == 1
    assert night(at)["charged"] == 0
    assert owed_by(library.patron.pk) == owed_today(at) == money("20.00")

    take_back(loan, after(hours=12))
    assert night(after(hours=34)) == Counter()
    assert owed_by(library.patron.pk) == money("24.00")
    assert Fee.objects.count() == 1


def test_e6_the_night_sees_what_ended_earlier_on_its_own_day(rules, late, library):
    rules(fee_per_hour="2.00")
    late()

    assert night(after(seconds=0)) == Counter()
    assert night(after(hours=2))["charged"] == 1
    assert owed_by(library.patron.pk) == money("4.00")


@pytest.mark.parametrize(("back_dated_to", "owed"), [(DUE.date(), "0.00"), (DUE.date() + DAY, "16.00")])
def test_e6_of_an_earlier_day_nobody_knows_the_hour_so_it_is_late_until_that_day_began(
    rules, late, take_back, library, back_dated_to, owed
):
    rules(fee_per_hour="2.00")
    loan = late()
    night(after(hours=40))
    assert owed_by(library.patron.pk) == money("80.00")

    take_back(loan, after(hours=48), back_dated_to=back_dated_to)

    assert owed_by(library.patron.pk) == money(owed)


def test_e6_what_a_renewal_closed_stands_and_late_again_the_same_day_it_starts_anew(
    rules, late, take_back, library, owed_today
):
    rules(fee_per_hour="2.00", loan_hours=1, block_at_overdue=None)
    loan = late()
    renewed = renew_loan(loan=loan, staff=library.staff, now=after(minutes=30)).loan
    assert renewed.due_at == after(minutes=90)

    shown = owed_today(after(minutes=220))
    night(after(minutes=220))
    assert owed_today(after(minutes=220)) == shown == money("6.00")
    back = take_back(loan, after(minutes=300))

    assert list(Fee.objects.order_by("pk").values_list("balance", flat=True)) == [money("2.00"), money("6.00")]
    assert Fee.objects.filter(closed_at=None).count() == 0
    undo(entry=AuditEntry.objects.get(pk=back.entry_id), staff=library.staff, now=after(minutes=301))
    assert [fee.balance for fee in Fee.objects.filter(closed_at=None)] == [money("6.00")]


def test_e6_said_to_have_been_returned_it_is_late_up_to_the_minute_of_the_claim(rules, late, take_back, library):
    rules(fee_per_hour="2.00")
    loan = late()
    claim_returned(loan=loan, staff=library.staff, now=after(hours=2, minutes=30))

    back = take_back(loan, after(hours=6))

    assert (back.fee.balance, back.hours_late) == (money("4.00"), 2)


def test_e6_never_had_it_costs_nothing_on_its_very_day(rules, late, library):
    rules(fee_per_hour="2.00")
    loan = late()
    night(after(hours=1))

    claim_never_had(loan=loan, staff=library.staff, now=after(hours=3))

    assert owed_by(library.patron.pk) == 0


def test_e6_an_undone_return_lets_the_fee_grow_on(rules, late, take_back, library):
    rules(fee_per_hour="2.00")
    loan = late()
    back = take_back(loan, after(hours=1))

    undo(entry=AuditEntry.objects.get(pk=back.entry_id), staff=library.staff, now=after(minutes=61))
    take_back(loan, after(hours=3))

    assert (Fee.objects.get().balance, LedgerEntry.objects.count()) == (money("6.00"), 2)


def test_e16_an_hour_late_stops_for_a_day_times_the_rate(rules, late, take_back, library):
    rules(suspension_days=2, suspension_period_hours=1)

    take_back(late(), after(hours=1))

    block = Block.objects.get(patron=library.patron)
    assert (block.until, block.reason) == (DUE.date() + 2 * DAY, "Returned 1 hour late")
    assert not Fee.objects.exists()


@pytest.mark.parametrize(
    ("values", "days"),
    [
        ({}, 10),
        ({"suspension_max_days": 7}, 7),
        ({"fee_grace_hours": 1}, 8),
        ({"suspension_period_hours": 2}, 5),
        ({"suspension_period_hours": 3, "fee_grace_hours": 1}, 2),
    ],
)
def test_e16_a_stop_for_each_period_of_hours_late_and_no_longer_than_the_longest(
    rules, late, take_back, library, values, days
):
    rules(**{"suspension_days": 2, "suspension_period_hours": 1, **values})

    take_back(late(), after(hours=5))

    assert Block.objects.get(patron=library.patron).until == DUE.date() + days * DAY


def test_e16_without_a_period_of_hours_it_stops_by_the_day(rules, late, take_back, library):
    rules(suspension_days=2)
    today, later = late(), late()

    take_back(today, after(hours=5))
    assert not Block.objects.exists()
    take_back(later, after(hours=72))

    assert Block.objects.get(patron=library.patron).until == DUE.date() + 3 * DAY + 6 * DAY


def test_e16_late_twice_on_a_day_only_the_second_stop_is_lifted_with_the_return(rules, late, take_back, library):
    rules(suspension_days=2, suspension_period_hours=1, loan_hours=1, block_at_overdue=None, suspension_adds_up=True)
    loan = late()
    renew_loan(loan=loan, staff=library.staff, now=after(minutes=30))
    back = take_back(loan, after(hours=2))

    undo(entry=AuditEntry.objects.get(pk=back.entry_id), staff=library.staff, now=after(minutes=121))

    assert list(Block.objects.order_by("pk").values_list("until", "lifted_at")) == [
        (DUE.date() + 2 * DAY, None),
        (DUE.date() + 4 * DAY, after(minutes=121)),
    ]


def test_e16_an_undone_return_lifts_the_stop(rules, late, take_back, library):
    rules(suspension_days=2, suspension_period_hours=1)
    back = take_back(late(), after(hours=1))

    undo(entry=AuditEntry.objects.get(pk=back.entry_id), staff=library.staff, now=after(minutes=61))

    assert Block.objects.get().lifted_at == after(minutes=61)
