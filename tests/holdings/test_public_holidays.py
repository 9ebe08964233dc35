"""Public holidays in a branch's calendar."""

from datetime import date

import pytest

from holdings.models import CalendarDay
from holdings.services.calendars import close_public_holidays
from tests.factories.holdings import BranchFactory


@pytest.mark.parametrize(
    ("country", "day", "name"),
    [
        ("DK", date(2026, 6, 5), "Grundlovsdag"),
        ("DK", date(2026, 12, 24), "Juleaftensdag"),
        ("SE", date(2026, 6, 19), "Midsommarafton"),
        ("FI", date(2026, 12, 6), "Itsenäisyyspäivä"),
        ("NO", date(2026, 5, 17), "Grunnlovsdag"),
    ],
)
def test_closes_the_countrys_holidays_under_their_own_names(alpha, country, day, name):
    branch = BranchFactory()

    close_public_holidays(branch=branch, country=country, years=[2026])

    closed = CalendarDay.objects.get(branch=branch, date=day)
    assert (closed.is_open, closed.reason) == (False, name)


def test_leaves_ordinary_sundays_to_the_opening_hours(alpha):
    branch = BranchFactory()

    close_public_holidays(branch=branch, country="SE", years=[2026])

    assert not CalendarDay.objects.filter(branch=branch, date=date(2026, 11, 22)).exists()


def test_keeps_what_the_branch_has_decided(alpha):
    branch = BranchFactory()
    CalendarDay.objects.create(branch=branch, date=date(2026, 6, 5), is_open=True, reason="Open house")

    added = close_public_holidays(branch=branch, country="DK", years=[2026])

    assert CalendarDay.objects.get(branch=branch, date=date(2026, 6, 5)).is_open
    assert CalendarDay.objects.filter(branch=branch).count() == added + 1


def test_twice_adds_nothing(alpha):
    branch = BranchFactory()
    first = close_public_holidays(branch=branch, country="FI", years=[2026, 2027])

    assert first == 30
    assert close_public_holidays(branch=branch, country="FI", years=[2026, 2027]) == 0
