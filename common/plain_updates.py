"""Changes one row with SQL that's made once in a process, for what changes at every scan; see `common.keyed_reads`."""

from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections, models

from common.prepared_statements import rows_changed

Row = TypeVar("Row", bound=models.Model)


class PlainUpdate(Generic[Row]):
    """Calls like a function: writes these fields of a row that's there, as `row.save(update_fields=fields)` does.

    No signals are sent, which our rows don't need.
    """

    def __init__(self, model: type[Row], *fields: str) -> None:
        self._model = model
        self._wanted = fields

    def __call__(self, row: Row) -> None:
        """Write the fields of the row.

        :raises DatabaseError: if the row isn't there any more
        """
        database = connections[DEFAULT_DB_ALIAS]
        values = [field.get_db_prep_save(field.pre_save(row, False), database) for field in self._fields]
        if not rows_changed(self._sql, [*values, row.pk]):
            raise DatabaseError(f"There's no {self._model._meta.label} {row.pk} to change.")

    @cached_property
    def _fields(self) -> list[Any]:
        return [self._model._meta.get_field(name) for name in self._wanted]

    @cached_property
    def _sql(self) -> str:
        table, key = self._model._meta.db_table, self._model._meta.pk.column
        changes = ", ".join(f'"{field.column}" = %s' for field in self._fields)
        return " ".join(["UPDATE", f'"{table}"', "SET", changes, "WHERE", f'"{key}" = %s'])
