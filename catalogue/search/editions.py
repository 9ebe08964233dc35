"""Other editions of a work: the same author and title."""

from tantivy import Searcher

from catalogue.models import BibliographicRecord
from catalogue.search import schema
from catalogue.search.cards import hits_at
from catalogue.search.documents import work_key
from catalogue.search.queries import exact_word
from catalogue.search.reader import ask
from catalogue.search.requests import Hit

_MOST = 50


def other_editions(record: BibliographicRecord) -> list[Hit]:
    """Return the other records with this one's author and title, newest first; none while there's no index."""
    if not record.title:
        return []
    key = work_key(record.author, record.title)

    def editions(searcher: Searcher) -> list[Hit]:
        found = searcher.search(exact_word(schema.WORK, key), _MOST, count=False, order_by_field=schema.SORT_NEWEST)
        hits = hits_at(searcher, [address for _key, address in found.hits])
        return [hit for hit in hits if hit.record_id != record.pk]

    return ask(editions) or []


def edition_ids(record: BibliographicRecord) -> list[int]:
    """Return the other records that do as well as this one for whoever takes any edition.

    Same author and title, in the same language and of the same kind: nobody who asks for a book wants to be sent the
    disc. None while there's no index.
    """
    return sorted(
        hit.record_id
        for hit in other_editions(record)
        if (hit.language, hit.material_type) == (record.language, record.material_type)
    )
