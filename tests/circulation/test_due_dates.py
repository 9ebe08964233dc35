"""Due dates. MPL is the calendar of the field's cases B1 to B14."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from circulation.rules.due_dates import DueDate, count_days, due_date_of_loan, due_date_of_renewal, within_card
from circulation.rules.resolution import Level, Origin, Resolved, RuleMissing, RuleRow
from circulation.rules.values import DueMode
from holdings.rules.calendars import Calendar, NeverOpen
from tests.holdings.test_calendars import MPL, NEVER

EVERY_DAY = Calendar(frozenset(range(7)))
LONG_AGO = date(2012, 7, 3)
MORNING = datetime(2012, 7, 3, 10, 30, tzinfo=ZoneInfo("Europe/Copenhagen"))


def _rules(**values):
    usual = {"loan_days": 14, "due_mode": DueMode.EVERY_DAY, **values}
    return Resolved((RuleRow(Origin(Level.MUNICIPALITY, 1), usual),))


@pytest.mark.parametrize(
    ("mode", "start", "days", "due"),
    [
        ("EVERY_DAY", date(2012, 7, 3), 1, date(2012, 7, 4)),
        ("EVERY_DAY", date(2012, 11, 24), 1, date(2012, 11, 25)),
        ("NEXT_OPEN_DAY", date(2012, 7, 3), 1, date(2012, 7, 5)),
        ("NEXT_OPEN_DAY", date(2012, 7, 3), 2, date(2012, 7, 5)),
        ("NEXT_OPEN_DAY", date(2012, 7, 23), 7, date(2012, 7, 30)),
        ("NEXT_OPEN_DAY", date(2012, 11, 24), 1, date(2012, 11, 26)),
        ("OPEN_DAYS_ONLY", date(2012, 7, 3), 1, date(2012, 7, 5)),
        ("OPEN_DAYS_ONLY", date(2012, 7, 23), 7, date(2012, 8, 1)),
        ("SAME_WEEKDAY", date(2012, 6, 27), 7, date(2012, 7, 11)),
        ("SAME_WEEKDAY", date(2012, 7, 3), 1, date(2012, 7, 5)),
        ("SAME_WEEKDAY", date(2012, 11, 24), 7, date(2012, 12, 3)),
        ("EVERY_DAY", date(2012, 12, 26), -1, date(2012, 12, 25)),
        ("NEXT_OPEN_DAY", date(2012, 12, 26), -1, date(2012, 12, 24)),
        ("OPEN_DAYS_ONLY", date(2012, 12, 26), -1, date(2012, 12, 24)),
    ],
    ids=["B3", "B3 weekend", "B4", "B4 two", "B4 week", "B4 Saturday", "B5", "B5 week", "B6", "B6 not a week"]
    + ["B6 weekday always closed", "B7 days", "B7 due date", "B7 calendar"],
)
def test_counts(mode, start, days, due):
    assert count_days(start, days, DueMode(mode), MPL) == due


@pytest.mark.parametrize(
    ("expires_on", "due"),
    [
        (date(2013, 1, 31), DueDate(date(2013, 1, 15))),
        (date(2013, 1, 15), DueDate(date(2013, 1, 15))),
        (date(2013, 1, 3), DueDate(date(2013, 1, 3), is_shortened=True)),
        (date(2013, 1, 1), DueDate(date(2012, 12, 31), is_shortened=True)),
        (date(2012, 12, 30), DueDate(date(2012, 12, 28), is_shortened=True)),
        (date(2012, 12, 20), DueDate(date(2013, 1, 15))),
        (None, DueDate(date(2013, 1, 15))),
    ],
    ids=["later", "same day", "open day", "closed day", "weekend", "ended before", "no end"],
)
def test_ends_with_the_card_and_moves_back_b13(expires_on, due):
    assert within_card(date(2013, 1, 15), expires_on, start=date(2012, 12, 27), calendar=MPL) == due


def test_never_moves_back_before_the_loan():
    # The card ends on the Sunday on which the loan is made, at a branch that's closed.
    sunday = date(2012, 11, 25)

    assert within_card(date(2012, 12, 20), sunday, start=sunday, calendar=MPL).day == sunday


@pytest.mark.parametrize(
    ("mode", "fixed", "due"),
    [
        ("CEILING", date(2012, 7, 10), date(2012, 7, 10)),
        ("CEILING", date(2012, 7, 30), date(2012, 7, 17)),
        ("FLOOR", date(2012, 7, 10), date(2012, 7, 17)),
        ("FLOOR", date(2012, 7, 30), date(2012, 7, 30)),
        ("EXACT", date(2012, 7, 10), date(2012, 7, 10)),
        ("EXACT", date(2012, 7, 30), date(2012, 7, 30)),
        ("EXACT", date(2012, 7, 2), date(2012, 7, 17)),
        ("CEILING", date(2012, 7, 2), date(2012, 7, 17)),
        (None, date(2012, 7, 10), date(2012, 7, 10)),
    ],
    ids=["before", "before, later", "after, earlier", "after", "exactly", "exactly, later"]
    + ["exactly, but it's over", "before, but it's over", "a date alone is a ceiling"],
)
def test_knows_fixed_dates_b12(mode, fixed, due):
    rules = _rules(fixed_due_date=fixed, fixed_due_date_mode=mode)

    assert due_date_of_loan(rules, EVERY_DAY, now=MORNING, expires_on=None).day == due


def test_renews_by_the_renewal_period_or_the_loan_period_b14():
    values = {"now": MORNING, "due_date": date(2012, 7, 10), "expires_on": None}

    assert due_date_of_renewal(_rules(renewal_days=7), EVERY_DAY, **values).day == date(2012, 7, 10)
    assert due_date_of_renewal(_rules(renewal_days=None), EVERY_DAY, **values).day == date(2012, 7, 17)
    assert due_date_of_renewal(_rules(), EVERY_DAY, **values).day == date(2012, 7, 17)


def test_renews_from_today_or_from_the_due_date_d14():
    values = {"now": MORNING, "due_date": date(2012, 7, 10), "expires_on": None}

    assert due_date_of_renewal(_rules(renewal_base="TODAY"), EVERY_DAY, **values).day == date(2012, 7, 17)
    assert due_date_of_renewal(_rules(renewal_base="DUE_DATE"), EVERY_DAY, **values).day == date(2012, 7, 24)


def test_renews_an_overdue_loan_from_today_at_least():
    rules = _rules(renewal_base="DUE_DATE")

    due = due_date_of_renewal(rules, EVERY_DAY, now=MORNING, due_date=date(2012, 5, 1), expires_on=None)

    assert due.day == date(2012, 7, 17)


def test_keeps_a_chosen_day():
    due = due_date_of_loan(_rules(), MPL, now=MORNING, expires_on=None, chosen=date(2013, 6, 22))

    assert due == DueDate(date(2013, 6, 22))


def test_says_which_rule_is_missing():
    rules = Resolved((RuleRow(Origin(Level.MUNICIPALITY, 1), {"due_mode": "EVERY_DAY"}),))

    with pytest.raises(RuleMissing) as missing:
        due_date_of_loan(rules, MPL, now=MORNING, expires_on=None)

    assert missing.value.name == "loan_days"


def test_is_an_error_where_no_day_is_open_b15():
    with pytest.raises(NeverOpen):
        due_date_of_loan(_rules(due_mode="NEXT_OPEN_DAY"), NEVER, now=MORNING, expires_on=None)
