"""From a query's tree to a condition that the catalogue's search understands."""

import re
from collections.abc import Callable, Sequence

from catalogue.marc.dublin_core import materials_of
from catalogue.marc.identifiers import isbn13
from catalogue.marc.languages import language_code
from catalogue.marc.record_columns import Material
from catalogue.search.conditions import (
    AllOf,
    AnyOf,
    But,
    Condition,
    Everything,
    FromYears,
    HasMasked,
    HasRow,
    HasWord,
    InLanguage,
    OfMaterial,
    OneOf,
    Order,
    Place,
)
from catalogue.search.documents import class_key
from catalogue.selectors.retrieval import NumberKind, record_ids_with
from interop.sru.context_sets import Index, Values, index_named
from interop.sru.cql import Clause, Modifier, Node, SortKey
from interop.sru.diagnostics import Diagnostic, Number
from interop.sru.proximity import near
from interop.sru.terms import Word, masked_value, value_in, words_in

_MOST_WORDS = 128
# The index refuses masks on anything much longer; words of a text are cut sooner.
_LONGEST_CLASS = 60
_MOST_MASKED = 6
# Numbers are looked up in the database, one by one.
_MOST_VALUES = 20

_EQUAL = frozenset(("=", "scr", "==", "exact"))
_WHOLE = frozenset(("==", "exact"))
_SIZES = frozenset(("<", ">", "<=", ">="))
_KNOWN = _EQUAL | _SIZES | {"<>", "adj", "all", "any", "within", "encloses"}
# How a term is meant: what the index does anyway, and what it can be told to do.
_ALWAYS = frozenset(("ignorecase", "ignoreaccents", "word", "string", "number", "isodate"))
_STEM, _MASKED, _UNMASKED, _STRING = "stem", "masked", "unmasked", "string"
_SEVERAL = frozenset(("all", "any"))
_YEAR = re.compile(r"\d{1,4}", re.ASCII)
_BEFORE_NUMBER = re.compile(r"(?:urn:)?(?:isbn|issn)[:\s]\s*", re.IGNORECASE)


def condition_of(node: Node) -> Condition:
    """Return what titles must be like.

    :raises Diagnostic: for what no index of ours can answer
    """
    return _Translator().condition(node)


def order_of(keys: Sequence[SortKey]) -> Order:
    """Return the order that a query asks for; without any, newest first.

    :raises Diagnostic: for another order, or more than one
    """
    if not keys:
        return Order.NEWEST
    if len(keys) > 1:
        raise Diagnostic(Number.SORT_KEYS, 1)
    key = keys[0]
    orders = index_named(key.index, key.prefixes).orders
    if orders is None:
        raise Diagnostic(Number.SORT, key.index)
    return orders[_is_downwards(key.modifiers)]


def _is_downwards(modifiers: Sequence[Modifier]) -> bool:
    names = {each.name.removeprefix("sort.").removeprefix("cql.") for each in modifiers}
    for name in names - {"ascending", "descending", "ignorecase", "ignoreaccents"}:
        if name == "respectcase":
            raise Diagnostic(Number.SORT_CASE, name)
        raise Diagnostic(Number.SORT_MISSING if name.startswith("missing") else Number.SORT_SEQUENCE, name)
    if {"ascending", "descending"} <= names:
        raise Diagnostic(Number.SORT_SEQUENCE, "ascending and descending")
    return "descending" in names


