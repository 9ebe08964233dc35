"""Cuts this thread's connection in the middle: before a statement, behind one, or when a commit's answer was lost."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import OperationalError, connection


def cutting(*, seed: int, share: float) -> Callable[[int], "Interruptions"]:
    """Return what cuts each desk's connection at such a share of its statements; the same seed throws the same dice."""
    return lambda number: Interruptions(seed=seed, number=number, share=share)


class Interruptions:
    """Throws the dice at every statement and commit of one thread.

    :ivar count: how often it has cut
    """

    def __init__(self, *, seed: int, number: int, share: float) -> None:
        self._chance = random.Random(f"interruptions {seed} {number}")
        self._share = share
        self.count = 0

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Cut while the block runs."""
        real: Callable[[], None] = connection._commit
        connection._commit = lambda: self._commit(real)  # type: ignore[method-assign]
        try:
            with connection.execute_wrapper(self._execute):
                yield
        finally:
            del connection._commit

    def _execute(self, execute: Callable[..., Any], sql: Any, parameters: Any, many: bool, context: Any) -> Any:
        thrown = self._chance.random() / self._share
        if thrown < 0.5:
            self._cut()
        done = execute(sql, parameters, many, context)
        if 0.5 <= thrown < 1:
            self._cut()
        return done

    def _commit(self, real: Callable[[], None]) -> None:
        real()
        # A transaction has several statements and one commit, which is where most can go wrong.
        if self._chance.random() < 3 * self._share:
            self._cut()
            raise OperationalError("The answer to the commit was lost")

    def _cut(self) -> None:
        here = connection.settings_dict
        names = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
        where = {name: here[key] for name, key in names.items() if here[key]}
        with psycopg.connect(**where, autocommit=True) as other:
            # It waits until the backend has gone, so that dice and not the machine's load decide what's cut off.
            other.execute("SELECT pg_terminate_backend(%s, 10000)", [connection.connection.info.backend_pid])
        self.count += 1
