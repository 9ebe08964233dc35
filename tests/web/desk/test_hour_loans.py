"""A loan by the hour shows by which hour it's due, at the desk and on the receipt."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from tests.factories import NOW, TODAY, LoanFactory

UNTIL = NOW + timedelta(hours=2, minutes=7)


@pytest.mark.parametrize("page", ["desk:patron", "desk:receipt"])
@pytest.mark.parametrize("due_at", [UNTIL, None], ids=["by the hour", "by the day"])
def test_shows_the_hour_beside_the_day(librarian_client, patron, desk_branch, page, due_at):
    LoanFactory(patron=patron, lending_branch=desk_branch, loaned_at=NOW, due_date=TODAY, due_at=due_at)

    answer = librarian_client.get(reverse(page, args=[patron.pk])).content.decode()

    hour = UNTIL.astimezone(ZoneInfo(desk_branch.time_zone)).strftime("%H:%M")
    assert (f"2026\xa0{hour}" in answer) == (due_at is not None)
