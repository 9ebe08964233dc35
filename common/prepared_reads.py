"""Reads by statements that each connection plans once, for SQL of many parts that's executed at every scan.

PostgreSQL takes longer to plan such a statement than to execute it. It plans anew by itself when another schema is
chosen or a table has changed; only the types of the result must stay, or the statement fails until the connection is
made anew. So give it expressions of fixed types (`json_build_array`, `count`), never a bare column.
"""

from collections.abc import Mapping
from typing import Any

import psycopg
from django.db import connection
from psycopg.types.numeric import Int8


def read_prepared(sql: str, parameters: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return the one row that a statement gives."""
    with connection.cursor() as cursor:
        # Django's cursors write the parameters into the text, so that no two statements would be the same.
        cursor.cursor = psycopg.Cursor(connection.connection)
        # Small and large numbers have different types otherwise, and each needs a plan of its own.
        cursor.execute(sql, {name: Int8(v) if type(v) is int else v for name, v in parameters.items()})
        return tuple(cursor.fetchone())
