"""Keeping covers: a picture for half a year, that there's none for a month, that nobody answered for a day."""

import logging
from datetime import datetime, timedelta

from celery import current_app
from django.core.cache import cache
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

from catalogue.models import Cover

logger = logging.getLogger(__name__)

COVER_TASK = "catalogue.tasks.fetch_cover"
_KEPT, _NONE, _TROUBLE = timedelta(days=180), timedelta(days=30), timedelta(days=1)
_ASKED_SECONDS = 3600


def keep_cover(*, isbn: str, content: bytes, content_type: str, now: datetime) -> None:
    """Keep what the source has sent for an edition; without content, that it has none."""
    again = now + (_KEPT if content else _NONE)
    values = {"content": content, "content_type": content_type, "ask_again_at": again}
    Cover.objects.update_or_create(isbn=isbn, defaults=values)


def keep_silence(*, isbn: str, now: datetime) -> None:
    """Keep that the source didn't answer; a picture from before stays."""
    Cover.objects.update_or_create(isbn=isbn, defaults={"ask_again_at": now + _TROUBLE})


def ask_for_cover(isbn: str) -> None:
    """Have a worker ask the source for an edition's cover, unless that has been done within the hour.

    Without a broker nobody is asked, and the next reader's page does it again.
    """
    try:
        if cache.add(f"cover-asked-{isbn}", True, timeout=_ASKED_SECONDS):
            # By name, since tasks lie above services.
            current_app.send_task(COVER_TASK, kwargs={"isbn": isbn}, expires=_ASKED_SECONDS, retry=False)
    except (KombuError, RedisError, OSError) as problem:
        logger.warning("Covers can't be asked for", extra={"problem": repr(problem)})
