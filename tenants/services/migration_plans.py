"""Which migrations each schema still lacks, found with one query for all schemas."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.db import connection
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState
from psycopg import sql

Key = tuple[str, str]


@dataclass(frozen=True)
class Step:
    """One migration and the schemas that lack it.

    :ivar recorded_only: the schemas that have run everything it replaces, so that only its name is missing
    """

    key: Key
    migration: Migration
    schemas: tuple[str, ...]
    recorded_only: tuple[str, ...] = ()


class Release:
    """The migrations that this release comes with, in the order in which they're applied."""

    def __init__(self, loader: MigrationLoader | None = None) -> None:
        self._loader = loader or MigrationLoader(None, ignore_no_migrations=True)

    @cached_property
    def keys(self) -> tuple[Key, ...]:
        """Every migration's app and name, each after those it depends on."""
        order: dict[Key, None] = {}
        for leaf in self._loader.graph.leaf_nodes():
            order |= dict.fromkeys(self._loader.graph.forwards_plan(leaf))
        return tuple(order)

    def migration(self, key: Key) -> Migration:
        """Return a migration."""
        return self._loader.graph.nodes[key]

    def state_before(self, key: Key) -> ProjectState:
        """Return all models as they are just before a migration, in the order of `keys`."""
        before = self.keys[: self.keys.index(key)]
        state = ProjectState(real_apps=self._loader.unmigrated_apps)
        for earlier in before:
            state = self.migration(earlier).mutate_state(state, preserve=False)
        return state

    def lacks(self, applied: Iterable[Key]) -> bool:
        """Return whether anything is missing."""
        return not set(self.keys) <= set(applied)

    def steps(self, applied: dict[str, set[Key]]) -> list[Step]:
        """Return what's to be done, migration by migration.

        :param applied: what each schema has
        """
        steps = []
        for key in self.keys:
            migration = self.migration(key)
            lacking = tuple(schema for schema, has in applied.items() if key not in has)
            if not lacking:
                continue
            replaced = set(migration.replaces)
            recorded = tuple(schema for schema in lacking if replaced and replaced <= applied[schema])
            steps.append(Step(key, migration, tuple(s for s in lacking if s not in recorded), recorded))
        return steps


def applied_migrations(schemas: Sequence[str]) -> dict[str, set[Key]]:
    """Return the migrations that each schema has, in one query; nothing for a schema without the table."""
    applied: dict[str, set[Key]] = {schema: set() for schema in schemas}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT schemaname FROM pg_catalog.pg_tables"
            " WHERE tablename = 'django_migrations' AND schemaname = ANY(%s)",
            [list(schemas)],
        )
        if known := [schema for (schema,) in cursor.fetchall()]:
            cursor.execute(sql.SQL(" UNION ALL ").join(_migrations_of(schema) for schema in known))
            for schema, app, name in cursor.fetchall():
                applied[schema].add((app, name))
    return applied


def _migrations_of(schema: str) -> sql.Composed:
    return sql.SQL("SELECT {}, app, name FROM {}").format(
        sql.Literal(schema), sql.Identifier(schema, "django_migrations")
    )
