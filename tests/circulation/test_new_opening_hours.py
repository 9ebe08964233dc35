"""New weekly hours: what ends or waits on weekdays that are closed from now on moves, if that's wished."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, time, timedelta
from threading import Barrier
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from accounts.models import AuditEntry
from circulation.services.check_out import check_out
from circulation.services.closings import preview_hours, set_hours
from holdings.errors import BranchRefused
from holdings.models import CalendarDay, OpeningHours
from holdings.selectors import week_of
from tests.factories import BranchFactory, HoldFactory, LoanFactory, RuleFactory
from tests.factories.moments import NOW

DAY = timedelta(days=1)
# Today is a Thursday; branches are closed on Sundays.
SATURDAY, MONDAY, NEXT_SATURDAY = date(2026, 11, 21), date(2026, 11, 23), date(2026, 11, 28)
ZONE = ZoneInfo("Europe/Copenhagen")


def without_saturdays(branch):
    return {day: (hours.opens, hours.closes) for day, hours in week_of(branch).items() if day != 5}


@pytest.fixture
def set_week(library):
    """Return a function that closes main on Saturdays, or sets what `values` say."""

    def set_week(move=True, **values):
        usual = {"branch": library.main, "week": without_saturdays(library.main), "actor": library.staff, "now": NOW}
        return set_hours(**{**usual, "move": move, **values})

    return set_week


def loan_until(library, due_date, **values):
    return LoanFactory(item=library.item(), patron=library.patron, due_date=due_date, **values)


def test_moves_loans_that_end_on_a_weekday_that_is_closed_from_now_on(library, set_week):
    saturday, next_one, other_day = (loan_until(library, day) for day in (SATURDAY, NEXT_SATURDAY, MONDAY))
    elsewhere = loan_until(library, SATURDAY, lending_branch=library.east)
    follows_east = loan_until(library, SATURDAY, rules_branch=library.east)
    late = loan_until(library, SATURDAY - timedelta(days=7))

    done = set_week()

    for loan in (saturday, next_one, other_day, elsewhere, follows_east, late):
        loan.refresh_from_db()
    assert (saturday.due_date, next_one.due_date) == (MONDAY, NEXT_SATURDAY + 2 * DAY)
    assert (other_day.due_date, elsewhere.due_date, follows_east.due_date) == (MONDAY, SATURDAY, SATURDAY)
    assert late.due_date == SATURDAY - timedelta(days=7)
    assert (done.loans, done.holds) == (2, 0)
    assert sorted(week_of(library.main)) == [0, 1, 2, 3, 4]
    assert not CalendarDay.objects.exists()


def test_a_loan_by_the_hour_ends_when_the_branch_opens_again(library, set_week):
    loan = loan_until(library, SATURDAY, due_at=datetime(2026, 11, 21, 12, tzinfo=ZONE))
    opens = OpeningHours.objects.get(branch=library.main, weekday=0).opens

    set_week()

    loan.refresh_from_db()
    assert (loan.due_date, loan.due_at) == (MONDAY, datetime.combine(MONDAY, opens, ZONE))


def test_holds_wait_as_many_open_days_as_they_had(library, set_week):
    before, on_it, after_two = (
        HoldFactory(ready=True, pickup_branch=library.main, shelf_until=day)
        for day in (SATURDAY - DAY, SATURDAY, NEXT_SATURDAY + 2 * DAY)
    )

    done = set_week()

    for hold in (before, on_it, after_two):
        hold.refresh_from_db()
    assert (before.shelf_until, on_it.shelf_until) == (SATURDAY - DAY, MONDAY)
    assert after_two.shelf_until == NEXT_SATURDAY + 4 * DAY
    assert done.holds == 2


def test_the_preview_tells_the_same_and_moves_nothing(library):
    loan = loan_until(library, SATURDAY)
    HoldFactory(ready=True, pickup_branch=library.main, shelf_until=SATURDAY)

    planned = preview_hours(branch=library.main, week=without_saturdays(library.main), now=NOW)

    loan.refresh_from_db()
    assert (planned.loans, planned.holds, planned.moves_nothing) == (1, 1, False)
    assert planned.branches[0].due_dates == ((SATURDAY, MONDAY, 1),)
    assert (loan.due_date, 5 in week_of(library.main)) == (SATURDAY, True)


def test_declined_all_dates_stay_and_new_loans_follow_the_hours(library, set_week):
    loan = loan_until(library, SATURDAY)
    hold = HoldFactory(ready=True, pickup_branch=library.main, shelf_until=SATURDAY)

    done = set_week(move=False)

    loan.refresh_from_db()
    hold.refresh_from_db()
    assert (loan.due_date, hold.shelf_until, done.moves_nothing) == (SATURDAY, SATURDAY, True)
    on_saturday = NOW + timedelta(days=2)
    new = check_out(
        item=library.item(), patron=library.patron, branch=library.main, staff=library.staff, now=on_saturday
    ).loan
    assert new.due_date == SATURDAY + timedelta(days=30)
    assert not AuditEntry.objects.filter(action="circulation.close_branch").exists()


@pytest.mark.parametrize("more", [{}, {6: (time(10), time(14))}], ids=["other times", "another day"])
def test_hours_that_close_no_weekday_move_nothing(library, set_week, more):
    loan = loan_until(library, SATURDAY)

    done = set_week(week={day: (time(9), time(12)) for day in range(6)} | more)

    loan.refresh_from_db()
    assert (done.moves_nothing, loan.due_date) == (True, SATURDAY)


def test_a_day_that_the_branch_has_opened_itself_stays_open(library, set_week):
    CalendarDay.objects.create(branch=library.main, date=SATURDAY, is_open=True)
    loan = loan_until(library, SATURDAY)

    set_week()

    loan.refresh_from_db()
    assert loan.due_date == SATURDAY


def test_leaves_an_entry_of_what_moved(library, set_week):
    loan = loan_until(library, SATURDAY)

    set_week()

    entry = AuditEntry.objects.get(action="circulation.close_branch")
    assert entry.facts["days"] == [SATURDAY.isoformat()]
    assert entry.facts["loans"] == {SATURDAY.isoformat(): {"to": MONDAY.isoformat(), "loans": [loan.pk]}}


@pytest.mark.parametrize("week", [{}, {0: (time(12), time(10))}])
def test_hours_that_no_branch_can_have_change_nothing(library, set_week, week):
    loan = loan_until(library, SATURDAY)

    with pytest.raises(BranchRefused):
        set_week(week=week)

    loan.refresh_from_db()
    assert (loan.due_date, 5 in week_of(library.main)) == (SATURDAY, True)


def test_two_desks_at_once_move_everything_once(committed_municipality):
    RuleFactory()
    branch = BranchFactory()
    loans = LoanFactory.create_batch(5, lending_branch=branch, due_date=SATURDAY)
    hold = HoldFactory(ready=True, pickup_branch=branch, shelf_until=SATURDAY)
    week, start = without_saturdays(branch), Barrier(2)

    def desk(_number):
        start.wait()
        connection.set_tenant(committed_municipality)
        try:
            return set_hours(branch=branch, week=week, move=True, actor=None, now=NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(desk, range(2)))

    for each in (*loans, hold):
        each.refresh_from_db()
    assert sorted((each.loans, each.holds) for each in done) == [(0, 0), (5, 1)]
    assert {loan.due_date for loan in loans} == {MONDAY}
    assert hold.shelf_until == MONDAY
    assert AuditEntry.objects.filter(action="circulation.close_branch").count() == 1