class _Translator:
    """Counts the words of the whole query, whose number decides what it costs."""

    def __init__(self) -> None:
        self._words = 0
        self._masked = 0
        self._values = 0

    def condition(self, node: Node) -> Condition:
        if isinstance(node, Clause):
            return self._clause(node)
        if node.operator == "prox":
            return near(node)
        if node.modifiers:
            raise Diagnostic(Number.BOOLEAN_MODIFIER, node.modifiers[0].name)
        left, right = self.condition(node.left), self.condition(node.right)
        if node.operator == "not":
            return But(left, right)
        return AllOf((left, right)) if node.operator == "and" else AnyOf((left, right))

    def _clause(self, clause: Clause) -> Condition:
        index = index_named(clause.index, clause.prefixes)
        modifiers = _modifiers_of(clause)
        if clause.relation not in _KNOWN:
            raise Diagnostic(Number.RELATION, clause.relation)
        if clause.relation == "<>":
            return But(Everything(), self._equal(index, clause, modifiers))
        if isinstance(index.kind, Place):
            return self._in_place(index.kind, clause, modifiers)
        return self._of_value(index, clause, modifiers)

    def _equal(self, index: Index, clause: Clause, modifiers: frozenset[str]) -> Condition:
        same = Clause(clause.index, "=", clause.term, prefixes=clause.prefixes)
        if isinstance(index.kind, Place):
            return self._in_place(index.kind, same, modifiers)
        return self._of_value(index, same, modifiers)

    # Words

    def _in_place(self, place: Place, clause: Clause, modifiers: frozenset[str]) -> Condition:
        if clause.relation not in _EQUAL | _SEVERAL | {"adj"}:
            raise Diagnostic(Number.RELATION_AND_INDEX, f"{clause.index} {clause.relation}")
        words = words_in(clause.term, is_masked=_UNMASKED not in modifiers)
        self._count(words)
        with_forms = _STEM in modifiers
        if clause.relation in _SEVERAL:
            parts = tuple(_one_word(place, word, with_forms=with_forms) for word in words)
            return AllOf(parts) if clause.relation == "all" else AnyOf(parts)
        if clause.relation in _WHOLE or _STRING in modifiers:
            return _row(place, words, is_whole=True, with_forms=with_forms)
        if len(words) == 1:
            return _one_word(place, words[0], with_forms=with_forms)
        row = _row(place, words, is_whole=False, with_forms=with_forms)
        return _or_isbn(row, clause.term) if place is Place.ANYWHERE else row

    def _count(self, words: Sequence[Word]) -> None:
        self._words += len(words)
        self._masked += sum(bool(word.masks) for word in words)
        if self._words > _MOST_WORDS:
            raise Diagnostic(Number.QUERY_TOO_LONG, f"{_MOST_WORDS} words")
        if self._masked > _MOST_MASKED:
            raise Diagnostic(Number.TOO_MANY_MASKS, f"{_MOST_MASKED} masked words")

    # Values

    def _of_value(self, index: Index, clause: Clause, modifiers: frozenset[str]) -> Condition:
        if index.kind is Values.RESULT_SET:
            raise Diagnostic(Number.RESULT_SETS)
        if index.kind is Values.EVERYTHING:
            return Everything()
        if _STEM in modifiers:
            raise Diagnostic(Number.RELATION_MODIFIER, _STEM)
        if index.kind is Values.YEAR and clause.relation in _SIZES | {"within"}:
            return _years(clause.relation, value_in(clause.term))
        if clause.relation not in _EQUAL | _SEVERAL:
            raise Diagnostic(Number.RELATION_AND_INDEX, f"{clause.index} {clause.relation}")
        if index.kind is Values.CLASSIFICATION:
            key = class_key(clause.term)
            if len(key) > _LONGEST_CLASS:
                raise Diagnostic(Number.TERM_TOO_LONG, str(_LONGEST_CLASS))
            self._count([found := masked_value(key, is_masked=_UNMASKED not in modifiers)])
            return _one_word(Place.CLASSIFICATION, found, with_forms=False)
        text = value_in(clause.term)
        values = text.split() if clause.relation in _SEVERAL else [text]
        self._values += len(values)
        if self._values > _MOST_VALUES:
            raise Diagnostic(Number.QUERY_TOO_LONG, f"{_MOST_VALUES} values")
        parts = tuple(_value(index, value) for value in values)
        return AllOf(parts) if clause.relation == "all" else AnyOf(parts)


