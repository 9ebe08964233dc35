"""Cases II.L, as far as circulation goes: loans for a school year, and reminders that come a few times a year."""

from collections import Counter
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from circulation.services.check_out import check_out
from circulation.services.nightly.overdue_notices import make_overdue_notices
from holdings.models import OpeningHours
from notices.models import Notice
from tests.factories import BranchFactory, ItemTypeFactory, LoanFactory, PatronFactory, RuleFactory

ENDS = [date(2027, 6, 18), date(2028, 6, 16)]


@pytest.fixture
def school(library):
    """Return a school library whose class sets are lent for the school year."""
    branch = BranchFactory(code="school", school=True)
    sets = ItemTypeFactory(code="class-set")
    values = {"fixed_due_dates": [day.isoformat() for day in ENDS], "fixed_due_date_mode": "EXACT"}
    steps = [("OVERDUE_1", 14), ("OVERDUE_2", 105), ("OVERDUE_3", 196)]
    RuleFactory(branch=branch, values={"loan_days": 30})
    RuleFactory(
        branch=branch,
        item_type=sets,
        values={**values, "notice_steps": [{"kind": kind, "day": day} for kind, day in steps]},
    )
    return branch, sets


@pytest.mark.parametrize(
    ("lent_on", "due"),
    [(date(2026, 11, 19), ENDS[0]), (date(2027, 6, 10), ENDS[0]), (date(2027, 8, 12), ENDS[1])],
)
def test_ii_l3_a_class_set_is_lent_for_the_school_year_that_it_is_without_anybody_moving_a_date(
    library, school, lent_on, due
):
    branch, sets = school
    morning = datetime.combine(lent_on, time(10), ZoneInfo("Europe/Copenhagen"))
    teacher = PatronFactory(home_branch=branch)

    lent = [
        check_out(
            item=library.item(home_branch=branch, **kind),
            patron=teacher,
            branch=branch,
            staff=library.staff,
            now=morning,
        ).loan
        for kind in ({"item_type": sets}, {})
    ]

    assert lent[0].due_date == due
    assert 30 <= (lent[1].due_date - lent_on).days <= 31


def test_ii_l3_reminders_come_a_few_times_a_year(library, school, now):
    branch, sets = school
    loan = LoanFactory(item=library.item(home_branch=branch, item_type=sets), lending_branch=branch)
    months = []

    for days in range(0, 365, 7):
        on = loan.due_date + timedelta(days=days)
        make_overdue_notices(on=on, now=now + (on - now.date()), counts=Counter())
        months.append(Notice.objects.count())

    assert months[-1] == 3
    assert months.index(1) < months.index(2) < months.index(3)
    assert set(Notice.objects.values_list("kind", flat=True)) == {"OVERDUE_1", "OVERDUE_2", "OVERDUE_3"}


@pytest.mark.parametrize(
    ("lent_on", "due"),
    [
        (date(2026, 11, 19), date(2027, 6, 18)),
        (date(2027, 6, 19), date(2028, 6, 20)),
        (date(2027, 8, 12), date(2028, 6, 20)),
    ],
)
def test_ii_l3_a_day_of_every_year_ends_what_is_lent_from_august_on_next_june_on_an_open_day(library, lent_on, due):
    branch = BranchFactory(code="school", school=True)
    RuleFactory(branch=branch, values={"loan_days": 30, "fixed_yearly_day": "06-20", "fixed_due_date_mode": "EXACT"})
    # 20 June 2027 is a Sunday.
    OpeningHours.objects.filter(branch=branch, weekday__in=(5, 6)).delete()
    morning = datetime.combine(lent_on, time(10), ZoneInfo("Europe/Copenhagen"))

    lent = check_out(
        item=library.item(home_branch=branch),
        patron=PatronFactory(home_branch=branch),
        branch=branch,
        staff=library.staff,
        now=morning,
    )

    assert lent.loan.due_date == due
