"""The jobs of a night, in their order, and which of them a municipality still has before it."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

# When desks and portals are quiet everywhere.
NIGHT_BEGINS = time(2, 0)
# A job that has failed so often on one day waits for somebody to look.
MOST_ATTEMPTS = 3


class Job(TextChoices):
    """What's done every night, in this order: letters tell of the fees that were charged before."""

    EXPIRE_HOLDS = "expire-holds", _("Expired holds")
    HOLD_CARE = "hold-care", _("Holds that wait")
    AUTO_RENEWALS = "auto-renewals", _("Automatic renewals")
    OVERDUE_FEES = "overdue-fees", _("Overdue fees")
    COURTESY_NOTICES = "courtesy-notices", _("Courtesy notices")
    OVERDUE_NOTICES = "overdue-notices", _("Overdue notices and invoices")
    MEMBERSHIPS = "memberships", _("Memberships that end")
    NEW_TITLES = "new-titles", _("New titles of saved searches")
    COUNTING = "counting", _("Copies of each title")
    FORGETTING = "forgetting", _("Forgetting who had what")


# Begun by hand, these wait a moment in which they can be taken back: what's sent or forgotten can't be.
_WAIT = frozenset(Job) - {Job.OVERDUE_FEES}
UNDO_WINDOW = timedelta(minutes=2)


def undo_window(job: Job) -> timedelta:
    """Return how long a job that's begun by hand waits, so that it can be taken back."""
    return UNDO_WINDOW if job in _WAIT else timedelta()


def night_of(now: datetime, time_zone: str) -> date | None:
    """Return the local day whose night has begun, None before it has.

    A night that clocks skip or go through twice begins once: the day decides, and the first look after two o'clock.

    :raises zoneinfo.ZoneInfoNotFoundError: for a time zone that nobody knows
    """
    local = now.astimezone(ZoneInfo(time_zone))
    return local.date() if local.time() >= NIGHT_BEGINS else None


def jobs_left(runs: Iterable[tuple[str, str]]) -> list[Job]:
    """Return the jobs that are still to be done, in their order.

    :param runs: job and state of each run of the night so far
    """
    done, attempts = set(), dict.fromkeys(Job.values, 0)
    for job, state in runs:
        if state == "DONE":
            done.add(job)
        attempts[job] = attempts.get(job, 0) + 1
    return [job for job in Job if job not in done and attempts[job] < MOST_ATTEMPTS]
