"""The diary of jobs: when each ran for which municipality, how long, what it did, what broke. Nothing about people."""

import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

from django.conf import settings
from django.db import Error as DatabaseProblem
from django.db.models import QuerySet
from django.utils import timezone

from common.errors import Refused
from tenants.models import JobRun
from tenants.selectors import current_municipality

KEPT = timedelta(days=100)
INTERRUPTED = "Interrupted: the worker stopped before the end"


@contextmanager
def job_run(*, job: str, local_day: date, by_hand: bool = False, run_id: int | None = None) -> Iterator[Counter[str]]:
    """Write down one run of a job for the current municipality, and hand out the counters for what it does.

    The row is there while the job runs, so don't open it inside a transaction. What the job raises is written down
    without its text, which may name people, and raised again.

        with job_run(job="overdue", local_day=today) as counts:
            counts["notices"] += 1

    :param run_id: the run that `begin_waiting` let begin, which goes on as this one
    :raises LookupError: outside a municipality
    """
    municipality = current_municipality()
    _close_interrupted(municipality.pk, job, but=run_id)
    JobRun.objects.filter(municipality_id=municipality.pk, job=job, started_at__lt=timezone.now() - KEPT).delete()
    if run_id is not None:
        run = JobRun.objects.get(pk=run_id, municipality_id=municipality.pk)
    else:
        run = JobRun.objects.create(
            municipality_id=municipality.pk,
            job=job,
            local_day=local_day,
            started_at=timezone.now(),
            started_by_hand=by_hand,
        )
    counts: Counter[str] = Counter()
    try:
        yield counts
    except BaseException as error:
        _finish(run, JobRun.State.FAILED, counts, problem=problem_of(error))
        raise
    _finish(run, JobRun.State.DONE, counts)


def begin_waiting(run_id: int) -> bool:
    """Let a run that waited for its time begin, or begin again after its worker died; False if it was taken back.

    The caller makes sure that nobody else runs the job.
    """
    begun = _of_here(run_id, JobRun.State.WAITING, JobRun.State.RUNNING)
    return bool(begun.update(state=JobRun.State.RUNNING, started_at=timezone.now()))


def drop_waiting(run_id: int) -> None:
    """Forget a run that waited for its time, since another one does its work just now."""
    _of_here(run_id, JobRun.State.WAITING).delete()


def problem_of(error: BaseException) -> str:
    """Return what an operator may know of an error: its kind and place, never the values in it."""
    parts = [type(error).__name__]
    if isinstance(error, Refused):
        parts.append(", ".join(error.codes))
    if isinstance(error, DatabaseProblem):
        diagnosis = getattr(error.__cause__, "diag", None)
        parts += [part for part in (getattr(diagnosis, "sqlstate", None), _constraint(diagnosis)) if part]
    if place := _place_of(error):
        parts.append(f"at {place}")
    return " ".join(parts)[:500]


def _constraint(diagnosis: object) -> str:
    name = getattr(diagnosis, "constraint_name", None)
    return f"({name})" if name else ""


def _place_of(error: BaseException) -> str:
    """Return the innermost line of our own code."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        path = Path(frame.filename)
        if path.is_relative_to(settings.ROOT) and "site-packages" not in path.parts:
            return f"{path.relative_to(settings.ROOT)}:{frame.lineno}"
    return ""


def _finish(run: JobRun, state: JobRun.State, counts: Counter[str], *, problem: str = "") -> None:
    run.state, run.counts, run.problem, run.finished_at = state, dict(counts), problem, timezone.now()
    run.save(update_fields=["state", "counts", "problem", "finished_at"])


def _of_here(run_id: int, *states: JobRun.State) -> QuerySet[JobRun]:
    return JobRun.objects.filter(pk=run_id, municipality_id=current_municipality().pk, state__in=states)


def _close_interrupted(municipality_id: int, job: str, *, but: int | None) -> None:
    """End what a killed worker left open: its message came back, which is why the job starts again."""
    left_open = JobRun.objects.filter(municipality_id=municipality_id, job=job, state=JobRun.State.RUNNING)
    left_open.exclude(pk=but or 0).update(state=JobRun.State.FAILED, finished_at=timezone.now(), problem=INTERRUPTED)
