"""Cases I.B: due dates and calendars. MPL is closed at weekends, at New Year, at Christmas and on two single days."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from circulation.rules.due_dates import (
    Demand,
    count_days,
    due_date_of_loan,
    due_date_of_renewal,
    fixed,
    in_high_demand,
    next_fixed,
    within_card,
)
from circulation.rules.hour_loans import due_at
from circulation.rules.resolution import Level, Origin, Resolved, RuleRow
from circulation.rules.values import DueMode, FixedDateMode, HoursEnd
from circulation.selectors import rule_book
from circulation.services.check_out import check_out
from holdings.models import CalendarDay, Item, OpeningHours, YearlyClosedDay
from holdings.rules.calendars import Calendar, NeverOpen
from tests.factories import HoldFactory, PatronFactory, RuleFactory

ZONE = ZoneInfo("Europe/Copenhagen")
WEEK = dict.fromkeys(range(5), (time(10), time(20)))
YEARLY = frozenset({(1, 1), (12, 25)})
MPL = Calendar(
    frozenset(range(5)),
    {date(2011, 6, 1): False, date(2012, 7, 4): False, date(2012, 11, 11): True},
    YEARLY,
    WEEK,
)
DAYS, DATEDUE, CALENDAR, DAYWEEK = (
    DueMode.EVERY_DAY,
    DueMode.NEXT_OPEN_DAY,
    DueMode.OPEN_DAYS_ONLY,
    DueMode.SAME_WEEKDAY,
)


def _rules(**values):
    usual = {"loan_days": 14, "due_mode": "EVERY_DAY"}
    return Resolved((RuleRow(Origin(Level.MUNICIPALITY, 1), usual | values),))


@pytest.mark.parametrize(
    ("day", "is_open"),
    [
        (date(2012, 11, 24), False),
        (date(2012, 11, 25), False),
        (date(2012, 11, 26), True),
        (date(2013, 1, 1), False),
        (date(2012, 12, 25), False),
        (date(2012, 11, 11), True),
        (date(2012, 8, 6), True),
    ],
)
def test_i_b1_an_exception_goes_before_the_week_and_another_library_s_days_say_nothing(day, is_open):
    assert MPL.is_open(day) is is_open


def test_i_b1_a_single_day_opens_a_yearly_closed_one():
    opened = Calendar(frozenset(range(5)), {date(2013, 1, 1): True}, YEARLY)

    assert opened.is_open(date(2013, 1, 1))
    assert not opened.is_open(date(2014, 1, 1))


def test_i_b1_yearly_days_are_read_with_the_branch(library):
    YearlyClosedDay.objects.create(branch=library.main, month=11, day=19)
    thursday = date(2026, 11, 19)

    assert not rule_book().calendar(library.main.pk).is_open(thursday)
    assert rule_book().calendar(library.east.pk).is_open(thursday)
    CalendarDay.objects.create(branch=library.main, date=thursday, is_open=True)
    assert rule_book().calendar(library.main.pk).is_open(thursday)


def test_i_b2_the_time_of_day_stays():
    now = datetime(2012, 11, 19, 17, 30, tzinfo=ZONE)

    at = due_at(now, 24, end=None, mode=DAYS, calendar=MPL)

    assert (at, now.time()) == (now + timedelta(days=1), time(17, 30))


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [(date(2012, 7, 3), 1, date(2012, 7, 4)), (date(2012, 11, 24), 1, date(2012, 11, 25))],
)
def test_i_b3_every_day_counts_and_may_be_closed(start, days, due):
    assert count_days(start, days, DAYS, MPL) == due


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        (date(2012, 7, 3), 1, date(2012, 7, 5)),
        (date(2012, 7, 3), 2, date(2012, 7, 5)),
        (date(2012, 7, 23), 7, date(2012, 7, 30)),
        (date(2012, 11, 24), 1, date(2012, 11, 26)),
    ],
)
def test_i_b4_every_day_counts_and_the_next_open_one_is_due(start, days, due):
    assert count_days(start, days, DATEDUE, MPL) == due


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [(date(2012, 7, 3), 1, date(2012, 7, 5)), (date(2012, 7, 23), 7, date(2012, 8, 1))],
)
def test_i_b5_open_days_count(start, days, due):
    assert count_days(start, days, CALENDAR, MPL) == due


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [(date(2012, 6, 27), 7, date(2012, 7, 11)), (date(2012, 7, 1), 3, date(2012, 7, 5))],
)
def test_i_b6_weeks_end_on_their_weekday(start, days, due):
    assert count_days(start, days, DAYWEEK, MPL) == due


@pytest.mark.parametrize(
    ("mode", "due"),
    [(DATEDUE, date(2012, 12, 24)), (CALENDAR, date(2012, 12, 24)), (DAYS, date(2012, 12, 25))],
)
def test_i_b7_days_are_counted_back_too(mode, due):
    assert count_days(date(2012, 12, 26), -1, mode, MPL) == due


def test_i_b8_open_days_between_two_days_in_either_order():
    one, other = date(2012, 7, 23), date(2012, 9, 17)

    assert MPL.open_days_between(one, other) == MPL.open_days_between(other, one) == 40


def test_i_b9_a_loan_by_the_hour_keeps_its_minute_and_one_by_the_day_its_day():
    now = datetime(2012, 7, 9, 11, 53, tzinfo=ZONE)

    by_hour = due_date_of_loan(_rules(loan_hours=3), MPL, now=now, expires_on=None)
    by_day = due_date_of_loan(_rules(), MPL, now=now, expires_on=None)

    assert (by_hour.day, by_hour.at) == (date(2012, 7, 9), datetime(2012, 7, 9, 14, 53, tzinfo=ZONE))
    assert (by_day.day, by_day.at) == (date(2012, 7, 23), None)


def test_i_b10_an_hour_loan_that_ends_on_a_closed_day_moves_to_the_real_opening():
    friday = datetime(2012, 7, 6, 18, tzinfo=ZONE)

    assert due_at(friday, 24, end=None, mode=DATEDUE, calendar=MPL) == datetime(2012, 7, 9, 10, tzinfo=ZONE)
    assert due_at(friday, 24, end=None, mode=DAYS, calendar=MPL) == datetime(2012, 7, 7, 18, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("end", "due"),
    [
        (HoursEnd.CLOSE, datetime(2012, 7, 9, 20, tzinfo=ZONE)),
        (HoursEnd.OPEN, datetime(2012, 7, 10, 10, tzinfo=ZONE)),
        (HoursEnd.IGNORE, datetime(2012, 7, 9, 22, tzinfo=ZONE)),
        (None, datetime(2012, 7, 9, 22, tzinfo=ZONE)),
    ],
)
def test_i_b11_opening_hours_end_a_four_hour_loan_made_at_six(end, due):
    assert due_at(datetime(2012, 7, 9, 18, tzinfo=ZONE), 4, end=end, mode=DAYS, calendar=MPL) == due


@pytest.mark.parametrize("end", HoursEnd)
def test_i_b11_hours_that_nobody_has_told_are_ignored(end):
    without = Calendar(frozenset(range(5)))

    assert due_at(datetime(2012, 7, 9, 18, tzinfo=ZONE), 4, end=end, mode=DAYS, calendar=without).hour == 22


def test_i_b11_lent_after_closing_it_s_due_at_the_next_opening():
    late = datetime(2012, 7, 9, 20, 30, tzinfo=ZONE)

    assert due_at(late, 4, end=HoursEnd.CLOSE, mode=DAYS, calendar=MPL) == datetime(2012, 7, 10, 10, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("mode", "day", "due"),
    [
        (FixedDateMode.EXACT, date(2012, 7, 30), date(2012, 7, 30)),
        (FixedDateMode.CEILING, date(2012, 7, 10), date(2012, 7, 10)),
        (FixedDateMode.CEILING, date(2012, 7, 30), date(2012, 7, 17)),
        (FixedDateMode.FLOOR, date(2012, 7, 10), date(2012, 7, 17)),
        (FixedDateMode.FLOOR, date(2012, 7, 30), date(2012, 7, 30)),
    ],
)
def test_i_b12_fixed_dates_have_three_modes(mode, day, due):
    assert fixed(date(2012, 7, 17), day, mode, today=date(2012, 7, 3)) == due


def test_i_b12_of_several_fixed_dates_the_next_counts_unless_it_s_too_near():
    terms = [date(2027, 1, 29), date(2027, 6, 25), date(2026, 12, 18)]

    assert next_fixed(terms, today=date(2026, 11, 19)) == date(2026, 12, 18)
    assert next_fixed(terms, today=date(2026, 12, 10), min_days=14) == date(2027, 1, 29)
    assert next_fixed(terms, today=date(2027, 7, 1)) is None
    rules = _rules(fixed_due_dates=terms, fixed_due_date_mode="EXACT", fixed_date_min_days=14)
    now = datetime(2026, 12, 10, 12, tzinfo=ZONE)
    assert due_date_of_loan(rules, MPL, now=now, expires_on=None).day == date(2027, 1, 29)


# 20 June is a Sunday in 2027, a Tuesday in 2028 and a Wednesday in 2029.
@pytest.mark.parametrize(
    ("lent_on", "values", "due"),
    [
        (date(2026, 11, 19), {}, date(2027, 6, 18)),
        (date(2027, 6, 18), {}, date(2027, 6, 18)),
        (date(2027, 6, 19), {}, date(2028, 6, 20)),
        (date(2027, 8, 12), {}, date(2028, 6, 20)),
        (date(2027, 6, 10), {"fixed_date_min_days": 60}, date(2028, 6, 20)),
        (date(2027, 6, 22), {"fixed_date_min_days": 365}, date(2029, 6, 20)),
        (date(2026, 11, 19), {"fixed_due_dates": [date(2026, 12, 18)]}, date(2026, 12, 18)),
    ],
)
def test_i_b12_a_day_of_every_year_moves_by_itself_and_falls_on_an_open_day(lent_on, values, due):
    rules = _rules(fixed_yearly_day="06-20", fixed_due_date_mode="EXACT", **values)
    now = datetime.combine(lent_on, time(12), ZONE)

    assert due_date_of_loan(rules, MPL, now=now, expires_on=None).day == due
    renewed = due_date_of_renewal(rules, MPL, now=now, due_date=lent_on, expires_on=None)
    assert renewed.day == due


@pytest.mark.parametrize(
    ("closed", "due"),
    [((), date(2013, 1, 2)), ((2,), date(2012, 12, 31)), ((2, 31), date(2012, 12, 28))],
)
def test_i_b13_the_card_moves_a_loan_back_past_closed_days(closed, due):
    days = {2: date(2013, 1, 2), 31: date(2012, 12, 31)}
    calendar = Calendar(frozenset(range(5)), {days[each]: False for each in closed}, YEARLY, WEEK)

    moved = within_card(date(2013, 1, 15), date(2013, 1, 2), start=date(2012, 12, 20), calendar=calendar)

    assert (moved.day, moved.is_shortened) == (due, True)


def test_i_b13_the_card_ends_a_loan_by_the_hour_with_its_day():
    now = datetime(2012, 7, 9, 18, tzinfo=ZONE)

    due = due_date_of_loan(_rules(loan_hours=48), MPL, now=now, expires_on=date(2012, 7, 10))

    assert (due.day, due.at, due.is_shortened) == (
        date(2012, 7, 10),
        datetime(2012, 7, 10, 23, 59, tzinfo=ZONE),
        True,
    )


@pytest.mark.parametrize(("period", "due"), [(7, date(2012, 7, 10)), (None, date(2012, 7, 17))])
def test_i_b14_a_renewal_has_its_own_period_or_the_loan_s(period, due):
    now = datetime(2012, 7, 3, 12, tzinfo=ZONE)

    renewed = due_date_of_renewal(_rules(renewal_days=period), MPL, now=now, due_date=date(2012, 7, 5), expires_on=None)

    assert renewed.day == due


def test_i_b15_a_library_that_never_opens_is_an_error():
    with pytest.raises(NeverOpen):
        count_days(date(2012, 7, 3), 1, DATEDUE, Calendar(frozenset()))


@pytest.mark.parametrize("hours", [3, 27])
def test_i_b16_hours_pass_by_the_clock_of_the_world_when_summer_time_begins(hours):
    # On 28 March 2027 the clock goes from two to three.
    now = datetime(2027, 3, 27, 23, 30, tzinfo=ZONE)

    at = due_at(now, hours, end=None, mode=DAYS, calendar=MPL)

    assert (at.timestamp() - now.timestamp()) == hours * 3600
    assert at.time() == time((23 + hours + 1) % 24, 30)


@pytest.mark.parametrize(("holds", "days"), [(6, 1), (1, 1), (0, 14)])
def test_i_b17_static_high_demand_shortens_and_says_what_it_would_have_been(holds, days):
    rules = _rules(high_demand_days=1, high_demand_holds=1, high_demand_mode="STATIC")
    now = datetime(2012, 7, 9, 12, tzinfo=ZONE)

    due = due_date_of_loan(rules, MPL, now=now, expires_on=None, demand=Demand(waiting=holds))

    assert (due.day - now.date()).days == days
    assert due.without_demand == (date(2012, 7, 23) if holds else None)


def test_i_b17_never_lengthens_and_staff_may_choose_another_day():
    rules = _rules(loan_days=2, high_demand_days=7, high_demand_holds=1)
    now, demand = datetime(2012, 7, 9, 12, tzinfo=ZONE), Demand(waiting=5)

    assert due_date_of_loan(rules, MPL, now=now, expires_on=None, demand=demand).day == date(2012, 7, 11)
    chosen = due_date_of_loan(rules, MPL, now=now, expires_on=None, demand=demand, chosen=date(2012, 7, 30))
    assert chosen.day == date(2012, 7, 30)


def test_i_b17_the_borrower_s_own_hold_doesn_t_count(library, now):
    RuleFactory(branch=library.main, values={"high_demand_days": 1, "high_demand_holds": 1, "due_mode": "EVERY_DAY"})
    item, other = library.item(), library.item()
    for each in (item, other):
        HoldFactory(record=each.record, patron=library.patron, pickup_branch=library.main)
    HoldFactory(record=other.record, patron=PatronFactory(home_branch=library.main), pickup_branch=library.main)

    results = [
        check_out(item=each, patron=library.patron, branch=library.main, staff=library.staff, now=now)
        for each in (item, other)
    ]

    assert [(result.loan.due_date - result.loan.loaned_on).days for result in results] == [28, 1]
    assert "SHORT_FOR_DEMAND" in [reason.code for reason in results[1].notices]


@pytest.mark.parametrize(
    ("holds", "items", "threshold", "exceeded"),
    [(6, 10, 1, False), (12, 10, 1, True), (12, 10, 2, False), (12, 9, 2, True)],
)
def test_i_b18_dynamic_high_demand_is_relative_to_the_items(holds, items, threshold, exceeded):
    rules = _rules(high_demand_days=1, high_demand_holds=threshold, high_demand_mode="DYNAMIC")

    assert in_high_demand(rules, Demand(waiting=holds, items=items)) is exceeded


def test_i_b18_damaged_lost_and_withdrawn_items_serve_nobody(library, now):
    RuleFactory(
        branch=library.main,
        values={"high_demand_days": 1, "high_demand_holds": 0, "high_demand_mode": "DYNAMIC", "due_mode": "EVERY_DAY"},
    )
    item = library.item()
    for status in ("AVAILABLE", "LOST", "WITHDRAWN", "MISSING"):
        library.item(record=item.record, status=status)
    for _ in range(2):
        HoldFactory(record=item.record, patron=PatronFactory(home_branch=library.main), pickup_branch=library.main)

    loan = check_out(item=item, patron=library.patron, branch=library.main, staff=library.staff, now=now).loan
    assert (loan.due_date - loan.loaned_on).days == 28

    HoldFactory(record=item.record, patron=PatronFactory(home_branch=library.main), pickup_branch=library.main)
    other = Item.objects.get(record=item.record, status="AVAILABLE")
    short = check_out(item=other, patron=library.patron, branch=library.main, staff=library.staff, now=now).loan
    assert (short.due_date - short.loaned_on).days == 1


def test_ii_g2_a_loan_into_the_hour_that_summer_time_skips_ends_an_hour_later():
    now = datetime(2026, 3, 7, 2, 15, tzinfo=ZoneInfo("America/Chicago"))

    at = due_at(now, 24, end=None, mode=DAYS, calendar=MPL)

    assert at == datetime(2026, 3, 8, 3, 15, tzinfo=ZoneInfo("America/Chicago"))


def test_ii_g3_the_first_open_day_at_or_after_the_period():
    assert count_days(date(2012, 7, 6), 1, DATEDUE, MPL) == date(2012, 7, 9)


def test_hours_of_a_branch_are_read_with_its_calendar(library, now):
    OpeningHours.objects.filter(branch=library.main).update(opens=time(9), closes=time(12))
    RuleFactory(branch=library.main, values={"loan_hours": 4, "hours_end": "CLOSE"})

    loan = check_out(item=library.item(), patron=library.patron, branch=library.main, staff=library.staff, now=now).loan

    # It's half past eleven in Copenhagen.
    assert loan.due_at.astimezone(ZONE).time() == time(12)
    assert loan.due_date == loan.loaned_on
