"""One search from the text to the page of hits."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from tantivy import DocAddress, Order, Query, Searcher

from catalogue.search import folder, schema
from catalogue.search.asking import Asked, by_whom, without_asking
from catalogue.search.cards import hits_at
from catalogue.search.facets import count_facets
from catalogue.search.queries import all_of, either, limits, matching, ranked
from catalogue.search.query_text import Field, Phrase, Typed, as_number, number_in, read_query, text_of, with_beginnings
from catalogue.search.reader import ask
from catalogue.search.requests import (
    LARGEST_PAGE,
    MOST_ASKED_ABOUT,
    MOST_HITS,
    SearchRequest,
    SearchResult,
    Sort,
    State,
)
from catalogue.search.spelling import other_spellings
from catalogue.search.tantivy_gaps import count_of, total_of
from catalogue.search.variants import meant_by
from catalogue.search.words import same_letters
from catalogue.selectors import records_by_identifier

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
    numbered = records_by_identifier(number)
    empty = SearchResult(
        record_id=numbered[0].pk if len(numbered) == 1 else None, page=request.page, page_size=request.page_size
    )
    if numbered or as_number(number).startswith(f"{Field.ISBN}:"):
        # The parts between its hyphens mean nothing by themselves, even if no title has the number.
        request = replace(request, text=as_number(number))
    found = ask(lambda searcher: _search(searcher, request, empty))
    return found or replace(empty, state=State.UNAVAILABLE, progress=folder.read_progress())


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
    return replace(
        found.result,
        hits=hits_at(searcher, found.addresses),
        facets=count_facets(searcher, found.must, request.filters, request.municipality),
    )


@dataclass(frozen=True)
class _Found:
    """A result without its facets and hits, and what they're read from."""

    result: SearchResult
    must: list[Query]
    addresses: list[DocAddress]


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
    total, addresses = _page(searcher, request, asked, must)
    return _Found(replace(empty, total=total), must, addresses)


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
        total, addresses = _page(searcher, request, Asked(typed), must)
        if total:
            return _Found(replace(found.result, total=total, is_relaxed=True), must, addresses)
    return found


def _fewer_words(count: int) -> list[int]:
    return sorted({enough for enough in (count - 1, (count + 1) // 2) if 0 < enough < count}, reverse=True)


def _elsewhere(searcher: Searcher, request: SearchRequest, must: Sequence[Query]) -> int:
    if request.filters.only is None:
        return 0
    return count_of(searcher, all_of([*must, *limits(replace(request.filters, only=None), request.municipality)]))


def _everywhere(searcher: Searcher, request: SearchRequest, must: Sequence[Query]) -> int:
    query = all_of([*must, *limits(replace(request.filters, branches=(), only=None), None)])
    return count_of(searcher, query)


def _page(
    searcher: Searcher, request: SearchRequest, asked: Asked, must: Sequence[Query]
) -> tuple[int, list[DocAddress]]:
    queries = [*must, *limits(request.filters, request.municipality)]
    size, offset = request.page_size, (request.page - 1) * request.page_size
    asked_about = MOST_ASKED_ABOUT - MOST_ASKED_ABOUT % size
    if request.sort is Sort.AVAILABLE and request.at_home and offset < asked_about:
        total, addresses = _best(searcher, request, asked, queries, size=asked_about, offset=0)
        return total, _at_home_first(searcher, addresses, request.at_home)[offset : offset + size]
    return _best(searcher, request, asked, queries, size=size, offset=offset)


def _best(
    searcher: Searcher, request: SearchRequest, asked: Asked, queries: Sequence[Query], *, size: int, offset: int
) -> tuple[int, list[DocAddress]]:
    if request.sort in (Sort.RELEVANCE, Sort.AVAILABLE) and asked.typed and not asked.newest:
        query = ranked(queries, asked.typed, asked.materials)
        found = searcher.search(query, size, offset=offset, weight_by_field=schema.WEIGHT)
    else:
        field, order = _order(request, asked)
        found = searcher.search(all_of(queries), size, offset=offset, order_by_field=field, order=order)
    return total_of(found), [address for _key, address in found.hits]


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
