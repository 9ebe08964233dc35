"""Cases I.B at the desk: loans that are made, renewed and late by the calendars that the branches keep."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from circulation.errors import CheckOutRefused, Code, RenewalRefused
from circulation.models import CirculationRule, Loan
from circulation.services.check_in import check_in
from circulation.services.check_out import check_out
from circulation.services.renew import renew_loan
from tests.circulation.cases.calendars import EVERY_DAY, open_as_mpl, open_on
from tests.factories import BranchFactory, HoldFactory, LoanFactory, RuleFactory

ZONE = ZoneInfo("Europe/Copenhagen")


def at(day, hour=12, minute=0):
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE)


@pytest.fixture
def mpl(library):
    """Main is the MPL of the cases, east the CPL, which is closed on one day only."""
    open_as_mpl(library.main)
    open_on(library.east, EVERY_DAY, closed=[date(2012, 8, 6)])
    return library


@pytest.fixture
def rules(library):
    """Return a function that sets the general values anew."""

    def rules(**values):
        CirculationRule.objects.all().delete()
        RuleFactory(set={"loan_days": 14, "due_mode": "EVERY_DAY", "block_at_debt": None, **values})

    return rules


@pytest.fixture
def lend(library):
    """Return a function that lends at a moment."""

    def lend(now, *, item=None, patron=None, branch=None, **values):
        return check_out(
            item=item or library.item(),
            patron=patron or library.patron,
            branch=branch or library.main,
            staff=library.staff,
            now=now,
            **values,
        )

    return lend


@pytest.mark.parametrize(
    ("branch", "day", "due"),
    [
        ("main", date(2012, 11, 24), date(2012, 11, 26)),
        ("main", date(2012, 11, 25), date(2012, 11, 26)),
        ("main", date(2012, 11, 26), date(2012, 11, 26)),
        ("main", date(2013, 1, 1), date(2013, 1, 2)),
        ("main", date(2012, 11, 11), date(2012, 11, 11)),
        ("main", date(2012, 8, 6), date(2012, 8, 6)),
        ("east", date(2012, 8, 6), date(2012, 8, 7)),
    ],
)
def test_i_b1_nothing_is_due_on_a_day_that_the_branch_itself_is_closed(mpl, rules, lend, branch, day, due):
    rules(loan_days=1, due_mode="NEXT_OPEN_DAY")

    loan = lend(at(day - timedelta(days=1)), branch=getattr(mpl, branch)).loan

    assert loan.due_date == due


@pytest.mark.parametrize(("hour", "minute"), [(0, 5), (17, 30), (23, 55)])
def test_i_b2_the_time_of_day_says_nothing_of_the_day_and_stays(mpl, rules, lend, hour, minute):
    rules(loan_days=1, due_mode="NEXT_OPEN_DAY")
    now = at(date(2012, 11, 23), hour, minute)

    loan = lend(now).loan

    assert (loan.due_date, loan.loaned_at) == (date(2012, 11, 26), now)


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [(date(2012, 7, 3), 1, date(2012, 7, 4)), (date(2012, 11, 24), 1, date(2012, 11, 25))],
)
def test_i_b3_where_every_day_counts_a_loan_ends_on_a_closed_one(mpl, rules, lend, start, days, due):
    rules(loan_days=days, due_mode="EVERY_DAY")

    assert lend(at(start)).loan.due_date == due


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        (date(2012, 7, 3), 1, date(2012, 7, 5)),
        (date(2012, 7, 3), 2, date(2012, 7, 5)),
        (date(2012, 7, 23), 7, date(2012, 7, 30)),
        (date(2012, 11, 24), 1, date(2012, 11, 26)),
    ],
)
def test_i_b4_a_loan_is_pushed_to_the_next_open_day(mpl, rules, lend, start, days, due):
    rules(loan_days=days, due_mode="NEXT_OPEN_DAY")

    assert lend(at(start, 11, 53)).loan.due_date == due


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [(date(2012, 7, 3), 1, date(2012, 7, 5)), (date(2012, 7, 23), 7, date(2012, 8, 1))],
)
def test_i_b5_a_loan_of_so_many_open_days(mpl, rules, lend, start, days, due):
    rules(loan_days=days, due_mode="OPEN_DAYS_ONLY")

    assert lend(at(start, 11, 53)).loan.due_date == due


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        # A Wednesday that's closed once: a week later. A Saturday, which always is: the next open day.
        (date(2012, 6, 27), 7, date(2012, 7, 11)),
        (date(2012, 6, 30), 7, date(2012, 7, 9)),
        (date(2012, 7, 1), 3, date(2012, 7, 5)),
    ],
)
def test_i_b6_a_loan_of_weeks_ends_on_the_weekday_that_it_began_with(mpl, rules, lend, start, days, due):
    rules(loan_days=days, due_mode="SAME_WEEKDAY")

    assert lend(at(start)).loan.due_date == due


def test_i_b8_forty_open_days_late_cost_forty(mpl, rules):
    rules(fee_per_day="1.00", fee_open_days_only=True)
    loan = LoanFactory(
        item=mpl.item(),
        patron=mpl.patron,
        lending_branch=mpl.main,
        loaned_at=at(date(2012, 7, 2)),
        loaned_on=date(2012, 7, 2),
        due_date=date(2012, 7, 23),
    )

    back = check_in(item=loan.item, branch=mpl.main, staff=mpl.staff, now=at(date(2012, 9, 17)))

    assert (back.fee.balance, back.days_late) == (Decimal("40.00"), 56)


@pytest.mark.parametrize(
    ("values", "last", "late"),
    [
        ({}, at(date(2012, 7, 23), 23, 59), at(date(2012, 7, 24), 0, 1)),
        ({"loan_hours": 3}, at(date(2012, 7, 9), 14, 53), at(date(2012, 7, 9), 14, 54)),
    ],
    ids=["by the day", "by the hour"],
)
def test_i_b9_a_day_loan_lasts_until_midnight_and_an_hour_loan_to_its_minute(mpl, rules, lend, values, last, late):
    rules(block_at_overdue=1, **values)
    lend(at(date(2012, 7, 9), 11, 53))

    assert lend(last).loan.patron == mpl.patron
    with pytest.raises(CheckOutRefused) as refused:
        lend(late)
    assert refused.value.codes == [Code.OVERDUE_LIMIT]


@pytest.mark.parametrize(
    ("mode", "due"),
    [("NEXT_OPEN_DAY", at(date(2012, 7, 9), 10)), ("EVERY_DAY", at(date(2012, 7, 7), 18))],
)
def test_i_b10_an_hour_loan_that_would_end_on_a_closed_day_ends_at_the_opening(mpl, rules, lend, mode, due):
    rules(loan_hours=24, due_mode=mode)

    loan = lend(at(date(2012, 7, 6), 18)).loan

    assert (loan.due_at, loan.due_date) == (due, due.date())


@pytest.mark.parametrize(
    ("end", "due"),
    [
        ("CLOSE", at(date(2012, 7, 9), 20)),
        ("OPEN", at(date(2012, 7, 10), 10)),
        ("IGNORE", at(date(2012, 7, 9), 22)),
    ],
)
def test_i_b11_a_loan_of_four_hours_at_six_ends_by_the_opening_hours(mpl, rules, lend, end, due):
    rules(loan_hours=4, hours_end=end)

    assert lend(at(date(2012, 7, 9), 18)).loan.due_at == due


@pytest.mark.parametrize(
    ("mode", "day", "due"),
    [
        ("EXACT", date(2012, 7, 10), date(2012, 7, 10)),
        ("EXACT", date(2012, 7, 30), date(2012, 7, 30)),
        ("CEILING", date(2012, 7, 10), date(2012, 7, 10)),
        ("CEILING", date(2012, 7, 30), date(2012, 7, 17)),
        ("FLOOR", date(2012, 7, 10), date(2012, 7, 17)),
        ("FLOOR", date(2012, 7, 30), date(2012, 7, 30)),
    ],
)
def test_i_b12_a_fixed_end_date_sets_limits_or_is_the_day(mpl, rules, lend, mode, day, due):
    rules(fixed_due_date=day.isoformat(), fixed_due_date_mode=mode)

    assert lend(at(date(2012, 7, 3))).loan.due_date == due


@pytest.mark.parametrize(
    ("closed", "due"),
    [
        ([], date(2013, 1, 1)),
        ([date(2013, 1, 1)], date(2012, 12, 31)),
        ([date(2013, 1, 1), date(2012, 12, 31)], date(2012, 12, 30)),
    ],
)
def test_i_b13_no_loan_outlives_the_card(library, rules, lend, closed, due):
    rules(loan_days=28)
    open_on(library.main, EVERY_DAY, closed=closed)

    result = lend(at(date(2012, 12, 20)), patron=library.another_patron(expires_on=date(2013, 1, 1)))

    assert result.loan.due_date == due
    assert Code.DUE_BEFORE_CARD_ENDS in [notice.code for notice in result.notices]


@pytest.mark.parametrize(("period", "due"), [(21, date(2013, 3, 2)), (None, date(2013, 2, 23))])
def test_i_b14_a_renewal_on_9_february_has_its_own_period_or_the_loan_s(library, rules, lend, period, due):
    rules(renewal_days=period)
    loan = lend(at(date(2013, 1, 27))).loan

    assert renew_loan(loan=loan, staff=library.staff, now=at(date(2013, 2, 9))).loan.due_date == due


def test_i_b15_a_branch_that_is_closed_every_day_lends_and_renews_nothing(library, rules, lend):
    rules(due_mode="NEXT_OPEN_DAY")
    never = BranchFactory(open_on=())
    loan = LoanFactory(item=library.item(), patron=library.patron, lending_branch=never)

    with pytest.raises(CheckOutRefused) as refused:
        lend(at(date(2026, 11, 19)), branch=never)
    with pytest.raises(RenewalRefused) as not_renewed:
        renew_loan(loan=loan, staff=library.staff, now=at(date(2026, 11, 19)))

    assert refused.value.codes == not_renewed.value.codes == [Code.CALENDAR_NEVER_OPEN]
    assert Loan.objects.get().renewals == 0


@pytest.mark.parametrize(
    "start", [date(2027, 3, 22), date(2026, 10, 19)], ids=["summer time begins", "summer time ends"]
)
def test_i_b16_a_loan_over_the_change_of_the_clock_ends_at_local_midnight(library, rules, lend, start):
    rules(block_at_overdue=1)
    due = lend(at(start)).loan.due_date
    assert due == start + timedelta(days=14)

    assert lend(at(due, 23, 59)).loan.patron == library.patron
    with pytest.raises(CheckOutRefused):
        lend(at(due + timedelta(days=1), 0, 1))


def test_i_b16_days_before_the_due_date_begin_at_local_midnight(library, rules):
    rules(earliest_renewal_days=7, renewal_days=28)
    # Lent in winter time, due in summer time.
    loan = LoanFactory(
        item=library.item(),
        patron=library.patron,
        lending_branch=library.main,
        loaned_at=at(date(2027, 3, 4)),
        loaned_on=date(2027, 3, 4),
        due_date=date(2027, 4, 1),
    )

    with pytest.raises(RenewalRefused) as refused:
        renew_loan(loan=loan, staff=library.staff, now=at(date(2027, 3, 24), 23, 59))
    assert refused.value.codes == [Code.TOO_EARLY]
    assert renew_loan(loan=loan, staff=library.staff, now=at(date(2027, 3, 25), 0, 1)).loan.renewals == 1


def _wait(library, item, holds):
    for _ in range(holds):
        HoldFactory(record=item.record, patron=library.another_patron(), pickup_branch=library.main)


def test_i_b17_six_who_wait_make_a_loan_of_fourteen_days_one_of_one(library, rules, lend):
    rules(high_demand_days=1, high_demand_holds=1, high_demand_mode="STATIC")
    items = [library.item(), library.item()]
    for item in items:
        _wait(library, item, 6)
    now = at(date(2026, 11, 19))

    short = lend(now, item=items[0])
    chosen = lend(now, item=items[1], due_date=date(2026, 12, 3))

    assert (short.loan.due_date, short.loan.due_at) == (date(2026, 11, 20), None)
    told = next(notice for notice in short.notices if notice.code == "SHORT_FOR_DEMAND")
    assert (told.facts["count"], told.facts["due_date"]) == (6, "2026-12-03")
    assert chosen.loan.due_date == date(2026, 12, 3)


@pytest.mark.parametrize(
    ("holds", "threshold", "state", "days"),
    [
        (6, 1, {}, 14),
        (12, 1, {}, 1),
        (12, 2, {}, 14),
        (12, 2, {"is_damaged": True}, 1),
        (12, 2, {"lost": True}, 1),
        (12, 2, {"reference_only": True}, 1),
        (12, 2, {"withdrawn": True}, 1),
    ],
)
def test_i_b18_ten_items_serve_so_many_before_loans_get_shorter(library, rules, lend, holds, threshold, state, days):
    rules(high_demand_days=1, high_demand_holds=threshold, high_demand_mode="DYNAMIC")
    item = library.item()
    for _ in range(8):
        library.item(record=item.record)
    library.item(record=item.record, **state)
    _wait(library, item, holds)

    loan = lend(at(date(2026, 11, 19)), item=item).loan

    assert (loan.due_date - loan.loaned_on).days == days


def test_i_b18_an_item_that_is_kept_in_a_bundle_serves_nobody(library, rules, lend):
    rules(high_demand_days=1, high_demand_holds=0, high_demand_mode="DYNAMIC")
    item = library.item()
    library.item(record=item.record, bundle=library.item())
    _wait(library, item, 2)

    loan = lend(at(date(2026, 11, 19)), item=item).loan

    assert (loan.due_date - loan.loaned_on).days == 1
