"""Takes a municipality out of service and puts it back; its data stays as it is."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django_tenants.utils import get_public_schema_name, schema_context

from common import audit
from tenants.errors import ChangeOfStateRefused, blocking
from tenants.models import Municipality
from tenants.selectors import forget_hosts

_LONGEST_REASON = 200


def suspend(*, municipality: Municipality, reason: str, actor: Any, now: datetime) -> Municipality:
    """Show everybody a plain page instead of the municipality's, and stop its jobs; suspended twice is suspended once.

    :raises tenants.errors.ChangeOfStateRefused: with every reason found
    """
    reason = " ".join(reason.split())[:_LONGEST_REASON]
    return _change(municipality, Municipality.State.SUSPENDED, reason, actor=actor, now=now)


def resume(*, municipality: Municipality, actor: Any, now: datetime) -> Municipality:
    """Put a suspended municipality back into service; one that's in service stays so.

    :raises tenants.errors.ChangeOfStateRefused: with every reason found
    """
    return _change(municipality, Municipality.State.IN_SERVICE, "", actor=actor, now=now)


def _change(municipality: Municipality, state: str, reason: str, *, actor: Any, now: datetime) -> Municipality:
    with schema_context(get_public_schema_name()), transaction.atomic():
        found = Municipality.objects.select_for_update().get(pk=municipality.pk)
        reasons = []
        if found.is_consortium:
            reasons.append(blocking("IS_THE_CONSORTIUM"))
        elif found.state == Municipality.State.BEING_PROVISIONED:
            reasons.append(blocking("NOT_IN_SERVICE"))
        if state == Municipality.State.SUSPENDED and not reason:
            reasons.append(blocking("REASON_MISSING"))
        if reasons:
            raise ChangeOfStateRefused(reasons)
        if found.state != state:
            found.state, found.suspended_reason = state, reason
            found.save(update_fields=["state", "suspended_reason"])
            verb = "suspend" if state == Municipality.State.SUSPENDED else "resume"
            audit.record(
                action=f"tenants.{verb}", actor=actor, subject=found, facts={"reason": reason, "at": now.isoformat()}
            )
            transaction.on_commit(forget_hosts)
    return found
