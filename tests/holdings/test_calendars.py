"""Open days. MPL is the calendar of the field's cases B1 to B8: closed at weekends, on 1 January and 25 December, on 1
June 2011 and 4 July 2012; Sunday 11 November 2012 is open.
"""

from datetime import date, timedelta

import pytest

from holdings.rules.calendars import Calendar, NeverOpen

WEEKDAYS = frozenset(range(5))
MPL = Calendar(
    WEEKDAYS,
    {
        **{date(year, month, day): False for year in range(2011, 2014) for month, day in ((1, 1), (12, 25))},
        date(2011, 6, 1): False,
        date(2012, 7, 4): False,
        date(2012, 11, 11): True,
    },
)
NEVER = Calendar(frozenset())


@pytest.mark.parametrize(
    ("day", "is_open"),
    [
        (date(2012, 11, 24), False),
        (date(2012, 11, 25), False),
        (date(2012, 11, 26), True),
        (date(2013, 1, 1), False),
        (date(2012, 11, 11), True),
        (date(2012, 8, 6), True),
    ],
    ids=["Saturday", "Sunday", "Monday", "New Year", "Sunday that's open", "another branch's closed day"],
)
def test_knows_open_days_b1(day, is_open):
    assert MPL.is_open(day) is is_open


def test_finds_open_days_forward_and_back():
    assert MPL.next_open_day(date(2012, 7, 3)) == date(2012, 7, 3)
    assert MPL.next_open_day(date(2012, 7, 4)) == date(2012, 7, 5)
    assert MPL.last_open_day(date(2013, 1, 1)) == date(2012, 12, 31)
    assert MPL.last_open_day(date(2012, 11, 25)) == date(2012, 11, 23)


def test_adds_open_days_in_both_directions_b5_b7():
    assert MPL.add_open_days(date(2012, 7, 3), 1) == date(2012, 7, 5)
    assert MPL.add_open_days(date(2012, 7, 23), 7) == date(2012, 8, 1)
    assert MPL.add_open_days(date(2012, 12, 26), -1) == date(2012, 12, 24)
    assert MPL.add_open_days(date(2012, 7, 4), 0) == date(2012, 7, 4)


def test_counts_open_days_whichever_comes_first_b8():
    assert MPL.open_days_between(date(2012, 7, 23), date(2012, 9, 17)) == 40
    assert MPL.open_days_between(date(2012, 9, 17), date(2012, 7, 23)) == 40


def test_stays_on_the_weekday_b6():
    assert MPL.same_open_weekday(date(2012, 7, 4)) == date(2012, 7, 11)
    assert MPL.same_open_weekday(date(2012, 7, 7)) == date(2012, 7, 9)


@pytest.mark.parametrize(
    "ask",
    [
        lambda: NEVER.next_open_day(date(2012, 7, 4)),
        lambda: NEVER.last_open_day(date(2012, 7, 4)),
        lambda: NEVER.add_open_days(date(2012, 7, 4), 3),
        lambda: NEVER.same_open_weekday(date(2012, 7, 4)),
        lambda: Calendar(frozenset(), {date(2001, 1, 1): True}).next_open_day(date(2012, 7, 4)),
    ],
)
def test_is_an_error_where_no_day_is_open_b15(ask):
    with pytest.raises(NeverOpen):
        ask()


def test_lives_on_single_open_days():
    fair = Calendar(frozenset(), {date(2012, 7, 4) + timedelta(days=200): True})

    assert fair.next_open_day(date(2012, 7, 4)) == date(2013, 1, 20)
