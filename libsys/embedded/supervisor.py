"""Starts processes in order, watches them, and stops them whatever happens, the servers last."""

import signal
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import FrameType, TracebackType
from typing import Self

from libsys.embedded.attendance import Attendance
from libsys.embedded.home import Home
from libsys.embedded.problems import StartProblem, StopRequested, last_lines
from libsys.embedded.processes import Child, Command, birth_of, end_with_parent, stop_stranger
from libsys.embedded.progress import Progress

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
WAIT = 0.1
WATCH = 0.5


class Supervisor:
    """Holds the children of one home."""

    def __init__(self, home: Home, progress: Progress) -> None:
        self.home = home
        self.progress = progress
        self.children: list[Child] = []
        self.stop_signal: signal.Signals | None = None
        self._attendance = Attendance()
        self._previous: dict[signal.Signals, object] = {}

    def __enter__(self) -> Self:
        for number in STOP_SIGNALS:
            previous = signal.getsignal(number)
            # `nohup make demo` asks to outlive the terminal.
            if number is signal.SIGHUP and previous is signal.SIG_IGN:
                continue
            self._previous[number] = signal.signal(number, self._heed)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop_all()
        for number, previous in self._previous.items():
            signal.signal(number, previous)  # type: ignore[arg-type]

    def _heed(self, number: int, frame: FrameType | None) -> None:
        self.stop_signal = signal.Signals(number)

    def check(self) -> None:
        """See that nobody asked us to stop and that all children live.

        :raises StopRequested: when somebody asked
        :raises StartProblem: when a child has ended by itself
        """
        self._check_requests()
        for child in self.children:
            if not child.is_alive():
                # Whoever stops the machine sends the signal to all of us at once, and the child may be faster.
                time.sleep(WAIT)
                self._check_requests()
                raise StartProblem(
                    f"{child.name} {child.ending()}; everything else is being stopped.",
                    advice="start again; when that ends the same way, begin anew: make demo RESET=1",
                    log=child.command.log,
                )

    def _check_requests(self) -> None:
        if self.stop_signal is None and self._attendance.has_ended():
            self.stop_signal = signal.SIGHUP
        if self.stop_signal is not None:
            raise StopRequested

    def start(self, command: Command) -> Child:
        """Start a process that shall go on running."""
        self.check()
        child = Child(command)
        self.children.append(child)
        self._write_down()
        return child

    def stop(self, child: Child) -> None:
        """Stop one child."""
        child.stop()
        self.children.remove(child)
        self._write_down()

    def wait_until(self, is_ready: Callable[[], bool], *, seconds: float, otherwise: StartProblem) -> None:
        """Wait until it's ready, while all children live.

        :raises StartProblem: the given one when the time is over
        """
        deadline = time.monotonic() + seconds
        while True:
            self.check()
            if is_ready():
                return
            if time.monotonic() > deadline:
                raise otherwise
            self.progress.live("")
            time.sleep(WAIT)

    def complete(self, command: Command, *, advice: str) -> None:
        """Run a process to its end, showing the last line that it wrote.

        :raises StartProblem: when it fails
        """
        child = self.start(command)
        while child.is_alive():
            self._check_requests()
            self.progress.live(" ".join(last_lines(command.log, 1)))
            time.sleep(WAIT)
        ending = child.ending()
        code = child.process.returncode
        self.stop(child)
        if code:
            # When a server has gone the step fails too, and the server's log tells more.
            self.check()
            raise StartProblem(f"{command.name} {ending}.", advice=advice, log=command.log)

    def run_in_front(self, argv: list[str], environment: dict[str, str]) -> int:
        """Run a command on our own terminal while the services live; return its code.

        :raises StartProblem: when it can't be started, or a service ends meanwhile
        """
        try:
            process = subprocess.Popen(argv, env=environment, preexec_fn=end_with_parent(signal.SIGTERM))
        except OSError as error:
            raise StartProblem(f"{argv[0]} can't be started: {error.strerror}.") from error
        try:
            while process.poll() is None:
                self.check()
                time.sleep(WAIT)
        except StopRequested:
            self._end(process)
        except StartProblem:
            self._end(process)
            raise
        return process.returncode

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        # Ctrl-C has reached the command already, for it shares our terminal.
        patience = 10 if self.stop_signal is signal.SIGINT else 0
        for ask, seconds in ((process.terminate, patience), (process.kill, 10)):
            try:
                process.wait(seconds)
            except subprocess.TimeoutExpired:
                ask()
        process.wait()

    def watch(self) -> None:
        """Stay until somebody asks us to stop.

        :raises StartProblem: when a child ends by itself
        """
        try:
            while True:
                self.check()
                time.sleep(WATCH)
        except StopRequested:
            return

    def stop_all(self) -> None:
        """Stop all children: those that use the servers side by side, and then the servers."""
        for are_servers in (False, True):
            ending = [child for child in self.children if child.command.is_server == are_servers]
            if not ending:
                continue
            with ThreadPoolExecutor(len(ending)) as pool:
                list(pool.map(Child.stop, ending))
            self.children = [child for child in self.children if child not in ending]
            self._write_down()

    def stop_leftovers(self) -> list[str]:
        """Stop what an earlier supervisor left running when it was killed; return the names.

        The caller holds the home, so nobody else watches these processes.
        """
        stopped = []
        for record in reversed(self.home.remembered().get("running", [])):
            name, pid, birth = record["name"], record["pid"], record["birth"]
            # A database that's killed while it writes has to recover, which takes longer than the patience.
            asked = (signal.SIGINT, 60.0) if name == "postgres" else (signal.SIGTERM, 15.0)
            if stop_stranger(pid, birth, [asked]):
                stopped.append(name)
        self.home.remember(running=[])
        return stopped

    def _write_down(self) -> None:
        running = [{"name": child.name, "pid": child.pid, "birth": birth_of(child.pid)} for child in self.children]
        self.home.remember(running=running)
