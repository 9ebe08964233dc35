"""Database and broker of one home, embedded or named by DATABASE_URL and REDIS_URL, and the environment they make."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import psycopg
import redis

from libsys.embedded.accounts import Account, service_account
from libsys.embedded.broker import Broker
from libsys.embedded.home import Home
from libsys.embedded.installations import OLDEST_POSTGRES
from libsys.embedded.keys import keys_of
from libsys.embedded.postgres import Postgres
from libsys.embedded.problems import StartProblem
from libsys.embedded.supervisor import Supervisor

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Wanted:
    """What the caller asks for."""

    mode: str
    port: int
    # Whether data shall survive a power cut.
    durable: bool = True
    # Addresses of servers that run already; empty for an embedded one.
    database_url: str = ""
    redis_url: str = ""


class Services:
    """The services that a start needs, and where they are."""

    def __init__(self, supervisor: Supervisor, wanted: Wanted) -> None:
        self.supervisor = supervisor
        self.home: Home = supervisor.home
        self.wanted = wanted
        self.keys = keys_of(self.home)
        self.database_url = wanted.database_url
        self.redis_url = wanted.redis_url
        self._programs: Path | None = None
        self._placed: tuple[Path, Account | None] | None = None

    def start(self) -> None:
        """Start what isn't given and reach what is, each a step of the progress.

        :raises StartProblem: when a server can't be started or reached
        """
        step = self.supervisor.progress.step
        with step("Reaching PostgreSQL" if self.database_url else "Starting PostgreSQL"):
            if self.database_url:
                check_database(self.database_url)
            else:
                self.database_url = self._embedded_database()
        with step("Reaching the broker" if self.redis_url else "Starting the broker"):
            if self.redis_url:
                check_broker(self.redis_url)
            else:
                self.redis_url = self._embedded_broker()
        self.home.remember(environment=self.own_environment())

    def _embedded_database(self) -> str:
        folder, account = self._place()
        server = Postgres(
            self.supervisor, folder, account, password=self.keys.database_password, durable=self.wanted.durable
        )
        server.start()
        self._programs = server.installation.programs
        return server.url

    def _embedded_broker(self) -> str:
        folder, account = self._place()
        server = Broker(
            self.supervisor, folder, account, password=self.keys.broker_password, durable=self.wanted.durable
        )
        server.start()
        return server.url

    def _place(self) -> tuple[Path, Account | None]:
        if self._placed is None:
            account = service_account(self.home.recorded_services() / "postgres")
            folder, remark = self.home.services_folder(account)
            if remark:
                self.supervisor.progress.remark(remark)
            self._placed = folder, account
        return self._placed

    def environment(self, variables: Mapping[str, str] = os.environ) -> dict[str, str]:
        """Return the environment for every process of the application."""
        # libpq's own variables would change connections behind the address's back.
        kept = {name: value for name, value in variables.items() if self.wanted.database_url or name[:2] != "PG"}
        return kept | {"PATH": self._path(kept.get("PATH", os.defpath))} | self.own_environment()

    def _path(self, path: str) -> str:
        folders = [str(Path(sys.executable).parent), path]
        if self._programs is not None:
            folders.insert(1, str(self._programs))
        return os.pathsep.join(folders)

    def own_environment(self) -> dict[str, str]:
        """Return the variables that are ours, without the caller's."""
        return {
            "PYTHONUNBUFFERED": "1",
            "DJANGO_SETTINGS_MODULE": "libsys.settings",
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
            "LIBSYS_MODE": self.wanted.mode,
            "LIBSYS_HOME": str(self.home.path),
            "LIBSYS_SECRET_KEY": self.keys.secret_key,
            "LIBSYS_FIELD_KEYS": self.keys.field_keys,
            "LIBSYS_BASE_DOMAIN": "localhost",
            "LIBSYS_PORT": str(self.wanted.port),
        }


def check_database(url: str) -> None:
    """See that the database that was named answers, is new enough and keeps all letters.

    :raises StartProblem: when it doesn't
    """
    try:
        with psycopg.connect(url, connect_timeout=10) as connection:
            row = connection.execute("SELECT current_setting('server_version_num')::int, lower('Æ')").fetchone()
    except psycopg.Error as error:
        raise StartProblem(
            f"The database that DATABASE_URL names can't be used: {str(error).strip()}",
            advice="see that the server runs and that the database, the role and its password exist; "
            "without DATABASE_URL an embedded PostgreSQL is started",
        ) from error
    version, letter = row or (0, "")
    if version < OLDEST_POSTGRES * 10000:
        raise StartProblem(
            f"DATABASE_URL names PostgreSQL {version // 10000}; Libsys needs {OLDEST_POSTGRES} or newer.",
            advice="name a newer server, or leave DATABASE_URL out to start an embedded one",
        )
    if letter != "æ":
        raise StartProblem(
            "The database that DATABASE_URL names doesn't know that Æ is a letter, so search would fail.",
            advice="make it anew: CREATE DATABASE libsys TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'",
        )


def check_broker(url: str) -> None:
    """See that the broker that was named answers.

    :raises StartProblem: when it doesn't
    """
    try:
        with redis.Redis.from_url(url, socket_timeout=10, socket_connect_timeout=10) as client:
            client.ping()
    except (redis.RedisError, ValueError) as error:
        raise StartProblem(
            f"The broker that REDIS_URL names can't be used: {error}",
            advice="see that it runs and that the password is right; without REDIS_URL an embedded one is started",
        ) from error
