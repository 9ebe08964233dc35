"""One search from the text to the page of hits."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from tantivy import DocAddress, Order, Query, Searcher

from catalogue.search import folder, folding, schema
from catalogue.search.asking import Asked, by_whom, without_asking
from catalogue.search.cards import hits_at
from catalogue.search.facets import can_count_works, count_facets
from catalogue.search.queries import all_of, either, limits, matching, ranked
from catalogue.search.query_text import Field, Phrase, Typed, as_number, number_in, read_query, text_of, with_beginnings
from catalogue.search.reader import ask
from catalogue.search.requests import (
    LARGEST_PAGE,
    MOST_ASKED_ABOUT,
    MOST_HITS,
    Filters,
    SearchRequest,
    SearchResult,
    Sort,
    State,
)
from catalogue.search.spelling import other_spellings
from catalogue.search.tantivy_gaps import count_of, total_of
from catalogue.search.variants import meant_by
from catalogue.search.words import same_letters
from catalogue.selectors import ids_by_identifier

# Below this, somebody may have meant something else.
_FEW = 3
# So many guesses are tried for somebody who finds nothing.
_MOST_SPELLINGS = 12


def search(request: SearchRequest) -> SearchResult:
    """Return the page of hits that was asked for, with facets; never raises for anything that somebody typed.

    While there's no index the result says so, and how far it has come; numbers still lead to their record.
    """
    request = _bounded(request)
    number = number_in(request.text)
    numbered = ids_by_identifier(number)
    empty = SearchResult(
        record_id=numbered[0] if len(numbered) == 1 else None, page=request.page, page_size=request.page_size
    )
    if numbered or as_number(number).startswith(f"{Field.ISBN}:"):
        # The parts between its hyphens mean nothing by themselves, even if no title has the number.
        request = replace(request, text=as_number(number))
    found = ask(lambda searcher: _search(searcher, request, empty))
    return found or replace(empty, state=State.UNAVAILABLE, progress=folder.read_progress())


def title_with_number(text: str) -> int | None:
    """Return the title whose number was typed, and nobody else's: an ISBN or ISSN, or a record's own.

    Not a search: it needs no index, and asks nothing of a text that can't be a number.
    """
    found = ids_by_identifier(number_in(text.strip()))
    return found[0] if len(found) == 1 else None


def count(request: SearchRequest) -> int | None:
    """Return how many hits there are, or None while there's no index."""
    request = _bounded(request)
    typed = read_query(request.text)
    wanted = either(matching(typed), meant_by(request.text, typed))
    query = all_of([*wanted, *limits(request.filters, request.municipality)])
    return ask(lambda searcher: count_of(searcher, query))


