"""Starts a nightly job by hand, from the console."""

from datetime import datetime
from zoneinfo import ZoneInfo

from celery import current_app
from django.db import transaction
from django.utils import timezone

from accounts.models import StaffAccount
from accounts.rules import Permission, permissions_of
from circulation.errors import Code, JobRefused
from circulation.rules.nights import Job
from common.audit import record
from common.errors import Reason
from tenants.models import Municipality

# By its name: a service knows no task.
_TASK = "circulation.tasks.run_one_job"
_MAY_START = (Permission.OPERATE_CONSORTIUM, Permission.ADMINISTER)


@transaction.atomic
def start_job(job: str, *, municipality: Municipality, actor: StaffAccount, now: datetime | None = None) -> None:
    """Have a job of the municipality's night run now, beside its ordinary times; a worker takes it from here.

    :param now: decides which local day's work is done
    :raises JobRefused: NOT_PERMITTED, JOB_UNKNOWN, or NOT_IN_SERVICE for a municipality that's suspended
    """
    reasons = []
    if not permissions_of(actor.role).intersection(_MAY_START):
        reasons.append(Reason(Code.NOT_PERMITTED, facts={"needed": Permission.OPERATE_CONSORTIUM}))
    if job not in Job.values:
        reasons.append(Reason(Code.JOB_UNKNOWN))
    if municipality.state != Municipality.State.IN_SERVICE:
        reasons.append(Reason(Code.NOT_IN_SERVICE))
    if reasons:
        raise JobRefused(reasons)
    local_day = (now or timezone.now()).astimezone(ZoneInfo(municipality.time_zone)).date()
    record(
        action="circulation.start_job",
        actor=actor,
        subject=municipality,
        facts={"job": job, "local_day": local_day.isoformat()},
    )
    keywords = {"schema_name": municipality.schema_name, "job": job, "local_day": local_day.isoformat()}
    transaction.on_commit(lambda: current_app.send_task(_TASK, kwargs=keywords))
