"""What an action locks, in its order: as it was sent, for what a connection says of its last query can be nothing."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection


@contextmanager
def locks_of() -> Iterator[list[tuple[str, tuple[Any, ...]]]]:
    """Give a list that fills with the statements that lock rows, each with its values."""
    locks: list[tuple[str, tuple[Any, ...]]] = []

    def note(execute: Callable[..., Any], sql: str, params: Sequence[Any], many: bool, context: Any) -> Any:
        if "FOR NO KEY UPDATE" in sql:
            locks.append((sql, tuple(params or ())))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield locks
