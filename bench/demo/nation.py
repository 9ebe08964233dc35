"""Fills the shared catalogue with a nation's titles, in works of one or more editions, and with what libraries own."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import accumulate, islice

from django.db import connection, transaction

from bench.demo.facts import Title
from bench.demo.invented import invented_titles
from bench.demo.marc import AGENCY
from bench.demo.records import catalogue_titles
from catalogue.models import BibliographicRecord, HoldingsSummary
from catalogue.search.folder import writer_lock

Report = Callable[[int, int], None]

_SEED = 98
_BATCH = 2_000
_NUMBER, _BRANCH = "nation-{:08d}", "lib-"
# How many editions a work has, of a hundred works: of a hundred records 46 stand in works with another one.
_EDITIONS = {1: 70, 2: 17, 3: 8, 4: 3, 6: 2}
_NEWEST = 2025
# The likeliest titles are in most libraries, most titles in few: the cube of an even chance.
_OWN = """
    INSERT INTO public.catalogue_holdingssummary (record_id, municipality_id, branch_code, items, loanable, copies)
    SELECT numbered.id, %(municipality)s, %(branch)s || branch, count(*), count(*), count(*)
    FROM (
        SELECT 1 + floor(%(titles)s * power(random(), 3))::int AS place,
               1 + floor(%(branches)s * random())::int AS branch
        FROM generate_series(1, %(items)s)
    ) chosen
    JOIN bench_numbered numbered ON numbered.place = chosen.place
    GROUP BY numbered.id, branch
    ON CONFLICT DO NOTHING
"""


def editions(seed: int) -> Iterator[Title]:
    """Yield titles for ever, the editions of a work one after the other; the same ones for the same seed."""
    chance = random.Random(seed)
    counts, weights = list(_EDITIONS), list(accumulate(_EDITIONS.values()))
    for title in invented_titles(seed):
        yield title
        for _ in range(1, chance.choices(counts, cum_weights=weights)[0]):
            # Words read aloud have no pages.
            is_read = title.material == "BOOK" and chance.random() < 0.2
            yield replace(
                title,
                material="AUDIOBOOK" if is_read else title.material,
                year=min(_NEWEST, (title.year or _NEWEST) + chance.randint(1, 25)),
                pages=None if is_read else (title.pages or 200) + chance.randint(-20, 20),
            )


def catalogue_nation(titles: int, *, now: datetime, report: Report | None = None) -> int:
    """Bring titles into the catalogue until it has so many of them, and return how many came.

    The index isn't written meanwhile, nor told of holdings afterwards: whoever fills a nation builds it anew.
    """
    known = BibliographicRecord.objects.filter(source=AGENCY, control_number__startswith="nation-").count()
    coming = islice(editions(_SEED), known, titles)
    done = known
    with writer_lock(wait=True):
        while batch := list(islice(coming, _BATCH)):
            numbers = [_NUMBER.format(place) for place in range(done + 1, done + len(batch) + 1)]
            catalogue_titles(batch, numbers=numbers, now=now)
            done += len(batch)
            if report:
                report(done, titles)
    return done - known


@transaction.atomic
def give_holdings(municipalities: Sequence[int], items: int) -> int:
    """Let municipalities own so many items between them, a few much and most little; return what was written.

    Only the catalogue's summaries: in a municipality's own tables there's nothing. Who has some of them keeps those.
    """
    shares = [1 / (place + 4) for place in range(len(municipalities))]
    given = HoldingsSummary.objects.filter(municipality__in=municipalities, branch_code__startswith=_BRANCH)
    done = set(given.order_by().values_list("municipality", flat=True).distinct())
    if done.issuperset(municipalities):
        return 0
    with connection.cursor() as cursor:
        # Shuffled, so that what many own isn't what came first.
        cursor.execute("SELECT setseed(0.98)")
        cursor.execute(
            "CREATE TEMPORARY TABLE bench_numbered ON COMMIT DROP AS"
            " SELECT id, row_number() OVER (ORDER BY md5(id::text))::int AS place"
            " FROM public.catalogue_bibliographicrecord WHERE deleted_at IS NULL"
        )
        cursor.execute("ALTER TABLE bench_numbered ADD PRIMARY KEY (place)")
        cursor.execute("SELECT count(*) FROM bench_numbered")
        titles = cursor.fetchone()[0]
        written = 0
        for municipality, share in zip(municipalities, shares, strict=True):
            if municipality in done:
                continue
            own = int(items * share / sum(shares))
            wanted = {
                "municipality": municipality,
                "branch": _BRANCH,
                "titles": titles,
                "items": own,
                "branches": max(1, min(25, own // 8_000)),
            }
            cursor.execute(_OWN, wanted)
            written += cursor.rowcount
    return written
