"""Runs a municipality's night: its jobs in order, each by one worker at a time, going on where a dead one stopped."""

import logging
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from datetime import date, datetime
from typing import Protocol

from circulation.rules.nights import Job, jobs_left, night_of
from circulation.services.nightly.auto_renewals import renew_what_renews_itself
from circulation.services.nightly.batches import Rehearsal, SomeFailed, rehearsing
from circulation.services.nightly.counting import count_copies
from circulation.services.nightly.courtesy_notices import make_courtesy_notices
from circulation.services.nightly.expired_holds import expire_holds
from circulation.services.nightly.forgetting import forget_traces
from circulation.services.nightly.hold_care import care_for_holds
from circulation.services.nightly.memberships import care_for_memberships
from circulation.services.nightly.new_titles import tell_of_new_titles
from circulation.services.nightly.overdue_fees import charge_overdue_fees
from circulation.services.nightly.overdue_notices import make_overdue_notices
from tenants.locks import only_one
from tenants.models import JobRun, Municipality
from tenants.selectors import current_municipality
from tenants.services.job_runs import begin_waiting, drop_waiting, job_run, problem_of

logger = logging.getLogger(__name__)


class _Work(Protocol):
    def __call__(self, *, on: date, now: datetime, counts: Counter[str]) -> None:
        """Do it."""


_WORK: dict[Job, _Work] = {
    Job.EXPIRE_HOLDS: expire_holds,
    Job.HOLD_CARE: care_for_holds,
    Job.AUTO_RENEWALS: renew_what_renews_itself,
    Job.OVERDUE_FEES: charge_overdue_fees,
    Job.COURTESY_NOTICES: make_courtesy_notices,
    Job.OVERDUE_NOTICES: make_overdue_notices,
    Job.MEMBERSHIPS: care_for_memberships,
    Job.NEW_TITLES: tell_of_new_titles,
    Job.COUNTING: count_copies,
    Job.FORGETTING: forget_traces,
}


def due_nights(municipalities: Iterable[Municipality], *, now: datetime) -> dict[str, date]:
    """Return the local day for each municipality whose night has begun and isn't over, by schema name.

    A municipality with a time zone that nobody knows is logged and left out.
    """
    days: dict[int, tuple[str, date]] = {}
    for municipality in municipalities:
        try:
            day = night_of(now, municipality.time_zone)
        except (LookupError, ValueError):
            logger.exception("no such time zone", extra={"municipality": municipality.schema_name})
            continue
        if day is not None:
            days[municipality.pk] = (municipality.schema_name, day)
    runs = _runs(days)
    return {schema: day for pk, (schema, day) in days.items() if jobs_left(runs[pk])}


def run_night(*, local_day: date, now: datetime) -> dict[str, str]:
    """Do what's left of a night in the current municipality, and return how each job went.

    A job that fails doesn't keep the next ones from running; it's tried again when the clock next looks.
    """
    municipality = current_municipality()
    runs = _runs({municipality.pk: (municipality.schema_name, local_day)})
    outcomes = {}
    for job in jobs_left(runs[municipality.pk]):
        try:
            outcomes[job.value] = "DONE" if run_job(job=job, local_day=local_day, now=now) is not None else "BUSY"
        except Exception as error:
            # Written down by the diary; the other jobs of the night don't depend on it.
            logger.error("nightly job failed", extra={"job": job.value, "problem": problem_of(error)})
            outcomes[job.value] = "FAILED"
    return outcomes


def run_job(
    *, job: Job, local_day: date, now: datetime, by_hand: bool = False, waited: int | None = None
) -> Counter[str] | None:
    """Run one job in the current municipality and return its counts; None if it's running already, or was taken back.

    :param waited: the run that waited for its time until now
    :raises circulation.services.nightly.batches.SomeFailed: if not everything could be done
    """
    with only_one(f"job:{job.value}") as free:
        if not free:
            if waited is not None:
                drop_waiting(waited)
            return None
        if waited is not None and not begin_waiting(waited):
            return None
        with job_run(job=job.value, local_day=local_day, by_hand=by_hand, run_id=waited) as counts:
            _WORK[job](on=local_day, now=now, counts=counts)
            return counts


def try_job(*, job: Job, local_day: date, now: datetime, rehearsal: Rehearsal) -> Counter[str] | None:
    """Try one job in the current municipality, take it back, and return what it would count; None if it's running."""
    with only_one(f"job:{job.value}") as free:
        if not free:
            return None
        counts: Counter[str] = Counter()
        # What would fail stands among the counts.
        with rehearsing(rehearsal), suppress(SomeFailed):
            _WORK[job](on=local_day, now=now, counts=counts)
        return counts


def _runs(days: dict[int, tuple[str, date]]) -> dict[int, list[tuple[str, str]]]:
    found: dict[int, list[tuple[str, str]]] = {pk: [] for pk in days}
    rows = JobRun.objects.filter(
        municipality__in=list(days), job__in=Job.values, local_day__in={day for _, day in days.values()}
    ).exclude(state=JobRun.State.WAITING)
    for pk, job, state, day in rows.values_list("municipality_id", "job", "state", "local_day"):
        if days[pk][1] == day:
            found[pk].append((job, state))
    return found
