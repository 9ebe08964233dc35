"""Fills a municipality with as many titles, items, patrons and loans as wanted, in batches and constant memory."""

import time
from array import array
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import count, islice
from zoneinfo import ZoneInfo

from django.contrib.auth.hashers import make_password
from django.db import transaction

from bench.demo.copying import analyze, copy_in
from bench.demo.facts import Title, Town
from bench.demo.invented import invented_titles
from bench.demo.layout import Layout, is_physical, lay_out
from bench.demo.lending import Lending, Wanted
from bench.demo.numbering import Popularity
from bench.demo.people import Population
from bench.demo.records import Catalogued, catalogue_real_titles, catalogue_titles
from bench.demo.register import register_many
from bench.demo.stock import Copies, Stock
from bench.demo.summaries import announce_holdings
from catalogue.models import BibliographicRecord
from circulation.models import Hold, Loan
from holdings.models import Item
from patrons.models import Card, Patron

_BATCH = 2_000
_SHARES = {"da": {"dan": 8, "swe": 1}, "sv": {"swe": 8, "fin": 1}, "fi": {"fin": 8, "swe": 1}}

Report = Callable[[str, int, int], None]


@dataclass(frozen=True, kw_only=True)
class Size:
    """How large a municipality is to be."""

    titles: int
    items: int
    patrons: int
    loans: int = 0
    overdue: int = 0
    holds: int = 0


@dataclass(frozen=True)
class Filled:
    """What was written, and how long each part took."""

    titles: int
    items: int
    patrons: int
    loans: int
    holds: int
    seconds: dict[str, float]


def fill(*, town: Town, size: Size, seed: int, pin: str, now: datetime, report: Report | None = None) -> Filled:
    """Fill the current municipality; the same seed and moment give the same municipality again.

    The titles are the real ones first and invented ones after them. Loans are open, the overdue among them without
    fees and notices, as they stand before a nightly run.

    :param pin: every patron's
    :param report: is told what is written, how many are done and how many there will be
    """
    watch = _Watch(report)
    now = now.astimezone(ZoneInfo(town.time_zone))
    layout = lay_out(town, today=now.date())
    population = Population(town, seed=seed, today=now.date())
    with watch.part("patrons", size.patrons), transaction.atomic():
        borrowers = register_many(
            size.patrons, layout=layout, population=population, pin_hash=make_password(pin), now=now
        )
    with watch.part("titles", size.titles):
        counts = _Shelves(layout, size, borrowers, seed=seed, now=now).fill(watch)
    with watch.part("holdings", 1):
        analyze(Patron, Card, Item, Loan, Hold, BibliographicRecord)
        announce_holdings(now=now)
    return Filled(size.titles, counts["items"], len(borrowers), counts["loans"], counts["holds"], watch.seconds)


class _Shelves:
    """Writes titles, their items and what is lent of them, batch by batch."""

    def __init__(self, layout: Layout, size: Size, borrowers: array, *, seed: int, now: datetime) -> None:
        self._size = size
        self._seed = seed
        self._now = now
        self._language = layout.town.language
        self._popularity = Popularity(size.items, size.titles)
        self._undealt = 0
        self._stock = Stock(layout, seed=seed, now=now)
        wanted = Wanted(items=size.items, loans=size.loans, overdue=size.overdue, holds=size.holds)
        self._lending = Lending(wanted, borrowers=borrowers, pickup=layout.public[0], seed=seed, now=now)

    def fill(self, watch: "_Watch") -> dict[str, int]:
        counts = {"items": 0, "loans": 0, "holds": 0}
        for batch in self._batches():
            with transaction.atomic():
                items = self._stock.items_of(list(self._copies(batch)))
                loans, holds = self._lending.lend(items)
                counts["items"] += copy_in(Item, items)
                counts["loans"] += copy_in(Loan, loans)
                counts["holds"] += copy_in(Hold, holds)
            watch.advance(len(batch))
        return counts

    def _copies(self, batch: list[Catalogued]) -> Iterator[Copies]:
        """Deal items to titles; what falls to one that's online goes to the next on paper."""
        for catalogued in batch:
            self._undealt += self._popularity.deal()
            if is_physical(catalogued.title.material):
                yield Copies(catalogued, self._undealt)
                self._undealt = 0

    def _batches(self) -> Iterator[list[Catalogued]]:
        known = catalogue_real_titles(self._now)[: self._size.titles]
        yield known
        titles = islice(invented_titles(self._seed, languages=_SHARES[self._language]), self._size.titles - len(known))
        numbers = (f"invented-{self._language}-{self._seed}-{place:07d}" for place in count(1))
        while batch := list(islice(titles, _BATCH)):
            yield self._catalogued(batch, list(islice(numbers, len(batch))))

    def _catalogued(self, batch: list[Title], numbers: list[str]) -> list[Catalogued]:
        with transaction.atomic():
            return catalogue_titles(batch, numbers=numbers, now=self._now)


class _Watch:
    """Takes the time of each part, and tells how far it is."""

    def __init__(self, report: Report | None) -> None:
        self._report = report or (lambda _name, _done, _of: None)
        self._name, self._done, self._of = "", 0, 0
        self.seconds: dict[str, float] = {}

    @contextmanager
    def part(self, name: str, of: int) -> Iterator[None]:
        """Time a part that has so many things to do."""
        self._name, self._done, self._of = name, 0, of
        began = time.perf_counter()
        self._report(name, 0, of)
        yield
        self.seconds[name] = time.perf_counter() - began
        self._report(name, of, of)

    def advance(self, by: int) -> None:
        """Tell that so many more are done."""
        self._done += by
        self._report(self._name, self._done, self._of)
