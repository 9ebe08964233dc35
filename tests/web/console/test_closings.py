from datetime import timedelta

import pytest

from holdings.models import CalendarDay, YearlyClosedDay
from tests.factories import BranchFactory, LoanFactory
from tests.factories.moments import TODAY

FRIDAY = TODAY + timedelta(days=1)


@pytest.fixture
def branch(alpha):
    return BranchFactory(name="Main Library", code="main")


@pytest.fixture
def loan(branch):
    return LoanFactory(lending_branch=branch, due_date=FRIDAY)


def _closing(branch, **values):
    return {"branches": branch.pk, "first": str(FRIDAY), "last": str(FRIDAY), "reason": "Water"} | values


def test_shows_what_a_closing_moves_and_moves_it_only_then(admin_client, branch, loan):
    seen = admin_client.post("/console/branches/closing", _closing(branch))
    assert seen.context["planned"].loans == 1
    assert not CalendarDay.objects.exists()

    closed = admin_client.post("/console/branches/closing", _closing(branch, close="1"), follow=True)

    loan.refresh_from_db()
    assert loan.due_date == FRIDAY + timedelta(days=1)
    assert b"Due dates moved: 1" in closed.content


@pytest.mark.parametrize(
    "values",
    [
        {"branches": "999999"},
        {"branches": ""},
        {"first": "soon"},
        {"first": "2020-01-01"},
        {"last": "9999-12-31"},
        {"reason": ""},
    ],
)
def test_says_what_is_wrong_with_a_closing(admin_client, branch, values):
    response = admin_client.post("/console/branches/closing", _closing(branch, close="1", **values))

    assert response.status_code == 422
    assert not CalendarDay.objects.exists()


def test_closing_one_day_moves_what_would_end_on_it(admin_client, branch, loan):
    admin_client.post(f"/console/branches/{branch.pk}/days", {"day": str(FRIDAY), "what": "close", "reason": "Water"})

    loan.refresh_from_db()
    assert loan.due_date == FRIDAY + timedelta(days=1)
    assert CalendarDay.objects.get().reason == "Water"


def test_closes_a_day_of_every_year_everywhere_and_opens_it_again(admin_client, branch):
    BranchFactory()
    address = f"/console/branches/{branch.pk}/yearly"
    admin_client.post(address, {"day": "24", "month": "12", "reason": "Christmas Eve", "everywhere": "1"})
    assert YearlyClosedDay.objects.count() == 2
    assert b"Christmas Eve" in admin_client.get(f"/console/branches/{branch.pk}").content

    admin_client.post(address, {"day": "24", "month": "12", "clear": "1"})

    assert [day.branch_id for day in YearlyClosedDay.objects.all()] != [branch.pk]
    assert YearlyClosedDay.objects.count() == 1


@pytest.mark.parametrize(("day", "month"), [("30", "2"), ("0", "1"), ("x", "y"), ("", "13")])
def test_refuses_a_day_that_no_year_has(admin_client, branch, day, month):
    response = admin_client.post(f"/console/branches/{branch.pk}/yearly", {"day": day, "month": month})

    assert response.status_code == 422
    assert not YearlyClosedDay.objects.exists()
