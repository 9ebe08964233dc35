"""The same kind of request again and again by several clients: CPU and wall time of one."""

import statistics
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add

from bench.speed.clients import Client, Request
from bench.speed.cpu import Server
from bench.speed.figures import Figure

_PARTS = 5


@dataclass(frozen=True)
class LoopResult:
    """What a loop found, in seconds and bytes of all its requests.

    :ivar web: CPU of all web processes
    :ivar database: CPU of all of PostgreSQL, its background writers included
    :ivar walls: each request's wall time
    :ivar quietest: CPU of one request in the part of the loop that was disturbed least
    """

    web: float
    database: float
    walls: tuple[float, ...]
    size: int
    quietest: float

    def __add__(self, other: "LoopResult") -> "LoopResult":
        return LoopResult(
            self.web + other.web,
            self.database + other.database,
            self.walls + other.walls,
            self.size + other.size,
            min(self.quietest, other.quietest),
        )

    def cpu_figure(self, name: str, goal: float | None) -> Figure:
        """Return the CPU time of one request as a figure."""
        count = len(self.walls)
        web, database = self.web / count * 1000, self.database / count * 1000
        detail = (
            f"web {web:.1f} + database {database:.1f}; {self.quietest * 1000:.1f} in the quietest fifth; "
            f"{count} requests, {self.size / count / 1024:.1f} KB"
        )
        return Figure(name=f"{name}: CPU", value=web + database, unit="ms", goal=goal, detail=detail)

    def wall_figure(self, name: str, goal: float | None, clients: int) -> Figure:
        """Return the 95th percentile of the wall time as a figure."""
        ordered = sorted(self.walls)
        detail = f"p50 {statistics.median(ordered) * 1000:.1f} ms, {clients} clients"
        p95 = ordered[int(len(ordered) * 0.95)] * 1000
        return Figure(name=f"{name}: wall, p95", value=p95, unit="ms", goal=goal, bound="<", detail=detail)


class Loop:
    """Sends requests through all clients at once."""

    def __init__(self, clients: Sequence[Client], *, web: Server, database: Server) -> None:
        self.clients = clients
        self._web = web
        self._database = database

    def warm_up(self, requests: Sequence[Request]) -> None:
        """Send some requests, each over a new connection, so that each web process has seen what it caches."""
        for place, request in enumerate(requests):
            client = self.clients[place % len(self.clients)]
            client.close()
            client.send(request)

    def run(self, requests: Sequence[Request]) -> LoopResult:
        """Share the requests among the clients, send them, and return what they took.

        :raises bench.speed.figures.MeasurementBroke: if an answer isn't what it must be
        """
        step = -(-len(requests) // _PARTS)
        parts = [self._part(requests[start : start + step]) for start in range(0, len(requests), step)]
        return reduce(add, parts)

    def _part(self, requests: Sequence[Request]) -> LoopResult:
        shares = [requests[place :: len(self.clients)] for place in range(len(self.clients))]
        senders = [_Sender(client, share) for client, share in zip(self.clients, shares, strict=True)]
        web, database = self._web.seconds(), self._database.seconds()
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
        web, database = self._web.seconds() - web, self._database.seconds() - database
        for sender in senders:
            if sender.problem:
                raise sender.problem
        walls = tuple(wall for sender in senders for wall in sender.walls)
        return LoopResult(web, database, walls, sum(sender.size for sender in senders), (web + database) / len(walls))


class _Sender(threading.Thread):
    """One client at work."""

    def __init__(self, client: Client, requests: Sequence[Request]) -> None:
        super().__init__(daemon=True)
        self._client = client
        self._requests = requests
        self.walls: list[float] = []
        self.size = 0
        self.problem: Exception | None = None

    def run(self) -> None:
        try:
            for request in self._requests:
                began = time.perf_counter()
                page = self._client.send(request)
                self.walls.append(time.perf_counter() - began)
                self.size += len(page)
        except Exception as problem:
            self.problem = problem
