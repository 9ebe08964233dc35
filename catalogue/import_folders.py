"""The folders that files of records are taken from: each municipality's below one that the installation names.

Nothing outside a municipality's own folder is ever opened: names can't lead upwards, and neither can links.
"""

import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

DONE = "done"
_NAME = re.compile(r"[^\W_][\w .()-]*(/[^\W_][\w .()-]*)*")
# Whoever lays a file down may take a while, and many programs write under such a name first.
_QUIET_SECONDS = 120
_UNFINISHED = (".part", ".partial", ".filepart", ".tmp", ".crdownload")


class FolderProblem(StrEnum):
    """What kept a folder's files from being taken."""

    NO_FOLDER = "NO_FOLDER"
    NOT_READABLE = "NOT_READABLE"


class FolderFailed(Exception):
    """A folder that no file could be taken from.

    :ivar code: why
    """

    def __init__(self, code: FolderProblem) -> None:
        self.code = code
        super().__init__(code.value)


@dataclass(frozen=True, slots=True)
class Arrived:
    """A file that lies ready.

    :ivar changed_ns: when it was last written, as the file system says
    """

    path: Path
    size: int
    changed_ns: int

    @property
    def name(self) -> str:
        """Its name, as text that can be kept whatever its bytes are."""
        return os.fsencode(self.path.name).decode("utf-8", "replace")[:255]


def has_folders() -> bool:
    """Say whether the installation names a folder for such files."""
    return settings.IMPORT_FOLDERS is not None


def is_folder_name(name: str) -> bool:
    """Say whether this can name a folder below a municipality's own: no way upwards, nothing hidden."""
    parts = name.split("/")
    return bool(_NAME.fullmatch(name)) and DONE not in parts and all(part.strip(" .") == part for part in parts)


def folder_of(schema_name: str, name: str) -> Path:
    """Return a municipality's folder of that name.

    :param schema_name: the municipality's; `public` for the consortium
    :raises FolderFailed: if there's none, or a link leads out of the municipality's own folder
    """
    if settings.IMPORT_FOLDERS is None or not is_folder_name(name):
        raise FolderFailed(FolderProblem.NO_FOLDER)
    own = Path(settings.IMPORT_FOLDERS) / schema_name
    try:
        folder = (own / name).resolve(strict=True)
        is_below = folder.is_dir() and folder.is_relative_to(own.resolve(strict=True))
    except (OSError, RuntimeError) as problem:
        raise FolderFailed(FolderProblem.NO_FOLDER) from problem
    if not is_below:
        raise FolderFailed(FolderProblem.NO_FOLDER)
    return folder


def arrived(folder: Path, now: datetime) -> list[Arrived]:
    """Return the files that lie in a folder and that nobody has written to for a while, the oldest first.

    :raises FolderFailed: if the folder can't be read
    """
    found = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                about = entry.stat(follow_symlinks=False)
                is_quiet = now.timestamp() - about.st_mtime >= _QUIET_SECONDS
                is_named = not entry.name.startswith(".") and not entry.name.lower().endswith(_UNFINISHED)
                if stat.S_ISREG(about.st_mode) and about.st_size and is_quiet and is_named:
                    found.append(Arrived(Path(entry.path), about.st_size, about.st_mtime_ns))
    except OSError as problem:
        raise FolderFailed(FolderProblem.NOT_READABLE) from problem
    return sorted(found, key=lambda each: (each.changed_ns, each.path.name))


@contextmanager
def opened(file: Arrived) -> Iterator[BinaryIO]:
    """Open a file that has arrived, never one that a link leads to.

    :raises FolderFailed: if it can't be opened
    """
    try:
        handle = os.open(file.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as problem:
        raise FolderFailed(FolderProblem.NOT_READABLE) from problem
    with os.fdopen(handle, "rb") as stream:
        yield stream


def is_as_it_was(file: Arrived) -> bool:
    """Say whether nobody has written to a file since it was found."""
    try:
        about = file.path.lstat()
    except OSError:
        return False
    return (about.st_size, about.st_mtime_ns) == (file.size, file.changed_ns)


def move_away(file: Arrived, now: datetime) -> bool:
    """Move a file that was taken into the folder's `done`, and say whether that could be done."""
    done = file.path.parent / DONE
    try:
        done.mkdir(exist_ok=True)
        if done.is_symlink():
            return False
        file.path.rename(_free_name(done, f"{now:%Y%m%d-%H%M%S}-{file.path.name}"))
    except OSError:
        return False
    return True


def _free_name(folder: Path, name: str) -> Path:
    path, number = folder / name, 1
    while path.exists():
        number += 1
        path = folder / f"{number}-{name}"
    return path
