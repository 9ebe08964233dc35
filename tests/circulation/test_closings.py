"""Closing a branch moves what would end or wait meanwhile, all at once; cases II.B3 and II.G4."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from accounts.models import AuditEntry
from circulation.errors import ClosingRefused, Code
from circulation.rules.closings import moved_due_at, moved_shelf_date
from circulation.services.check_out import check_out
from circulation.services.closings import close_branches, close_every_year, close_holidays, preview_closing
from holdings.errors import BranchRefused
from holdings.models import CalendarDay, OpeningHours, YearlyClosedDay
from holdings.rules.calendars import Calendar
from tests.factories import HoldFactory, LoanFactory
from tests.factories.moments import NOW, TODAY

DAY = timedelta(days=1)
# The Monday and Tuesday after today's Thursday; branches are closed on Sundays.
MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)
ZONE = ZoneInfo("Europe/Copenhagen")


@pytest.fixture
def close(library):
    """Return a function that closes main, or what `values` say."""

    def close(first=MONDAY, last=TUESDAY, **values):
        usual = {"branches": [library.main], "reason": "Water in the cellar", "actor": library.staff, "now": NOW}
        return close_branches(**{"first": first, "last": last, **usual, **values})

    return close


def _loan(library, due_date, **values):
    return LoanFactory(item=library.item(), patron=library.patron, due_date=due_date, **values)


def test_ii_g4_loans_that_end_on_a_closed_day_move_to_the_next_open_one(library, close):
    before, first, second = (_loan(library, day) for day in (MONDAY - DAY, MONDAY, TUESDAY))
    elsewhere = _loan(library, MONDAY, lending_branch=library.east)
    returned = LoanFactory(item=library.item(), due_date=MONDAY, returned=True)

    done = close()

    for loan in (before, first, second, elsewhere, returned):
        loan.refresh_from_db()
    assert (first.due_date, second.due_date) == (TUESDAY + DAY, TUESDAY + DAY)
    assert (before.due_date, elsewhere.due_date, returned.due_date) == (MONDAY - DAY, MONDAY, MONDAY)
    assert (done.loans, done.holds) == (2, 0)


def test_a_loan_moves_with_the_branch_whose_calendar_it_follows(library, close):
    follows = _loan(library, MONDAY, lending_branch=library.east, rules_branch=library.main)
    doesn_t = _loan(library, MONDAY, lending_branch=library.main, rules_branch=library.east)

    close()

    follows.refresh_from_db()
    doesn_t.refresh_from_db()
    assert (follows.due_date, doesn_t.due_date) == (TUESDAY + DAY, MONDAY)


def test_a_loan_by_the_hour_ends_when_the_branch_opens_again(library, close):
    loan = _loan(library, MONDAY, due_at=datetime(2026, 11, 23, 15, tzinfo=ZONE))
    opens = OpeningHours.objects.get(branch=library.main, weekday=2).opens

    close()

    loan.refresh_from_db()
    assert loan.due_at == datetime.combine(TUESDAY + DAY, opens, ZONE)
    assert loan.due_date == TUESDAY + DAY


def test_holds_wait_as_many_open_days_as_they_had(library, close):
    ends_before = HoldFactory(ready=True, pickup_branch=library.main, shelf_until=MONDAY - 2 * DAY)
    ends_within = HoldFactory(ready=True, pickup_branch=library.main, shelf_until=MONDAY)
    ends_after = HoldFactory(ready=True, pickup_branch=library.main, shelf_until=TUESDAY + DAY)

    done = close()

    for hold in (ends_before, ends_within, ends_after):
        hold.refresh_from_db()
    assert [hold.shelf_until - MONDAY for hold in (ends_before, ends_within, ends_after)] == [
        -2 * DAY,
        2 * DAY,
        4 * DAY,
    ]
    assert done.holds == 2


@pytest.mark.parametrize(
    ("card_ends", "expected"),
    [
        # Sunday is closed as well, so what ends with Monday's card is due on Saturday.
        (MONDAY, MONDAY - 2 * DAY),
        (TUESDAY, MONDAY - 2 * DAY),
        (TUESDAY + DAY, TUESDAY + DAY),
        # A card that has ended already stops loans by other means.
        (TODAY - DAY, TUESDAY + DAY),
        (None, TUESDAY + DAY),
    ],
)
def test_no_due_date_moves_past_the_card(library, close, card_ends, expected):
    patron = library.another_patron(expires_on=card_ends)
    loan = LoanFactory(item=library.item(), patron=patron, due_date=MONDAY)
    at = datetime(2026, 11, 23, 15, tzinfo=ZONE)
    by_hour = LoanFactory(item=library.item(), patron=patron, due_date=MONDAY, due_at=at)
    planned = preview_closing(branches=[library.main], first=MONDAY, last=TUESDAY, now=NOW)

    close()

    loan.refresh_from_db()
    by_hour.refresh_from_db()
    assert (loan.due_date, by_hour.due_date, by_hour.due_at.astimezone(ZONE).date()) == (expected,) * 3
    assert planned.branches[0].due_dates == ((MONDAY, expected, 2),)


def test_a_loan_stays_until_today_when_the_card_ends_with_the_closing(library, close):
    loan = LoanFactory(item=library.item(), patron=library.another_patron(expires_on=TODAY), due_date=TODAY)

    close(first=TODAY, last=TODAY)

    loan.refresh_from_db()
    assert loan.due_date == TODAY


@pytest.mark.parametrize(("needed_by", "expected"), [(MONDAY - DAY, MONDAY), (TUESDAY, TUESDAY), (None, TUESDAY + DAY)])
def test_no_hold_waits_longer_than_it_is_needed(library, close, needed_by, expected):
    hold = HoldFactory(ready=True, pickup_branch=library.main, shelf_until=MONDAY, needed_by=needed_by)

    close()

    hold.refresh_from_db()
    assert hold.shelf_until == expected


def test_the_preview_tells_the_same_and_moves_nothing(library):
    loan = _loan(library, MONDAY)
    HoldFactory(ready=True, pickup_branch=library.main, shelf_until=TUESDAY)

    planned = preview_closing(branches=[library.main, library.east], first=MONDAY, last=TUESDAY, now=NOW)

    loan.refresh_from_db()
    assert (planned.loans, planned.holds, len(planned.branches)) == (1, 1, 2)
    assert planned.branches[0].due_dates == ((MONDAY, TUESDAY + DAY, 1),)
    assert loan.due_date == MONDAY
    assert not CalendarDay.objects.exists()


def test_leaves_an_entry_of_what_moved_for_each_branch(library, close):
    loan = _loan(library, MONDAY)
    hold = HoldFactory(ready=True, pickup_branch=library.main, shelf_until=MONDAY)

    close(branches=[library.main, library.east])

    main, _east = AuditEntry.objects.filter(action="circulation.close_branch").order_by("pk")
    assert main.facts["days"] == [MONDAY.isoformat(), TUESDAY.isoformat()]
    assert main.facts["loans"] == {MONDAY.isoformat(): {"to": "2026-11-25", "loans": [loan.pk]}}
    assert main.facts["holds"] == [{"id": hold.pk, "from": "2026-11-23", "to": "2026-11-25"}]


def test_new_loans_follow_the_closing(library, close):
    close(first=TODAY + 28 * DAY, last=TODAY + 28 * DAY)

    loan = check_out(item=library.item(), patron=library.patron, branch=library.main, staff=library.staff, now=NOW).loan

    assert loan.due_date == TODAY + 29 * DAY


@pytest.mark.parametrize(
    ("first", "last", "code"),
    [
        (TODAY - DAY, TODAY, Code.DAY_PAST),
        (MONDAY, MONDAY - DAY, Code.DAYS_WRONG),
        (MONDAY, MONDAY + 400 * DAY, Code.DAYS_WRONG),
        (MONDAY - DAY, MONDAY - DAY, Code.NOTHING_TO_CLOSE),
    ],
)
def test_refuses_days_that_can_t_be_closed_and_changes_nothing(library, close, first, last, code):
    loan = _loan(library, MONDAY)

    with pytest.raises(ClosingRefused) as refused:
        close(first=first, last=last)

    loan.refresh_from_db()
    assert refused.value.codes == [code]
    assert loan.due_date == MONDAY
    assert not CalendarDay.objects.exists()


def test_refuses_to_close_what_never_opens_again(library, close):
    OpeningHours.objects.filter(branch=library.main).delete()
    CalendarDay.objects.create(branch=library.main, date=MONDAY, is_open=True)
    _loan(library, MONDAY)

    with pytest.raises(ClosingRefused) as refused:
        close()

    assert refused.value.codes == [Code.CALENDAR_NEVER_OPEN]


def test_the_same_again_moves_nothing_more(library, close):
    loan = _loan(library, MONDAY)
    close()

    with pytest.raises(ClosingRefused) as refused:
        close()

    loan.refresh_from_db()
    assert (refused.value.codes, loan.due_date) == ([Code.NOTHING_TO_CLOSE], TUESDAY + DAY)


def test_holidays_move_what_would_end_on_them_and_leave_what_the_branch_decided(library):
    christmas, boxing_day = date(2026, 12, 25), date(2026, 12, 26)
    CalendarDay.objects.create(branch=library.main, date=boxing_day, is_open=True)
    moves, stays = _loan(library, christmas), _loan(library, boxing_day)

    close_holidays(branch=library.main, country="DK", years=(2026,), actor=library.staff, now=NOW)

    moves.refresh_from_db()
    stays.refresh_from_db()
    assert (moves.due_date, stays.due_date) == (boxing_day, boxing_day)


def test_a_day_of_every_year_moves_what_would_end_on_it(library):
    loan = _loan(library, date(2026, 12, 24))

    close_every_year(branches=[library.main], month=12, day=24, reason="Christmas Eve", actor=None, now=NOW)

    loan.refresh_from_db()
    assert loan.due_date == date(2026, 12, 25)
    assert YearlyClosedDay.objects.get().branch == library.main


def test_29_february_may_be_closed_every_year_and_30_february_not(library):
    close_every_year(branches=[library.main], month=2, day=29, reason="", actor=None, now=NOW)

    with pytest.raises(BranchRefused) as refused:
        close_every_year(branches=[library.main], month=2, day=30, reason="", actor=None, now=NOW)

    assert refused.value.codes == ["NO_SUCH_DAY"]
    assert YearlyClosedDay.objects.count() == 1


@pytest.mark.parametrize("everywhere", [True, False])
def test_ii_b3_a_closing_closes_the_branches_that_it_names_and_no_others(library, close, everywhere):
    close(branches=[library.main, library.east] if everywhere else [library.main])

    assert CalendarDay.objects.filter(branch=library.east).exists() is everywhere


def test_an_hour_without_known_hours_stays_the_same_hour():
    after = Calendar(frozenset({2}))

    moved = moved_due_at(datetime(2026, 11, 23, 15, tzinfo=ZONE), after, today=TODAY, expires_on=None)

    assert moved == datetime(2026, 11, 25, 15, tzinfo=ZONE)


def test_days_that_are_closed_after_the_shelf_date_change_nothing():
    week = Calendar(frozenset(range(5)))

    assert moved_shelf_date(date(2026, 11, 20), [MONDAY], week) == date(2026, 11, 20)
