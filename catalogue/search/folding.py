"""Editions of one work as one hit: how many works there are, which stand on a page, and which edition is in front.

Hits are counted exactly. Only records whose work may have another edition are asked for it, in one pass; where even
these are too many, the search shows records, and says so.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from tantivy import DocAddress, Occur, Query, Searcher

from catalogue.search import schema
from catalogue.search.cards import hits_at
from catalogue.search.documents import ANYTHING
from catalogue.search.queries import all_of, exact_word
from catalogue.search.requests import Hit, SearchRequest
from catalogue.search.tantivy_gaps import count_of, total_of

# So many hits with other editions are counted by work, at 3 to 6 µs each.
MOST_FOLDED = 10_000
# All editions of the works of a page.
_MOST_EDITIONS = 1000
_MOST_LOOKED_UP = 200
# An edition may be in front that fits what was typed almost as well as the best one.
_AS_GOOD = 0.8
_LANGUAGES = {"da": "dan", "sv": "swe", "fi": "fin", "en": "eng"}

# A work's number, and where it stands in the index.
Place = tuple[int, DocAddress]
# How many hits each of some works has, by the work's number; never fewer than two.
Doubled = Mapping[int, int]
Fetch = Callable[[int], tuple[int, list[DocAddress]]]


def more_than_once() -> dict[str, Any]:
    """Return the aggregation that counts the hits of each work that has several."""
    return {"works": {"terms": {"field": schema.WORK_NUMBER, "size": MOST_FOLDED, "min_doc_count": 2}}}


def doubled(searcher: Searcher, query: Query) -> Doubled:
    """Return the works of which the query finds several editions."""
    found = searcher.aggregate(with_others(query), more_than_once())
    return {int(bucket["key"]): bucket["doc_count"] for bucket in found["works"]["buckets"]}


def surplus_of(works: Doubled) -> int:
    """Return by how many hits exceed their works."""
    return sum(works.values()) - len(works)


def surplus_in(found: Any) -> int:
    """Return by how many hits exceed their works, from what `more_than_once` was answered."""
    buckets = found["works"]["buckets"]
    return sum([bucket["doc_count"] for bucket in buckets]) - len(buckets)


def are_quickly_found(works: Doubled) -> bool:
    """Say whether it takes less to look each of the works up than to go through all hits again."""
    return len(works) <= _MOST_LOOKED_UP


def within(query: Query, works: Doubled) -> Query:
    """Return the query for as few hits as can be told quickly, those of these works among them."""
    return all_of([query, _of_works(works)]) if are_quickly_found(works) else with_others(query)


def with_others(query: Query) -> Query:
    """Return the query for those hits only whose work may have another edition."""
    return all_of([query, exact_word(schema.SEVERAL, ANYTHING)])


def are_few(hits: int) -> bool:
    """Say whether so many hits can be counted by work in time, whatever works they're of."""
    return hits <= MOST_FOLDED


def can_fold(searcher: Searcher, query: Query) -> bool:
    """Say whether the hits can be counted by work in time."""
    return are_few(count_of(searcher, with_others(query)))


def first_size(wanted: int) -> int:
    """Return how many hits are looked at first for so many works."""
    return wanted + wanted // 2 + 10


def first_places(searcher: Searcher, fetch: Fetch, wanted: int) -> tuple[int, list[Place]]:
    """Return how many hits there are, and the first one of each work, so many works as are wanted or there are.

    :param fetch: so many hits in their order, and how many there are in all
    """
    size = first_size(wanted)
    while True:
        total, addresses = fetch(size)
        first: dict[int, DocAddress] = {}
        for number, address in zip(_numbers(searcher, addresses), addresses, strict=True):
            first.setdefault(number, address)
        if len(first) >= wanted or size >= total:
            return total, list(first.items())[:wanted]
        size *= 2


def at_home_first(
    searcher: Searcher, query: Query, places: Sequence[Place], at_home: Callable[[Collection[int]], Collection[int]]
) -> list[Place]:
    """Return works before the others of which any hit can be had now, either in the order that they had."""
    others = _all_hits(searcher, [with_others(query), _of_works(number for number, _ in places)])
    ids = dict(zip(_ids(searcher, others), _numbers(searcher, others), strict=True))
    own = _ids(searcher, [address for _, address in places])
    ids |= {record_id: number for record_id, (number, _) in zip(own, places, strict=True)}
    here = {ids[record_id] for record_id in at_home(list(ids))}
    return sorted(places, key=lambda place: place[0] not in here)


