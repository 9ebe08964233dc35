"""A loan by the hour says by which hour it's due, wherever its day is shown."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from django.utils import timezone

from web.ui.templatetags.ui import due_clock


def loan_until(due_at, zone="Europe/Copenhagen"):
    return SimpleNamespace(due_at=due_at, lending_branch=SimpleNamespace(time_zone=zone))


@pytest.mark.parametrize(
    ("zone", "written"), [("Europe/Copenhagen", "\xa015:05"), ("Europe/Helsinki", "\xa016:05"), ("UTC", "\xa014:05")]
)
def test_the_hour_is_that_of_the_branch(zone, written):
    with timezone.override("America/New_York"):
        assert due_clock(loan_until(datetime(2026, 11, 19, 14, 5, tzinfo=UTC), zone)) == written


def test_a_loan_by_the_day_has_no_hour():
    assert due_clock(loan_until(None)) == ""
