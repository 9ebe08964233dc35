"""Other editions of a work, as the list shows them."""

from tantivy import Searcher

from catalogue.models import BibliographicRecord
from catalogue.search import schema
from catalogue.search.cards import hits_at
from catalogue.search.queries import exact_word
from catalogue.search.reader import ask
from catalogue.search.requests import Hit
from catalogue.selectors.works import works_of

_MOST = 50


def other_editions(record: BibliographicRecord) -> list[Hit]:
    """Return the other records of this one's work, newest first; none while there's no index."""
    key = works_of([record])[record.pk]

    def editions(searcher: Searcher) -> list[Hit]:
        found = searcher.search(exact_word(schema.WORK, key), _MOST, count=False, order_by_field=schema.SORT_NEWEST)
        hits = hits_at(searcher, [address for _key, address in found.hits])
        return [hit for hit in hits if hit.record_id != record.pk]

    return ask(editions) or []
