"""The nights among the weeks that are played: fees grow, letters go into the outbox, holds expire."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from circulation.rules.nights import night_of
from circulation.services.nightly.night import run_night
from tenants.selectors import current_municipality

# Few while nothing depends on the day, then every night.
_DAYS_AGO = (56, 42, 35, 28, 21, 14, 7, 3, 2, 1, 0)


class NightFailed(Exception):
    """A night's job didn't go through, so the demo's fees and letters would be wrong."""


def nights_before(now: datetime) -> list[datetime]:
    """Return the moments of the last weeks' nights, at the municipality; today's only once it has begun."""
    zone = ZoneInfo(current_municipality().time_zone)
    today = now.astimezone(zone).date()
    moments = [datetime.combine(today - timedelta(days=days_ago), time(2, 30), zone) for days_ago in _DAYS_AGO]
    return [moment for moment in moments if moment <= now]


def pass_night(moment: datetime) -> None:
    """Do a night's work in the current municipality.

    :raises NightFailed: if a job failed
    """
    day = night_of(moment, current_municipality().time_zone)
    outcomes = run_night(local_day=day, now=moment) if day else {}
    if failed := [job for job, outcome in outcomes.items() if outcome != "DONE"]:
        raise NightFailed(f"{day}: {', '.join(failed)}")
