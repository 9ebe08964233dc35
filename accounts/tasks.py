"""Clears the sessions that are over, in every municipality and in the consortium's own schema, started by the clock."""

from typing import Any

from celery import shared_task
from django.contrib.sessions.backends.db import SessionStore

from tenants.choice import choose_none
from tenants.tasks import for_each_municipality, tenant_task


@shared_task
def start_clearing_sessions(**_: Any) -> int:
    """Clear the consortium's sessions, send each municipality its own message, and return to how many."""
    choose_none()
    SessionStore.clear_expired()
    return for_each_municipality(clear_sessions)


@tenant_task(also_suspended=True)
def clear_sessions(**_: Any) -> None:
    """Delete one municipality's sessions whose time is over: a log-in writes a row, and nothing else takes it away."""
    SessionStore.clear_expired()
