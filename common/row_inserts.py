"""Adds many rows in one statement, as JSON: much faster than `bulk_create`, where nobody asks for their keys."""

import json
from collections.abc import Sequence
from functools import cache
from typing import Any

from django.db import connection, models
from psycopg import sql


def insert_rows(rows: Sequence[models.Model]) -> None:
    """Write new rows of one table; they don't get to know their keys, and no signals are sent."""
    if not rows:
        return
    model = type(rows[0])
    names = [field.attname for field in _fields(model)]
    data = [{name: json_value(getattr(row, name)) for name in names} for row in rows]
    with connection.cursor() as cursor:
        cursor.execute(_statement(model), [json.dumps(data, ensure_ascii=False)])


def json_value(value: Any) -> Any:
    """Return a column's value as PostgreSQL reads it from JSON: bytes in hexadecimal, moments and days by ISO 8601."""
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    return value.isoformat() if hasattr(value, "isoformat") else value


def _fields(model: type[models.Model]) -> list[Any]:
    return [field for field in model._meta.concrete_fields if not field.primary_key]


@cache
def _statement(model: type[models.Model]) -> str:
    columns = [sql.Identifier(field.column) for field in _fields(model)]
    values = [sql.SQL("added.{}").format(sql.Identifier(field.attname)) for field in _fields(model)]
    typed = [
        sql.SQL("{} {}").format(sql.Identifier(field.attname), sql.SQL(field.db_type(connection)))
        for field in _fields(model)
    ]
    comma = sql.SQL(", ")
    return (
        sql.SQL("INSERT INTO {table} ({columns}) SELECT {values} FROM json_to_recordset(%s::json) AS added ({typed})")
        .format(
            table=sql.Identifier(model._meta.db_table),
            columns=comma.join(columns),
            values=comma.join(values),
            typed=comma.join(typed),
        )
        .as_string(None)
    )
