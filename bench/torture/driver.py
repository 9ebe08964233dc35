"""Runs several desks and the nights side by side, and keeps count of what was really done."""

import traceback
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeVar

from django.db import Error as DatabaseProblem
from django.db import connection

from bench.torture.actions import KINDS, next_action
from bench.torture.desk import Desk
from bench.torture.town import Clock, Town
from common.errors import Refused
from tenants.choice import choose
from tenants.models import Municipality

_MOST_TRIES = 50
Answer = TypeVar("Answer")


class Interrupts(Protocol):
    """What happens to a desk at work: its connection is cut, or it's killed.

    :ivar count: how often it has happened
    """

    count: int

    def at_work(self) -> AbstractContextManager[None]:
        """Let it happen while the block runs."""


@dataclass
class Outcome:
    """What happened.

    :ivar done: how many audit entries of each kind the actions that succeeded must have left
    :ivar uncertain: those of which nobody knows whether they were done before the connection was cut
    :ivar refused: how often each reason was given
    :ivar problems: what no desk may ever meet
    """

    done: Counter[str] = field(default_factory=Counter)
    uncertain: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    nights: int = 0
    cuts: int = 0
    problems: list[str] = field(default_factory=list)

    def add(self, other: "Outcome") -> None:
        """Take another desk's outcome in."""
        self.done += other.done
        self.uncertain += other.uncertain
        self.refused += other.refused
        self.nights += other.nights
        self.cuts += other.cuts
        self.problems += other.problems


def torture(
    municipality: Municipality,
    town: Town,
    *,
    seed: int,
    actions: int,
    threads: int,
    nights: int,
    start: datetime,
    interruptions: Callable[[int], Interrupts | None] = lambda _number: None,
) -> Outcome:
    """Do so many actions on so many desks, with nights among them, and return what happened.

    :param seed: the same seed throws the same dice; who comes first is up to the machine
    :param interruptions: what interrupts the desk with a number, if anything does; it asks again, as its screen does
    """
    clock, total = Clock(start), Outcome()
    each = actions // threads

    def work(number: int) -> Outcome:
        choose(municipality)
        try:
            desk = Desk(town, clock, seed=seed, number=number)
            # The first desk is the worker's too: it lets the nights pass.
            every = each // nights if nights and number == 0 else 0
            return _Worker(municipality, desk, interruptions(number)).run(each, night_every=every)
        finally:
            connection.close()

    with ThreadPoolExecutor(threads) as pool:
        for outcome in pool.map(work, range(threads)):
            total.add(outcome)
    return total


class _Worker:
    def __init__(self, municipality: Municipality, desk: Desk, interruptions: Interrupts | None) -> None:
        self._municipality = municipality
        self._desk = desk
        self._interruptions = interruptions
        self.outcome = Outcome()

    def run(self, actions: int, *, night_every: int) -> Outcome:
        for number in range(1, actions + 1):
            self._act()
            if night_every and number % night_every == 0:
                self._pass_night()
        if self._interruptions is not None:
            self.outcome.cuts = self._interruptions.count
        return self.outcome

    def _act(self) -> None:
        if self._interruptions is not None and not connection.is_usable():
            self._connect_again()
        lost: list[bool] = []
        name, act = next_action(self._desk)
        try:
            left = self._insist(act, lost)
        except Refused as refused:
            self.outcome.refused.update(refused.codes)
        except Exception:
            self.outcome.problems.append(f"{name}: {traceback.format_exc()}")
        else:
            self.outcome.done.update(left)
        for verb in KINDS[name].unsure:
            self.outcome.uncertain[f"circulation.{verb}"] += len(lost)

    def _pass_night(self) -> None:
        night = self._desk.night()
        for _ in range(_MOST_TRIES):
            outcomes = self._insist(night, [])
            if "FAILED" not in outcomes.values():
                self.outcome.nights += 1
                return
            if self._interruptions is None:
                break
            self._connect_again()
        self.outcome.problems.append(f"night: {outcomes}")

    def _insist(self, act: Callable[[], Answer], lost: list[bool]) -> Answer:
        """Do it; when the connection is cut, ask again with the same ids, as browsers and the clock do."""
        for _ in range(_MOST_TRIES):
            try:
                with self._interruptions.at_work() if self._interruptions else nullcontext():
                    return act()
            except DatabaseProblem as problem:
                if self._interruptions is None or not _is_cut(problem):
                    raise
                lost.append(True)
                self._connect_again()
        raise AssertionError(f"Nothing came through in {_MOST_TRIES} tries")

    def _connect_again(self) -> None:
        connection.close()
        choose(self._municipality)


def _is_cut(problem: DatabaseProblem) -> bool:
    """Whether the connection was cut; anything else is a problem: a deadlock, for instance."""
    return getattr(problem.__cause__, "sqlstate", None) in (None, "57P01")
