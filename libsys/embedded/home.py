"""The state folder of one demo (`LIBSYS_HOME`): who holds it, what it remembers, and how it's emptied."""

import fcntl
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from libsys.embedded.accounts import Account, can_enter
from libsys.embedded.problems import StartProblem

MARKER = ".libsys-home"
LOCK = "supervisor.lock"


class Home:
    """A folder that belongs to one installation."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        self.logs = self.path / "logs"
        self.lock_file = self.path / LOCK
        self.demo_file = self.path / "demo.json"
        self._state_file = self.path / "services.json"

    def open(self) -> None:
        """Make the folder, or see that it's one of ours and that we may write in it.

        :raises StartProblem: when it's a file, somebody else's, or holds other things
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            if not (self.path / MARKER).exists():
                self._take()
            self.lock_file.open("a").close()
            self.logs.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise StartProblem(
                f"The state folder {self.path} can't be used: {error.strerror}.",
                advice="choose a folder that you may write in, LIBSYS_HOME=…, or start as the user it belongs to",
            ) from error

    def _take(self) -> None:
        strangers = sorted(entry.name for entry in self.path.iterdir())
        if strangers and self.path.name != "var":
            raise StartProblem(
                f"{self.path} holds other things ({', '.join(strangers[:5])}) and isn't a state folder of Libsys.",
                advice="choose an empty or a new folder: LIBSYS_HOME=…",
            )
        if not strangers:
            # As root the account of the database passes through; what lies inside has modes of its own.
            self.path.chmod(0o711 if os.geteuid() == 0 else 0o700)
        (self.path / MARKER).write_text("The state of one Libsys installation; `make demo RESET=1` empties it.\n")

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the folder for ourselves.

        :raises StartProblem: when another one holds it
        """
        with self.lock_file.open("a+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise StartProblem(
                    f"Libsys already runs on {self.path} (process {self.holder() or 'unknown'}).",
                    advice="use that one, stop it (make stop), or start this one elsewhere: "
                    "make demo LIBSYS_HOME=… PORT=…",
                ) from None
            lock.truncate(0)
            lock.write(str(os.getpid()))
            lock.flush()
            try:
                yield
            finally:
                lock.truncate(0)

    def holder(self) -> int | None:
        """Return the process that holds the folder, as it wrote down itself."""
        try:
            return int(self.lock_file.read_text())
        except (OSError, ValueError):
            return None

    def is_held(self) -> bool:
        """Return whether somebody holds the folder now."""
        try:
            with self.lock_file.open("a") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False

    def remembered(self) -> dict[str, Any]:
        """Return what earlier starts wrote down: ports, processes, where the services' data lies."""
        try:
            state = json.loads(self._state_file.read_text())
        except (OSError, ValueError):
            return {}
        return state if isinstance(state, dict) else {}

    def remember(self, **facts: Any) -> None:
        """Write facts down for the next start."""
        write_private(self._state_file, json.dumps(self.remembered() | facts, indent=2))

    def empty(self) -> None:
        """Delete all state, also what lies outside; the caller holds the folder.

        :raises StartProblem: when the folder isn't one of ours
        """
        if not (self.path / MARKER).exists():
            raise StartProblem(f"{self.path} isn't a state folder of Libsys; nothing was deleted.")
        outside = self.recorded_services()
        if self.path not in outside.parents and (outside / MARKER).exists():
            shutil.rmtree(outside)
        for entry in self.path.iterdir():
            # The benchmarks' home lies in the demo's by default, and isn't the demo's to delete.
            if entry.name in {MARKER, LOCK} or (entry / MARKER).exists():
                continue
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()
        self.logs.mkdir(mode=0o700)

    def recorded_services(self) -> Path:
        """Return where the services' data lay last time."""
        return Path(self.remembered().get("services", self.path / "services"))

    def services_folder(self, account: Account | None) -> tuple[Path, str]:
        """Return where database and broker keep their data, and a remark when that isn't in the state folder."""
        recorded = self.recorded_services()
        if recorded.is_dir() and can_enter(account, recorded):
            return recorded, "" if self.path in recorded.parents else self._remark(recorded)
        inside = self.path / "services"
        if account is None or can_enter(account, self.path):
            inside.mkdir(exist_ok=True)
            inside.chmod(0o711)
            self.remember(services=str(inside))
            return inside, ""
        outside = Path(tempfile.mkdtemp(prefix="libsys-", dir=_lasting_temporary_folder()))
        outside.chmod(0o711)
        (outside / MARKER).write_text(f"Database and broker of {self.path}\n")
        self.remember(services=str(outside))
        return outside, self._remark(outside)

    def _remark(self, folder: Path) -> str:
        return f"The account of the database can't enter {self.path}; its data lies in {folder}."


def _lasting_temporary_folder() -> str:
    # /tmp is often memory and is emptied at every start of the machine.
    return "/var/tmp" if os.access("/var/tmp", os.W_OK) else tempfile.gettempdir()


def write_private(file: Path, text: str) -> None:
    """Write a file that only its owner can read, complete or not at all."""
    draft = file.with_name(f"{file.name}.new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        out.write(text)
    draft.replace(file)
