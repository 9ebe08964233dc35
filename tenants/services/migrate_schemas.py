"""Brings schemas up to date: each migration's SQL is rendered once and run in one schema after another.

A migration that runs Python can't be rendered; it's applied in each schema the ordinary way.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from django.db import connection, transaction
from django.db.migrations import Migration
from django.db.migrations.operations import RunPython, SeparateDatabaseAndState
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.utils import OperationalError
from psycopg import errors, sql

from tenants.choice import choose_none, choose_schema
from tenants.services.migration_plans import Key, Release, Step, applied_migrations

_TRIES_FOR_LOCKS = 3
_CONCURRENTLY = re.compile(r"^(CREATE (?:UNIQUE )?INDEX CONCURRENTLY) (?!IF NOT EXISTS)", re.IGNORECASE)
Report = Callable[[str], None]


@dataclass
class Outcome:
    """What has been done.

    :ivar applied: how many times a migration was applied to a schema
    :ivar failed: what stopped a schema, by the schema's name; it stays at the migration before
    """

    applied: int = 0
    failed: dict[str, str] = field(default_factory=dict)


def migrate_schemas(
    schemas: Sequence[str], *, report: Report, lock_timeout_seconds: int = 5, release: Release | None = None
) -> Outcome:
    """Apply everything that's pending to these schemas and return what was done.

    Each migration of each schema is its own transaction, recorded within it, so that a run that was stopped goes on
    where it was. A schema that fails is left at its last good migration, and the others go on.

    :param report: is told each migration and each failure
    """
    release = release or Release()
    outcome = Outcome()
    steps = release.steps(applied_migrations(schemas))
    try:
        for number, step in enumerate(steps, start=1):
            report(f"[{number}/{len(steps)}] {step.key[0]}.{step.key[1]}: {len(step.schemas)} schemas")
            _apply_everywhere(step, release, outcome, report=report, lock_timeout_seconds=lock_timeout_seconds)
    finally:
        choose_none()
    return outcome


def _apply_everywhere(
    step: Step, release: Release, outcome: Outcome, *, report: Report, lock_timeout_seconds: int
) -> None:
    for schema in step.recorded_only:
        if schema not in outcome.failed:
            _choose(schema)
            _record(step.key, schema)
    state = release.state_before(step.key)
    # Rendered once here, its copies needn't be rendered for each schema.
    _ = state.apps
    statements: list[str] | None = None
    rendered = False
    for schema in step.schemas:
        if schema in outcome.failed:
            continue
        try:
            _choose(schema)
            if not rendered:
                statements, rendered = render(step.migration, state), True
            _apply_with_patience(step, schema, statements, state, lock_timeout_seconds)
            outcome.applied += 1
        except Exception as error:
            # Whatever is wrong with this municipality, the others must get their migration.
            outcome.failed[schema] = f"{step.key[0]}.{step.key[1]}: {_first_line(error)}"
            report(f"    {schema} failed: {outcome.failed[schema]}")


def _first_line(error: Exception) -> str:
    # What follows can hold the values of a row, and so people's names.
    return f"{type(error).__name__}: {str(error).strip().partition(chr(10))[0]}"


def render(migration: Migration, state: ProjectState) -> list[str] | None:
    """Return the SQL of a migration for the schema that's chosen, or None if only Python can apply it."""
    if not all(_is_sql(operation) for operation in migration.operations):
        return None
    with connection.schema_editor(collect_sql=True, atomic=False) as editor:
        migration.apply(state.clone(), editor, collect_sql=True)
    return [line for line in editor.collected_sql if not line.startswith("--")]


def _is_sql(operation: Operation) -> bool:
    if isinstance(operation, SeparateDatabaseAndState):
        return all(_is_sql(part) for part in operation.database_operations)
    return operation.reduces_to_sql and not isinstance(operation, RunPython)


def _apply_with_patience(
    step: Step, schema: str, statements: list[str] | None, state: ProjectState, lock_timeout_seconds: int
) -> None:
    for attempt in range(1, _TRIES_FOR_LOCKS + 1):
        try:
            if statements is None:
                _apply_with_python(step, schema, state, lock_timeout_seconds)
            elif step.migration.atomic:
                _apply_in_transaction(step, schema, statements, lock_timeout_seconds)
            else:
                _apply_one_by_one(step, schema, statements, lock_timeout_seconds)
            return
        except OperationalError as error:
            # A desk was using the table; it'll be done in a moment.
            if attempt == _TRIES_FOR_LOCKS or not isinstance(error.__cause__, errors.LockNotAvailable):
                raise
            _choose(schema)


def _apply_in_transaction(step: Step, schema: str, statements: list[str], lock_timeout_seconds: int) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{lock_timeout_seconds:d}s'")
        if statements:
            cursor.execute("\n".join(statements))
        _record(step.key, schema)


def _apply_one_by_one(step: Step, schema: str, statements: list[str], lock_timeout_seconds: int) -> None:
    """Run what PostgreSQL refuses in a transaction; a run that was stopped may have left part of it behind."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET lock_timeout = '{lock_timeout_seconds:d}s'")
        try:
            _drop_unfinished_indexes(schema)
            for statement in statements:
                cursor.execute(_CONCURRENTLY.sub(r"\1 IF NOT EXISTS ", statement))
        finally:
            cursor.execute("RESET lock_timeout")
    _record(step.key, schema)


def _drop_unfinished_indexes(schema: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid"
            " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = %s AND NOT i.indisvalid",
            [schema],
        )
        for (index,) in cursor.fetchall():
            cursor.execute(sql.SQL("DROP INDEX CONCURRENTLY IF EXISTS {}").format(sql.Identifier(schema, index)))


def _apply_with_python(step: Step, schema: str, state: ProjectState, lock_timeout_seconds: int) -> None:
    if not step.migration.atomic:
        with connection.schema_editor(atomic=False) as editor:
            step.migration.apply(state.clone(), editor)
        _record(step.key, schema)
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{lock_timeout_seconds:d}s'")
        with connection.schema_editor(atomic=True) as editor:
            step.migration.apply(state.clone(), editor)
        _record(step.key, schema)


def _record(key: Key, schema: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL("INSERT INTO {} (app, name, applied) VALUES (%s, %s, now())").format(
                sql.Identifier(schema, "django_migrations")
            ),
            key,
        )


def _choose(schema: str) -> None:
    """Choose a schema, and make sure that a name without one can only mean this schema's table.

    :raises LookupError: if the schema isn't there, for then the shared schema's tables would be changed
    """
    choose_schema(schema)
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        found = cursor.fetchone()
    if found != (schema,):
        raise LookupError(f"There is no schema {schema}")
