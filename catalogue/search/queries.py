"""Tantivy queries: which titles match what was typed, which limits hold, and what comes first."""

from collections.abc import Collection, Iterable, Sequence

from tantivy import FieldType, Occur, Query

from catalogue.search import schema
from catalogue.search.documents import name_key, own_word
from catalogue.search.query_text import Field, Phrase, Typed, Word, years_of
from catalogue.search.requests import Filters
from catalogue.search.words import name_forms, same_letters, stems
from catalogue.selectors.visibility import viewer
from common.sort_keys import sort_key

# A word counts by the best place that it stands in, whether it's rare there or not.
_TITLE, _TITLE_STEM, _AUTHOR, _NAME_FORM, _SUBJECT, _SUBJECT_STEM = 6.0, 5.0, 5.0, 4.0, 2.0, 1.5
_SMALL_WORD = 1.0
# Among places of the same kind the short title is the better one, and the rare word.
_RARITY = 0.3
# Whole titles and names come before anything that their words add up to.
_WHOLE_TITLE, _TITLE_AND_AUTHOR, _WHOLE_NAME, _SIDE_BY_SIDE, _MATERIAL = 100.0, 30.0, 15.0, 4.0, 100.0
_MOST_IN_A_ROW = 8

# Facets by the name that results give them, and the index's field.
FACET_FIELDS = {"material_type": schema.MATERIAL, "language": schema.LANGUAGE, "audience": schema.AUDIENCE}


def matching(typed: Typed, *, at_least: int | None = None) -> list[Query]:
    """Return what every hit must fulfil; nothing typed matches everything.

    :param at_least: so many of the words are enough, instead of all
    """
    words = [_word(word) for word in typed.needed]
    others = [_phrase_in(phrase) for phrase in typed.phrases]
    if typed.without:
        unwanted = [_phrase_in(each) if isinstance(each, Phrase) else _word(each) for each in typed.without]
        wanted = (Occur.Must, Query.all_query())
        others.append(Query.boolean_query([wanted, *((Occur.MustNot, query) for query in unwanted)]))
    if at_least is None or len(words) <= at_least:
        return words + others
    some = Query.boolean_query([(Occur.Should, word) for word in words], minimum_number_should_match=at_least)
    return [some, *others]


def limits(filters: Filters, municipality: str | None, *, without: str = "") -> list[Query]:
    """Return the limits that hits must keep to.

    :param without: a facet whose own limit is left out, to count its other values
    """
    found = []
    if municipality is not None:
        found.append(_term(schema.OWNER, municipality))
    if filters.only is not None:
        found.append(_among(filters.only))
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


def either(queries: Sequence[Query], others: Sequence[Query]) -> list[Query]:
    """Return what hits must fulfil for whom all of the first will do, or any of the others."""
    return [_any([all_of(queries), *others])] if others else list(queries)


def ranked(queries: Sequence[Query], typed: Typed, materials: Sequence[str] = ()) -> Query:
    """Return the query with what makes a title come first: words in the title, the author, the subjects.

    :param materials: kinds that were asked for by name; any other kind will do, below them
    """
    must = [(Occur.Must, Query.const_score_query(query, 0.0)) for query in queries]
    words = [word for word in typed.words if not word.is_value]
    better = [query for word in dict.fromkeys(words) for query in _best_place(word)]
    better += [_constant(_term(schema.MATERIAL, material), _MATERIAL) for material in materials]
    in_order = [word for word in words if word.field is not Field.AUTHOR]
    better += _whole_titles(in_order)
    row = [same_letters(word.text) for word in in_order]
    if 1 < len(row) <= _MOST_IN_A_ROW:
        better.append(Query.boost_query(_phrase(row), _SIDE_BY_SIDE))
        better.append(_constant(all_of([_term(schema.AUTHOR, word) for word in row]), _WHOLE_NAME))
    # A hit by a plain spelling or a summary scores too, or its holdings would count for nothing.
    base = (Occur.Must, Query.const_score_query(Query.all_query(), 1.0))
    return Query.boolean_query([base, *must, *((Occur.Should, query) for query in better)])


def one_word(word: Word) -> Query:
    """Return the query for titles with this word anywhere."""
    return _word(word)


def in_a_row(names: Sequence[str]) -> Query:
    """Return the query for titles with these words as one name: "jussi adler olsen" stands as Adler-Olsen, Jussi.

    :param names: as `same_letters` gives them, at least two
    """
    names = list(names)
    return _any(_phrase([*names[place:], *names[:place]]) for place in range(len(names)))


