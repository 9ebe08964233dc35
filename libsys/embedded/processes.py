"""One child process: started so that it can't outlive us, stopped by asking first, known again after a crash."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from libsys.embedded.accounts import Account, becoming
from libsys.embedded.problems import StartProblem

PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass(frozen=True)
class Command:
    """How a process is started, and how it wants to be asked to stop."""

    name: str
    argv: Sequence[str]
    environment: Mapping[str, str]
    folder: Path
    log: Path
    account: Account | None = None
    # Others need it: it's stopped when they have ended.
    is_server: bool = False
    # Each signal gets its seconds before the next one is sent; at the end the whole group is killed.
    stop: Sequence[tuple[signal.Signals, float]] = ((signal.SIGTERM, 10),)


class Child:
    """A process that we started."""

    def __init__(self, command: Command) -> None:
        self.command = command
        self.name = command.name
        _keep_previous(command.log)
        with command.log.open("wb") as log:
            self.process = _popen(command, log.fileno())

    @property
    def pid(self) -> int:
        """The process's number."""
        return self.process.pid

    def is_alive(self) -> bool:
        """Return whether it still runs."""
        return self.process.poll() is None

    def ending(self) -> str:
        """Return how it ended, in words."""
        code = self.process.poll()
        if code is None:
            return "still runs"
        return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"

    def stop(self) -> None:
        """Ask it to stop, wait, insist, and leave nothing of its group behind."""
        for wanted, seconds in self.command.stop:
            if not self.is_alive():
                break
            self.process.send_signal(wanted)
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                continue
        _kill_group(self.pid)
        self.process.wait()


def _popen(command: Command, log: int) -> subprocess.Popen[bytes]:
    try:
        process: subprocess.Popen[bytes] = subprocess.Popen(
            command.argv,
            cwd=command.folder,
            env=dict(command.environment),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=end_with_parent(command.stop[0][0]),
            **becoming(command.account),
        )
    except OSError as error:
        raise StartProblem(f"{command.name} can't be started: {error}.") from error
    return process


def end_with_parent(wanted: signal.Signals) -> Callable[[], None] | None:
    """Return what a new process runs first, so that it gets the signal when we die without a chance to stop it.

    Only Linux knows this; elsewhere the next start finds and stops what was left.
    """
    if _LIBC is None:
        return None
    libc, parent = _LIBC, os.getpid()

    def ask_for_signal() -> None:
        libc.prctl(PR_SET_PDEATHSIG, int(wanted), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return ask_for_signal


def _keep_previous(log: Path) -> None:
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists():
        log.replace(log.with_name(f"{log.name}.1"))


def _kill_group(pid: int) -> None:
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass


def birth_of(pid: int) -> str:
    """Return what tells this process from a later one with the same number; empty when there's none."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return _birth_by_ps(pid) if sys.platform != "linux" else ""
    # The first field behind the name is the state (a zombie has ended), the twentieth the start in clock ticks.
    return "" if fields[0] in "ZX" else fields[19]


def _birth_by_ps(pid: int) -> str:
    done = subprocess.run(
        ["/bin/ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    state, _, birth = done.stdout.strip().partition(" ")
    return "" if state.startswith("Z") else birth.strip()


def stop_stranger(pid: int, birth: str, stop: Sequence[tuple[signal.Signals, float]]) -> bool:
    """Stop a process that an earlier start left behind, if it's still the same one; return whether it was there."""
    if not birth or birth_of(pid) != birth:
        return False
    for wanted, seconds in (*stop, (signal.SIGKILL, 5.0)):
        try:
            os.kill(pid, wanted)
        except ProcessLookupError:
            break
        if _ended_within(seconds, lambda: birth_of(pid) != birth):
            break
    _kill_group(pid)
    return True


def _ended_within(seconds: float, has_ended: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + seconds
    while not has_ended():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
