"""Many records into their table in one statement, as JSON: several times as fast as rows through the ORM.

Only the writing goes around the ORM; names and types of columns are the model's own.
"""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from django.db import connection
from psycopg import sql

from catalogue.models import BibliographicRecord
from common.row_inserts import json_value

_KEY = ("source", "control_number")
_KEPT_WHEN_CHANGED = {*_KEY, "created_at", "is_local", "visible_to"}


def upsert(rows: Sequence[Mapping[str, Any]]) -> list[tuple[int, bool]]:
    """Insert the rows, or overwrite those that are there; return each one's id and whether it's withdrawn.

    :param rows: a value for every column but the id; bytes, dates and lists included
    """
    if not rows:
        return []
    data = json.dumps([_as_json(row) for row in rows], ensure_ascii=False)
    with connection.cursor() as cursor:
        cursor.execute(_statement(), [data])
        return list(cursor.fetchall())


def _as_json(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: json_value(value) for name, value in row.items()}


@cache
def _statement() -> str:
    fields = [field for field in BibliographicRecord._meta.concrete_fields if not field.primary_key]
    columns = [sql.Identifier(field.attname) for field in fields]
    typed = [sql.SQL("{} {}").format(sql.Identifier(field.attname), sql.SQL(_type(field))) for field in fields]
    overwritten = [
        sql.SQL("{0} = excluded.{0}").format(sql.Identifier(field.attname))
        for field in fields
        if field.name not in _KEPT_WHEN_CHANGED
    ]
    comma = sql.SQL(", ")
    return (
        sql.SQL(
            "INSERT INTO {table} ({columns}) SELECT {columns} FROM json_to_recordset(%s::json) AS incoming ({typed})"
            " ON CONFLICT ({key}) DO UPDATE SET {overwritten} RETURNING id, deleted_at IS NOT NULL"
        )
        .format(
            table=sql.Identifier(BibliographicRecord._meta.db_table),
            columns=comma.join(columns),
            typed=comma.join(typed),
            key=comma.join(map(sql.Identifier, _KEY)),
            overwritten=comma.join(overwritten),
        )
        .as_string(None)
    )


def _type(field: Any) -> Any:
    return field.db_type(connection)
