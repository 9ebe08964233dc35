"""What a check-out's five plainest statements cost without Libsys: the yardstick by which machines are compared.

The goals for the desk were set on a machine where they took 0.54 ms, 1,650 a second.
"""

import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import LiteralString

import psutil
import psycopg
from django.db import connection
from django.utils import timezone
from psycopg import sql

from bench.speed.cpu import Server
from bench.speed.figures import Figure
from tenants.choice import chosen_schema

WHERE_GOALS_WERE_SET = 0.54
_SCHEMA = "bench_bare"
_LOCK_ITEM = "SELECT id, status FROM item WHERE barcode = %s FOR NO KEY UPDATE"
_LOCK_PATRON = "SELECT id FROM patron WHERE id = %s FOR NO KEY UPDATE"
_COUNT = "SELECT count(*) FROM loan WHERE patron_id = %s AND returned_at IS NULL"
_LEND = "INSERT INTO loan (id, item_id, patron_id, due_date) VALUES (%s, %s, %s, %s)"
_MARK = "UPDATE item SET status = 'ON_LOAN' WHERE id = %s"
_TABLES = ("holdings_item", "patrons_patron", "circulation_loan")
_COPIES: tuple[LiteralString, ...] = (
    "CREATE TABLE item (LIKE {holdings_item} INCLUDING INDEXES)",
    "INSERT INTO item SELECT * FROM {holdings_item}",
    "CREATE TABLE patron (LIKE {patrons_patron} INCLUDING INDEXES)",
    "INSERT INTO patron SELECT * FROM {patrons_patron}",
    "CREATE TABLE loan AS SELECT id, item_id, patron_id, due_date, returned_at FROM {circulation_loan}",
    "CREATE UNIQUE INDEX ON loan (item_id) WHERE returned_at IS NULL",
    "CREATE INDEX ON loan (patron_id) WHERE returned_at IS NULL",
)


def measure(pairs: Sequence[tuple[str, int]], *, database: Server) -> Figure:
    """Lend each item to its patron in bare SQL, on copies of the municipality's tables that are dropped afterwards.

    :param pairs: barcodes of items on the shelf, each with a patron
    :param database: all of PostgreSQL, its background writers included
    """
    known = connection.get_connection_params()
    wanted = {name: known[name] for name in ("dbname", "user", "password", "host", "port") if name in known}
    with psycopg.connect(**wanted, options=f"-c search_path={_SCHEMA}") as bare:
        _copy(bare)
        try:
            _lend_all(bare, pairs[: len(pairs) // 10])
            wall, cpu = _taken(lambda: _lend_all(bare, pairs[len(pairs) // 10 :]), database)
        finally:
            bare.rollback()
            bare.execute("DROP SCHEMA bench_bare CASCADE")
    count = len(pairs) - len(pairs) // 10
    return Figure(
        name="Five bare statements: CPU",
        value=cpu / count * 1000,
        unit="ms",
        detail=f"{WHERE_GOALS_WERE_SET} ms where the goals were set; {count / wall:,.0f} a second",
    )


def _copy(bare: "psycopg.Connection[tuple[object, ...]]") -> None:
    """Make tables of the same shape, with the same indexes and rows but nothing that refers to them."""
    bare.execute("DROP SCHEMA IF EXISTS bench_bare CASCADE")
    bare.execute("CREATE SCHEMA bench_bare")
    names = {name: sql.Identifier(chosen_schema(), name) for name in _TABLES}
    for statement in _COPIES:
        bare.execute(sql.SQL(statement).format(**names))
    bare.commit()
    bare.autocommit = True
    for name in ("item", "patron", "loan"):
        bare.execute(sql.SQL("VACUUM ANALYZE {}").format(sql.Identifier(name)))
    bare.autocommit = False


def _lend_all(bare: "psycopg.Connection[tuple[object, ...]]", pairs: Sequence[tuple[str, int]]) -> None:
    due = timezone.localdate() + timedelta(days=30)
    for barcode, patron in pairs:
        with bare.transaction(), bare.cursor() as cursor:
            item = cursor.execute(_LOCK_ITEM, (barcode,)).fetchone()
            cursor.execute(_LOCK_PATRON, (patron,)).fetchone()
            cursor.execute(_COUNT, (patron,)).fetchone()
            # No sequence is copied: an item's own number will do.
            number = item[0] if item else None
            cursor.execute(_LEND, (number, number, patron, due))
            cursor.execute(_MARK, (number,))


def _taken(work: Callable[[], None], database: Server) -> tuple[float, float]:
    """Return what work took: seconds by the clock, and of CPU here and in the database together."""
    own = psutil.Process()
    before, began = sum(own.cpu_times()[:2]) + database.seconds(), time.perf_counter()
    work()
    return time.perf_counter() - began, sum(own.cpu_times()[:2]) + database.seconds() - before
