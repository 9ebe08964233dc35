"""Other editions of a work, and the titles of a series, as the list shows them."""

from tantivy import Searcher

from catalogue.marc.series import place_in
from catalogue.models import BibliographicRecord
from catalogue.search import schema
from catalogue.search.cards import hits_at
from catalogue.search.queries import all_of, exact_word, limits
from catalogue.search.reader import ask
from catalogue.search.requests import Filters, Hit
from catalogue.selectors.works import works_of

_MOST = 50
_MOST_IN_SERIES = 300


def other_editions(record: BibliographicRecord) -> list[Hit]:
    """Return the other records of this one's work, newest first; none while there's no index."""
    key = works_of([record])[record.pk]

    def editions(searcher: Searcher) -> list[Hit]:
        found = searcher.search(exact_word(schema.WORK, key), _MOST, count=False, order_by_field=schema.SORT_NEWEST)
        hits = hits_at(searcher, [address for _key, address in found.hits])
        return [hit for hit in hits if hit.record_id != record.pk]

    return ask(editions) or []


def titles_in_series(name: str, municipality: str | None) -> list[Hit]:
    """Return a municipality's titles of a series by their number, newest edition first; none while there's no index.

    :param name: the series without a number; one that's very long isn't told from others that begin the same
    :param municipality: its schema; None for the whole nation's
    """
    wanted = all_of(limits(Filters(series=name), municipality))

    def titles(searcher: Searcher) -> list[Hit]:
        found = searcher.search(wanted, _MOST_IN_SERIES, count=False, order_by_field=schema.SORT_NEWEST)
        hits = hits_at(searcher, [address for _key, address in found.hits])
        return sorted(hits, key=lambda hit: place_in(hit.all_series, name).order)

    return (ask(titles) or []) if name else []
