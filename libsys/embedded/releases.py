"""Which program brought a database up to date last, noted in the database itself: the next start needn't ask again."""

import hashlib
import sys
from pathlib import Path

import psycopg
from psycopg import sql

_NOTE = "Brought up to date: "
_SCHEMAS = "SELECT schemaname FROM pg_tables WHERE tablename = 'django_migrations' ORDER BY schemaname"
_APPLIED = "SELECT md5(string_agg(app || '.' || name, ',' ORDER BY app, name)) FROM {}"


def program_in(root: Path) -> str:
    """Return what identifies the code that migrates, and the packages that it runs on.

    :param root: the project's folder; every package of Python in it counts, but not the tests
    """
    digest = hashlib.sha256(sys.version.encode())
    lock = Path(sys.prefix) / "installed.lock"
    digest.update(lock.read_bytes() if lock.exists() else b"")
    for package in sorted(root.glob("*/__init__.py")):
        if package.parent.name != "tests":
            for path in sorted(package.parent.rglob("*.py")):
                digest.update(f"\n{path.relative_to(root)}\n".encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()


def is_up_to_date(url: str, program: str) -> bool:
    """Return whether this program has brought the database up to date, and every schema is as it was then."""
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()"
        ).fetchone()
        return row is not None and row[0] == _note(connection, program)


def note_up_to_date(url: str, program: str) -> None:
    """Note that this program has just brought the database up to date."""
    with psycopg.connect(url) as connection:
        name = sql.Identifier(connection.info.dbname)
        note = sql.Literal(_note(connection, program))
        connection.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(name, note))


def _note(connection: psycopg.Connection, program: str) -> str:
    """Return the note: a municipality that was provisioned since has the same migrations, and changes nothing."""
    tables = [sql.Identifier(schema, "django_migrations") for (schema,) in connection.execute(_SCHEMAS)]
    applied = sql.SQL(" UNION ").join(sql.SQL(_APPLIED).format(table) for table in tables)
    # UNION, without ALL, leaves each state once.
    states = sorted(str(state) for (state,) in connection.execute(applied)) if tables else []
    return _NOTE + hashlib.sha256(" ".join([program, *states]).encode()).hexdigest()
