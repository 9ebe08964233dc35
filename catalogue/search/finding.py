"""All titles that fulfil a condition, a page at a time."""

from dataclasses import dataclass

import tantivy
from tantivy import Searcher

from catalogue.search import schema
from catalogue.search.condition_queries import query_of
from catalogue.search.conditions import Condition, Order
from catalogue.search.queries import all_of, exact_word
from catalogue.search.reader import ask
from catalogue.search.requests import LARGEST_PAGE, MOST_HITS
from catalogue.search.tantivy_gaps import total_of

_ASCENDING = {Order.OLDEST, Order.TITLE, Order.AUTHOR}


@dataclass(frozen=True)
class Found:
    """One page.

    :ivar total: all titles there are
    """

    total: int
    record_ids: tuple[int, ...]


def find(
    condition: Condition,
    *,
    municipality: str | None,
    order: Order = Order.NEWEST,
    language: str = "da",
    offset: int = 0,
    limit: int = 10,
) -> Found | None:
    """Return the titles that fulfil the condition, or None while there's no index.

    :param municipality: the schema of the municipality whose titles count; None for the whole nation's
    :param language: whose alphabet titles and names are sorted by
    :param offset: of all of them; beyond `MOST_HITS` there's nothing
    """
    limit = max(0, min(limit, LARGEST_PAGE, MOST_HITS - offset))
    owned = [exact_word(schema.OWNER, municipality)] if municipality else []
    # Made here and not within `ask`, which takes a refusal for damage to the index.
    query = all_of([query_of(condition), *owned])
    name, direction = _sorted_by(order, language)

    def page(searcher: Searcher) -> Found:
        answer = searcher.search(
            query,
            max(1, limit),
            offset=offset if limit else 0,
            order_by_field=name,
            order=direction,
        )
        addresses = [address for _key, address in answer.hits][:limit]
        ids = searcher.fast_field_values(schema.ID, addresses) if addresses else []
        return Found(total_of(answer), tuple(int(number or 0) for number in ids))

    return ask(page)


def _sorted_by(order: Order, language: str) -> tuple[str, tantivy.Order]:
    is_swedish = language in ("sv", "fi")
    titles = schema.SORT_SWEDISH if is_swedish else schema.SORT_DANISH
    authors = schema.SORT_AUTHOR_SWEDISH if is_swedish else schema.SORT_AUTHOR_DANISH
    names = {Order.TITLE: titles, Order.TITLE_DOWN: titles, Order.AUTHOR: authors, Order.AUTHOR_DOWN: authors}
    direction = tantivy.Order.Asc if order in _ASCENDING else tantivy.Order.Desc
    return names.get(order, schema.SORT_NEWEST), direction
