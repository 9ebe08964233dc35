"""Cases II.G that stand nowhere else: hours in other time zones, closings, back-dated returns, forgetting."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from circulation.errors import CheckInRefused, Code
from circulation.models import Loan
from circulation.rules.hour_loans import due_at
from circulation.rules.values import DueMode
from circulation.services.check_in import check_in
from circulation.services.closings import close_branches
from holdings.rules.calendars import Calendar
from tests.factories import FeeFactory, HoldFactory, LoanFactory
from tests.factories.moments import TODAY

EVERY_DAY = Calendar(frozenset(range(7)))


def test_ii_g2_a_two_hour_loan_ends_two_hours_later_by_the_branch_s_clock():
    lent = datetime(2026, 1, 15, 13, 15, tzinfo=UTC).astimezone(ZoneInfo("America/New_York"))

    due = due_at(lent, 2, end=None, mode=DueMode.EVERY_DAY, calendar=EVERY_DAY)

    assert (due.hour, due.minute) == (10, 15)
    assert due - lent == timedelta(hours=2)


def test_ii_g4_a_closing_moves_due_dates_and_shelf_dates_and_voids_no_fee(library, now):
    tomorrow = TODAY + timedelta(days=1)
    loan = LoanFactory(item=library.item(), patron=library.patron, due_date=tomorrow)
    hold = HoldFactory(ready=True, pickup_branch=library.main, shelf_until=tomorrow)
    fee = FeeFactory(overdue=True)

    close_branches(branches=[library.main], first=tomorrow, last=tomorrow, reason="", actor=library.staff, now=now)

    before = fee.balance
    for each in (loan, hold, fee):
        each.refresh_from_db()
    assert (loan.due_date, hold.shelf_until) == (TODAY + timedelta(days=2), TODAY + timedelta(days=2))
    assert fee.balance == before


@pytest.mark.parametrize("day", [date(3001, 1, 1), TODAY + timedelta(days=1)])
def test_ii_g6_a_return_can_t_be_dated_ahead(library, now, day):
    loan = LoanFactory(item=library.item(), patron=library.patron)

    with pytest.raises(CheckInRefused) as refused:
        check_in(item=loan.item, branch=library.main, staff=library.staff, now=now, back_dated_to=day)

    assert refused.value.codes == [Code.RETURN_DAY_AHEAD]
    assert Loan.objects.filter(returned_at__isnull=True).count() == 1


@pytest.mark.parametrize("keeps", [True, False])
def test_ii_g7_a_settled_loan_is_forgotten_at_once_unless_she_keeps_her_history(library, now, keeps):
    library.patron.keeps_history = keeps
    library.patron.save()
    loan = LoanFactory(item=library.item(), patron=library.patron)

    check_in(item=loan.item, branch=library.main, staff=library.staff, now=now)

    loan.refresh_from_db()
    assert loan.patron_id == (library.patron.pk if keeps else None)
