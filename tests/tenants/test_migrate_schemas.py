"""Migrations of all municipalities: rendered once, each schema its own transaction, recorded, resumable."""

import threading

import pytest
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import IntegrityError, connection, models, transaction
from django.db.migrations import AddField, AlterUniqueTogether, RunPython, RunSQL, SeparateDatabaseAndState

from holdings.models import Branch
from tenants.services.migrate_schemas import migrate_schemas, render
from tenants.services.migration_plans import Release, applied_migrations
from tests.tenants.fabricated import release_with

SCHEMAS = ["alpha", "beta"]
ADD_COLUMN = AddField("branch", "floor", models.IntegerField(default=7))


def columns_of(schema, table="holdings_branch"):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_schema = %s AND table_name = %s",
            [schema, table],
        )
        return {name for (name,) in cursor.fetchall()}


def fabricated_of(schema):
    return {name for _app, name in applied_migrations([schema])[schema] if name.startswith("fabricated")}


def migrate(release, schemas=SCHEMAS, **options):
    told = []
    return migrate_schemas(schemas, report=told.append, release=release, **options), told


def name_the_branches(apps, editor):
    apps.get_model("holdings", "Branch").objects.update(address="Filled")


def check_foreign_keys():
    """Do what the end of the transaction does to rows that were written before the migration."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_does_nothing_when_nothing_is_pending(db):
    outcome, told = migrate(Release())

    assert (outcome.applied, outcome.failed, told) == (0, {}, [])


def test_asks_two_questions_however_many_schemas_there_are(db, django_assert_num_queries):
    release = Release()

    # Which schemas have the table, what stands in it; and to choose the shared schema is a statement too.
    with django_assert_num_queries(3):
        migrate_schemas(SCHEMAS, report=lambda _line: None, release=release)


def test_adds_a_column_to_each_schema_and_records_it(db):
    outcome, told = migrate(release_with([ADD_COLUMN]))

    assert (outcome.applied, outcome.failed) == (2, {})
    assert all("floor" in columns_of(schema) for schema in SCHEMAS)
    assert [fabricated_of(schema) for schema in SCHEMAS] == [{"fabricated_1"}] * 2
    assert told == ["[1/1] holdings.fabricated_1: 2 schemas"]
    assert connection.schema_name == "public"


def test_leaves_the_shared_schema_as_it_is(db):
    migrate(release_with([ADD_COLUMN]))

    assert columns_of("public") == set()
    assert fabricated_of("public") == set()


def test_renders_a_migration_once(db, monkeypatch):
    rendered = []
    monkeypatch.setattr(
        "tenants.services.migrate_schemas.render", lambda *both: rendered.append(both[0].name) or render(*both)
    )

    migrate(release_with([ADD_COLUMN]))

    assert rendered == ["fabricated_1"]


def test_fills_the_rows_that_are_there_with_the_default(alpha, db):
    Branch.objects.create(code="main", name="Main")
    check_foreign_keys()

    migrate(release_with([ADD_COLUMN]))

    with connection.cursor() as cursor:
        cursor.execute("SELECT floor FROM alpha.holdings_branch")
        assert cursor.fetchall() == [(7,)]


def test_applies_migrations_one_after_another(db):
    outcome, _ = migrate(
        release_with([ADD_COLUMN], [AlterUniqueTogether("branch", {("floor", "code")})], [RunSQL("SELECT '100%'")])
    )

    assert (outcome.applied, outcome.failed) == (6, {})
    assert fabricated_of("beta") == {"fabricated_1", "fabricated_2", "fabricated_3"}


def test_finds_the_names_of_constraints_in_the_schema_as_it_is_by_then(db):
    release = release_with(
        [ADD_COLUMN],
        [AlterUniqueTogether("branch", {("floor", "code")})],
        [AlterUniqueTogether("branch", set())],
    )

    outcome, _ = migrate(release)

    assert outcome.failed == {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_constraint"
            " WHERE connamespace = 'beta'::regnamespace AND contype = 'u' AND conname LIKE '%floor%'"
        )
        assert cursor.fetchone() == (0,)


def test_goes_on_where_a_run_was_stopped(db):
    release = release_with([ADD_COLUMN], [RunSQL("ALTER TABLE holdings_branch ADD COLUMN cellar int")])
    migrate(release, ["alpha"])

    outcome, told = migrate(release)

    assert outcome.applied == 2
    assert told == ["[1/2] holdings.fabricated_1: 1 schemas", "[2/2] holdings.fabricated_2: 1 schemas"]
    assert {"floor", "cellar"} <= columns_of("beta")


def test_a_schema_that_fails_is_told_and_the_others_go_on(db):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE alpha.holdings_branch ADD COLUMN floor text")

    outcome, told = migrate(release_with([ADD_COLUMN], [RunSQL("ALTER TABLE holdings_branch ADD COLUMN cellar int")]))

    assert outcome.applied == 2
    assert list(outcome.failed) == ["alpha"]
    assert outcome.failed["alpha"].startswith("holdings.fabricated_1: ProgrammingError: column")
    assert any("alpha failed" in line for line in told)
    assert "cellar" not in columns_of("alpha")
    assert {"floor", "cellar"} <= columns_of("beta")
    assert fabricated_of("alpha") == set()


def test_takes_a_failed_migration_back_whole(db):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE alpha.holdings_branch ADD COLUMN cellar text")

    migrate(release_with([ADD_COLUMN, RunSQL("ALTER TABLE holdings_branch ADD COLUMN cellar int")]), ["alpha"])

    assert "floor" not in columns_of("alpha")


def test_says_nothing_of_the_rows_that_a_failure_names(alpha, db):
    Branch.objects.create(code="a", name="Secret street 1")
    Branch.objects.create(code="b", name="Secret street 1")
    check_foreign_keys()

    outcome, _ = migrate(release_with([AlterUniqueTogether("branch", {("name",)})]))

    assert "IntegrityError" in outcome.failed["alpha"]
    assert "Secret" not in outcome.failed["alpha"]


def test_a_schema_that_is_not_there_fails_and_nothing_lands_in_the_shared_one(db):
    outcome, _ = migrate(release_with([ADD_COLUMN]), ["ghost", "beta"])

    assert list(outcome.failed) == ["ghost"]
    assert "floor" in columns_of("beta")
    assert columns_of("public") == set()


@pytest.mark.parametrize("nested", [False, True])
def test_a_migration_with_python_is_applied_the_ordinary_way(alpha, db, nested):
    Branch.objects.create(code="main", name="Main")
    check_foreign_keys()
    operation = RunPython(name_the_branches, RunPython.noop)
    operations = [SeparateDatabaseAndState(database_operations=[operation])] if nested else [operation]

    outcome, _ = migrate(release_with([ADD_COLUMN], operations))

    assert (outcome.applied, outcome.failed) == (4, {})
    connection.set_tenant(alpha)
    assert Branch.objects.get().address == "Filled"
    assert fabricated_of("beta") == {"fabricated_1", "fabricated_2"}


def test_a_migration_that_replaces_others_is_recorded_only(db):
    replaced = [key for key in Release().keys if key[0] == "holdings"]

    outcome, _ = migrate(release_with([ADD_COLUMN], replaces=replaced))

    assert (outcome.applied, outcome.failed) == (0, {})
    assert fabricated_of("alpha") == {"fabricated_1"}
    assert "floor" not in columns_of("alpha")


def test_makes_indexes_concurrently_and_again_after_half_of_one(committed_municipality):
    index = models.Index(fields=["phone"], name="branch_phone")
    release = release_with([AddIndexConcurrently("branch", index)], atomic=False)
    for code in ("north", "south"):
        Branch.objects.create(code=code, name=code, phone="12345678")
    connection.set_schema_to_public()
    # A build that stops in the middle leaves an index that isn't valid.
    with connection.cursor() as cursor, pytest.raises(IntegrityError):
        cursor.execute("CREATE UNIQUE INDEX CONCURRENTLY branch_phone ON gamma.holdings_branch (phone)")

    outcome, _ = migrate(release, ["gamma"])

    assert (outcome.applied, outcome.failed) == (1, {})
    with connection.cursor() as cursor:
        cursor.execute("SELECT indisvalid FROM pg_index WHERE indexrelid = 'gamma.branch_phone'::regclass")
        assert cursor.fetchall() == [(True,)]
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("0",)
    assert fabricated_of("gamma") == {"fabricated_1"}


def test_gives_up_on_a_table_that_stays_in_use_and_leaves_it_as_it_was(committed_municipality):
    is_locked, may_end = threading.Event(), threading.Event()

    def use_the_table():
        connection.set_tenant(committed_municipality)
        try:
            with transaction.atomic():
                Branch.objects.create(code="main", name="Main")
                is_locked.set()
                may_end.wait(300)
        finally:
            connection.close()

    desk = threading.Thread(target=use_the_table)
    desk.start()
    assert is_locked.wait(300)

    outcome, _ = migrate(release_with([ADD_COLUMN]), ["gamma"], lock_timeout_seconds=1)

    may_end.set()
    desk.join()
    assert "lock timeout" in outcome.failed["gamma"]
    assert "floor" not in columns_of("gamma")
    outcome, _ = migrate(release_with([ADD_COLUMN]), ["gamma"])
    assert (outcome.applied, outcome.failed) == (1, {})
