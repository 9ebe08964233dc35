"""The embedded broker: Valkey or Redis on loopback, with a password, its messages kept on disk."""

import os
import signal
from pathlib import Path

import redis

from libsys.embedded.accounts import Account
from libsys.embedded.home import write_private
from libsys.embedded.installations import find_broker, program_for
from libsys.embedded.ports import LOOPBACK, free_port
from libsys.embedded.problems import StartProblem
from libsys.embedded.processes import Command
from libsys.embedded.supervisor import Supervisor

NAME = "broker"
START_SECONDS = 120


class Broker:
    """The broker of one home."""

    def __init__(
        self, supervisor: Supervisor, services: Path, account: Account | None, *, password: str, durable: bool
    ) -> None:
        self.supervisor = supervisor
        self.home = supervisor.home
        self.folder = services / NAME
        self.account = account
        self.password = password
        self.durable = durable
        self.program = program_for(account, find_broker(), services)
        self.port = 0

    @property
    def url(self) -> str:
        """The address for the application."""
        return f"redis://:{self.password}@{LOOPBACK}:{self.port}/0"

    def start(self) -> None:
        """Start the broker and wait until it answers.

        :raises StartProblem: when it doesn't
        """
        self.folder.mkdir(exist_ok=True)
        self.folder.chmod(0o700)
        self._give(self.folder)
        self.port = free_port(self.home.remembered().get("broker_port"))
        self.home.remember(broker_port=self.port)
        settings = self.folder / "settings.conf"
        write_private(settings, "".join(f"{name} {value}\n" for name, value in self._settings().items()))
        self._give(settings)
        command = Command(
            name=NAME,
            argv=[str(self.program), str(settings)],
            environment={"HOME": str(self.folder), "PATH": os.defpath},
            folder=self.folder,
            log=self.home.logs / f"{NAME}.log",
            account=self.account,
            is_server=True,
            stop=((signal.SIGTERM, 10.0),),
        )
        self.supervisor.start(command)
        self.supervisor.wait_until(
            self._answers,
            seconds=START_SECONDS,
            otherwise=StartProblem(f"The broker didn't answer in {START_SECONDS} s.", log=command.log),
        )

    def _give(self, path: Path) -> None:
        if self.account is not None:
            os.chown(path, self.account.uid, self.account.gid)

    def _settings(self) -> dict[str, str]:
        return {
            "bind": LOOPBACK,
            "port": str(self.port),
            "dir": f'"{self.folder}"',
            "requirepass": self.password,
            "daemonize": "no",
            "save": '""',
            "appendonly": "yes" if self.durable else "no",
            "appendfsync": "everysec",
            # A full broker says so instead of forgetting tasks.
            "maxmemory-policy": "noeviction",
            "databases": "4",
        }

    def _answers(self) -> bool:
        client = redis.Redis.from_url(self.url, socket_timeout=5)
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
        finally:
            client.close()
