"""Tries a nightly job, starts it by hand and takes that back, from the console."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from celery import current_app
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import StaffAccount
from accounts.rules import Permission, permissions_of
from circulation.errors import Code, JobRefused
from circulation.rules.nights import Job, undo_window
from circulation.services.nightly.rehearsal import Tried, tried
from common.audit import record
from common.errors import Reason
from tenants.choice import choose, choose_again, chosen
from tenants.models import JobRun, Municipality

# By its name: a service knows no task.
_TASK = "circulation.tasks.run_one_job"
_MAY_START = (Permission.OPERATE_CONSORTIUM, Permission.ADMINISTER)


def try_now(job: str, *, municipality: Municipality, actor: StaffAccount, now: datetime | None = None) -> Tried | None:
    """Return what a job of a municipality would do now, and change nothing; None while it's running.

    :param now: decides which local day's work is tried
    :raises JobRefused: as `start_job`
    """
    _refuse(job, municipality, actor)
    now = now or timezone.now()
    before = chosen()
    choose(municipality)
    try:
        return tried(Job(job), local_day=_day(municipality, now), now=now)
    finally:
        choose_again(before)


@transaction.atomic
def start_job(
    job: str, *, municipality: Municipality, actor: StaffAccount, now: datetime | None = None
) -> datetime | None:
    """Have a job of the municipality's night run now, beside its ordinary times; a worker takes it from here.

    What can't be undone waits for a moment first: until then it can be taken back, and is as if it had never been asked
    for. Asked for once more meanwhile, it waits anew.

    :param now: decides which local day's work is done
    :return: until when it can be taken back; None when it begins at once
    :raises JobRefused: NOT_PERMITTED, JOB_UNKNOWN, or NOT_IN_SERVICE for a municipality that's suspended
    """
    _refuse(job, municipality, actor)
    now = now or timezone.now()
    local_day, window = _day(municipality, now), undo_window(Job(job))
    facts = {"job": job, "local_day": local_day.isoformat()}
    record(action="circulation.start_job", actor=actor, subject=municipality, facts=facts)
    keywords: dict[str, Any] = {"schema_name": municipality.schema_name, **facts}
    if not window:
        transaction.on_commit(lambda: current_app.send_task(_TASK, kwargs=keywords))
        return None
    _waiting(job, municipality).delete()
    run = JobRun.objects.create(
        municipality=municipality,
        job=job,
        local_day=local_day,
        state=JobRun.State.WAITING,
        started_at=now + window,
        started_by_hand=True,
    )
    keywords["waited"] = run.pk
    transaction.on_commit(lambda: current_app.send_task(_TASK, kwargs=keywords, countdown=window.total_seconds()))
    return run.started_at


@transaction.atomic
def take_job_back(job: str, *, municipality: Municipality, actor: StaffAccount) -> bool:
    """Take back a job that still waits for its time; returns whether one did.

    :raises JobRefused: NOT_PERMITTED or JOB_UNKNOWN
    """
    _refuse(job, municipality, actor, is_begun=True)
    if not _waiting(job, municipality).delete()[0]:
        return False
    record(action="circulation.take_job_back", actor=actor, subject=municipality, facts={"job": job})
    return True


def _waiting(job: str, municipality: Municipality) -> QuerySet[JobRun]:
    return JobRun.objects.filter(municipality=municipality, job=job, state=JobRun.State.WAITING)


def _day(municipality: Municipality, now: datetime) -> date:
    return now.astimezone(ZoneInfo(municipality.time_zone)).date()


def _refuse(job: str, municipality: Municipality, actor: StaffAccount, *, is_begun: bool = False) -> None:
    reasons = []
    if not permissions_of(actor.role).intersection(_MAY_START):
        reasons.append(Reason(Code.NOT_PERMITTED, facts={"needed": Permission.OPERATE_CONSORTIUM}))
    if job not in Job.values:
        reasons.append(Reason(Code.JOB_UNKNOWN))
    if municipality.state != Municipality.State.IN_SERVICE and not is_begun:
        reasons.append(Reason(Code.NOT_IN_SERVICE))
    if reasons:
        raise JobRefused(reasons)
