"""Writes many rows with PostgreSQL's COPY, in constant memory and without a statement per row."""

from collections.abc import Iterable
from itertools import chain

from django.db import connection
from django.db.models import Model


def reserve_ids(model: type[Model], count: int) -> list[int]:
    """Take so many numbers from the table's own sequence, so that nobody else gets them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            [f'"{model._meta.db_table}"', model._meta.pk.column, count],
        )
        return [row[0] for row in cursor.fetchall()]


def copy_in(model: type[Model], rows: Iterable[Model]) -> int:
    """Write instances, which may have their primary keys already, and return how many they were.

    Nothing is told to anybody: no audit entry, no change feed. The constraints hold as for any other insert.
    """
    rows = iter(rows)
    first = next(rows, None)
    if first is None:
        return 0
    fields = [field for field in model._meta.concrete_fields if first.pk is not None or not field.primary_key]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    prepared = [(field.attname, field.get_db_prep_save) for field in fields]
    count = 0
    with (
        connection.cursor() as cursor,
        cursor.copy(f'COPY "{model._meta.db_table}" ({columns}) FROM STDIN') as sink,
    ):
        for row in chain([first], rows):
            sink.write_row([prepare(getattr(row, name), connection) for name, prepare in prepared])
            count += 1
    return count


def analyze(*models: type[Model]) -> None:
    """Tell the planner about new rows at once instead of when autovacuum comes by."""
    with connection.cursor() as cursor:
        for model in models:
            cursor.execute(f'ANALYZE "{model._meta.db_table}"')
