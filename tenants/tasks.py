"""Celery tasks that run in one municipality, and how all municipalities get theirs."""

import inspect
import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from celery import Task, shared_task
from django.utils import timezone

from tenants.choice import choose, choose_again, choose_none, chosen
from tenants.errors import UnknownMunicipality
from tenants.models import Municipality
from tenants.selectors import municipalities_in_service
from tenants.services.provisioning_runs import TASK, carry_out

logger = logging.getLogger(__name__)


def tenant_task(
    function: Callable[..., Any] | None = None, *, also_suspended: bool = False, **options: Any
) -> Any:  # a Celery task, or the decorator that makes one
    """Make a Celery task that runs in the municipality named by its keyword `schema_name`.

    Without a schema name, or with one that no municipality has, it raises UnknownMunicipality and touches nothing.
    A suspended municipality is skipped. Keywords that the function doesn't know are left out, so that a message from
    an older or newer release does no harm.

    :param also_suspended: run for suspended municipalities too
    :param options: what Celery's `shared_task` takes
    """

    def decorate(body: Callable[..., Any]) -> Task:
        known = _keywords_of(body)

        @wraps(body)
        def run(self: Task, *arguments: Any, schema_name: str = "", **keywords: Any) -> Any:
            if known is not None:
                keywords = {name: value for name, value in keywords.items() if name in known}
            before = chosen() if _is_called_inside_another(self) else None
            municipality = _municipality(schema_name)
            if municipality.state != Municipality.State.IN_SERVICE and not (
                also_suspended and municipality.state == Municipality.State.SUSPENDED
            ):
                logger.info("task skipped", extra={"task": self.name, "municipality": schema_name})
                return None
            choose(municipality)
            try:
                return body(*arguments, **keywords)
            finally:
                if before is None:
                    choose_none()
                else:
                    choose_again(before)

        options.setdefault("name", f"{body.__module__}.{body.__name__}")
        task = shared_task(bind=True, **options)(run)
        return task

    return decorate(function) if function is not None else decorate


def for_each_municipality(task: Task, **keywords: Any) -> int:
    """Send a task to every municipality in service and return to how many; a failed one doesn't stop the others."""
    sent = 0
    for municipality in municipalities_in_service():
        try:
            task.apply_async(kwargs={**keywords, "schema_name": municipality.schema_name})
        except Exception:
            # Whatever is wrong with one municipality's message, the others still get theirs.
            logger.exception("task not sent", extra={"task": task.name, "municipality": municipality.schema_name})
        else:
            sent += 1
    return sent


def _keywords_of(body: Callable[..., Any]) -> frozenset[str] | None:
    parameters = inspect.signature(body).parameters.values()
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters):
        return None
    return frozenset(parameter.name for parameter in parameters)


def _is_called_inside_another(task: Task) -> bool:
    """Whether a request or test runs the task in its own thread, and so wants its own municipality back."""
    return bool(task.request.called_directly or task.request.is_eager)


def _municipality(schema_name: str) -> Municipality:
    if not schema_name:
        raise UnknownMunicipality("The task was sent without a municipality")
    municipality = Municipality.objects.select_related("template").filter(schema_name=schema_name).first()
    if municipality is None or municipality.is_consortium:
        raise UnknownMunicipality(f"{schema_name} is no municipality")
    return municipality


@shared_task(name=TASK)
def provision_in_background(*, run_id: int, **_unknown: Any) -> None:
    """Put the municipality of a provisioning run into service; the run tells how it went."""
    carry_out(run_id=run_id, now=timezone.now())
