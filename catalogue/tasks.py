"""Background work on the catalogue. It's shared: these tasks run for no municipality."""

import logging
from typing import Any

from celery import shared_task
from django_tenants.utils import get_public_schema_name, schema_context

from catalogue.search.folder import WriterIsBusy
from catalogue.search.writing import catch_up

logger = logging.getLogger(__name__)


@shared_task(name="catalogue.tasks.follow_change_feed")
def follow_change_feed(**_unknown: Any) -> None:
    """Bring this node's search index up to the newest change; build it if it's missing or of another release."""
    with schema_context(get_public_schema_name()):
        try:
            changes = catch_up()
        except WriterIsBusy:
            # Whoever writes looks once more after it's done, so this change isn't missed.
            return
    if changes:
        logger.info("Search index brought up to date", extra={"changes": changes})
