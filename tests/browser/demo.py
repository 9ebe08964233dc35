"""The running demo: started once for the whole run, or one that runs already when somebody works on these tests."""

import http.client
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings

from libsys.embedded.ports import free_port

# The state folder of a demo that runs already. Its data must be fresh: these tests lend what demo.json calls available.
RUNNING_HOME = "LIBSYS_TEST_DEMO_HOME"
# Two cores may have ten other things to do.
START_SECONDS = 600
TOWNS = ("Aarhus", "Hedensted", "Sundbyberg", "Oulu")


@dataclass(frozen=True)
class Demo:
    """The demo as its own `demo.json` describes it.

    :ivar sessions: cookies of staff who have logged in, by municipality, role and branch
    :ivar ready: titles that were put on the hold shelf, whose patrons are told within a minute
    """

    port: int
    facts: dict[str, Any]
    sessions: dict[tuple[str, str, str], list[Any]] = field(default_factory=dict)
    ready: list[str] = field(default_factory=list)

    def municipality(self, name: str = "Aarhus") -> dict[str, Any]:
        """Return one of the municipalities."""
        return next(each for each in self.facts["municipalities"] if each["name"] == name)

    def staff(self, role: str, name: str = "Aarhus") -> dict[str, str]:
        """Return an account of the municipality, or of the consortium when the name is empty."""
        accounts = self.municipality(name)["staff"] if name else self.facts["console"]["staff"]
        return next(each for each in accounts if each["role"] == role)

    def patron(self, state: str, name: str = "Aarhus", *, place: int = 0) -> dict[str, str]:
        """Return a patron in this state; each state has two with places of their own, 0 and 1."""
        return [each for each in self.municipality(name)["patrons"] if each["state"] == state][place]

    def items(self, state: str, name: str = "Aarhus") -> list[str]:
        """Return barcodes of items that were in this state when the demo was loaded."""
        return list(self.municipality(name)["items"][state])

    def branch(self, place: int = 0, name: str = "Aarhus") -> str:
        """Return a branch's name: 0 and 1 are public, 2 is a school's."""
        return str(self.municipality(name)["branches"][place]["name"])

    def url(self, path: str = "/", name: str = "Aarhus") -> str:
        """Return an address of the municipality, or of the consortium when the name is empty."""
        host = f"{name.lower()}.localhost" if name else "localhost"
        return f"http://{host}:{self.port}{path}"

    def status(self, host: str) -> int:
        """Return the status of a host's first page."""
        return self._first_page(host)[0]

    def can_search(self) -> bool:
        """Return whether the search index is there; until then pages say that it's being built."""
        return 'class="hits"' in self._first_page("aarhus.localhost")[1]

    def _first_page(self, host: str) -> tuple[int, str]:
        # By address and Host header, since not every resolver knows *.localhost.
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("GET", "/", headers={"Host": f"{host}:{self.port}"})
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()


@contextmanager
def running_demo() -> Iterator[Demo]:
    """Take the demo that runs already, if one is named; otherwise start one in a folder of its own, and stop it."""
    home = os.environ.get(RUNNING_HOME)
    if home:
        yield _described_in(Path(home))
        return
    with tempfile.TemporaryDirectory(prefix="libsys-demo-") as folder:
        # A service user must be able to reach the folder.
        Path(folder).chmod(0o755)
        with _started(Path(folder)):
            yield _described_in(Path(folder) / "var")


def eventually(condition: Callable[[], bool], *, seconds: float = 120, pause: float = 0.1) -> None:
    """Wait for something that no page shows by itself, and fail when it doesn't happen.

    :param pause: seconds between two looks; looking at a page costs the machine something
    """
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, f"It didn't happen within {seconds} s."
        time.sleep(pause)


def _described_in(home: Path) -> Demo:
    facts = json.loads((home / "demo.json").read_text(encoding="utf-8"))
    return Demo(urlsplit(facts["console"]["url"]).port or 80, facts)


@contextmanager
def _started(folder: Path) -> Iterator[None]:
    # The demo takes it when its own servers have theirs, so it comes from elsewhere.
    port, log = free_port(among=range(10_000, 20_000)), folder / "demo.log"
    inherited = {name: value for name, value in os.environ.items() if not _is_ours(name)}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "libsys.embedded", "demo", "--home", str(folder / "var"), "--port", str(port)],
            cwd=settings.ROOT,
            # A journey has its identity provider on this machine.
            env={**inherited, "LIBSYS_PRIVATE_SOURCES": "localhost"},
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
        )
        try:
            _wait_until_ready(process, log)
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=START_SECONDS)


def _is_ours(name: str) -> bool:
    ours = ("DATABASE_URL", "REDIS_URL", "PORT", "RESET", "MAKEFLAGS", "MAKELEVEL")
    return name.startswith("LIBSYS_") or name in ours


def _wait_until_ready(process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    # Said when everything is up, and not only the web.
    while b"Libsys is ready" not in log.read_bytes():
        if process.poll() is not None:
            pytest.fail(f"The demo ended while it started:\n{log.read_text()[-3000:]}")
        if time.monotonic() > until:
            pytest.fail(f"The demo wasn't ready after {START_SECONDS} s:\n{log.read_text()[-3000:]}")
        time.sleep(0.5)
