"""Statements that each connection plans once, for what's executed at every scan.

PostgreSQL takes longer to plan such a statement than to execute it. It plans anew by itself when another schema is
chosen or a table has changed; only the types of what's read must stay. After a migration that changes the type of a
column that's read, each older connection refuses once; it's given up then, and whoever asked may ask again.
"""

import re
import threading
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, NotSupportedError, OperationalError, connections
from psycopg.types.numeric import Int8

Parameters = Sequence[Any] | Mapping[str, Any]
_BEYOND_INT8 = 2**63
_PLACE = re.compile(r"%(?:\((?P<name>\w+)\)s|s|%)")


def one_row(sql: str, parameters: Parameters) -> tuple[Any, ...] | None:
    """Return the first row that a statement gives, or None if it gives none.

    :param sql: one of a fixed number of texts, for each is remembered; its places are `%s` or `%(name)s`
    :raises OperationalError: when the types of what's read have changed since the connection planned it; the same
        transaction once more does it (see `common.conflicts`)
    """
    row: tuple[Any, ...] | None = _executed(sql, parameters).fetchone()
    return row


def all_rows(sql: str, parameters: Parameters) -> list[tuple[Any, ...]]:
    """Return all rows that a statement gives; see `one_row`."""
    rows: list[tuple[Any, ...]] = _executed(sql, parameters).fetchall()
    return rows


def rows_changed(sql: str, parameters: Parameters) -> int:
    """Execute a statement that changes rows and return how many it changed; see `one_row`."""
    return int(_executed(sql, parameters).rowcount)


class _Kept(threading.local):
    """A thread's cursor: it remembers how the types of parameters and columns are written and read."""

    cursor: psycopg.RawCursor[Any] | None = None


_kept = _Kept()


def _executed(sql: str, parameters: Parameters) -> Any:
    text, names = _numbered(sql)
    # What django-tenants and Django keep to themselves there is unknown to their types.
    database: Any = connections[DEFAULT_DB_ALIAS]
    if database.connection is None or not database.search_path_set_schemas:
        # Connects, and chooses the municipality's schema.
        database.cursor().close()
    if _kept.cursor is None or _kept.cursor.connection is not database.connection:
        # Django's own cursors write the parameters into the text, so that no two statements would be the same.
        _kept.cursor = psycopg.RawCursor(database.connection)
    cursor = database._prepare_cursor(_kept.cursor)
    values = [parameters[name] for name in names] if isinstance(parameters, Mapping) else parameters
    try:
        cursor.execute(text, [_typed(value) for value in values])
    except NotSupportedError as error:
        database.connection.close()
        raise OperationalError(*error.args) from error.__cause__
    return cursor


@cache
def _numbered(sql: str) -> tuple[str, list[str]]:
    """Return the text with its places as PostgreSQL numbers them, and the names that they have in that order."""
    numbers: dict[str, int] = {}

    def place(found: re.Match[str]) -> str:
        if found[0] == "%%":
            return "%"
        key = found["name"] or f" {len(numbers)}"
        return f"${numbers.setdefault(key, len(numbers) + 1)}"

    text = _PLACE.sub(place, sql)
    return text, [name for name in numbers if not name.startswith(" ")]


def _typed(value: Any) -> Any:
    """Give all whole numbers one type: small and large ones have different types otherwise, and each needs a plan."""
    # A number that no column holds finds nothing; it goes as it is, for it's no Int8.
    return Int8(value) if type(value) is int and -_BEYOND_INT8 <= value < _BEYOND_INT8 else value
