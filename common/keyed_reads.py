"""Reads one row by its key with SQL that's made once in a process, for what's read at every scan.

Django makes a query's SQL anew each time; for a row with thirty columns that takes longer than reading it.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db import connection, models

Row = TypeVar("Row", bound=models.Model)
ALL = None


class KeyedRead(Generic[Row]):
    """Calls like a function: gives the row with this key, or None.

    :param key: the unique field that's asked by
    :param lock: whether the row is locked until the transaction ends, against other writers but not new references
    :param along: foreign keys, each with the columns of what it refers to, or ALL
    """

    def __init__(
        self,
        model: type[Row],
        *,
        key: str = "id",
        lock: bool = False,
        along: Mapping[str, Sequence[str] | None] | None = None,
    ) -> None:
        self._model = model
        self._key = key
        self._lock = lock
        self._along = dict(along or {})

    def __call__(self, key: int | str) -> Row | None:
        """Return the row with this key, or None."""
        with connection.cursor() as cursor:
            cursor.execute(self._sql, [key])
            values = cursor.fetchone()
        if values is None:
            return None
        width = len(self._names)
        values = self._converted(values)
        row = self._model.from_db(connection.alias, self._names, values[:width])
        for name, other, names in self._others:
            found = values[width : width + len(names)]
            # A row's id comes first; an empty foreign key has none.
            setattr(row, name, other.from_db(connection.alias, names, found) if found[0] is not None else None)
            width += len(names)
        return row

    def _converted(self, values: Sequence[Any]) -> Sequence[Any]:
        if not self._converters:
            return values
        converted = list(values)
        for place, field in self._converters:
            converted[place] = field.from_db_value(converted[place], None, connection)
        return converted

    @cached_property
    def _converters(self) -> list[tuple[int, Any]]:
        fields = list(self._model._meta.concrete_fields)
        for _name, other, names in self._others:
            fields += [field for field in other._meta.concrete_fields if field.attname in names]
        return [(place, field) for place, field in enumerate(fields) if hasattr(field, "from_db_value")]

    @cached_property
    def _names(self) -> list[str]:
        return [field.attname for field in self._model._meta.concrete_fields]

    @cached_property
    def _others(self) -> list[tuple[str, Any, list[str]]]:
        others = []
        for name, wanted in self._along.items():
            other: Any = self._model._meta.get_field(name).related_model
            fields = other._meta.concrete_fields
            names = [field.attname for field in fields if wanted is ALL or field.attname in {"id", *wanted}]
            others.append((name, other, names))
        return others

    @cached_property
    def _sql(self) -> str:
        columns = [f'a."{name}"' for name in self._names]
        tables = [f'"{self._model._meta.db_table}" a']
        for name, other, names in self._others:
            columns += [f'"{name}"."{column}"' for column in names]
            join = "LEFT JOIN" if self._model._meta.get_field(name).null else "JOIN"
            tables.append(f'{join} "{other._meta.db_table}" "{name}" ON "{name}"."id" = a."{name}_id"')
        parts = ["SELECT", ", ".join(columns), "FROM", *tables, f'WHERE a."{self._key}" = %s']
        return " ".join([*parts, "FOR NO KEY UPDATE OF a"] if self._lock else parts)
