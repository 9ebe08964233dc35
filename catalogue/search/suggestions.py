"""What somebody may be typing: titles, authors and subjects that begin like it, the most owned first."""

from collections.abc import Iterable, Sequence
from typing import Any

from tantivy import Occur, Query, Searcher

from catalogue.search import schema
from catalogue.search.cards import hits_at
from catalogue.search.queries import all_of, beginning, exact_word
from catalogue.search.query_text import MOST_WORDS
from catalogue.search.reader import ask
from catalogue.search.requests import Hit, Suggestion
from catalogue.search.words import plain_spellings, same_letters, words_of

# Names are counted, which two letters would make too many of.
_SHORTEST, _SHORTEST_NAME = 2, 3
_LONGEST_TEXT = 100
_TITLES, _AUTHORS, _SUBJECTS = 5, 3, 3
# A title's editions stand for one suggestion, so more titles are read than are offered.
_TITLES_READ = 40
_NAMES_READ = 60


def suggest(text: str, municipality: str | None = None) -> list[Suggestion]:
    """Return titles, authors and subjects that have words beginning like what was typed; none while there's no index.

    :param municipality: the schema of the municipality whose titles count; None for the whole nation's
    """
    words = [same_letters(word) for word in words_of(text[:_LONGEST_TEXT])[:MOST_WORDS]]
    if len("".join(words)) < _SHORTEST:
        return []
    return ask(lambda searcher: _suggest(searcher, words, municipality)) or []


def _suggest(searcher: Searcher, words: Sequence[str], municipality: str | None) -> list[Suggestion]:
    titles = _titles(searcher, words, municipality)
    if len("".join(words)) < _SHORTEST_NAME:
        return titles
    return [
        *titles,
        *_names(searcher, words, municipality, "author", schema.AUTHOR_HINT, schema.AUTHOR_NAME)[:_AUTHORS],
        *_names(searcher, words, municipality, "subject", schema.SUBJECT_HINT, schema.SUBJECT_NAME)[:_SUBJECTS],
    ]


def _begun(field: str, words: Sequence[str], municipality: str | None) -> Query:
    queries = [exact_word(field, word) for word in words[:-1]]
    last = Query.boolean_query(
        [(Occur.Should, exact_word(field, words[-1])), (Occur.Should, beginning(field, words[-1]))]
    )
    owned = [exact_word(schema.OWNER, municipality)] if municipality else []
    return all_of([*queries, last, *owned])


def _titles(searcher: Searcher, words: Sequence[str], municipality: str | None) -> list[Suggestion]:
    query = _begun(schema.TITLE_HINT, words, municipality)
    found = searcher.search(query, _TITLES_READ, count=False, order_by_field=schema.ITEMS).hits
    editions: dict[str, list[Hit]] = {}
    for hit in hits_at(searcher, [address for _items, address in found]):
        editions.setdefault(" ".join(words_of(hit.title)), []).append(hit)
    # What begins with the typed words comes before what has them further back.
    typed = " ".join(words)
    ranked = sorted(editions.values(), key=lambda hits: not _begins(hits[0].title, typed))
    return [
        Suggestion("title", hits[0].title, len(hits), hits[0].record_id if len(hits) == 1 else None)
        for hits in ranked[:_TITLES]
    ]


def _names(
    searcher: Searcher, words: Sequence[str], municipality: str | None, kind: str, hint: str, name: str
) -> list[Suggestion]:
    owned = {"sum": {"field": schema.ITEMS}}
    terms = {"field": name, "size": _NAMES_READ, "order": {"owned": "desc"}}
    answer = searcher.aggregate(
        _begun(hint, words, municipality), {"names": {"terms": terms, "aggs": {"owned": owned}}}
    )
    buckets: list[dict[str, Any]] = answer["names"]["buckets"]
    # A title found by one of its subjects brings all of them along.
    return [
        Suggestion(kind, bucket["key"], int(bucket["doc_count"])) for bucket in buckets if _has(bucket["key"], words)
    ]


def _has(text: str, words: Sequence[str]) -> bool:
    found = [spelling for word in words_of(text) for spelling in _spellings(word)]
    return all(word in found for word in words[:-1]) and any(word.startswith(words[-1]) for word in found)


def _begins(text: str, typed: str) -> bool:
    spelled = zip(*(_each_way(word) for word in words_of(text)), strict=True)
    return any(" ".join(words).startswith(typed) for words in spelled)


def _spellings(word: str) -> Iterable[str]:
    kept = same_letters(word)
    return (kept, *plain_spellings(kept))


def _each_way(word: str) -> Sequence[str]:
    ways = tuple(_spellings(word))
    return ways if len(ways) == 4 else ways + (ways[-1],) * (4 - len(ways))
