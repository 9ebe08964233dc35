"""Finding titles: the Tantivy index beside each web node, its words, its queries and its follower.

Screens need `search`, `suggest` and `other_editions`, and what they take and return.
"""

from catalogue.search.editions import other_editions, titles_in_series
from catalogue.search.lag import IndexState, index_state, unread_records
from catalogue.search.requests import (
    LARGEST_PAGE,
    MOST_HITS,
    FacetValue,
    Filters,
    Hit,
    SearchRequest,
    SearchResult,
    Sort,
    State,
    Suggestion,
)
from catalogue.search.searching import count, search, title_with_number
from catalogue.search.suggestions import suggest

__all__ = [
    "LARGEST_PAGE",
    "MOST_HITS",
    "FacetValue",
    "Filters",
    "Hit",
    "IndexState",
    "SearchRequest",
    "SearchResult",
    "Sort",
    "State",
    "Suggestion",
    "count",
    "index_state",
    "other_editions",
    "search",
    "suggest",
    "title_with_number",
    "titles_in_series",
    "unread_records",
]