def editions_of(searcher: Searcher, scope: Sequence[Query], places: Sequence[Place]) -> dict[int, tuple[Hit, ...]]:
    """Return by work's number all its editions within the scope, newest first, of works that have several."""
    query = [*scope, exact_word(schema.SEVERAL, ANYTHING), _of_works(number for number, _ in places)]
    found = searcher.search(all_of(query), _MOST_EDITIONS, count=False, order_by_field=schema.SORT_NEWEST)
    addresses = [address for _, address in found.hits]
    editions: dict[int, list[Hit]] = {}
    for number, hit in zip(_numbers(searcher, addresses), hits_at(searcher, addresses), strict=True):
        editions.setdefault(number, []).append(hit)
    return {number: tuple(hits) for number, hits in editions.items() if len(hits) > 1}


def in_front(
    searcher: Searcher, request: SearchRequest, ranking: Query, editions: dict[int, tuple[Hit, ...]]
) -> dict[int, int]:
    """Return the record by which each work is shown, by the work's number.

    Of the hits that fit about as well: the viewer's library has it, it can be had now, her language, the newest.

    :param ranking: the search with what makes a title come first
    :param editions: of the works of the page
    """
    scores: dict[int, dict[int, float]] = {}
    these = Query.const_score_query(_of_works(editions), 0.0)
    found = searcher.search(all_of([ranking, these]), _MOST_EDITIONS, count=False)
    addresses = [address for _, address in found.hits]
    rows = zip(_numbers(searcher, addresses), _ids(searcher, addresses), found.hits, strict=True)
    for number, record_id, (score, _) in rows:
        scores.setdefault(number, {})[record_id] = score
    fitting = {
        number: [record_id for record_id, score in its.items() if score >= _AS_GOOD * max(its.values())]
        for number, its in scores.items()
    }
    asked = [record_id for ids in fitting.values() for record_id in ids if len(ids) > 1]
    own = _owned(searcher, request, asked)
    here = frozenset(request.at_home(asked)) if request.at_home and asked else frozenset()
    cards = {hit.record_id: hit for hits in editions.values() for hit in hits}
    language = _LANGUAGES.get(request.language, "")

    def merit(record_id: int) -> tuple[bool, bool, bool, int, int]:
        card = cards.get(record_id)
        spoken, year = (card.language, card.year) if card else ("", None)
        return record_id in own, record_id in here, spoken == language, year or 0, record_id

    return {number: max(ids, key=merit) for number, ids in fitting.items()}


def _owned(searcher: Searcher, request: SearchRequest, ids: Sequence[int]) -> frozenset[int]:
    if request.municipality or not request.owner:
        return frozenset(ids)
    found = _all_hits(searcher, [_any_of(schema.ID, ids), exact_word(schema.OWNER, request.owner)])
    return frozenset(_ids(searcher, found))


def _all_hits(searcher: Searcher, queries: Sequence[Query]) -> list[DocAddress]:
    query = all_of(queries)
    found = searcher.search(query, _MOST_EDITIONS)
    if (total := total_of(found)) > _MOST_EDITIONS:
        found = searcher.search(query, total)
    return [address for _, address in found.hits]


def _of_works(numbers: Iterable[int]) -> Query:
    return _any_of(schema.WORK_NUMBER, list(numbers))


def _any_of(name: str, values: Sequence[int]) -> Query:
    if not values:
        return Query.empty_query()
    if len(values) > _MOST_LOOKED_UP:
        return Query.term_set_query(schema.index_schema(), name, list(values))
    # A set of terms is laid over the field's whole list of words, which takes longer than looking a few of them up.
    each = (Query.term_query(schema.index_schema(), name, value, index_option="basic") for value in values)
    return Query.boolean_query([(Occur.Should, query) for query in each])


def _numbers(searcher: Searcher, addresses: Sequence[DocAddress]) -> list[int]:
    values = searcher.fast_field_values(schema.WORK_NUMBER, list(addresses)) if addresses else []
    return [int(value or 0) for value in values]


def _ids(searcher: Searcher, addresses: Sequence[DocAddress]) -> list[int]:
    values = searcher.fast_field_values(schema.ID, list(addresses)) if addresses else []
    return [int(value or 0) for value in values]
