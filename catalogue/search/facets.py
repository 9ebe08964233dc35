"""How many hits each material type, language, audience, decade and branch would leave."""

from collections.abc import Sequence
from typing import Any

from tantivy import Query, Searcher

from catalogue.search import schema
from catalogue.search.queries import FACET_FIELDS, all_of, limits
from catalogue.search.requests import FacetValue, Filters

_MOST_VALUES = 500


def count_facets(
    searcher: Searcher, matching: Sequence[Query], filters: Filters, municipality: str | None
) -> dict[str, tuple[FacetValue, ...]]:
    """Return the facets of all hits, exactly counted.

    A facet with a limit of its own is counted without it, so that choosing Danish doesn't hide Swedish.
    """
    names = [*FACET_FIELDS, "decade", *(["branch"] if municipality else [])]
    selected = _selected(filters)
    limited = [name for name in names if selected[name]]
    free = [name for name in names if not selected[name]]
    buckets: dict[str, list[dict[str, Any]]] = {}
    if free:
        query = all_of([*matching, *limits(filters, municipality)])
        buckets |= _count(searcher, query, free, municipality)
    for name in limited:
        query = all_of([*matching, *limits(filters, municipality, without=name)])
        buckets |= _count(searcher, query, [name], municipality)
    return {name: _values(name, buckets[name], selected[name]) for name in names}


def _selected(filters: Filters) -> dict[str, tuple[str, ...]]:
    return {
        "material_type": filters.material_types,
        "language": filters.languages,
        "audience": filters.audiences,
        "decade": tuple(str(decade) for decade in filters.decades),
        "branch": filters.branches,
    }


def _count(
    searcher: Searcher, query: Query, names: Sequence[str], municipality: str | None
) -> dict[str, list[dict[str, Any]]]:
    found = searcher.aggregate(query, {name: _aggregation(name, municipality) for name in names})
    return {name: found[name]["buckets"] for name in names}


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
