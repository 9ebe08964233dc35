"""This process's view of the node's index: opened once, looked at anew when the follower has written."""

import logging
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar, cast

from tantivy import Index, Searcher

from catalogue.search import folder
from catalogue.search.tantivy_gaps import is_damage
from catalogue.search.viewer import ViewersSearcher
from catalogue.selectors.visibility import viewer
from catalogue.services.change_feed import wake_followers

Answer = TypeVar("Answer")
logger = logging.getLogger(__name__)


@dataclass
class _Open:
    path: Path
    index: Index
    searcher: Searcher
    written: tuple[int, int]


class IndexUnavailable(Exception):
    """There's no index to search: it's being built, or has to be."""


_open: _Open | None = None
_opening: Path | None = None
_lock = threading.Lock()


def ask(question: Callable[[Searcher], Answer]) -> Answer | None:
    """Return what the index answers, or None while there's no index; then the follower is asked to build it.

    The question sees what the municipality that's chosen may see.
    """
    for is_last_try in (False, True):
        try:
            return question(cast(Searcher, ViewersSearcher(searcher(), viewer())))
        except IndexUnavailable:
            break
        except BaseException as problem:
            # What people type is made into queries that Tantivy can't refuse, so a refusal is the files' fault.
            if not is_damage(problem):
                raise
            # A new index may just have taken this one's place, which a second look finds out.
            path = close()
            if is_last_try and path is not None:
                logger.exception("The search index can't be read")
                folder.mark_suspect(path)
    wake_followers()
    return None


def searcher() -> Searcher:
    """Return a view of the index as it was last written.

    Looking whether it was written costs one `stat`, so each search looks.

    :raises IndexUnavailable: while there's no index that can be read
    """
    known = _open
    written = _written()
    if known is not None and known.written == written:
        return known.searcher
    with _lock:
        return _renew(written)


def close() -> Path | None:
    """Forget the open index, and return its folder; the next search opens it again."""
    global _open, _opening  # noqa: PLW0603
    with _lock:
        path = _open.path if _open else _opening
        _open = _opening = None
        return path


def _written() -> tuple[int, int]:
    try:
        meta = os.stat(folder.root() / "current" / "meta.json")
    except OSError:
        raise IndexUnavailable from None
    return meta.st_ino, meta.st_mtime_ns


def _renew(written: tuple[int, int]) -> Searcher:
    global _open, _opening  # noqa: PLW0603
    path = folder.current_index()
    if path is None:
        if _open is not None and folder.is_of_a_later_release():
            # The node's worker was upgraded before this process: what's open answers until it's this one's turn.
            _open.written = written
            return _open.searcher
        _open = None
        raise IndexUnavailable
    if _open is not None and _open.path != path:
        _open = None
    _opening = path
    if _open is None:
        index = Index.open(str(path))
        # Otherwise a thread of its own would watch the folder, and be lost when the server forks.
        index.config_reader(reload_policy="manual", num_warmers=0)
    else:
        index = _open.index
    index.reload()
    _open = _Open(path, index, index.searcher(), written)
    return _open.searcher