def side_by_side(words: Sequence[str]) -> Query:
    """Return the query for titles with these words in this order.

    :param words: as `same_letters` gives them
    """
    return _phrase(words)


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
    if word.field is Field.YEAR:
        return _years(*(years_of(word.text) or (None, None)))
    if word.field is Field.ISBN:
        return _term(schema.WORDS, word.text)
    surface, stemmed = _FIELDS[word.field]
    library = viewer() if word.field is Field.ANYWHERE else None
    if word.is_beginning:
        own = [] if library is None else [beginning(schema.WORDS, own_word(library, kept))]
        return _any([*(beginning(name, kept) for name in surface), *own])
    found = [_term(name, kept) for name in surface]
    found += [_term(name, text) for name in stemmed for text in stems(word.text)]
    if library is not None:
        found += [_term(schema.WORDS, own_word(library, each)) for each in (kept, *stems(word.text))]
    if word.field is Field.AUTHOR:
        found += [_term(schema.AUTHOR, form) for form in name_forms(word.text)]
    return _any(found)


# Where a word's spellings and its stems are looked for.
_FIELDS = {
    Field.ANYWHERE: ((schema.WORDS,), (schema.WORDS,)),
    Field.TITLE: ((schema.TITLE, schema.TITLE_HINT), (schema.TITLE,)),
    Field.AUTHOR: ((schema.AUTHOR, schema.AUTHOR_HINT), ()),
    Field.SUBJECT: ((schema.SUBJECT, schema.SUBJECT_HINT), (schema.SUBJECT,)),
}


def _best_place(word: Word) -> list[Query]:
    kept = same_letters(word.text)
    if word.is_small:
        # It stands in every other title; looking for its stems as well would take longer than all the rest.
        return [_constant(_term(schema.TITLE, kept), _SMALL_WORD)]
    if word.is_beginning:
        begun = ((schema.TITLE, _TITLE), (schema.AUTHOR, _AUTHOR), (schema.SUBJECT, _SUBJECT))
        return [Query.disjunction_max_query([_constant(beginning(name, kept), score) for name, score in begun])]
    places = [(schema.TITLE, kept, _TITLE), (schema.AUTHOR, kept, _AUTHOR), (schema.SUBJECT, kept, _SUBJECT)]
    places += [(schema.AUTHOR, form, _NAME_FORM) for form in name_forms(word.text)]
    for text in stems(word.text):
        places += [(schema.TITLE, text, _TITLE_STEM), (schema.SUBJECT, text, _SUBJECT_STEM)]
    return [
        Query.disjunction_max_query([_constant(_term(name, text), score) for name, text, score in places]),
        *(Query.boost_query(_term(name, kept), _RARITY) for name in (schema.TITLE, schema.AUTHOR)),
    ]


def _whole_titles(words: Sequence[Word]) -> list[Query]:
    """Return queries for titles that are all that was typed, or all of it but their author's name."""
    if not words:
        return []
    found = [_constant(_whole_title(words), _WHOLE_TITLE)]
    for place in range(1, len(words) if len(words) <= _MOST_IN_A_ROW else 1):
        for title, name in ((words[:place], words[place:]), (words[place:], words[:place])):
            named = [_term(schema.AUTHOR, same_letters(word.text)) for word in name if not word.is_small]
            if named:
                found.append(_constant(all_of([_whole_title(title), *named]), _TITLE_AND_AUTHOR))
    return found


def _whole_title(words: Sequence[Word]) -> Query:
    return _term(schema.SORT_DANISH, sort_key(" ".join(same_letters(word.text) for word in words), "da"))


def _constant(query: Query, score: float) -> Query:
    return Query.const_score_query(query, score)


def _phrase_in(phrase: Phrase) -> Query:
    found = in_a_row(phrase.words) if phrase.field is Field.AUTHOR else _phrase(phrase.words)
    if not phrase.field:
        return found
    # The index keeps the order of words over the whole record only, so each must stand in the field besides.
    return all_of([found, *(_word(Word(word, field=phrase.field)) for word in phrase.words)])


def _phrase(words: Sequence[str]) -> Query:
    return Query.phrase_query(schema.index_schema(), schema.EXACT, list(words))


def _term(field_name: str, value: str) -> Query:
    return Query.term_query(schema.index_schema(), field_name, value, index_option="basic")


def _among(record_ids: Collection[int]) -> Query:
    if not record_ids:
        return Query.empty_query()
    return Query.term_set_query(schema.index_schema(), schema.ID, list(record_ids))


def _any(queries: Iterable[Query]) -> Query:
    found = list(queries)
    return found[0] if len(found) == 1 else Query.boolean_query([(Occur.Should, query) for query in found])


def _years(first: int | None, last: int | None) -> Query:
    bounds = [None if year is None else max(-9999, min(9999, year)) for year in (first, last)]
    return Query.range_query(schema.index_schema(), schema.YEAR, FieldType.Integer, bounds[0], bounds[1])
