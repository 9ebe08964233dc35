"""Writing the change feed: which records changed, numbered so that whoever follows it misses nothing."""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from celery import current_app
from django.core.cache import cache
from django.db import connection, transaction
from django_tenants.utils import get_public_schema_name, schema_context
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

from catalogue.models import Change
from catalogue.selectors.parts import volumes_below
from catalogue.selectors.works import followers_of
from catalogue.services.harvest_entries import date_anew

logger = logging.getLogger(__name__)

FOLLOWER_TASK = "catalogue.tasks.follow_change_feed"
WAKE_FLAG = "change-feed-followers-woken"
# Two numbers of a PostgreSQL advisory lock; the feed is shared, so they're the same in every municipality.
_FEED_LOCK = (7_260_411, 1)
_WAKE_SECONDS = 10
# One parameter for all records: a row each through the ORM costs an import more than what it tells of.
_ENTER = (
    "INSERT INTO public.catalogue_change (record_id, kind, at)"
    " SELECT asked.id, %s::varchar, %s::timestamptz"
    " FROM unnest(%s::bigint[]) WITH ORDINALITY AS asked (id, place) ORDER BY asked.place"
)
# What's held back: the records by what became of them, when, and in whose collection alone.
_News = dict[tuple[str, datetime, int | None], dict[int, None]]
_held_back: ContextVar[_News | None] = ContextVar("change_feed_held_back", default=None)


@contextmanager
def announced_last() -> Iterator[None]:
    """Hold back what's announced within the block until its end, which is to be that of the transaction.

    For a batch of which each part would announce by itself, while the next one has rows to lock yet. What a savepoint
    took back is announced with the rest: whoever reads the feed finds a record as it was.
    """
    if _held_back.get() is not None:
        yield
        return
    news: _News = {}
    token = _held_back.set(news)
    try:
        yield
    finally:
        _held_back.reset(token)
    for (kind, now, municipality_id), record_ids in news.items():
        announce(record_ids=record_ids, kind=kind, now=now, municipality_id=municipality_id)


def announce(
    *, record_ids: Iterable[int], kind: Change.Kind | str, now: datetime, municipality_id: int | None = None
) -> None:
    """Enter changed records into the feed and the harvesters' lists, and wake followers once the transaction commits.

    Must be the last thing that the writer's transaction does: from here until it commits, no other transaction can
    number its changes. Otherwise a lower number could become visible after a higher one, and a follower that had
    already read the higher one would never see it. Whoever takes row locks afterwards risks a deadlock. Batches hold
    their announcements back until their end, see `announced_last`.

    :param municipality_id: whose holdings or enrichment changed, when it's one municipality's
    :raises RuntimeError: outside a transaction, where the lock would be gone before the change is visible
    """
    if not connection.in_atomic_block:
        raise RuntimeError("Changes are announced inside the transaction that makes them")
    ids = list(dict.fromkeys(record_ids))
    if not ids:
        return
    if (held_back := _held_back.get()) is not None:
        held_back.setdefault((str(kind), now, municipality_id), {}).update(dict.fromkeys(ids))
        return
    if kind in (Change.Kind.RECORD, Change.Kind.DELETED):
        # Read before the lock: others wait for it.
        following = sorted((followers_of(ids) | volumes_below(ids)) - set(ids))
    else:
        following = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", _FEED_LOCK)
        cursor.execute(_ENTER, [str(kind), now, ids])
        if following:
            cursor.execute(_ENTER, [str(Change.Kind.GROUPED), now, following])
    if kind != Change.Kind.GROUPED:
        date_anew(
            record_ids=ids,
            municipality_id=municipality_id,
            holdings_only=kind in (Change.Kind.HOLDINGS, Change.Kind.ENRICHED),
        )
    transaction.on_commit(wake_followers, robust=True)


def wake_followers() -> None:
    """Ask every follower to read on, unless they've been asked and haven't begun yet.

    Without a broker nobody is asked, and nothing is lost: followers look by themselves every few seconds.
    """
    try:
        with schema_context(get_public_schema_name()):
            if not cache.add(WAKE_FLAG, True, timeout=_WAKE_SECONDS):
                return
        # By name, since tasks lie above services.
        current_app.send_task(FOLLOWER_TASK, expires=_WAKE_SECONDS, retry=False)
    except (KombuError, RedisError, OSError) as problem:
        logger.warning("The followers of the change feed can't be woken", extra={"problem": repr(problem)})


def wait_for_announcements() -> None:
    """Return once every change that was dated before this moment can be seen.

    A writer dates its changes while it holds the feed's lock, and lets go of it when they're committed.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s, %s)", _FEED_LOCK)


def followers_are_reading() -> None:
    """Note that a follower is about to read: changes from now on wake the followers again."""
    with schema_context(get_public_schema_name()):
        cache.delete(WAKE_FLAG)
