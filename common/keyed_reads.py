"""Reads rows with SQL that's made once in a process: one by its key at every scan, or a patron's at every look at her.

Django makes a query's SQL anew each time; for a row with thirty columns that takes longer than reading it.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections, models

from common.prepared_statements import all_rows, one_row

Row = TypeVar("Row", bound=models.Model)
ALL = None


class _Reading(Generic[Row]):
    """What's read of a row, of what it refers to, and what's computed beside it."""

    def __init__(
        self,
        model: type[Row],
        along: Mapping[str, Sequence[str] | None] | None,
        beside: Mapping[str, str] | None = None,
    ) -> None:
        self._model = model
        self._along = dict(along or {})
        self._beside = dict(beside or {})

    def _row(self, values: Sequence[Any]) -> Row:
        width = len(self._names)
        values = self._converted(values)
        row = self._model.from_db(DEFAULT_DB_ALIAS, self._names, values[:width])
        rows: dict[str, Any] = {"": row}
        for path, other, names in self._others:
            found = values[width : width + len(names)]
            owner, _, name = path.rpartition("__")
            # A row's id comes first; an empty foreign key has none.
            rows[path] = other.from_db(DEFAULT_DB_ALIAS, names, found) if found[0] is not None else None
            if rows[owner] is not None:
                setattr(rows[owner], name, rows[path])
            width += len(names)
        for name, value in zip(self._beside, values[width:], strict=True):
            setattr(row, name, value)
        return row

    def _converted(self, values: Sequence[Any]) -> Sequence[Any]:
        if not self._converters:
            return values
        converted = list(values)
        for place, field in self._converters:
            converted[place] = field.from_db_value(converted[place], None, connections[DEFAULT_DB_ALIAS])
        return converted

    @cached_property
    def _converters(self) -> list[tuple[int, Any]]:
        fields = list(self._model._meta.concrete_fields)
        for _path, other, names in self._others:
            fields += [field for field in other._meta.concrete_fields if field.attname in names]
        return [(place, field) for place, field in enumerate(fields) if hasattr(field, "from_db_value")]

    @cached_property
    def _names(self) -> list[str]:
        return [field.attname for field in self._model._meta.concrete_fields]

    @cached_property
    def _others(self) -> list[tuple[str, Any, list[str]]]:
        others = []
        for path, wanted in self._along.items():
            other: Any = self._field(path).related_model
            fields = other._meta.concrete_fields
            names = [field.attname for field in fields if wanted is ALL or field.attname in {"id", *wanted}]
            others.append((path, other, names))
        return others

    def _field(self, path: str) -> Any:
        model: Any = self._model
        *owners, name = path.split("__")
        for owner in owners:
            model = model._meta.get_field(owner).related_model
        return model._meta.get_field(name)

    @cached_property
    def _select(self) -> str:
        columns = [f'a."{name}"' for name in self._names]
        tables = [f'"{self._model._meta.db_table}" a']
        for path, other, names in self._others:
            columns += [f'"{path}"."{column}"' for column in names]
            owner, _, name = path.rpartition("__")
            # What hangs on an empty foreign key is empty too.
            may_be_empty = self._field(path).null or bool(owner and self._field(owner).null)
            join = "LEFT JOIN" if may_be_empty else "JOIN"
            tables.append(f'{join} "{other._meta.db_table}" "{path}" ON "{path}"."id" = "{owner or "a"}"."{name}_id"')
        columns += [f'{sql} AS "{name}"' for name, sql in self._beside.items()]
        return " ".join(["SELECT", ", ".join(columns), "FROM", *tables])


class KeyedRead(_Reading[Row]):
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
        super().__init__(model, along)
        self._key = key
        self._lock = lock

    def __call__(self, key: int | str) -> Row | None:
        """Return the row with this key, or None."""
        values = one_row(self._sql, [key])
        return None if values is None else self._row(values)

    @cached_property
    def _sql(self) -> str:
        sql = f'{self._select} WHERE a."{self._key}" = %s'
        return f"{sql} FOR NO KEY UPDATE OF a" if self._lock else sql


class ListRead(_Reading[Row]):
    """Calls like a function: gives all rows that a condition holds for, in an order.

    :param where: the condition in SQL, with the row as `a` and each parameter by its name
    :param order: by what, in SQL
    :param along: foreign keys, each with the columns of what it refers to, or ALL; of these too, after two underscores,
        which name them in the condition as well
    :param beside: what each row carries besides, in SQL by its name
    """

    def __init__(
        self,
        model: type[Row],
        *,
        where: str,
        order: str,
        along: Mapping[str, Sequence[str] | None] | None = None,
        beside: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(model, along, beside)
        self._tail = f" WHERE {where} ORDER BY {order} LIMIT %(limit)s"

    def __call__(self, *, limit: int | None = None, **parameters: Any) -> list[Row]:
        """Return the rows, the first `limit` of them if it's given."""
        return [self._row(values) for values in all_rows(self._sql, {"limit": limit, **parameters})]

    @cached_property
    def _sql(self) -> str:
        return self._select + self._tail
