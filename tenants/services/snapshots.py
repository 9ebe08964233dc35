"""The template schema and its snapshot: migrated once, dumped once, replayed for each new municipality."""

import hashlib
import inspect
import re
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader
from psycopg import sql

from tenants.choice import choose_none
from tenants.models import SchemaSnapshot
from tenants.services.dump_program import dump_schema

_HEADERS = re.compile(r"^--\n-- (?:Data for )?Name: .*; Type: .*\n--\n", re.MULTILINE)
_SESSION_SETTINGS = re.compile(r"^(?:SET \w+ = .*;|SELECT pg_catalog\.set_config\('search_path', '', false\);)\n", re.M)
# From version 17.6 on pg_dump puts these commands for psql around what it writes.
_PSQL_COMMANDS = re.compile(r"^\\(?:un)?restrict \w+\n", re.MULTILINE)


@lru_cache
def fingerprint() -> str:
    """Return what identifies all migrations of this release: their names and contents."""
    digest = hashlib.sha256()
    for key, migration in sorted(MigrationLoader(None, ignore_no_migrations=True).disk_migrations.items()):
        digest.update(f"{key[0]}.{key[1]}\n".encode())
        digest.update(Path(inspect.getfile(type(migration))).read_bytes())
    return digest.hexdigest()


def current_snapshot() -> SchemaSnapshot | None:
    """Return the snapshot of this release, or None when `migrate_municipalities` hasn't made it yet."""
    return SchemaSnapshot.objects.filter(fingerprint=fingerprint()).first()


def has_current_snapshot() -> bool:
    """Return whether the snapshot of this release is there, without reading it."""
    return SchemaSnapshot.objects.filter(fingerprint=fingerprint()).exists()


def build_template() -> None:
    """Make the template schema anew by migrating it, so that it's what this release's migrations make of nothing."""
    drop_schema(settings.TEMPLATE_SCHEMA)
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(settings.TEMPLATE_SCHEMA)))
    try:
        call_command("migrate_schemas", schema_name=settings.TEMPLATE_SCHEMA, verbosity=0)
    finally:
        choose_none()


def take_snapshot(*, now: datetime) -> SchemaSnapshot:
    """Keep the template schema as SQL; earlier snapshots go.

    :raises tenants.errors.DumpProgramMissing: if there's no pg_dump that fits the server
    """
    text = replayable(dump_schema(settings.TEMPLATE_SCHEMA), schema_name=settings.TEMPLATE_SCHEMA)
    with transaction.atomic():
        SchemaSnapshot.objects.all().delete()
        return SchemaSnapshot.objects.create(fingerprint=fingerprint(), sql=text, made_at=now)


def replayable(dump: str, *, schema_name: str) -> str:
    """Return a dump without the settings that would outlive it in its session, and without its comments.

    :raises ValueError: if the schema is named anywhere but in front of a dot, where `replay` would miss it
    """
    for what in (_HEADERS, _SESSION_SETTINGS, _PSQL_COMMANDS):
        dump = what.sub("", dump)
    unforeseen = re.compile(rf"^.*\b{schema_name}\b.*$", re.MULTILINE)
    if line := unforeseen.search(_renamed(dump, schema_name, "another")):
        raise ValueError(f"The dump names its schema where nobody foresaw it: {line[0][:200]}")
    return dump


def replay(snapshot: SchemaSnapshot, *, schema_name: str) -> None:
    """Make a schema from the snapshot in the current transaction; afterwards no schema is chosen.

    :raises django.db.ProgrammingError: if the schema exists
    """
    text = _renamed(snapshot.sql, settings.TEMPLATE_SCHEMA, schema_name)
    with connection.cursor() as cursor:
        # Every name in the snapshot carries its schema, so that nothing can land in another one.
        cursor.execute("SET LOCAL search_path = ''")
        cursor.execute(text)
    choose_none()


def drop_schema(schema_name: str) -> None:
    """Remove a schema with everything in it, if it's there."""
    with transaction.atomic(), connection.cursor() as cursor:
        # Its foreign keys lock shared tables, which others are reading: rather give up than keep them waiting.
        cursor.execute("SET LOCAL lock_timeout = '10s'")
        cursor.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(schema_name)))


def _renamed(text: str, old: str, new: str) -> str:
    quoted = f'"{new}"'
    text = text.replace(f"CREATE SCHEMA {old};\n", f"CREATE SCHEMA {quoted};\n", 1)
    return re.sub(rf"(?<![\w$\"]){old}(?=\.)", quoted, text)