def _bounded(request: SearchRequest) -> SearchRequest:
    size = max(1, min(request.page_size, LARGEST_PAGE))
    page = max(1, min(request.page, MOST_HITS // size))
    filters = request.filters
    if request.branch and request.branch not in filters.branches:
        filters = replace(filters, branches=(*filters.branches, request.branch))
    return replace(request, page=page, page_size=size, filters=filters)


def _search(searcher: Searcher, request: SearchRequest, empty: SearchResult) -> SearchResult:
    typed = read_query(request.text)
    if not typed and request.text.strip():
        # Nothing but signs: no title has them, and all titles would be no answer.
        return empty
    asked = by_whom(typed)
    if asked:
        found = _by_whom(searcher, request, asked, typed, empty)
        typed = asked.typed if found.result.total else asked.anywhere
    else:
        found = _find(searcher, request, Asked(typed, instead=meant_by(request.text, typed)), empty)
    if found.result.total < _FEW and typed:
        found = _helped(searcher, request, typed, found)
    facets = count_facets(searcher, found.must, request.filters, request.municipality, works=found.page.works)
    result = replace(found.result, facets=facets)
    by_work = found.page.works is not None
    return _with_editions(searcher, request, result, found) if by_work else _with_hits(searcher, result, found)


def _with_hits(searcher: Searcher, result: SearchResult, found: "_Found") -> SearchResult:
    return replace(result, hits=hits_at(searcher, [address for _, address in found.page.places]))


def _with_editions(searcher: Searcher, request: SearchRequest, result: SearchResult, found: "_Found") -> SearchResult:
    """Return the page with each work's best edition in front, and all of its editions."""
    places = found.page.places
    result = _with_hits(searcher, result, found)
    editions = folding.editions_of(searcher, limits(Filters(), request.municipality), places)
    if not editions:
        return result
    # In other orders, it's the first edition that has given the work its place.
    ranking = found.page.ranking
    front = folding.in_front(searcher, request, ranking, editions) if ranking else {}
    cards = {hit.record_id: hit for hits in editions.values() for hit in hits}
    numbers = [number for number, _ in places]
    hits = [cards.get(front.get(number, 0), hit) for number, hit in zip(numbers, result.hits, strict=True)]
    by_record = {
        hit.record_id: editions[number] for number, hit in zip(numbers, hits, strict=True) if number in editions
    }
    return replace(result, hits=tuple(hits), editions=by_record)


@dataclass(frozen=True)
class _Page:
    """Where the hits of a page stand.

    :ivar places: with the number of each hit's work, or 0 where hits are records
    :ivar works: of which there are several hits; None where hits are records
    :ivar ranking: what decided the order, if it was how well they fit; no number of items counts in it
    """

    total: int
    places: list[folding.Place]
    works: folding.Doubled | None = None
    ranking: Query | None = None


@dataclass(frozen=True)
class _Found:
    """A result without its facets and hits, and what they're read from."""

    result: SearchResult
    must: list[Query]
    page: _Page


def _by_whom(searcher: Searcher, request: SearchRequest, asked: Asked, typed: Typed, empty: SearchResult) -> _Found:
    """Return what somebody of exactly this name made, or of one with these words; else titles with all that's typed."""
    names = tuple(same_letters(word.text) for word in asked.typed.words)
    if len(names) > 1:
        named = replace(asked, typed=replace(asked.typed, phrases=(Phrase(names, Field.AUTHOR), *typed.phrases)))
        found = _find(searcher, request, named, empty)
        if found.result.total:
            return found
    found = _find(searcher, request, asked, empty)
    return found if found.result.total else _found_or(found, _find(searcher, request, Asked(typed), empty))


def _find(searcher: Searcher, request: SearchRequest, asked: Asked, empty: SearchResult) -> _Found:
    must = either(matching(asked.typed), asked.instead)
    page = _page(searcher, request, asked, must)
    return _Found(replace(empty, total=page.total, is_by_work=page.works is not None), must, page)


def _helped(searcher: Searcher, request: SearchRequest, typed: Typed, found: _Found) -> _Found:
    """Return what else somebody may want who found nothing or little."""
    if found.result.total:
        return _with_other_spelling(searcher, request, typed, found)
    if elsewhere := _elsewhere(searcher, request, found.must):
        return replace(found, result=replace(found.result, elsewhere_total=elsewhere))
    if asked := without_asking(typed):
        typed = asked.typed
        found = _find(searcher, request, asked, found.result)
        if found.result.total:
            return found
    if request.municipality is not None:
        # The neighbours may have it: that's offered before anything else is guessed.
        everywhere = _everywhere(searcher, request, found.must)
        if everywhere:
            return replace(found, result=replace(found.result, everywhere_total=everywhere))
    for attempt in (_with_beginnings, _with_other_spelling, _with_fewer_words):
        found = attempt(searcher, request, typed, found)
        if found.result.total:
            return found
    return found


def _found_or(found: _Found, instead: _Found) -> _Found:
    return instead if instead.result.total else found


def _with_beginnings(searcher: Searcher, request: SearchRequest, typed: Typed, found: _Found) -> _Found:
    begun = with_beginnings(typed)
    return _found_or(found, _find(searcher, request, Asked(begun), found.result)) if begun else found


def _with_other_spelling(searcher: Searcher, request: SearchRequest, typed: Typed, found: _Found) -> _Found:
    known = found.result.total
    for retyped in islice(other_spellings(searcher, typed, found_nothing=not known), _MOST_SPELLINGS):
        better = _find(searcher, request, Asked(retyped), found.result)
        if better.result.total > known:
            text = text_of(retyped)
            if known:
                return replace(found, result=replace(found.result, did_you_mean=text))
            return replace(better, result=replace(better.result, did_you_mean=text, is_corrected=True))
    return found


def _with_fewer_words(searcher: Searcher, request: SearchRequest, typed: Typed, found: _Found) -> _Found:
    for at_least in _fewer_words(len(typed.needed)):
        must = matching(typed, at_least=at_least)
        page = _page(searcher, request, Asked(typed), must)
        if page.total:
            by_work = page.works is not None
            result = replace(found.result, total=page.total, is_by_work=by_work, is_relaxed=True)
            return _Found(result, must, page)
    return found


def _fewer_words(count: int) -> list[int]:
    return sorted({enough for enough in (count - 1, (count + 1) // 2) if 0 < enough < count}, reverse=True)


def _elsewhere(searcher: Searcher, request: SearchRequest, must: Sequence[Query]) -> int:
    if request.filters.only is None:
        return 0
    return _total(searcher, replace(request, filters=replace(request.filters, only=None)), must)


def _everywhere(searcher: Searcher, request: SearchRequest, must: Sequence[Query]) -> int:
    filters = replace(request.filters, branches=(), only=None)
    return _total(searcher, replace(request, filters=filters, municipality=None), must)


def _total(searcher: Searcher, request: SearchRequest, must: Sequence[Query]) -> int:
    """Return how many hits the request would have."""
    query = all_of([*must, *limits(request.filters, request.municipality)])
    total = count_of(searcher, query)
    is_by_work = _is_by_work(searcher, request, must, total)
    return total - folding.surplus_of(folding.doubled(searcher, query)) if is_by_work else total


def _is_by_work(searcher: Searcher, request: SearchRequest, must: Sequence[Query], total: int) -> bool:
    return request.by_work and can_count_works(searcher, must, request.filters, request.municipality, total=total)


def _page(searcher: Searcher, request: SearchRequest, asked: Asked, must: Sequence[Query]) -> _Page:
    queries = [*must, *limits(request.filters, request.municipality)]
    hits = _Hits(searcher, _order_of(request, asked, queries))
    if request.by_work:
        total, _addresses = hits.first(folding.first_size(_wanted(request)))
        if _is_by_work(searcher, request, must, total):
            return _page_of_works(request, asked, all_of(queries), hits)
    return _page_of_records(request, hits)


def _page_of_records(request: SearchRequest, hits: "_Hits") -> _Page:
    size, offset = request.page_size, (request.page - 1) * request.page_size
    if request.at_home and _is_asked_about(request):
        total, addresses = hits.first(_asked_about(request))
        addresses = _at_home_first(hits.searcher, addresses, request.at_home)[offset : offset + size]
    else:
        total, addresses = hits.page(size, offset)
    return _Page(total, [(0, address) for address in addresses])


def _page_of_works(request: SearchRequest, asked: Asked, query: Query, hits: "_Hits") -> _Page:
    size, offset = request.page_size, (request.page - 1) * request.page_size
    searcher, order = hits.searcher, hits.order
    total, places = folding.first_places(searcher, hits.first, _wanted(request))
    if request.at_home and _is_asked_about(request):
        places = folding.at_home_first(searcher, query, places, request.at_home)
    if not total:
        return _Page(0, [], works={})
    ranking = None
    if order.is_ranked:
        ranking = order.query
    elif request.sort in (Sort.RELEVANCE, Sort.AVAILABLE) and not asked.newest:
        ranking = Query.const_score_query(query, 1.0)
    works = folding.doubled(searcher, query)
    total -= folding.surplus_of(works)
    return _Page(total, places[offset : offset + size], works=works, ranking=ranking)


def _wanted(request: SearchRequest) -> int:
    """Return how many hits from the first one on a page of works is made of."""
    return _asked_about(request) if _is_asked_about(request) else request.page * request.page_size


def _is_asked_about(request: SearchRequest) -> bool:
    """Say whether what can be had now comes first on this page."""
    offset = (request.page - 1) * request.page_size
    return request.sort is Sort.AVAILABLE and request.at_home is not None and offset < _asked_about(request)


def _asked_about(request: SearchRequest) -> int:
    """Return of how many of the best hits is asked whether they can be had now: whole pages."""
    return MOST_ASKED_ABOUT - MOST_ASKED_ABOUT % request.page_size


@dataclass(frozen=True)
class _Ordered:
    """A query with what its hits are ordered by: how well they fit, or a column."""

    query: Query
    column: str = ""
    order: Order = Order.Desc

    @property
    def is_ranked(self) -> bool:
        return not self.column

    def hits(self, searcher: Searcher, *, size: int, offset: int) -> tuple[int, list[DocAddress]]:
        if self.is_ranked:
            found = searcher.search(self.query, size, offset=offset, weight_by_field=schema.WEIGHT)
        else:
            found = searcher.search(self.query, size, offset=offset, order_by_field=self.column, order=self.order)
        return total_of(found), [address for _key, address in found.hits]


class _Hits:
    """The hits of a search in their order; those that were asked for before aren't looked up again."""

    def __init__(self, searcher: Searcher, order: _Ordered) -> None:
        self.searcher = searcher
        self.order = order
        self._total = 0
        self._known: list[DocAddress] | None = None
        self._size = 0

    def first(self, size: int) -> tuple[int, list[DocAddress]]:
        """Return how many there are, and the first ones, so many as are asked for or there are."""
        if self._known is None or size > self._size:
            self._size = size
            self._total, self._known = self.order.hits(self.searcher, size=size, offset=0)
        return self._total, self._known[:size]

    def page(self, size: int, offset: int) -> tuple[int, list[DocAddress]]:
        """Return how many there are, and some of them."""
        if self._known is not None and offset + size <= self._size:
            return self._total, self._known[offset : offset + size]
        return self.order.hits(self.searcher, size=size, offset=offset)


def _order_of(request: SearchRequest, asked: Asked, queries: Sequence[Query]) -> _Ordered:
    if request.sort in (Sort.RELEVANCE, Sort.AVAILABLE) and asked.typed and not asked.newest:
        return _Ordered(ranked(queries, asked.typed, asked.materials))
    return _Ordered(all_of(queries), *_order(request, asked))


def _at_home_first(
    searcher: Searcher, addresses: Sequence[DocAddress], at_home: Callable[[Collection[int]], Collection[int]]
) -> list[DocAddress]:
    """Return the hits that can be had now before the others, either in the order that they had."""
    ids = [int(record_id or 0) for record_id in searcher.fast_field_values(schema.ID, list(addresses))]
    here = frozenset(at_home(ids))
    return [address for _, address in sorted(zip(ids, addresses, strict=True), key=lambda hit: hit[0] not in here)]


def _order(request: SearchRequest, asked: Asked) -> tuple[str, Order]:
    is_swedish = request.language in ("sv", "fi")
    if request.sort is Sort.TITLE:
        return schema.SORT_SWEDISH if is_swedish else schema.SORT_DANISH, Order.Asc
    if request.sort is Sort.AUTHOR:
        return schema.SORT_AUTHOR_SWEDISH if is_swedish else schema.SORT_AUTHOR_DANISH, Order.Asc
    if request.sort is Sort.ADDED:
        return schema.ID, Order.Desc
    if request.sort is Sort.NEWEST or asked.newest:
        return schema.SORT_NEWEST, Order.Desc
    # Nothing was typed, so what most libraries own comes first.
    return schema.ITEMS, Order.Desc
