"""The weekly hours on the branch's page: two people, and what moves with them."""

import html
import re
from datetime import date, time

import pytest

from holdings.models import OpeningHours
from holdings.selectors import week_of
from tests.factories import BranchFactory, LoanFactory

SATURDAY, MONDAY = date(2026, 11, 21), date(2026, 11, 23)


@pytest.fixture
def branch(alpha):
    return BranchFactory(name="Main Library", code="main")


@pytest.fixture
def loan(branch):
    return LoanFactory(lending_branch=branch, due_date=SATURDAY)


def as_read(page):
    form = page.content.decode().split('id="hours"')[1].split("</form>")[0]
    return html.unescape(re.search(r'name="as_read" value="([^"]*)"', form)[1])


def week(branch, **values):
    """Return the form's fields as they stand, Saturdays taken away."""
    fields = {}
    for day, hours in week_of(branch).items():
        fields |= {f"opens-{day}": f"{hours.opens:%H:%M}", f"closes-{day}": f"{hours.closes:%H:%M}"}
    return fields | {"opens-5": "", "closes-5": ""} | values


def send(client, branch, **values):
    return client.post(f"/console/branches/{branch.pk}/hours", week(branch, **values))


def test_shows_what_it_moves_and_saves_nothing_yet(admin_client, branch, loan):
    seen = send(admin_client, branch)

    page = seen.content.decode()
    assert (seen.status_code, seen.context["planned"].loans) == (200, 1)
    assert "Set the hours and move the dates" in page
    assert "Set the hours, keep the dates" in page
    assert 5 in week_of(branch)


@pytest.mark.parametrize(("dates", "due"), [("move", MONDAY), ("keep", SATURDAY)])
def test_sets_the_hours_and_moves_the_dates_only_if_that_is_wished(admin_client, branch, loan, dates, due):
    answer = admin_client.post(
        f"/console/branches/{branch.pk}/hours", week(branch, dates=dates), follow=True
    ).content.decode()

    loan.refresh_from_db()
    assert (loan.due_date, 5 in week_of(branch)) == (due, False)
    assert ("Due dates moved: 1" in answer) == (dates == "move")


def test_saves_at_once_what_moves_nothing(admin_client, branch):
    assert send(admin_client, branch).status_code == 302
    assert 5 not in week_of(branch)


def test_the_second_of_two_people_reads_what_the_first_has_saved(admin_client, branch):
    hers = as_read(admin_client.get(f"/console/branches/{branch.pk}"))
    send(admin_client, branch, **{"closes-0": "15:00"})
    mine = week(branch, as_read=hers, **{"closes-0": "16:00"})

    answer = admin_client.post(f"/console/branches/{branch.pk}/hours", mine)

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Somebody else has saved this meanwhile" in page
    assert "Saved meanwhile: “15:00”" in page
    assert 'name="closes-0" value="16:00"' in page
    assert OpeningHours.objects.get(branch=branch, weekday=0).closes == time(15)


def test_what_moved_between_the_look_and_the_answer_counts(admin_client, branch, loan):
    seen = as_read(send(admin_client, branch))
    send(admin_client, branch, **{"closes-0": "15:00", "dates": "keep"})

    answer = send(admin_client, branch, as_read=seen, dates="move", **{"closes-0": "20:00"})

    loan.refresh_from_db()
    assert (answer.status_code, loan.due_date) == (409, SATURDAY)