def _modifiers_of(clause: Clause) -> frozenset[str]:
    names = frozenset(each.name.removeprefix("cql.") for each in clause.modifiers)
    for each in clause.modifiers:
        name = each.name.removeprefix("cql.")
        if each.comparison or name not in _ALWAYS | {_STEM, _MASKED, _UNMASKED}:
            raise Diagnostic(Number.RELATION_MODIFIER, each.name)
    if names >= {_MASKED, _UNMASKED}:
        raise Diagnostic(Number.RELATION_MODIFIERS, "masked and unmasked")
    return names


def _one_word(place: Place, word: Word, *, with_forms: bool) -> Condition:
    if word.masks:
        if word.is_anchored:
            raise Diagnostic(Number.ADJACENCY_AND_MASKING)
        return HasMasked(place, word.pieces, word.masks)
    if word.is_anchored:
        return HasRow(place, (word.text,), word.begins, word.ends)
    return HasWord(place, word.text, with_forms)


def _row(place: Place, words: Sequence[Word], *, is_whole: bool, with_forms: bool) -> Condition:
    if any(word.masks for word in words):
        raise Diagnostic(Number.ADJACENCY_AND_MASKING)
    if with_forms:
        # A form of a word is known to stand in a title, not where in it.
        raise Diagnostic(Number.RELATION_AND_TERM, "Side by side, words are as they're written; all has their forms")
    if any(word.begins for word in words[1:]) or any(word.ends for word in words[:-1]):
        raise Diagnostic(Number.ANCHOR_PLACE)
    texts = tuple(word.text for word in words)
    return HasRow(place, texts, is_whole or words[0].begins, is_whole or words[-1].ends)


def _or_isbn(row: Condition, term: str) -> Condition:
    """Return what stands side by side, or has the ISBN that was written with hyphens."""
    number = isbn13(term)
    found = record_ids_with(number, NumberKind.ISBN) if number else None
    return AnyOf((row, OneOf(tuple(found)))) if found else row


def _years(relation: str, term: str) -> FromYears:
    years = [_year(text) for text in term.split()]
    if len(years) != (2 if relation == "within" else 1):
        raise Diagnostic(Number.TERM_FORMAT, term)
    first, last = years[0], years[-1]
    bounds = {
        "<": (None, first - 1),
        "<=": (None, first),
        ">": (first + 1, None),
        ">=": (first, None),
        "within": (min(first, last), max(first, last)),
    }
    return FromYears(*bounds[relation])


def _year(text: str) -> int:
    if not _YEAR.fullmatch(text):
        raise Diagnostic(Number.TERM_FORMAT, text)
    return int(text)


def _value(index: Index, text: str) -> Condition:
    if isinstance(index.kind, tuple):
        return _number(index.kind, text)
    readers: dict[object, Callable[[str], Condition]] = {
        Values.YEAR: lambda year: FromYears(_year(year), _year(year)),
        Values.LANGUAGE: _language,
        Values.MATERIAL: _material,
    }
    return readers[index.kind](text)


def _language(text: str) -> InLanguage:
    code = language_code(text) if len(text) == 3 else ""
    if not code:
        raise Diagnostic(Number.TERM_FORMAT, text)
    return InLanguage(code)


def _material(text: str) -> OfMaterial:
    code = text.upper()
    return OfMaterial((code,) if code in set(Material) else tuple(materials_of(text)))


def _number(kinds: Sequence[NumberKind], text: str) -> OneOf:
    number = _BEFORE_NUMBER.sub("", text, count=1)
    answers = [record_ids_with(number, kind) for kind in kinds]
    if all(answer is None for answer in answers):
        raise Diagnostic(Number.TERM_FORMAT, text)
    return OneOf(tuple(dict.fromkeys(pk for answer in answers for pk in answer or ())))
