"""Conditions as Tantivy queries."""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from tantivy import FieldType, Occur, Query

from catalogue.search import schema
from catalogue.search.conditions import (
    AllOf,
    AnyOf,
    But,
    Condition,
    Everything,
    FromYears,
    HasMasked,
    HasNear,
    HasRow,
    HasWord,
    InLanguage,
    OfMaterial,
    OneOf,
    Place,
)
from catalogue.search.documents import BREAK, own_word
from catalogue.search.queries import all_of, exact_word
from catalogue.search.words import same_letters, stems
from catalogue.selectors.visibility import viewer

# Where a word's spellings stand, and where its stems do.
_SURFACE = {
    Place.ANYWHERE: (schema.WORDS,),
    Place.TITLE: (schema.TITLE, schema.TITLE_HINT, schema.SUBTITLE),
    Place.AUTHOR: (schema.AUTHOR, schema.AUTHOR_HINT),
    # Subjects alone; the field by that name has subtitles and series as well.
    Place.SUBJECT: (schema.SUBJECT_HINT,),
    Place.SERIES: (schema.SERIES,),
    Place.PUBLISHER: (schema.PUBLISHER,),
    Place.CLASSIFICATION: (schema.CLASS,),
}
_STEMMED = {Place.ANYWHERE: (schema.WORDS,), Place.TITLE: (schema.TITLE,), Place.SUBJECT: (schema.SUBJECT,)}


def query_of(condition: Condition) -> Query:
    """Return the query for titles that fulfil the condition."""
    return _QUERIES[type(condition)](condition)


def _word(asked: HasWord) -> Query:
    kept = same_letters(asked.word)
    found = [exact_word(name, kept) for name in _SURFACE[asked.place]]
    if asked.with_forms:
        found += [exact_word(name, form) for name in _STEMMED.get(asked.place, ()) for form in stems(asked.word)]
    if asked.place is Place.ANYWHERE and (library := viewer()) is not None:
        forms = stems(asked.word) if asked.with_forms else ()
        found += [exact_word(schema.WORDS, own_word(library, each)) for each in (kept, *forms)]
    return _any(found)


def _masked(asked: HasMasked) -> Query:
    # Stems carry a colon, so a mask never reaches into one.
    masks = {"*": "[^:]*", "?": "[^:]"}
    pieces = [re.escape(same_letters(piece)) for piece in asked.pieces]
    pattern = pieces[0] + "".join(masks[mask] + piece for mask, piece in zip(asked.masks, pieces[1:], strict=True))
    return _any(Query.regex_query(schema.index_schema(), name, pattern) for name in _SURFACE[asked.place])


def _row(asked: HasRow) -> Query:
    kept = [same_letters(word) for word in asked.words]
    ends = ([BREAK] if asked.begins else [], [BREAK] if asked.ends else [])
    row = [*ends[0], *kept, *ends[1]]
    return _placed(asked.place, asked.words, _phrase(list(enumerate(row))) if len(row) > 1 else None)


def _near(asked: HasNear) -> Query:
    first, second = same_letters(asked.first), same_letters(asked.second)
    orders = [(first, second)] if asked.is_ordered else [(first, second), (second, first)]
    near = _any(_phrase([(0, one), (away, other)]) for one, other in orders for away in asked.distances)
    return _placed(asked.place, (asked.first, asked.second), near)


def _placed(place: Place, words: Iterable[str], side_by_side: Query | None) -> Query:
    """Return the words' order and their place: the index keeps the order over the whole record only."""
    order = [] if side_by_side is None else [side_by_side]
    if place is Place.ANYWHERE and order:
        return order[0]
    return all_of([*order, *(_word(HasWord(place, word)) for word in words)])


def _language(asked: InLanguage) -> Query:
    return exact_word(schema.LANGUAGE, asked.code)


def _material(asked: OfMaterial) -> Query:
    return _any(exact_word(schema.MATERIAL, code) for code in asked.codes)


def _years(asked: FromYears) -> Query:
    if asked.first is None and asked.last is None:
        return Query.all_query()
    return Query.range_query(schema.index_schema(), schema.YEAR, FieldType.Integer, asked.first, asked.last)


def _one_of(asked: OneOf) -> Query:
    return _any(Query.term_query(schema.index_schema(), schema.ID, number, "basic") for number in asked.record_ids)


def _everything(_asked: Everything) -> Query:
    return Query.all_query()


def _all(asked: AllOf) -> Query:
    return all_of([query_of(part) for part in asked.parts])


def _some(asked: AnyOf) -> Query:
    return _any(query_of(part) for part in asked.parts)


def _but(asked: But) -> Query:
    return Query.boolean_query([(Occur.Must, query_of(asked.wanted)), (Occur.MustNot, query_of(asked.unwanted))])


_QUERIES: dict[type, Callable[[Any], Query]] = {
    HasWord: _word,
    HasMasked: _masked,
    HasRow: _row,
    HasNear: _near,
    InLanguage: _language,
    OfMaterial: _material,
    FromYears: _years,
    OneOf: _one_of,
    Everything: _everything,
    AllOf: _all,
    AnyOf: _some,
    But: _but,
}


def _phrase(words: Sequence[tuple[int, str]]) -> Query:
    return Query.phrase_query(schema.index_schema(), schema.EXACT, list(words))


def _any(queries: Iterable[Query]) -> Query:
    found = list(queries)
    if not found:
        return Query.empty_query()
    return found[0] if len(found) == 1 else Query.boolean_query([(Occur.Should, query) for query in found])
