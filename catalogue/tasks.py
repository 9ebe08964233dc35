"""Background work on the catalogue: the search index, which runs for no municipality, and files that one uploads."""

import logging
from typing import Any, BinaryIO, cast

from celery import shared_task
from django.contrib.auth import get_user_model
from django.core.files.storage import default_storage
from django.utils import timezone
from django_tenants.utils import get_public_schema_name, schema_context

from catalogue.models import ImportRun
from catalogue.search.folder import WriterIsBusy
from catalogue.search.writing import catch_up
from catalogue.services.change_feed import followers_are_reading
from catalogue.services.import_marc import import_marc
from tenants.tasks import tenant_task

logger = logging.getLogger(__name__)


@shared_task(name="catalogue.tasks.follow_change_feed")
def follow_change_feed(**_unknown: Any) -> None:
    """Bring this node's search index up to the newest change; build it if it's missing or of another release."""
    with schema_context(get_public_schema_name()):
        try:
            changes = catch_up()
        except WriterIsBusy:
            # Whoever writes looks once more after it's done, so this change isn't missed; the next one wakes us again.
            followers_are_reading()
            return
    if changes:
        logger.info("Search index brought up to date", extra={"changes": changes})


@tenant_task
def import_uploaded_file(*, run_id: int, stored_as: str, source: str, owner: str, actor_id: int | None) -> None:
    """Import a file that an administrator uploaded, then delete it; the run tells how it went.

    :param stored_as: its name in the municipality's own storage
    """
    run = ImportRun.objects.get(pk=run_id)
    if run.state not in (ImportRun.State.WAITING, ImportRun.State.RUNNING):
        # A worker that died after the import left the file behind.
        default_storage.delete(stored_as)
        return
    actor = get_user_model().objects.filter(pk=actor_id).first() if actor_id else None
    with default_storage.open(stored_as) as file:
        import_marc(file=cast(BinaryIO, file), source=source, owner=owner, now=timezone.now(), actor=actor, run=run)
    default_storage.delete(stored_as)
