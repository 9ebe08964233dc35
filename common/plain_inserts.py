"""Adds one row with SQL that's made once in a process, for what's added at every scan; see `common.keyed_reads`."""

from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections, models

from common.prepared_statements import one_row

Row = TypeVar("Row", bound=models.Model)


class PlainInsert(Generic[Row]):
    """Calls like a function: writes a new row and returns it with its key, as `Model.objects.create` does.

    No signals are sent and no default is left to the database, which our rows don't need.

    :param once: leave out a row that would break a unique constraint; only for `add`
    """

    def __init__(self, model: type[Row], *, once: bool = False) -> None:
        self._model = model
        self._once = once

    def __call__(self, **values: Any) -> Row:
        """Write a row with these values and return it."""
        row = self._model(**values)
        self.add(row)
        return row

    def add(self, row: Row) -> bool:
        """Write a row that was made already and give it its key; False if it's there, and may be there only once."""
        database = connections[DEFAULT_DB_ALIAS]
        values = [field.get_db_prep_save(field.pre_save(row, True), database) for field in self._fields]
        written = one_row(self._sql, values)
        if written is None:
            return False
        row.pk = written[0]
        row._state.adding = False
        row._state.db = DEFAULT_DB_ALIAS
        return True

    @cached_property
    def _fields(self) -> list[Any]:
        return [field for field in self._model._meta.concrete_fields if not field.primary_key]

    @cached_property
    def _sql(self) -> str:
        table, key = self._model._meta.db_table, self._model._meta.pk.column
        columns = ", ".join(f'"{field.column}"' for field in self._fields)
        places = ", ".join(["%s"] * len(self._fields))
        parts = ["INSERT INTO", f'"{table}" ({columns})', f"VALUES ({places})"]
        return " ".join([*parts, "ON CONFLICT DO NOTHING"] if self._once else parts) + f' RETURNING "{key}"'
