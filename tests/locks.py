"""What an action locks, in its order: as it was sent, for what a connection says of its last query can be nothing."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection


@contextmanager
def locks_of() -> Iterator[list[tuple[str, tuple[Any, ...]]]]:
    """Give a list that fills with the statements that lock rows, each with its values."""
    with statements_of("FOR NO KEY UPDATE") as locks:
        yield locks


@contextmanager
def statements_of(part: str = "") -> Iterator[list[tuple[str, tuple[Any, ...]]]]:
    """Give a list that fills with the statements that a part occurs in, each with its values."""
    statements: list[tuple[str, tuple[Any, ...]]] = []

    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if part in sql:
            # A statement's values may have names.
            statements.append((sql, tuple(params.values() if isinstance(params, dict) else params or ())))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield statements
