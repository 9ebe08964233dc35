"""Tantivy queries: which titles match what was typed, which limits hold, and what comes first."""

from collections.abc import Iterable, Sequence

from tantivy import FieldType, Occur, Query

from catalogue.search import schema
from catalogue.search.documents import name_key
from catalogue.search.query_text import Typed, Word
from catalogue.search.requests import Filters
from catalogue.search.words import same_letters, stems
from common.sort_keys import sort_key

_TITLE, _TITLE_STEM, _AUTHOR, _SUBJECT, _SUBJECT_STEM = 3.0, 2.0, 3.0, 1.0, 0.7
_WHOLE_TITLE, _SIDE_BY_SIDE = 15.0, 4.0
_MOST_IN_A_ROW = 8

# Facets by the name that results give them, and the index's field.
FACET_FIELDS = {"material_type": schema.MATERIAL, "language": schema.LANGUAGE, "audience": schema.AUDIENCE}


def matching(typed: Typed, *, at_least: int | None = None) -> list[Query]:
    """Return what every hit must fulfil; nothing typed matches everything.

    :param at_least: so many of the words are enough, instead of all
    """
    words = [_word(word) for word in typed.needed]
    phrases = [_phrase(phrase.words) for phrase in typed.phrases]
    if at_least is None or len(words) <= at_least:
        return words + phrases
    some = Query.boolean_query([(Occur.Should, word) for word in words], minimum_number_should_match=at_least)
    return [some, *phrases]


def limits(filters: Filters, municipality: str | None, *, without: str = "") -> list[Query]:
    """Return the limits that hits must keep to.

    :param without: a facet whose own limit is left out, to count its other values
    """
    found = []
    if municipality is not None:
        found.append(_term(schema.OWNER, municipality))
    selected = {
        "material_type": (schema.MATERIAL, filters.material_types),
        "language": (schema.LANGUAGE, filters.languages),
        "audience": (schema.AUDIENCE, filters.audiences),
        "branch": (f"{schema.HELD}.{municipality}", filters.branches if municipality else ()),
    }
    for name, (field_name, values) in selected.items():
        if values and name != without:
            found.append(_any(_term(field_name, value) for value in values))
    if filters.decades and without != "decade":
        found.append(_any(_years(decade, decade + 9) for decade in filters.decades))
    if filters.year_from is not None or filters.year_to is not None:
        found.append(_years(filters.year_from, filters.year_to))
    names = {
        schema.AUTHOR_NAME: filters.author,
        schema.SUBJECT_NAME: filters.subject,
        schema.SERIES_NAME: filters.series,
    }
    found += [_term(name, name_key(value)) for name, value in names.items() if value]
    return found


def all_of(queries: Sequence[Query]) -> Query:
    """Return one query for all of them; for none, every title."""
    if not queries:
        return Query.all_query()
    if len(queries) == 1:
        return queries[0]
    return Query.boolean_query([(Occur.Must, query) for query in queries])


def ranked(queries: Sequence[Query], typed: Typed) -> Query:
    """Return the query with what makes a title come first: words in the title, the author, the subjects."""
    must = [(Occur.Must, Query.const_score_query(query, 0.0)) for query in queries]
    better = [(Occur.Should, query) for word in typed.words for query in _places(word)]
    row = [same_letters(word.text) for word in typed.words]
    if row:
        whole = _term(schema.SORT_DANISH, sort_key(" ".join(row), "da"))
        better.append((Occur.Should, Query.const_score_query(whole, _WHOLE_TITLE)))
    if 1 < len(row) <= _MOST_IN_A_ROW:
        better.append((Occur.Should, Query.boost_query(_phrase(row), _SIDE_BY_SIDE)))
    # A hit by a plain spelling or a summary scores too, or its holdings would count for nothing.
    base = (Occur.Must, Query.const_score_query(Query.all_query(), 1.0))
    return Query.boolean_query([base, *must, *better])


def one_word(word: Word) -> Query:
    """Return the query for titles with this word anywhere."""
    return _word(word)


def similar_words(field_name: str, word: str, distance: int) -> Query:
    """Return the query for titles with a word that is spelled almost like this."""
    return Query.fuzzy_term_query(schema.index_schema(), field_name, word, distance=distance)


def beginning(field_name: str, text: str) -> Query:
    """Return the query for titles with a word that begins like this."""
    return Query.fuzzy_term_query(schema.index_schema(), field_name, text, distance=0, prefix=True)


def exact_word(field_name: str, text: str) -> Query:
    """Return the query for titles with this word or value in the field."""
    return _term(field_name, text)


def _word(word: Word) -> Query:
    kept = same_letters(word.text)
    if word.is_beginning:
        return beginning(schema.WORDS, kept)
    return _any(_term(schema.WORDS, text) for text in dict.fromkeys((kept, *stems(word.text))))


def _places(word: Word) -> list[Query]:
    kept = same_letters(word.text)
    if word.is_beginning:
        places = ((schema.TITLE, _TITLE), (schema.AUTHOR, _AUTHOR), (schema.SUBJECT, _SUBJECT))
        return [Query.const_score_query(beginning(name, kept), score) for name, score in places]
    found = [
        Query.boost_query(_term(schema.TITLE, kept), _TITLE),
        Query.boost_query(_term(schema.AUTHOR, kept), _AUTHOR),
        Query.boost_query(_term(schema.SUBJECT, kept), _SUBJECT),
    ]
    for text in stems(word.text):
        found.append(Query.boost_query(_term(schema.TITLE, text), _TITLE_STEM))
        found.append(Query.boost_query(_term(schema.SUBJECT, text), _SUBJECT_STEM))
    return found


def _phrase(words: Sequence[str]) -> Query:
    return Query.phrase_query(schema.index_schema(), schema.EXACT, list(words))


def _term(field_name: str, value: str) -> Query:
    return Query.term_query(schema.index_schema(), field_name, value, index_option="basic")


def _any(queries: Iterable[Query]) -> Query:
    found = list(queries)
    return found[0] if len(found) == 1 else Query.boolean_query([(Occur.Should, query) for query in found])


def _years(first: int | None, last: int | None) -> Query:
    bounds = [None if year is None else max(-9999, min(9999, year)) for year in (first, last)]
    return Query.range_query(schema.index_schema(), schema.YEAR, FieldType.Integer, bounds[0], bounds[1])
