"""One search from the text to the page of hits."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tantivy import DocAddress, Order, Query, Searcher

from catalogue.search import folder, schema
from catalogue.search.cards import hits_at
from catalogue.search.facets import count_facets
from catalogue.search.queries import all_of, limits, matching, ranked
from catalogue.search.query_text import Typed, read_query, with_beginnings
from catalogue.search.reader import ask
from catalogue.search.requests import LARGEST_PAGE, MOST_HITS, SearchRequest, SearchResult, Sort, State
from catalogue.search.spelling import corrected
from catalogue.search.tantivy_gaps import count_of, total_of
from catalogue.selectors import records_by_identifier

# Below this, somebody may have meant something else.
_FEW = 3


def search(request: SearchRequest) -> SearchResult:
    """Return the page of hits that was asked for, with facets; never raises for anything that somebody typed.

    While there's no index the result says so, and how far it has come; numbers still lead to their record.
    """
    request = _bounded(request)
    numbered = records_by_identifier(request.text)
    empty = SearchResult(
        record_id=numbered[0].pk if len(numbered) == 1 else None, page=request.page, page_size=request.page_size
    )
    if numbered:
        # The index knows numbers without their hyphens.
        request = replace(request, text=request.text.replace("-", "").replace(" ", ""))
    found = ask(lambda searcher: _search(searcher, request, empty))
    return found or replace(empty, state=State.UNAVAILABLE, progress=folder.read_progress())


def count(request: SearchRequest) -> int | None:
    """Return how many hits there are, or None while there's no index."""
    request = _bounded(request)
    typed = read_query(request.text)
    query = all_of([*matching(typed), *limits(request.filters, request.municipality)])
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
    must = matching(typed)
    total, addresses = _page(searcher, request, typed, must)
    found = _Found(replace(empty, total=total), must, addresses)
    if total < _FEW and typed:
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


def _helped(searcher: Searcher, request: SearchRequest, typed: Typed, found: _Found) -> _Found:
    """Return what else somebody may want who found nothing or little."""
    result = found.result
    if request.municipality is not None and result.total == 0:
        # The neighbours may have it: that's offered before anything else is guessed.
        result = replace(result, everywhere_total=_everywhere(searcher, request, found.must))
        found = replace(found, result=result)
        if result.everywhere_total:
            return found
    if result.total:
        return _with_other_spelling(searcher, request, typed, found)
    found = _with_beginnings(searcher, request, typed, found)
    if not found.result.total:
        found = _with_other_spelling(searcher, request, typed, found)
    if not found.result.total:
        found = _with_fewer_words(searcher, request, typed, found)
    return found


def _with_beginnings(searcher: Searcher, request: SearchRequest, typed: Typed, found: _Found) -> _Found:
    begun = with_beginnings(typed)
    if begun is None:
        return found
    must = matching(begun)
    total, addresses = _page(searcher, request, begun, must)
    return _Found(replace(found.result, total=total), must, addresses) if total else found


def _with_other_spelling(searcher: Searcher, request: SearchRequest, typed: Typed, found: _Found) -> _Found:
    better = corrected(searcher, typed)
    if better is None:
        return found
    text, retyped = better
    must = matching(retyped)
    total, addresses = _page(searcher, request, retyped, must)
    if total <= found.result.total:
        return found
    if found.result.total:
        return replace(found, result=replace(found.result, did_you_mean=text))
    return _Found(replace(found.result, total=total, did_you_mean=text, is_corrected=True), must, addresses)


def _with_fewer_words(searcher: Searcher, request: SearchRequest, typed: Typed, found: _Found) -> _Found:
    for at_least in _fewer_words(len(typed.needed)):
        must = matching(typed, at_least=at_least)
        total, addresses = _page(searcher, request, typed, must)
        if total:
            return _Found(replace(found.result, total=total, is_relaxed=True), must, addresses)
    return found


def _fewer_words(count: int) -> list[int]:
    return sorted({enough for enough in (count - 1, (count + 1) // 2) if 0 < enough < count}, reverse=True)


def _everywhere(searcher: Searcher, request: SearchRequest, must: Sequence[Query]) -> int:
    query = all_of([*must, *limits(replace(request.filters, branches=()), None)])
    return count_of(searcher, query)


def _page(
    searcher: Searcher, request: SearchRequest, typed: Typed, must: Sequence[Query]
) -> tuple[int, list[DocAddress]]:
    queries = [*must, *limits(request.filters, request.municipality)]
    size, offset = request.page_size, (request.page - 1) * request.page_size
    if request.sort is Sort.RELEVANCE and typed:
        found = searcher.search(ranked(queries, typed), size, offset=offset, weight_by_field=schema.WEIGHT)
    else:
        field, order = _order(request)
        found = searcher.search(all_of(queries), size, offset=offset, order_by_field=field, order=order)
    return total_of(found), [address for _key, address in found.hits]


def _order(request: SearchRequest) -> tuple[str, Order]:
    if request.sort is Sort.TITLE:
        return schema.SORT_SWEDISH if request.language in ("sv", "fi") else schema.SORT_DANISH, Order.Asc
    if request.sort is Sort.NEWEST:
        return schema.SORT_NEWEST, Order.Desc
    # Nothing was typed, so what most libraries own comes first.
    return schema.ITEMS, Order.Desc
