"""The operating-system account that database and broker run under: PostgreSQL refuses to run as root."""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from libsys.embedded.problems import StartProblem

# A dedicated account wins over the one that everybody uses for such things.
NAMES = ("libsys", "postgres", "nobody")


@dataclass(frozen=True)
class Account:
    """An account without rights of its own."""

    name: str
    uid: int
    gid: int


def service_account(data: Path) -> Account | None:
    """Return the account for the services, or nothing when we're an ordinary user and need no other.

    :param data: what an earlier start left; it belongs to the account that goes on using it
    :raises StartProblem: when we're root and there's nobody to become
    """
    if os.geteuid() != 0:
        return None
    if data.exists() and (owner := data.stat().st_uid) != 0:
        return _by_uid(owner)
    for name in NAMES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    raise StartProblem(
        "PostgreSQL refuses to run as root, and this machine has none of the accounts " + ", ".join(NAMES) + ".",
        advice="create one (useradd --system libsys), or start as an ordinary user",
    )


def _by_uid(uid: int) -> Account:
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        raise StartProblem(
            f"The database belongs to account {uid}, which this machine doesn't have.",
            advice="give the state folder back to an account that exists, or begin anew: make demo RESET=1",
        ) from None
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def becoming(account: Account | None) -> dict[str, Any]:
    """Return the arguments for `subprocess` that start a process as this account."""
    return {} if account is None else {"user": account.uid, "group": account.gid, "extra_groups": []}


def can_enter(account: Account | None, folder: Path) -> bool:
    """Return whether the account can go into the folder, tried out because modes don't tell everything."""
    return _succeeds(account, ["/bin/sh", "-c", 'cd "$1"', "sh", str(folder)])


def can_read(account: Account | None, file: Path) -> bool:
    """Return whether the account can read the file."""
    return _succeeds(account, ["/bin/sh", "-c", 'test -r "$1"', "sh", str(file)])


def can_run(account: Account | None, program: Path) -> bool:
    """Return whether the account can start the program and its libraries are there."""
    return _succeeds(account, [str(program), "--version"])


def _succeeds(account: Account | None, argv: list[str]) -> bool:
    try:
        done = subprocess.run(argv, cwd="/", capture_output=True, timeout=60, check=False, **becoming(account))
    except PermissionError as error:
        # Python names the program when starting it was forbidden, and the folder when switching accounts was.
        if account is not None and error.filename != argv[0]:
            raise StartProblem(
                f"We're root, but not allowed to become {account.name}, which PostgreSQL needs.",
                advice="start as an ordinary user, or use a database that runs already: make demo DATABASE_URL=…",
            ) from error
        return False
    except (OSError, subprocess.SubprocessError):
        return False
    return bool(done.returncode == 0)
