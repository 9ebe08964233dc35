"""The portal's search in a nation's catalogue: a million records, 98 municipalities with three million items.

What's made for it stays for the next run, and makes other scenarios slower: give it a --home of its own.
"""

import random
import sys
import time
from collections.abc import Mapping, Sequence
from functools import reduce
from operator import add
from pathlib import Path
from urllib.parse import urlencode

import psutil
from django.db import connection
from django.utils import timezone

from bench.demo.copying import analyze
from bench.demo.facts import real_titles
from bench.demo.nation import catalogue_nation, give_holdings
from bench.speed.clients import Request
from bench.speed.cpu import OwnClock, server
from bench.speed.figures import Figure, Figures, MeasurementBroke
from bench.speed.loops import LoopResult
from bench.speed.members import provision_the_others
from bench.speed.memory import PeakMemory
from bench.speed.quiet import settle
from bench.speed.search_pages import queries
from bench.speed.setting import Setting
from catalogue.models import BibliographicRecord, HoldingsSummary
from catalogue.search import title_with_number
from catalogue.search.folder import current_index
from catalogue.search.writing import catch_up, rebuild
from tenants.choice import choose, choose_none

_TITLES, _ITEMS = 1_000_000, 3_000_000
_LARGER = 10
_WARM_UP = 40
_PAGE_CPU, _PAGE_WALL = 15.0, 40.0
_SUGGESTIONS_WALL, _ISBN_WALL = 10.0, 3.0
_BUILD, _WORKER_MEMORY = 5_000.0, 300.0
_MEGA = 1_000_000


def measure(setting: Setting) -> Figures:
    """Measure the index's build, pages of the own library and of the nation, suggestions, ISBNs, memory and disk."""
    _fill(setting)
    yield from _build(setting)
    settle()
    yield from _pages(setting)
    yield from _suggestions(setting)
    yield from _isbns(setting)
    yield _memory()
    yield from _disk()


def _fill(setting: Setting) -> None:
    """Make what's missing of the nation: its records, its municipalities, and what they own."""
    company = provision_the_others(setting)
    choose_none()
    try:
        catalogue_nation(int(_TITLES * setting.scale), now=timezone.now(), report=_report)
        # Neither the largest nor a small one.
        owners = [*company[:_LARGER], setting.municipality.pk, *company[_LARGER:]]
        give_holdings(owners, int(_ITEMS * setting.scale))
        analyze(BibliographicRecord, HoldingsSummary)
    finally:
        choose(setting.municipality)


def _build(setting: Setting) -> Figures:
    choose_none()
    try:
        with PeakMemory() as memory:
            clock = OwnClock()
            count = rebuild()
            spent = clock.read()
        catch_up()
    finally:
        choose(setting.municipality)
    detail = f"{count:,} records, {count / spent.wall:,.0f} a second by the clock; {spent}; {memory}"
    yield Figure(
        name="Index build", value=count / spent.cpu, unit="records/CPU s", goal=_BUILD, bound=">", detail=detail
    )


def _pages(setting: Setting) -> Figures:
    words = queries(setting.municipality)
    yield from _loop(setting, "Search page, own library", words, {})
    yield from _loop(setting, "Search page, nation", words, {"everywhere": "1"})


def _loop(setting: Setting, name: str, words: Mapping[str, Sequence[str]], more: Mapping[str, str]) -> Figures:
    """Measure each kind of query by itself with one reader, and all together."""
    loop, chance = setting.loop([setting.client()]), random.Random(1)
    results: dict[str, LoopResult] = {}
    for kind, texts in words.items():
        asked = [{"q": chance.choice(texts), **more} for _ in range(_WARM_UP + setting.requests // 4)]
        requests = [Request("/?" + urlencode(each), contains=b'class="hits"') for each in asked]
        loop.warm_up(requests[:_WARM_UP])
        settle()
        results[kind] = loop.run(requests[_WARM_UP:])
    for part, result in [("", reduce(add, results.values())), *((f", {kind}", each) for kind, each in results.items())]:
        yield result.cpu_figure(f"{name}{part}", _PAGE_CPU)
        yield result.wall_figure(f"{name}{part}", _PAGE_WALL, 1)


def _suggestions(setting: Setting) -> Figures:
    """Measure what comes while somebody types: the first three to eight letters of titles."""
    loop, chance = setting.loop([setting.client()]), random.Random(2)
    titles = [title.title for title in real_titles() if len(title.title) > 8]
    typed = [chance.choice(titles)[: chance.randint(3, 8)] for _ in range(_WARM_UP + setting.requests)]
    requests = [Request("/suggestions?" + urlencode({"q": text})) for text in typed]
    loop.warm_up(requests[:_WARM_UP])
    settle()
    result = loop.run(requests[_WARM_UP:])
    yield result.cpu_figure("Suggestions", None)
    yield result.wall_figure("Suggestions", _SUGGESTIONS_WALL, 1)


def _isbns(setting: Setting) -> Figures:
    """Measure what an ISBN leads to: the look-up by itself in this process, and the portal's answer to it."""
    numbers = [title.isbn for title in real_titles() if title.isbn]
    chance = random.Random(3)
    asked = [chance.choice(numbers) for _ in range(_WARM_UP + setting.requests)]
    walls = sorted(_wall(number) for number in asked)
    detail = f"p50 {walls[len(walls) // 2] * 1000:.2f} ms, in one process, no web around it"
    p95 = walls[int(len(walls) * 0.95)] * 1000
    yield Figure(name="ISBN: wall, p95", value=p95, unit="ms", goal=_ISBN_WALL, bound="<", detail=detail)
    loop = setting.loop([setting.client()])
    requests = [Request("/?" + urlencode({"q": number})) for number in asked]
    loop.warm_up(requests[:_WARM_UP])
    yield loop.run(requests[_WARM_UP:]).wall_figure("ISBN, typed in the portal", None, 1)


def _wall(number: str) -> float:
    began = time.perf_counter()
    if title_with_number(number) is None:
        raise MeasurementBroke(f"{number} isn't found.")
    return time.perf_counter() - began


def _memory() -> Figure:
    """Measure what a worker holds itself; the index's files that it looks into are the system's to keep or to drop."""
    workers = [(_held(each), each.memory_info().rss) for each in server("web").process.children(recursive=True)]
    held, resident = max(workers)
    detail = f"{resident / _MEGA:.0f} MB with what's shared of files, the index's above all; of {len(workers)} workers"
    return Figure(
        name="Web worker: memory", value=held / _MEGA, unit="MB", goal=_WORKER_MEMORY, bound="<", detail=detail
    )


def _held(process: psutil.Process) -> int:
    """Return a process' anonymous memory in bytes, what it shares with the process that it came from included."""
    lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("RssAnon:"))


def _disk() -> Figures:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        database = cursor.fetchone()[0]
    records = BibliographicRecord.objects.count()
    path = current_index()
    index = sum(each.stat().st_size for each in path.iterdir()) if path else 0
    for name, size in (("database", database), ("search index", index)):
        detail = f"{size / records:,.0f} bytes a record, of {records:,}"
        yield Figure(name=f"Disk, {name}", value=size / _MEGA, unit="MB", detail=detail)


def _report(done: int, of: int) -> None:
    if done % 50_000 == 0 or done == of:
        sys.stdout.write(f"  {done:,} of {of:,} records\n")
        sys.stdout.flush()
