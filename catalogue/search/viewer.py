"""The index as one library may see it: what others keep to themselves isn't there, in no count and no spelling."""

from collections.abc import Sequence
from typing import Any

from tantivy import DocAddress, Document, Occur, Query, Searcher

from catalogue.search import schema
from catalogue.search.documents import ANYBODY


class ViewersSearcher:
    """A searcher that leaves others' local records out of whatever it's asked, so that no question forgets it.

    While no library keeps a record to itself, it costs one look at a word's frequency.
    """

    def __init__(self, searcher: Searcher, viewer: int | None) -> None:
        """Look at the index for a municipality; with None, for nobody in particular."""
        self._searcher = searcher
        self._hidden = _hidden_from(searcher, viewer)

    def search(self, query: Query, *limits: Any, **order: Any) -> Any:
        """Return hits, as Tantivy's own searcher does."""
        return self._searcher.search(self._seen(query), *limits, **order)

    def aggregate(self, query: Query, aggregations: dict[str, Any]) -> Any:
        """Return counts, as Tantivy's own searcher does."""
        return self._searcher.aggregate(self._seen(query), aggregations)

    def doc(self, address: DocAddress) -> Document:
        """Return what's stored of a hit."""
        return self._searcher.doc(address)

    def doc_freq(self, name: str, word: str) -> int:
        """Return how many titles have a word in a field, those included that can't be seen: never to be shown."""
        return int(self._searcher.doc_freq(name, word))

    def terms_with_prefix(self, name: str, start: str, *, limit: int | None = None) -> Any:
        """Return a field's words that begin so, those included that only unseen titles have: count before showing."""
        return self._searcher.terms_with_prefix(name, start, limit=limit)

    def fast_field_values(self, name: str, addresses: Sequence[DocAddress]) -> Any:
        """Return a column's values for hits."""
        return self._searcher.fast_field_values(name, list(addresses))

    def _seen(self, query: Query) -> Query:
        if self._hidden is None:
            return query
        return Query.boolean_query([(Occur.Must, query), (Occur.MustNot, self._hidden)])


def _hidden_from(searcher: Searcher, viewer: int | None) -> Query | None:
    if not searcher.doc_freq(schema.KEPT_BY, ANYBODY):
        return None
    kept = _kept_by(ANYBODY)
    if viewer is None:
        return kept
    return Query.boolean_query([(Occur.Must, kept), (Occur.MustNot, _kept_by(str(viewer)))])


def _kept_by(who: str) -> Query:
    return Query.term_query(schema.index_schema(), schema.KEPT_BY, who, index_option="basic")
