"""Reads one row by its key with SQL that's made once in a process, for what's read at every scan.

Django makes a query's SQL anew each time; for a row with thirty columns that takes longer than reading it.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db import connection, models

Row = TypeVar("Row", bound=models.Model)


class KeyedRead(Generic[Row]):
    """Calls like a function: gives the row with this key, or None.

    Only for models whose fields need no conversion on the way from PostgreSQL, as JSON would.

    :param lock: whether the row is locked until the transaction ends, against other writers but not new references
    :param along: the name of a foreign key, and those columns of what it refers to that are read with it
    """

    def __init__(self, model: type[Row], *, lock: bool = False, along: tuple[str, Sequence[str]] | None = None) -> None:
        self._model = model
        self._lock = lock
        self._along = along

    def __call__(self, key: int) -> Row | None:
        """Return the row with this key, or None."""
        with connection.cursor() as cursor:
            cursor.execute(self._sql, [key])
            values = cursor.fetchone()
        if values is None:
            return None
        width = len(self._names)
        row = self._model.from_db(connection.alias, self._names, values[:width])
        if self._along is not None:
            other = self._other.from_db(connection.alias, self._other_names, values[width:])
            setattr(row, self._along[0], other)
        return row

    @cached_property
    def _names(self) -> list[str]:
        return [field.attname for field in self._model._meta.concrete_fields]

    @cached_property
    def _other(self) -> Any:
        return self._model._meta.get_field(self._along[0]).related_model if self._along else None

    @cached_property
    def _other_names(self) -> list[str]:
        wanted = {"id", *self._along[1]} if self._along else set()
        return [field.attname for field in self._other._meta.concrete_fields if field.attname in wanted]

    @cached_property
    def _sql(self) -> str:
        columns = [f'a."{field.column}"' for field in self._model._meta.concrete_fields]
        tables = [f'"{self._model._meta.db_table}" a']
        if self._along:
            columns += [f'b."{name}"' for name in self._other_names]
            column = self._model._meta.get_field(self._along[0]).column  # type: ignore[union-attr]
            tables.append(f'JOIN "{self._other._meta.db_table}" b ON b."id" = a."{column}"')
        parts = ["SELECT", ", ".join(columns), "FROM", *tables, 'WHERE a."id" = %s']
        return " ".join([*parts, "FOR NO KEY UPDATE OF a"] if self._lock else parts)
