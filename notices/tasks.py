"""Sends the outbox of every municipality, started by the clock."""

from typing import Any

from celery import shared_task

from notices.services.sending import send_outbox
from tenants.tasks import for_each_municipality, tenant_task

# Started every minute: what has waited longer in the broker is superseded.
_EVERY = 60


@shared_task
def start_sending(**_: Any) -> int:
    """Send each municipality in service its own message, and return to how many."""
    return for_each_municipality(send_queued)


@tenant_task(expires=_EVERY)
def send_queued(**_: Any) -> dict[str, int]:
    """Send what's due in one municipality."""
    return dict(send_outbox())
