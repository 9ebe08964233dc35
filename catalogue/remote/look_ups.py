"""Look-ups in other catalogues beside the requests that want them: no request waits for another library's server.

A look-up is made by a thread that answers no requests, and what it brings stands in the cache for a short while, for
the account that asked in its municipality; the page asks for it again and again, each time in a moment. So eight slow
servers take nothing from the desk. Only so many look-ups run at once in a process, and fewer of one municipality; the
others begin when the page asks next.
"""

import logging
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256

from django.core.cache import cache
from django_tenants.utils import schema_context

from catalogue.remote.asking import ask
from catalogue.remote.questions import SECONDS, Question, Target, TargetAnswer
from common.remote_sources import Trouble
from tenants.keys import tenant_name

logger = logging.getLogger(__name__)

_AT_ONCE, _OF_ONE_MUNICIPALITY = 6, 3
# An answer stays for whoever comes back to the page; trouble only until the page has it, to be tried anew after that.
_KEPT, _TROUBLE_KEPT = 120, 15
# Longer than any look-up takes, names and all. When its process has died, somebody else may begin after that.
_CLAIMED = 40


class _Places:
    """How many look-ups run in this process, and for whom."""

    def __init__(self) -> None:
        self._lock, self._taken = threading.Lock(), Counter[str]()

    def take(self, name: str) -> bool:
        """Take a place for a municipality without waiting for one; return whether there was one."""
        with self._lock:
            if self._taken.total() >= _AT_ONCE or self._taken[name] >= _OF_ONE_MUNICIPALITY:
                return False
            self._taken[name] += 1
            return True

    def give_back(self, name: str) -> None:
        """Give back a place that was taken."""
        with self._lock:
            self._taken[name] -= 1


_places = _Places()


def answer_so_far(target: Target, question: Question, *, asker: int) -> TargetAnswer | None:
    """Return what a catalogue answered, or None while it's being asked, which begins now if it hasn't.

    :param asker: the account's number; nobody else gets the answer
    """
    key = _key(target, question, asker)
    answer = cache.get(key)
    if answer is None:
        _begin(key, target, question)
        # It may be there at once.
        answer = cache.get(key)
    return replace(answer, target=target) if answer else None


def _key(target: Target, question: Question, asker: int) -> str:
    # With all that's known of the catalogue: one whose address was changed is asked anew.
    facts = sorted((name, str(value)) for name, value in vars(target).items() if not name.startswith("_"))
    return f"look-up:{asker}:{sha256(repr((facts, question)).encode()).hexdigest()}"


def _begin(key: str, target: Target, question: Question) -> None:
    """Have a thread ask, unless one does already, or too many do."""
    name = tenant_name()
    if not _places.take(name):
        return
    is_begun = False
    try:
        # Another process may have begun, and may be done since we looked.
        if cache.add(f"{key}:asked", True, timeout=_CLAIMED):
            if cache.get(key) is None:
                _run_beside(lambda: _look_up(name, key, target, question))
                is_begun = True
            else:
                cache.delete(f"{key}:asked")
    finally:
        if not is_begun:
            _places.give_back(name)


def _run_beside(work: Callable[[], None]) -> None:
    # A daemon: a web server that's told to stop doesn't wait for other libraries.
    threading.Thread(target=work, name="look-up", daemon=True).start()


def _look_up(name: str, key: str, target: Target, question: Question) -> None:
    """Ask and keep the answer; nothing here reads or writes the database."""
    try:
        with schema_context(name):
            try:
                answer = ask(target, question, seconds=SECONDS)
            except Exception:
                # Otherwise the page would ask for ever.
                logger.exception("A look-up in another catalogue broke off")
                answer = TargetAnswer(target, trouble=Trouble.UNREACHABLE)
            cache.set(key, answer, timeout=_TROUBLE_KEPT if answer.trouble else _KEPT)
            cache.delete(f"{key}:asked")
    finally:
        _places.give_back(name)
