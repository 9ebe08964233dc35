"""What the list shows of a title, as the index keeps it: no query to the database for a page of hits."""

import json
from collections.abc import Sequence
from typing import Any

from tantivy import DocAddress, Searcher

from catalogue.search import schema
from catalogue.search.requests import Hit

# Beside what hits show: whom else a search may mean.
OTHER_NAMES = "others"
# Behind the first one, of those few titles that have more.
MORE_SERIES = "more_series"


def card_of(searcher: Searcher, address: DocAddress) -> dict[str, Any]:
    """Return what the index keeps to be shown of one title."""
    card: dict[str, Any] = json.loads(bytes(searcher.doc(address).get_first(schema.CARD) or b"{}"))
    return card


def hits_at(searcher: Searcher, addresses: Sequence[DocAddress]) -> tuple[Hit, ...]:
    """Return the titles at these addresses, in their order."""
    ids = searcher.fast_field_values(schema.ID, list(addresses))
    cards = [card_of(searcher, address) for address in addresses]
    for card in cards:
        card.pop(OTHER_NAMES, None)
        first, more = card["series"], card.pop(MORE_SERIES, ())
        card["all_series"] = (first, *more) if first else tuple(more)
    return tuple(Hit(record_id=int(record_id or 0), **card) for record_id, card in zip(ids, cards, strict=True))
