"""A provisioned schema is what migrations make, and each table lies where it belongs."""

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection

from tenants.models import Municipality
from tests.fixtures.municipalities import bare_municipality
from tests.isolation.catalog import description_of, tables_of

KINDS = ("tables", "columns", "indexes", "constraints", "sequences", "triggers", "functions", "types")


def tables_of_apps(names):
    labels = {config.label for config in apps.get_app_configs() if config.name in names}
    models = apps.get_models(include_auto_created=True)
    return {model._meta.db_table for model in models if model._meta.app_label in labels} | {"django_migrations"}


@pytest.fixture
def clone(db, now):
    """Return the schema of a municipality that has just been provisioned; the template was made by migrations."""
    return bare_municipality("Clone", now).schema_name


@pytest.mark.parametrize("kind", KINDS)
def test_a_clone_equals_the_migrated_schema(clone, kind):
    migrated = description_of(settings.TEMPLATE_SCHEMA)

    assert description_of(clone)[kind] == migrated[kind]


def test_the_comparison_sees_tables_columns_indexes_constraints_and_sequences(db):
    migrated = description_of(settings.TEMPLATE_SCHEMA)

    sizes = {kind: len(migrated[kind]) for kind in ("tables", "columns", "indexes", "constraints", "sequences")}

    tenant_tables = tables_of_apps(settings.TENANT_APPS)
    assert {name for name, kind, *_ in migrated["tables"] if kind == "r"} == tenant_tables
    # A few tables have the key of another.
    assert sizes["sequences"] >= len(tenant_tables) - 3
    assert sizes["columns"] > 5 * len(tenant_tables)
    assert sizes["indexes"] > len(tenant_tables)
    assert sizes["constraints"] > len(tenant_tables)


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE clone.holdings_branch ALTER COLUMN code TYPE varchar(21)",
        "ALTER TABLE clone.holdings_branch ALTER COLUMN code SET DEFAULT 'x'",
        "ALTER TABLE clone.holdings_branch ALTER COLUMN group_id SET NOT NULL",
        'ALTER TABLE clone.patrons_patron ALTER COLUMN sort_key TYPE varchar(200) COLLATE "default"',
        "ALTER TABLE clone.holdings_branch ALTER COLUMN id DROP IDENTITY",
        "ALTER TABLE clone.circulation_circulationrule DROP CONSTRAINT circulation_rule_once_at_a_time",
        "DROP INDEX clone.patron_sort_key",
        "SELECT setval('clone.django_migrations_id_seq', 999)",
        "CREATE TABLE clone.stranger (id int)",
    ],
)
def test_the_comparison_sees_a_difference(clone, change):
    migrated = description_of(settings.TEMPLATE_SCHEMA)

    with connection.cursor() as cursor:
        cursor.execute(change)

    assert description_of(clone) != migrated


def test_a_clone_has_the_migrated_schemas_record_of_migrations(clone):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id, app, name FROM {settings.TEMPLATE_SCHEMA}.django_migrations")
        migrated = cursor.fetchall()
        cursor.execute("SELECT id, app, name FROM clone.django_migrations")

        assert cursor.fetchall() == migrated


def test_no_table_of_a_municipality_lies_in_the_shared_schema(db):
    shared = tables_of_apps(settings.SHARED_APPS)

    assert tables_of("public") == shared


@pytest.mark.parametrize("schema", ["alpha", "beta", settings.TEMPLATE_SCHEMA])
def test_no_shared_table_lies_in_a_municipalitys_schema(db, schema):
    own = tables_of_apps(settings.TENANT_APPS)

    assert tables_of(schema) == own


def test_the_template_schema_is_no_municipality(db):
    assert not Municipality.objects.filter(schema_name=settings.TEMPLATE_SCHEMA).exists()


def test_the_template_schema_has_no_rows_but_the_record_of_migrations(db):
    tables = tables_of(settings.TEMPLATE_SCHEMA) - {"django_migrations"}

    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f'SELECT count(*) FROM {settings.TEMPLATE_SCHEMA}."{table}"')

            assert cursor.fetchone() == (0,), table
