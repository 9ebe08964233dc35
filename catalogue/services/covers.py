"""Keeping covers: a picture for half a year, that there's none for a month, that nobody answered for a day."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from celery import current_app
from django.core.cache import cache
from django_tenants.utils import get_public_schema_name, schema_context
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

from catalogue.models import Cover
from tenants.keys import tenant_name

logger = logging.getLogger(__name__)

COVER_TASK = "catalogue.tasks.fetch_cover"
_KEPT, _NONE, _TROUBLE = timedelta(days=180), timedelta(days=30), timedelta(days=1)
_ASKED_SECONDS = 3600
_A_MINUTE, _OF_ONE_A_MINUTE = 240, 40
_SILENT, _SILENT_SECONDS = "cover-source-silent", 300
# However slow the source is, it takes no more workers; longer than it may take, should one be killed.
_PLACES, _PLACE_SECONDS = ("cover-place-1", "cover-place-2"), 40


def keep_cover(*, isbn: str, content: bytes, content_type: str, now: datetime) -> None:
    """Keep what the source has sent for an edition; without content, that it has none."""
    again = now + (_KEPT if content else _NONE)
    values = {"content": content, "content_type": content_type, "ask_again_at": again}
    Cover.objects.update_or_create(isbn=isbn, defaults=values)


def keep_silence(*, isbn: str, now: datetime) -> None:
    """Keep that the source didn't answer; a picture from before stays."""
    Cover.objects.update_or_create(isbn=isbn, defaults={"ask_again_at": now + _TROUBLE})


def ask_for_cover(isbn: str) -> None:
    """Have a worker ask the source for an edition's cover, unless that has been done lately, or too many are asked for.

    So many a minute for all, and fewer for one municipality, so that its flood leaves turns to others. Who gets no
    turn, and everybody while there's no broker or the source is silent, asks with the next reader's page.
    """
    name = tenant_name()
    try:
        # An edition has one cover, whoever's page it stands on.
        with schema_context(get_public_schema_name()):
            if cache.get(_SILENT) is None and cache.add(f"cover-asked-{isbn}", True, timeout=_ASKED_SECONDS):
                _send(isbn, name)
    except (KombuError, RedisError, OSError) as problem:
        logger.warning("Covers can't be asked for", extra={"problem": repr(problem)})


def _send(isbn: str, name: str) -> None:
    is_sent = False
    try:
        if _has_turn(f"covers-of-{name}", _OF_ONE_A_MINUTE) and _has_turn("covers", _A_MINUTE):
            # By name, since tasks lie above services.
            current_app.send_task(COVER_TASK, kwargs={"isbn": isbn}, expires=_ASKED_SECONDS, retry=False)
            is_sent = True
    finally:
        if not is_sent:
            forget_question(isbn)


def _has_turn(counter: str, most: int) -> bool:
    """Take a turn in this minute if there's one left."""
    key = f"{counter}:{int(time.time()) // 60}"
    cache.add(key, 0, timeout=120)
    try:
        return cache.incr(key) <= most
    except ValueError:
        # It ran out between the two.
        return False


def forget_question(isbn: str) -> None:
    """Let an edition's cover be asked for again; in the shared schema only, as the two below."""
    cache.delete(f"cover-asked-{isbn}")


def note_silence() -> None:
    """Ask for no covers for some minutes: the source can't be reached, and each try takes a worker's time."""
    cache.set(_SILENT, True, timeout=_SILENT_SECONDS)


@contextmanager
def place_at_source() -> Iterator[bool]:
    """Say whether few enough others ask the source right now to ask it too, and hold a place meanwhile."""
    place = next((key for key in _PLACES if cache.add(key, True, timeout=_PLACE_SECONDS)), None)
    try:
        yield place is not None
    finally:
        if place is not None:
            cache.delete(place)


def is_source_silent() -> bool:
    """Return whether the source couldn't be reached a short while ago."""
    return cache.get(_SILENT) is not None
