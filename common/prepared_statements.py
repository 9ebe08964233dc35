"""Statements that each connection plans once, for what's executed at every scan.

PostgreSQL takes longer to plan such a statement than to execute it. It plans anew by itself when another schema is
chosen or a table has changed; only the types of what's read must stay. After a migration that changes the type of a
column that's read, each older connection refuses once; it's given up then, and whoever asked may ask again.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import NotSupportedError, OperationalError, connection
from psycopg.types.numeric import Int8

_BEYOND_INT8 = 2**63


@contextmanager
def prepared(sql: str, parameters: Sequence[Any] | Mapping[str, Any]) -> Iterator[Any]:
    """Execute a statement and give the cursor with its rows.

    :raises OperationalError: when the types of what's read have changed since the connection planned it; the same
        transaction once more does it (see `common.conflicts`)
    """
    with connection.cursor() as cursor:
        # Django's cursors write the parameters into the text, so that no two statements would be the same.
        cursor.cursor = psycopg.Cursor(connection.connection)
        try:
            cursor.execute(sql, _typed(parameters))
        except NotSupportedError as error:
            connection.connection.close()
            raise OperationalError(*error.args) from error.__cause__
        yield cursor


def read_prepared(sql: str, parameters: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return the one row that a statement gives."""
    with prepared(sql, parameters) as cursor:
        return tuple(cursor.fetchone())


def _typed(parameters: Sequence[Any] | Mapping[str, Any]) -> Any:
    """Give all whole numbers one type: small and large ones have different types otherwise, and each needs a plan."""
    if isinstance(parameters, Mapping):
        return {name: _one_typed(value) for name, value in parameters.items()}
    return [_one_typed(value) for value in parameters]


def _one_typed(value: Any) -> Any:
    # A number that no column holds finds nothing; it goes as it is, for it's no Int8.
    return Int8(value) if type(value) is int and -_BEYOND_INT8 <= value < _BEYOND_INT8 else value
