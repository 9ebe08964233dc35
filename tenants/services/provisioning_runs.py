"""Provisioning in the background: a row that tells how far it is, for a page that asks every second."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from celery import current_app
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from psycopg import sql

from common.errors import Refused
from tenants.choice import choose_none
from tenants.errors import ProvisioningFailed, ProvisioningRefused
from tenants.models import ProvisioningRun
from tenants.services.provision import Progress, provision
from tenants.services.provisioning_wishes import Wishes, reasons_to_refuse

logger = logging.getLogger(__name__)
TASK = "tenants.tasks.provision_in_background"
# The first administrator's token is a secret: it's kept for the operator's result page only, and not for long.
_INVITATION_KEPT_SECONDS = 3600
# A run that takes longer than this was killed, and has left nothing behind.
_LONGEST_RUN = timedelta(minutes=2)


def start_provisioning(
    *,
    name: str,
    host_label: str,
    country: str,
    template_code: str,
    population: int,
    first_admin_email: str,
    actor: Any,
    now: datetime,
) -> ProvisioningRun:
    """Start putting a municipality into service and return the run to follow.

    :raises tenants.errors.ProvisioningRefused: with everything that's wrong with what was asked for
    """
    wishes = Wishes(name, host_label, country, template_code, population, first_admin_email).cleaned()
    if reasons := reasons_to_refuse(wishes):
        raise ProvisioningRefused(reasons)
    run = ProvisioningRun.objects.create(wanted=asdict(wishes), started_by=getattr(actor, "pk", None), started_at=now)
    # By its name, for tasks stand above services.
    transaction.on_commit(lambda: current_app.send_task(TASK, kwargs={"run_id": run.pk}))
    return run


def carry_out(*, run_id: int, now: datetime) -> ProvisioningRun | None:
    """Do what a run asks for, writing each step into it; returns None for a run that's under way or over.

    Refusals and failures end up in the run: nobody waits for them here.
    """
    choose_none()
    is_dead = Q(state=ProvisioningRun.State.RUNNING, started_at__lt=now - _LONGEST_RUN)
    mine = ProvisioningRun.objects.filter(Q(state=ProvisioningRun.State.QUEUED) | is_dead, pk=run_id)
    if not mine.update(state=ProvisioningRun.State.RUNNING, started_at=now, steps=[]):
        return None
    run = ProvisioningRun.objects.get(pk=run_id)
    with _written_at_once(run) as progress:
        run.problems = _attempt(run, progress, now)
    run.state = ProvisioningRun.State.FAILED if run.problems else ProvisioningRun.State.DONE
    run.finished_at = timezone.now()
    run.save()
    return run


def _attempt(run: ProvisioningRun, progress: Progress, now: datetime) -> list[dict[str, Any]]:
    try:
        done = provision(**run.wanted, now=now, actor=_actor(run), progress=progress)
    except Refused as refused:
        return [{"code": reason.code, "facts": dict(reason.facts)} for reason in refused.reasons]
    except ProvisioningFailed as failed:
        return [{"code": "STEP_FAILED", "facts": {"step": failed.step, "problem": failed.problem}}]
    except Exception as error:
        # For instance the database went away: the page that waits must hear of it.
        logger.exception("provisioning broke", extra={"run": run.pk})
        return [{"code": "STEP_FAILED", "facts": {"step": "commit", "problem": type(error).__name__}}]
    run.municipality = done.municipality
    cache.set(_invitation_key(run.pk), done.invitation, _INVITATION_KEPT_SECONDS)
    return []


def invitation_of(run: ProvisioningRun) -> str:
    """Return the first administrator's token, or nothing when nobody was invited or an hour has gone by."""
    return str(cache.get(_invitation_key(run.pk)) or "")


def _invitation_key(run_id: int) -> str:
    return f"provisioning-invitation:{run_id}"


def _actor(run: ProvisioningRun) -> Any:
    return get_user_model().objects.filter(pk=run.started_by).first() if run.started_by else None


@contextmanager
def _written_at_once(run: ProvisioningRun) -> Iterator[Progress]:
    """Hand out a progress function that writes beside the transaction in which the municipality is made."""
    beside = connection.copy()
    update = sql.SQL("UPDATE public.{} SET steps = %s WHERE id = %s").format(
        sql.Identifier(ProvisioningRun._meta.db_table)
    )

    def progress(step: str, state: str, seconds: float) -> None:
        entry = {"step": step, "state": state, "seconds": round(seconds, 3)}
        run.steps = [known for known in run.steps if known["step"] != step] + [entry]
        with beside.cursor() as cursor:
            cursor.execute(update, [json.dumps(run.steps), run.pk])

    try:
        yield progress
    finally:
        beside.close()
