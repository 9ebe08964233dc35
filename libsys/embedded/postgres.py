"""The embedded PostgreSQL: made once, started on loopback, and given one database and one ordinary role."""

import os
import signal
from pathlib import Path

import psycopg
from psycopg import sql

from libsys.embedded.accounts import Account
from libsys.embedded.home import write_private
from libsys.embedded.installations import Installation, find_postgres, runnable_by
from libsys.embedded.locales import utf8_locale
from libsys.embedded.ports import LOOPBACK, free_port
from libsys.embedded.problems import StartProblem
from libsys.embedded.processes import Command
from libsys.embedded.supervisor import Supervisor

NAME = "postgres"
ADMIN = "postgres"
ROLE = DATABASE = "libsys"
# After a power cut it first reads every file of every municipality, and a busy disk takes its time.
START_SECONDS = 300
# The path of a Unix socket can't be longer than 107 bytes; its name takes 16 of them.
LONGEST_SOCKET_FOLDER = 90
# Fast shutdown, then the one that leaves recovery to the next start.
STOP = ((signal.SIGINT, 60.0), (signal.SIGQUIT, 5.0))
TUNING = {
    "max_connections": "200",
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",
    # One transaction may touch every table of a municipality, and a deletion every table of several.
    "max_locks_per_transaction": "1024",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m %q%u ",
    "logging_collector": "off",
    "log_destination": "stderr",
}
# For data that nobody misses after a power cut.
THROW_AWAY_TUNING = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Postgres:
    """The database server of one home."""

    def __init__(
        self, supervisor: Supervisor, services: Path, account: Account | None, *, password: str, durable: bool
    ) -> None:
        self.supervisor = supervisor
        self.home = supervisor.home
        self.folder = services / NAME
        self.data = self.folder / "data"
        self.account = account
        self.password = password
        self.durable = durable
        self.installation = self._installation(services)
        self.port = 0

    @property
    def url(self) -> str:
        """The address for the application."""
        return f"postgres://{ROLE}:{self.password}@{LOOPBACK}:{self.port}/{DATABASE}"

    def start(self) -> None:
        """Make the data folder when there's none, start the server, and see to role and database.

        :raises StartProblem: when one of these fails
        """
        self._make_folder()
        self._make_data()
        self._start_on_a_free_port()
        self._make_database()

    def _installation(self, services: Path) -> Installation:
        version = self.data / "PG_VERSION"
        major = int(version.read_text()) if version.exists() else None
        return runnable_by(self.account, find_postgres(major), services)

    def _make_folder(self) -> None:
        self.folder.mkdir(exist_ok=True)
        self.folder.chmod(0o700)
        if self.account is not None:
            os.chown(self.folder, self.account.uid, self.account.gid)

    def _make_data(self) -> None:
        if (self.data / "PG_VERSION").exists():
            # A backup or a copy may have opened the folder, and PostgreSQL refuses such a one.
            self.data.chmod(0o700)
            return
        password_file = self.folder / "password"
        write_private(password_file, self.password)
        if self.account is not None:
            os.chown(password_file, self.account.uid, self.account.gid)
        # Made aside and renamed, so that an interrupted start doesn't leave half a database.
        draft = self.folder / "data.new"
        locale = utf8_locale()
        try:
            self.supervisor.complete(
                self._command(
                    "initdb",
                    ["-D", str(draft), "-U", ADMIN, f"--pwfile={password_file}", "--auth=scram-sha-256"]
                    + [f"--locale={locale}", "--encoding=UTF8", "--no-instructions"]
                    + ([] if self.durable else ["--no-sync"]),
                ),
                advice="the lines above are initdb's; when the disk is full, choose another folder: LIBSYS_HOME=…",
            )
        finally:
            password_file.unlink()
        draft.rename(self.data)

    def _start_on_a_free_port(self) -> None:
        preferred = self.home.remembered().get("postgres_port")
        for _ in range(3):
            self.port = free_port(preferred)
            self.home.remember(postgres_port=self.port)
            command = self._command("postgres", ["-D", str(self.data), *self._settings()])
            child = self.supervisor.start(command)
            try:
                self.supervisor.wait_until(
                    self._answers,
                    seconds=START_SECONDS,
                    otherwise=StartProblem(f"PostgreSQL didn't answer in {START_SECONDS} s.", log=command.log),
                )
                return
            except StartProblem:
                if child.is_alive() or "Address already in use" not in command.log.read_text(errors="replace"):
                    raise
                self.supervisor.stop(child)
                preferred = None
        raise StartProblem("PostgreSQL found no free port in three tries.", advice="try again")

    def _command(self, program: str, arguments: list[str]) -> Command:
        # A bare environment: PGPORT and its kin would change what the server does.
        environment = {"HOME": str(self.folder), "PATH": os.defpath, "LANG": utf8_locale()}
        return Command(
            name=program,
            argv=[str(self.installation.programs / program), *arguments],
            environment=environment,
            folder=self.folder,
            log=self.home.logs / f"{program}.log",
            account=self.account,
            is_server=True,
            stop=STOP,
        )

    def _settings(self) -> list[str]:
        has_socket = len(os.fsencode(self.folder)) <= LONGEST_SOCKET_FOLDER
        settings = TUNING | ({} if self.durable else THROW_AWAY_TUNING)
        settings |= {
            "port": str(self.port),
            "listen_addresses": LOOPBACK,
            # A list of folders; quoted, a comma in a name doesn't part it.
            "unix_socket_directories": f'"{self.folder}"' if has_socket else "",
            "unix_socket_permissions": "0700",
        }
        return [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]

    def _connect(self, database: str = "postgres") -> psycopg.Connection:
        return psycopg.connect(
            host=LOOPBACK,
            port=self.port,
            user=ADMIN,
            password=self.password,
            dbname=database,
            connect_timeout=5,
            autocommit=True,
        )

    def _answers(self) -> bool:
        try:
            self._connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def _make_database(self) -> None:
        with self._connect() as connection:
            if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone():
                # An ordinary role, as in production: what it may not do there fails here too.
                connection.execute(
                    sql.SQL("CREATE ROLE {} LOGIN CREATEDB PASSWORD {}").format(
                        sql.Identifier(ROLE), sql.Literal(self.password)
                    )
                )
                connection.execute(sql.SQL("GRANT pg_monitor TO {}").format(sql.Identifier(ROLE)))
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                connection.execute(
                    sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(DATABASE), sql.Identifier(ROLE))
                )
