"""Locks by name, one holder at a time in each municipality; PostgreSQL lets go when the holder's connection dies."""

from collections.abc import Iterable, Iterator
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


def wait_in_line(names: Iterable[str]) -> None:
    """Hold the locks until the transaction ends; whoever asks for one of them meanwhile waits.

    All in one statement and always in the same order, so that no two wait for each other.
    """
    numbers = sorted({tuple(lock_numbers(name)) for name in names})
    if not numbers:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT pg_advisory_xact_lock(one, other)
                 FROM (SELECT * FROM unnest(%s::int[], %s::int[]) AS line (one, other) ORDER BY one, other) AS line""",
            [[one for one, _ in numbers], [other for _, other in numbers]],
        )
