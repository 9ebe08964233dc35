"""The folder beside a web node that holds its index: which one is current, how far it has read, and who may write.

search-index/current       a link to the index that answers
search-index/index-…/      an index, and in follower.json the last change that it knows
search-index/progress.json how far a rebuild has come, while one runs
search-index/writer.lock   held by whoever writes; the system lets go of it when the process ends, however it ends
"""

import contextlib
import fcntl
import json
import os
import shutil
import time
import uuid
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from django.conf import settings

from catalogue.search import schema

_STATE = "follower.json"
_SUSPECT = "suspect"
_BUILT = "built"
_SECONDS_BETWEEN_BUILDS = 600


class WriterIsBusy(Exception):
    """Another process writes this node's index."""


@dataclass(frozen=True)
class State:
    """What an index knows.

    :ivar version: the fields' version that it was built with
    :ivar change: the last number of the change feed that is in it
    """

    version: int
    change: int


@dataclass(frozen=True)
class Progress:
    """How far a rebuild has come."""

    done: int
    total: int

    @property
    def percent(self) -> int:
        """Whole percents; 100 only when all is done."""
        return self.done * 100 // self.total if self.total else 0


def root() -> Path:
    """Return the node's folder for search; it's shared by all municipalities, as the catalogue is."""
    return Path(settings.SEARCH_INDEX)


def current_index() -> Path | None:
    """Return the folder of the index that answers, or None while there's none that this release can read.

    After an upgrade, that of the release before goes on answering until this release's has been built beside it.
    """
    link = root() / "current"
    try:
        folder = link.resolve(strict=True)
    except OSError:
        return None
    state = read_state(folder)
    if state is None or (folder / _SUSPECT).exists():
        return None
    if state.version == schema.VERSION:
        return folder
    is_readable = schema.OLDEST_READABLE <= state.version < schema.VERSION and schema.has_our_fields(folder)
    return folder if is_readable else None


def is_of_a_later_release() -> bool:
    """Say whether the index that's current was built by a release that comes after this one."""
    state = read_state(root() / "current")
    return state is not None and state.version > schema.VERSION


def writable_index() -> Path | None:
    """Return the folder of the index that answers if this release has built it: one never writes in another's."""
    path = current_index()
    state = read_state(path) if path else None
    return path if state and state.version == schema.VERSION else None


def read_state(folder: Path) -> State | None:
    """Return what the index in the folder knows, or None if it never was finished."""
    try:
        return State(**json.loads((folder / _STATE).read_text()))
    except (OSError, ValueError, TypeError):
        return None


def write_state(folder: Path, *, change: int) -> None:
    """Note the last change that is in the index, after the index has been committed.

    If the process dies in between, the same changes are read once more, which does no harm.
    """
    _write_json(folder / _STATE, asdict(State(version=schema.VERSION, change=change)))


def mark_suspect(folder: Path) -> None:
    """Give up an index that can't be read; the follower builds a new one.

    One that was built just now stays: whatever is wrong, building it again and again wouldn't mend it.
    """
    built = folder / _BUILT
    if built.exists() and time.time() - built.stat().st_mtime < _SECONDS_BETWEEN_BUILDS:
        return
    with contextlib.suppress(OSError):
        (folder / _SUSPECT).touch()


def new_folder() -> Path:
    """Return a new empty folder for an index that isn't current yet."""
    folder = root() / f"index-{uuid.uuid4().hex[:12]}"
    folder.mkdir(parents=True)
    return folder


def make_current(folder: Path) -> None:
    """Let the finished index answer from now on, and take the others away.

    Processes that still read an old one keep its open files until they look again.
    """
    (folder / _BUILT).touch()
    link = root() / f"link-{uuid.uuid4().hex[:12]}"
    link.symlink_to(folder.name)
    link.replace(root() / "current")
    remove_leftovers(keep=folder)


def remove_leftovers(*, keep: Path | None) -> None:
    """Take away indexes that aren't current: old ones, and those of rebuilds that were interrupted."""
    for other in root().glob("index-*"):
        if keep is None or other.name != keep.name:
            shutil.rmtree(other, ignore_errors=True)
    for other in root().glob("link-*"):
        other.unlink(missing_ok=True)


def read_progress() -> Progress | None:
    """Return how far the running rebuild has come, or None when none runs."""
    try:
        return Progress(**json.loads((root() / "progress.json").read_text()))
    except (OSError, ValueError, TypeError):
        return None


def write_progress(progress: Progress | None) -> None:
    """Note how far the rebuild has come; None when it has ended."""
    if progress is None:
        (root() / "progress.json").unlink(missing_ok=True)
    else:
        _write_json(root() / "progress.json", asdict(progress))


@contextlib.contextmanager
def writer_lock(*, wait: bool = False) -> Iterator[None]:
    """Hold the right to write this node's index.

    :param wait: wait for whoever has it, instead of giving up at once
    :raises WriterIsBusy: if another process has it
    """
    root().mkdir(parents=True, exist_ok=True)
    with (root() / "writer.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise WriterIsBusy from None
        yield


def _write_json(path: Path, value: dict[str, int]) -> None:
    unfinished = path.with_name(f"{path.name}.{os.getpid()}")
    unfinished.write_text(json.dumps(value))
    unfinished.replace(path)
