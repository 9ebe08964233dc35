"""Locks by name, one holder at a time in each municipality; PostgreSQL lets go when the holder's connection dies."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

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


@contextmanager
def in_turn(name: str) -> Iterator[None]:
    """Run the block as one transaction, after whoever else runs one under this name in the same municipality."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", lock_numbers(name))
        yield
