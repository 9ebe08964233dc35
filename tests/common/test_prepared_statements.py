from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.db import OperationalError, connection

from common.conflicts import is_conflict
from common.prepared_statements import one_row
from holdings.models import Branch
from tenants.choice import choose

NUMBERS = "SELECT %(one)s::bigint + %(two)s::bigint, %(day)s::date, %(none)s::bigint IS NULL"
SHELF = "SELECT s.code FROM (SELECT 1) one LEFT JOIN shelf s ON true"
BRANCHES = "SELECT count(*), json_agg(b.code ORDER BY b.code) FROM holdings_branch b WHERE b.code <> %(code)s"


def prepared():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements")
        return cursor.fetchone()[0]


def test_gives_the_row_with_python_s_types(alpha):
    row = one_row(NUMBERS, {"one": 1, "two": 2**40, "day": date(2026, 11, 19), "none": None})

    assert row == (1 + 2**40, date(2026, 11, 19), True)


def test_plans_once_for_numbers_of_all_sizes(alpha):
    one_row(NUMBERS, {"one": 1, "two": 2, "day": date(2026, 11, 19), "none": None})
    before = prepared()

    for number in (1, 2**20, 2**40):
        one_row(NUMBERS, {"one": number, "two": 2, "day": date(2026, 11, 19), "none": None})

    assert prepared() == before


def test_reads_the_schema_that_is_chosen_now(alpha, beta):
    found = []
    for number, municipality in enumerate((alpha, beta, alpha, beta)):
        choose(municipality)
        Branch.objects.create(code=f"{municipality.schema_name}-{number}", name="Branch")
        found.append(one_row(BRANCHES, {"code": ""}))

    choose(alpha)
    assert found == [
        (1, ["alpha-0"]),
        (1, ["beta-1"]),
        (2, ["alpha-0", "alpha-2"]),
        (2, ["beta-1", "beta-3"]),
    ]


def test_is_counted_as_any_other_statement(alpha, django_assert_num_queries):
    one_row(BRANCHES, {"code": ""})

    with django_assert_num_queries(1):
        one_row(BRANCHES, {"code": ""})


def test_a_connection_that_a_migration_has_overtaken_is_given_up(alpha):
    """A thread has a connection of its own, so that no other test misses it."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(_be_overtaken).result()


def _be_overtaken():
    try:
        with connection.cursor() as cursor:
            cursor.execute("CREATE TEMPORARY TABLE shelf (code varchar(5))")
        one_row(SHELF, {})
        with connection.cursor() as cursor:
            # In a block, as the driver plans anew after an ALTER of its own.
            cursor.execute("DO $$ BEGIN ALTER TABLE shelf ALTER code TYPE varchar(9); END $$")

        with pytest.raises(OperationalError) as overtaken:
            one_row(SHELF, {})

        assert is_conflict(overtaken.value)
        connection.close()
        assert one_row("SELECT %(one)s::bigint", {"one": 1}) == (1,)
    finally:
        connection.close()
