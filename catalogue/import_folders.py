"""The folders that files of records are taken from: each municipality's below one that the installation names.

Nothing outside a municipality's own folder is ever opened: names can't lead upwards, and no link is followed below it.
Whoever may write there can put a link in a folder's place at any moment, so that each is opened once, step by step, and
its files are reached through what was opened.
"""

import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

DONE = "done"
_FOLDER = os.O_RDONLY | os.O_DIRECTORY
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

    :ivar folder: the opened folder that it lies in
    :ivar path: its name there, whatever its bytes are
    :ivar changed_ns: when it was last written, as the file system says
    """

    folder: int
    path: str
    size: int
    changed_ns: int

    @property
    def name(self) -> str:
        """Its name, as text that can be kept whatever its bytes are."""
        return os.fsencode(self.path).decode("utf-8", "replace")[:255]


def has_folders() -> bool:
    """Say whether the installation names a folder for such files."""
    return settings.IMPORT_FOLDERS is not None


def is_folder_name(name: str) -> bool:
    """Say whether this can name a folder below a municipality's own: no way upwards, nothing hidden."""
    parts = name.split("/")
    return bool(_NAME.fullmatch(name)) and DONE not in parts and all(part.strip(" .") == part for part in parts)


@contextmanager
def folder_of(schema_name: str, name: str) -> Iterator[int]:
    """Open a municipality's folder of that name, and close it at the end.

    :param schema_name: the municipality's; `public` for the consortium
    :raises FolderFailed: if there's none, or a link stands in its way
    """
    if settings.IMPORT_FOLDERS is None or not is_folder_name(name):
        raise FolderFailed(FolderProblem.NO_FOLDER)
    try:
        # What's above is the installation's, which may well have links of its own.
        folder = os.open(Path(settings.IMPORT_FOLDERS) / schema_name, _FOLDER)
        try:
            for part in name.split("/"):
                above, folder = folder, _below(part, folder)
                os.close(above)
        except OSError:
            os.close(folder)
            raise
    except OSError as problem:
        raise FolderFailed(FolderProblem.NO_FOLDER) from problem
    try:
        yield folder
    finally:
        os.close(folder)


def arrived(folder: int, now: datetime) -> list[Arrived]:
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
                    found.append(Arrived(folder, entry.name, about.st_size, about.st_mtime_ns))
    except OSError as problem:
        raise FolderFailed(FolderProblem.NOT_READABLE) from problem
    return sorted(found, key=lambda each: (each.changed_ns, each.path))


@contextmanager
def opened(file: Arrived) -> Iterator[BinaryIO]:
    """Open a file that has arrived, never one that a link leads to.

    :raises FolderFailed: if it can't be opened
    """
    try:
        handle = os.open(file.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=file.folder)
    except OSError as problem:
        raise FolderFailed(FolderProblem.NOT_READABLE) from problem
    with os.fdopen(handle, "rb") as stream:
        yield stream


def is_as_it_was(file: Arrived) -> bool:
    """Say whether nobody has written to a file since it was found."""
    try:
        about = os.stat(file.path, dir_fd=file.folder, follow_symlinks=False)
    except OSError:
        return False
    return (about.st_size, about.st_mtime_ns) == (file.size, file.changed_ns)


def move_away(file: Arrived, now: datetime) -> bool:
    """Move a file that was taken into the folder's `done`, and say whether that could be done."""
    try:
        with suppress(FileExistsError):
            os.mkdir(DONE, dir_fd=file.folder)
        done = _below(DONE, file.folder)
    except OSError:
        return False
    try:
        name = _free_name(done, f"{now:%Y%m%d-%H%M%S}-{file.path}")
        os.rename(file.path, name, src_dir_fd=file.folder, dst_dir_fd=done)
    except OSError:
        return False
    finally:
        os.close(done)
    return True


def _below(name: str, folder: int) -> int:
    return os.open(name, _FOLDER | os.O_NOFOLLOW, dir_fd=folder)


def _free_name(folder: int, name: str) -> str:
    taken = set(os.listdir(folder))
    free, number = name, 1
    while free in taken:
        number += 1
        free = f"{number}-{name}"
    return free
