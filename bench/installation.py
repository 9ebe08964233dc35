"""A demo that runs while we measure: the same servers with the same settings as everybody's `make demo`."""

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

_START_SECONDS = 900
_STOP_SECONDS = 90
# What's measured is the servers that the demo brings itself; others would hide what they use.
_OTHER_SERVERS = ("DATABASE_URL", "REDIS_URL")


class InstallationProblem(Exception):
    """The demo couldn't be started."""


class Installation:
    """Starts the demo on a state folder, and stops it at the end."""

    def __init__(self, home: Path, *, port: int = 0, reset: bool = False) -> None:
        self.home = home
        self.port = port or _free_port()
        self._reset = reset
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.home.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "libsys.embedded", "demo", "--home", str(self.home), "--port", str(self.port)]
        environment = {name: value for name, value in os.environ.items() if name not in _OTHER_SERVERS}
        # With this the demo stops by itself when we're gone, as it does for make.
        environment.setdefault("MAKELEVEL", "1")
        self._process = subprocess.Popen(
            [*command, *(["--reset", "1"] if self._reset else [])], env=environment, stdin=subprocess.DEVNULL
        )
        try:
            self._wait_for_page()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def environment(self) -> dict[str, str]:
        """Return the environment for a process that works on the same data, and where to find the servers."""
        state = self._state()
        processes = {record["name"]: record["pid"] for record in state.get("running", [])}
        return os.environ | state["environment"] | {"BENCH_PROCESSES": json.dumps(processes)}

    def _state(self) -> dict[str, Any]:
        return dict(json.loads((self.home / "services.json").read_text()))

    def _wait_for_page(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while not (self._process and self._process.poll() is None and self._answers() and self._has_web()):
            if self._process is None or self._process.poll() is not None:
                raise InstallationProblem("The demo that was to be measured didn't start; it says why above.")
            if time.monotonic() > deadline:
                raise InstallationProblem(f"The demo didn't answer within {_START_SECONDS} s.")
            time.sleep(0.5)

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", "/readyz", headers={"Host": f"localhost:{self.port}"})
            return connection.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _has_web(self) -> bool:
        return any(record["name"] == "web" for record in self._state().get("running", []))

    def _stop(self) -> None:
        if self._process is None or self._process.poll() is not None:
            return
        self._process.terminate()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
