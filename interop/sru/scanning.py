"""Which piece of which list of words a scan asks for."""

from collections.abc import Sequence
from dataclasses import dataclass

from catalogue.search.conditions import Place
from catalogue.search.word_lists import ListedWord, WordList
from catalogue.search.words import same_letters
from interop.sru.context_sets import index_named
from interop.sru.cql import parse_clause
from interop.sru.diagnostics import Diagnostic, Number
from interop.sru.parameters import DEFAULT_TERMS, MOST_TERMS, Asked
from interop.sru.terms import words_in

_RELATIONS = ("=", "scr", "any", "all")


@dataclass(frozen=True)
class Scan:
    """A piece of a list.

    :ivar word: empty for the list's beginning
    :ivar skips_word: whether the list goes on after the word itself
    """

    place: Place
    word: str
    before: int
    following: int
    skips_word: bool

    def cut(self, found: WordList) -> Sequence[ListedWord]:
        """Return what was asked for of what was found."""
        following = found.following
        if self.skips_word:
            is_there = bool(following) and same_letters(following[0].word) == same_letters(self.word)
            following = following[1:] if is_there else following[:-1] if len(following) == self.following else following
        return (*found.before, *following)


def read_scan(asked: Asked) -> Scan:
    """Return what a scan asks for.

    :raises Diagnostic: for an index that has no list of words, or anything but one word
    """
    clause = parse_clause(asked.arguments["scanClause"])
    kind = index_named(clause.index, clause.prefixes).kind
    if not isinstance(kind, Place):
        raise Diagnostic(Number.INDEX, clause.index)
    if clause.relation not in _RELATIONS:
        raise Diagnostic(Number.RELATION, clause.relation)
    if clause.modifiers:
        raise Diagnostic(Number.RELATION_MODIFIER, clause.modifiers[0].name)
    most = asked.number("maximumTerms", DEFAULT_TERMS, least=1)
    position = asked.number("responsePosition", 1, least=0)
    if position > most + 1:
        raise Diagnostic(Number.RESPONSE_POSITION, position)
    most = min(most, MOST_TERMS)
    before = min(max(position - 1, 0), most)
    skips = position == 0
    return Scan(kind, _word(clause.term), before, most - before + skips, skips)


def _word(term: str) -> str:
    if not term.strip():
        return ""
    words = words_in(term, is_masked=True)
    if len(words) > 1 or words[0].masks or words[0].is_anchored:
        raise Diagnostic(Number.TERM_FORMAT, "A list of words begins at one word")
    return words[0].text
