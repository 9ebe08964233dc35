"""Background work on schools: reading an uploaded export."""

from typing import Any

from django.contrib.auth import get_user_model
from django.utils import timezone

from schools.services.roster_files import read_file
from tenants.tasks import tenant_task


@tenant_task
def read_roster_file(*, file_id: int, actor_id: int | None = None, **_unknown: Any) -> None:
    """Propose what an uploaded export says."""
    staff = get_user_model().objects.filter(pk=actor_id).first() if actor_id else None
    read_file(file_id=file_id, staff=staff, now=timezone.now())
