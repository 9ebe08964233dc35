"""CPU time of servers and connections, as the kernel counts it: user and system together, in seconds."""

import json
import os
import time
from dataclasses import dataclass

import psutil
from django.db import connection


class Server:
    """A process and all that it has started."""

    def __init__(self, pid: int) -> None:
        self.process = psutil.Process(pid)

    def seconds(self) -> float:
        """Return the CPU time so far, that of children which have ended included."""
        own = self.process.cpu_times()
        total = own.user + own.system + own.children_user + own.children_system
        for child in self.process.children(recursive=True):
            try:
                times = child.cpu_times()
            except psutil.NoSuchProcess:
                continue
            total += times.user + times.system
        return total


def server(name: str) -> Server:
    """Return one of the demo's servers: postgres, broker, worker, beat or web."""
    return Server(int(json.loads(os.environ["BENCH_PROCESSES"])[name]))


@dataclass(frozen=True)
class Spent:
    """What a piece of work in this process took.

    :ivar python: CPU seconds of this process
    :ivar database: CPU seconds of the database's process for our connection
    """

    wall: float
    python: float
    database: float

    @property
    def cpu(self) -> float:
        """Both together."""
        return self.python + self.database

    def __str__(self) -> str:
        return f"{self.wall:.2f} s wall; CPU: Python {self.python:.2f} s + database {self.database:.2f} s"


class OwnClock:
    """Takes the time of work that this process does over Django's connection."""

    def __init__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            self._backend = psutil.Process(cursor.fetchone()[0])
        self._wall, self._python, self._database = time.perf_counter(), time.process_time(), self._backend_seconds()

    def _backend_seconds(self) -> float:
        times = self._backend.cpu_times()
        return float(times.user + times.system)

    def read(self) -> Spent:
        """Return what was spent since the clock was made."""
        return Spent(
            time.perf_counter() - self._wall,
            time.process_time() - self._python,
            self._backend_seconds() - self._database,
        )
