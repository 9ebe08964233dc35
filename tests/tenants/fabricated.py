"""Migrations that no app has, hung onto this release's last one of `holdings`."""

from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader

from tenants.services.migration_plans import Release

APP = "holdings"


def release_with(*operations_of_each: list, atomic: bool = True, replaces: list | None = None) -> Release:
    """Return today's release with one more migration for each list of operations."""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    (leaf,) = [key for key in loader.graph.leaf_nodes() if key[0] == APP]
    for number, operations in enumerate(operations_of_each, start=1):
        migration = Migration(f"fabricated_{number}", APP)
        migration.operations, migration.dependencies, migration.atomic = list(operations), [leaf], atomic
        migration.replaces = replaces or []
        key = (APP, migration.name)
        loader.graph.add_node(key, migration)
        loader.graph.add_dependency(migration, key, leaf)
        leaf = key
    return Release(loader)
