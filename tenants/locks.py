"""Locks by name, one holder at a time in each municipality; PostgreSQL lets go when the holder's connection dies."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from tenants.keys import lock_numbers


@contextmanager
def only_one(name: str) -> Iterator[bool]:
    """Hold the lock as long as the block runs and yield whether it was free; nobody waits for it.

    Transactions inside the block may come and go. The same connection may take it again.
    """
    numbers = lock_numbers(name)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", numbers)
        held = bool(cursor.fetchone()[0])
    try:
        yield held
    finally:
        if held:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", numbers)
