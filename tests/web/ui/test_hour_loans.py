"""A loan by the hour says by which hour it's due wherever its day is shown, and is late once that hour is past."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
import time_machine
from django.utils import timezone

from web.ui import due

DAY = date(2026, 11, 19)
ENDS = datetime(2026, 11, 19, 14, 5, tzinfo=UTC)


def loan_until(due_at, zone="Europe/Copenhagen", due_date=DAY):
    return SimpleNamespace(due_date=due_date, due_at=due_at, lending_branch=SimpleNamespace(time_zone=zone))


@pytest.mark.parametrize(
    ("zone", "written"), [("Europe/Copenhagen", "15:05"), ("Europe/Helsinki", "16:05"), ("UTC", "14:05")]
)
def test_the_hour_is_that_of_the_branch(zone, written):
    with timezone.override("America/New_York"), time_machine.travel(ENDS, tick=False):
        assert due.due_day(loan_until(ENDS, zone)) == f"19 Nov 2026\xa0{written}"
        assert due.due_long(loan_until(ENDS, zone)) == f"Thursday 19 November\xa0{written}"


@time_machine.travel(ENDS, tick=False)
def test_a_loan_by_the_day_has_no_hour():
    loan = loan_until(None)

    assert (due.due_day(loan), due.due_long(loan)) == ("19 Nov 2026", "Thursday 19 November")
    assert (due.due_words(loan, DAY), due.due_kind(loan, DAY), due.is_late(loan)) == ("today", "notice", False)


@pytest.mark.parametrize(
    ("after", "words", "kind"),
    [
        (timedelta(hours=-1), "today\xa015:05", "notice"),
        (timedelta(0), "today\xa015:05", "notice"),
        (timedelta(minutes=1), "late since 15:05", "stop"),
        (timedelta(days=2), "2 days late", "stop"),
    ],
)
def test_is_late_from_its_hour_on(after, words, kind):
    loan, now = loan_until(ENDS), ENDS + after

    with timezone.override("Europe/Copenhagen"), time_machine.travel(now, tick=False):
        said = (due.due_words(loan), due.due_kind(loan), due.is_late(loan))

    assert said == (words, kind, kind == "stop")


@pytest.mark.parametrize(
    ("stored", "written"),
    [
        ("2026-11-19", "19 Nov 2026"),
        ("2026-11-19T15:05:00", "19 Nov 2026\xa015:05"),
        ("2026-11-19T15:05:00+01:00", "19 Nov 2026\xa015:05"),
        (DAY, "19 Nov 2026"),
    ],
)
def test_a_reason_carries_a_day_or_a_moment(stored, written):
    with timezone.override("America/New_York"):
        assert due.stored_day(stored) == written
