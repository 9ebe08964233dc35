"""How many hits each material type, language, audience, decade and branch would leave."""

from collections.abc import Sequence
from typing import Any

from tantivy import Query, Searcher

from catalogue.search import schema
from catalogue.search.folding import (
    Doubled,
    are_few,
    are_quickly_found,
    can_fold,
    doubled,
    more_than_once,
    surplus_in,
    surplus_of,
    within,
)
from catalogue.search.queries import FACET_FIELDS, all_of, exact_word, limits
from catalogue.search.requests import FacetValue, Filters

_MOST_VALUES = 500
# Tantivy answers with 65,000 buckets at most; a work that a branch has twice takes one for two of its hits there.
_MOST_PAIRS = 120_000


def count_facets(
    searcher: Searcher,
    matching: Sequence[Query],
    filters: Filters,
    municipality: str | None,
    *,
    works: Doubled | None = None,
) -> dict[str, tuple[FacetValue, ...]]:
    """Return the facets of all hits, exactly counted.

    A facet with a limit of its own is counted without it, so that choosing Danish doesn't hide Swedish.

    :param works: those of which the search finds several editions, to count works with such an edition; None counts
        records
    """
    names = _names(municipality)
    selected = _selected(filters)
    limited = [name for name in names if selected[name]]
    free = [name for name in names if not selected[name]]
    buckets: dict[str, list[dict[str, Any]]] = {}
    if free:
        query = all_of([*matching, *limits(filters, municipality)])
        buckets |= _count(searcher, query, free, municipality, works)
    for name in limited:
        query = all_of([*matching, *limits(filters, municipality, without=name)])
        found = None if works is None else doubled(searcher, query)
        buckets |= _count(searcher, query, [name], municipality, found)
    return {name: _values(name, buckets[name], selected[name]) for name in names}


def can_count_works(
    searcher: Searcher, matching: Sequence[Query], filters: Filters, municipality: str | None, *, total: int
) -> bool:
    """Say whether hits and all their facets can be counted by work in time.

    :param total: how many hits there are
    """
    chosen = [name for name, values in _selected(filters).items() if values and name in _names(municipality)]
    if not chosen and are_few(total):
        return True
    # Whatever is counted without a limit of its own has more hits than the search itself.
    queries = (all_of([*matching, *limits(filters, municipality, without=name)]) for name in chosen or [""])
    return all(can_fold(searcher, query) for query in queries)


def _names(municipality: str | None) -> list[str]:
    return [*FACET_FIELDS, "decade", *(["branch"] if municipality else [])]


def _selected(filters: Filters) -> dict[str, tuple[str, ...]]:
    return {
        "material_type": filters.material_types,
        "language": filters.languages,
        "audience": filters.audiences,
        "decade": tuple(str(decade) for decade in filters.decades),
        "branch": filters.branches,
    }


def _count(
    searcher: Searcher, query: Query, names: Sequence[str], municipality: str | None, works: Doubled | None
) -> dict[str, list[dict[str, Any]]]:
    asked = {name: _aggregation(name, municipality) for name in names}
    found = searcher.aggregate(query, asked)
    buckets: dict[str, list[dict[str, Any]]] = {name: found[name]["buckets"] for name in names}
    if works:
        for name, too_many in _too_many(searcher, query, works, asked, buckets).items():
            for bucket in buckets[name]:
                bucket["doc_count"] -= too_many.get(bucket["key"], 0)
    return buckets


def _too_many(
    searcher: Searcher,
    query: Query,
    works: Doubled,
    asked: dict[str, dict[str, Any]],
    buckets: dict[str, list[dict[str, Any]]],
) -> dict[str, dict[Any, int]]:
    """Return by facet and value by how many its hits exceed their works."""
    query = within(query, works)
    at_once = {name: each for name, each in asked.items() if name != "branch" or are_quickly_found(works)}
    inside = {name: each | {"aggs": more_than_once()} for name, each in at_once.items()}
    found = searcher.aggregate(query, inside) if inside else {}
    counts = {name: {each["key"]: surplus_in(each) for each in found[name]["buckets"]} for name in at_once}
    if "branch" in asked and "branch" not in at_once:
        counts["branch"] = _too_many_in_branches(searcher, query, asked["branch"], buckets["branch"])
    return counts


def _too_many_in_branches(
    searcher: Searcher, query: Query, aggregation: dict[str, Any], buckets: list[dict[str, Any]]
) -> dict[Any, int]:
    if sum(bucket["doc_count"] for bucket in buckets) <= _MOST_PAIRS:
        answer = searcher.aggregate(query, {"branch": aggregation | {"aggs": more_than_once()}})
        return {bucket["key"]: surplus_in(bucket) for bucket in answer["branch"]["buckets"]}
    field = aggregation["terms"]["field"]
    branches = {each["key"]: all_of([query, exact_word(field, each["key"])]) for each in buckets}
    return {branch: surplus_of(doubled(searcher, there)) for branch, there in branches.items()}


def _aggregation(name: str, municipality: str | None) -> dict[str, Any]:
    if name == "decade":
        return {"histogram": {"field": schema.YEAR, "interval": 10, "min_doc_count": 1}}
    field = f"{schema.HELD}.{municipality}" if name == "branch" else FACET_FIELDS[name]
    return {"terms": {"field": field, "size": _MOST_VALUES}}


def _values(name: str, buckets: Sequence[dict[str, Any]], selected: Sequence[str]) -> tuple[FacetValue, ...]:
    counts = {_key(name, bucket["key"]): int(bucket["doc_count"]) for bucket in buckets}
    # What is chosen stays on the page, even when nothing is left of it.
    counts |= {value: 0 for value in selected if value not in counts}
    values = [FacetValue(value, count, value in selected) for value, count in counts.items()]
    if name == "decade":
        return tuple(sorted(values, key=lambda value: -int(value.value)))
    return tuple(sorted(values, key=lambda value: (-value.count, value.value)))


def _key(name: str, key: Any) -> str:
    return str(int(key)) if name == "decade" else str(key)
