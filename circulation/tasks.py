"""The nights of all municipalities, started by the clock, and single jobs, started by hand."""

import logging
from datetime import date
from typing import Any

from celery import shared_task
from django.utils import timezone

from accounts.models import StaffAccount
from circulation.rules.nights import Job
from circulation.services.bulk_changes import make_change, undo_change
from circulation.services.nightly.night import due_nights, run_job
from circulation.services.nightly.night import run_night as run_the_night
from tenants.selectors import municipalities_in_service
from tenants.tasks import tenant_task

logger = logging.getLogger(__name__)

# The clock looks every five minutes: a message that has waited longer is superseded by the next one.
_EVERY = 290


@shared_task
def start_nights_that_are_due(**_: Any) -> int:
    """Send each municipality whose night has begun and isn't over its own message, and return to how many."""
    sent = 0
    for schema_name, day in due_nights(municipalities_in_service(), now=timezone.now()).items():
        try:
            run_night.apply_async(kwargs={"schema_name": schema_name, "local_day": day.isoformat()})
        except Exception:
            # Whatever is wrong with one municipality's message, the others still get theirs.
            logger.exception("night not started", extra={"municipality": schema_name})
        else:
            sent += 1
    return sent


@tenant_task(expires=_EVERY)
def run_night(local_day: str, **_: Any) -> dict[str, str]:
    """Do what's left of one municipality's night."""
    return run_the_night(local_day=date.fromisoformat(local_day), now=timezone.now())


@tenant_task
def run_one_job(job: str, local_day: str, waited: int | None = None, **_: Any) -> dict[str, int] | None:
    """Run one job of a municipality because somebody asked for it; None if it's running already, or was taken back.

    :param waited: the run that waited for its time until now
    """
    day = date.fromisoformat(local_day)
    return run_job(job=Job(job), local_day=day, now=timezone.now(), by_hand=True, waited=waited)


@tenant_task
def change_in_bulk(*, bulk_id: int, actor_id: int | None) -> None:
    """Make what's left of a change of many items; sent again when its worker dies, and goes on where that one stood."""
    make_change(bulk_id=bulk_id, staff=StaffAccount.objects.filter(pk=actor_id or 0).first(), clock=timezone.now)


@tenant_task
def undo_bulk_change(*, bulk_id: int, actor_id: int | None) -> None:
    """Undo what's left of a change of many items."""
    undo_change(bulk_id=bulk_id, staff=StaffAccount.objects.filter(pk=actor_id or 0).first(), clock=timezone.now)
