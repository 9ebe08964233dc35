"""What pupils have by the hour says its hour, and is late once that's past."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from schools.selectors.classes import class_sheet
from tests.factories import NOW, TODAY, LoanFactory


@pytest.fixture
def lend(pupils, pile, school_branch):
    def lend_until(due_at):
        return LoanFactory(
            item=pile[0],
            patron=pupils[0],
            lending_branch=school_branch,
            loaned_at=NOW - timedelta(hours=2),
            loaned_on=TODAY,
            due_date=TODAY,
            due_at=due_at,
        )

    return lend_until


@pytest.mark.parametrize("address", ["/school/class/{}/list?record={}", "/school/class/{}/return?record={}"])
def test_the_class_pages_say_the_hour(school_client, school_class, school_branch, lend, address):
    loan = lend(NOW + timedelta(hours=1))
    hour = loan.due_at.astimezone(ZoneInfo(school_branch.time_zone))

    page = school_client.get(address.format(school_class.pk, loan.item.record_id)).content.decode()

    assert f"2026\xa0{hour:%H:%M}" in page


@pytest.mark.parametrize(("minutes", "overdue"), [(-1, 1), (0, 0), (1, 0)])
def test_a_pupil_is_late_once_the_hour_is_past(school_class, lend, minutes, overdue):
    lend(NOW + timedelta(minutes=minutes))

    assert class_sheet(school_class, record_id=None, now=NOW).pupils[0].overdue == overdue
